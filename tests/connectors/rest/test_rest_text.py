"""Values pass unchanged into both text forms, and wait nowhere in the clear."""

import csv
import io
import json
import resource
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from requests_app.connectors.base import BadAnswer, Batch, Form
from requests_app.connectors.rest import ENTRY
from requests_app.connectors.rest.spool import FRAME, Spool
from requests_app.connectors.rest.values import MISSING, at, fits, line, parsed
from tests.connectors.rest.scripted import Asked, Script, described, scripted
from tests.connectors.rest.shop import ANN
from tests.connectors.rest.test_rest_ways import EMAIL, KEY, PEOPLE, PERSON, ROOTS


@pytest.mark.parametrize(
    ("text", "data_type", "in_json", "in_csv"),
    [
        ("null", "", "null", ""),
        ('""', "", '""', '""'),
        ("true", "boolean", "true", "true"),
        ("1.10", "decimal", "1.10", "1.10"),
        ("12345678901234567890.123456789", "float", "12345678901234567890.123456789", "12345678901234567890.123456789"),
        ("007", "", None, None),
        ('"=1+1"', "string", '"=1+1"', '"\'=1+1"'),
        ('"a \\"b\\", c\\n"', "string", '"a \\"b\\", c\\n"', '"a ""b"", c\n"'),
        ('"2026-01-02T03:04:05+01:00"', "datetime", '"2026-01-02T03:04:05+01:00"', "2026-01-02T03:04:05+01:00"),
        ('"2026-01-02T03:04:05Z"', "string", '"2026-01-02T03:04:05Z"', '"2026-01-02T03:04:05Z"'),
        ('"=cmd"', "datetime", '"=cmd"', '"\'=cmd"'),
        ('["a", 1.50, {"b": null}]', "", '["a",1.50,{"b":null}]', '"[""a"",1.50,{""b"":null}]"'),
        ('"é\\u2028💍"', "string", '"é\u2028💍"', '"é\u2028💍"'),
        ("NaN", "", None, None),
    ],
)
def test_a_value_is_written_as_it_came(text: str, data_type: str, in_json: str | None, in_csv: str | None) -> None:
    if in_json is None:
        with pytest.raises(BadAnswer):
            parsed(text.encode())
        return
    value = parsed(text.encode())
    assert fits(value, data_type)
    assert line([value], ["x"], [data_type], Form.JSON).decode() == f'{{"x":{in_json}}}\n'
    assert line([value], ["x"], [data_type], Form.CSV).decode() == f"{in_csv}\n"
    if isinstance(value, str):
        ((cell,),) = csv.reader(io.StringIO(f"{in_csv}\n", newline=""))
        assert cell.removeprefix("'") == value


@pytest.mark.parametrize(
    ("value", "data_type", "is_so"),
    [
        (1, "integer", True), (True, "integer", False), (1, "boolean", False), ("1", "integer", False), (1, "string", False),
        (Decimal("1.5"), "float", True), ([1], "integer[]", True), (["a"], "integer[]", False),
        ({}, "object", True), (None, "integer", True),
    ],
)  # fmt: skip
def test_a_type_is_kept_as_described(value: object, data_type: str, is_so: bool) -> None:  # noqa: FBT001
    assert fits(value, data_type) is is_so


def test_a_path_tells_null_from_nothing() -> None:
    record = {"a": {"b": None, "c": [{"d": 1}]}}

    assert at(record, ("a", "b")) is None
    assert at(record, ("a", "b", "x")) is None
    assert at(record, ("a", "x")) is MISSING
    assert at(record, ("a", "c", "0", "d")) == 1
    assert at(record, ("a", "c", "7")) is None


def open_files() -> list[Path]:
    found = []
    for file in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found += [file] if "(deleted)" in str(file.readlink()) else []
    return found


@pytest.mark.threat("4.05")
def test_what_waits_on_disk_has_no_name_and_cannot_be_read() -> None:
    before = open_files()
    with Spool() as spool:
        for number in range(20_000):
            spool.write(b'{"name":"Claire Martin","number":%d}\n' % number)
        (file,) = set(open_files()) - set(before)
        content = file.read_bytes()
        frames = list(spool.frames())

    assert len(content) > FRAME
    assert b"Claire" not in content
    assert sum(records for _, records in frames) == spool.records == 20_000
    assert b"".join(text for text, _ in frames).count(b"\n") == 20_000
    assert set(open_files()) == set(before)


@pytest.fixture
def script() -> Iterator[Script]:
    with scripted() as script:
        yield script


def test_a_hundred_megabytes_do_not_stay_in_memory(script: Script, tmp_path: Path) -> None:
    many, size = 40_000, 1_000

    def answer(asked: Asked) -> Any:
        if asked.path.endswith("/people"):
            return [PERSON]
        start = (int(asked.query["page"]) - 1) * size
        data = [{"id": number, "owner": "p1", "words": "x" * 2_500} for number in range(start, min(many, start + size))]
        return {"data": data, "total": many}

    script.answer = answer
    things = {
        "path": "/things", "query": {"owner": "{owner}"}, "with": {"owner": "people.id"}, "belongs": {"owner": "owner"},
        "records": "data",
        "paging": {"kind": "page", "param": "page", "total": "total"},
    }  # fmt: skip
    fields = {"people": {"id": KEY, "email": EMAIL}, "things": {"id": KEY, "words": {}}}
    config = described(tmp_path, script, {"people": PEOPLE, "things": things}, fields)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    records = dict.fromkeys(Form, 0)
    for batch in ENTRY.find(config, ANN, ROOTS):
        assert isinstance(batch, Batch)
        records[batch.form] += batch.records if batch.collection == "things" else 0
        if batch.form is Form.JSON:
            assert json.loads(batch.text.splitlines()[0])

    assert records == dict.fromkeys(Form, many)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 80_000  # kilobytes; the text alone is 100 MB
