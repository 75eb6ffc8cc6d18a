"""Taking out of both text forms what is withheld, and nothing else."""

import csv
import io
import json
from dataclasses import replace

import pytest

from requests_app.review.applying import Digests, Pattern, Redactor, Rule, members
from requests_app.review.detectors import Kind, Known

DIGESTS = Digests(b"k" * 32)
RECORD = b'{"id": 7, "total": 10.50, "note": "Bob said \\"no\\", call bob@other.example", "extra": {"by": "Bob"}, "gone": null}'
ROW = b'7,10.50,"Bob said ""no"", call bob@other.example","{""by"": ""Bob""}",'
NONE = Redactor(("id", "total", "note", "extra", "gone"), ("id",), DIGESTS, {}, {}, {})
SEVEN = DIGESTS.of('["7"]')
OTHERS = "withheld: about other people"


def raw(name: str) -> str:
    text = RECORD.decode()
    return next(text[one.start : one.end] for one in members(text) if one.name == name)


def passage(start: int, end: int, *, seen: str = "") -> Rule:
    return Rule(OTHERS, "note", (start, end), DIGESTS.of(seen or raw("note")))


def both(redactor: Redactor) -> tuple[dict[str, object], list[str]]:
    rows = list(csv.reader(io.StringIO(redactor.csv(ROW, RECORD).decode())))
    return json.loads(redactor.json(RECORD)), rows[0]


def test_without_a_ruling_no_byte_changes() -> None:
    assert (NONE.json(RECORD), NONE.csv(ROW, RECORD)) == (RECORD, ROW)


def test_a_passage_goes_and_all_around_it_stays_to_the_byte() -> None:
    redactor = replace(NONE, rules={SEVEN: (passage(0, 3),)})

    assert redactor.json(RECORD) == RECORD.replace(b'"Bob said', f'"[{OTHERS}] said'.encode())
    assert redactor.csv(ROW, RECORD) == ROW.replace(b'"Bob said', f'"[{OTHERS}] said'.encode())


def test_passages_that_overlap_become_one() -> None:
    redactor = replace(NONE, rules={SEVEN: (passage(9, 13), passage(0, 12), passage(20, 37))})

    assert both(redactor)[0]["note"] == f"[{OTHERS}], call [{OTHERS}]"


def test_a_passage_of_what_has_changed_takes_the_whole_field() -> None:
    record, row = both(replace(NONE, rules={SEVEN: (passage(0, 3, seen='"another text"'),)}))

    assert (record["note"], row[2]) == (OTHERS, OTHERS)


def test_a_field_a_column_and_a_record() -> None:
    field = both(replace(NONE, rules={SEVEN: (Rule(OTHERS, "extra"),)}))
    column = both(replace(NONE, columns={"total": OTHERS, "gone": OTHERS}))
    record = both(replace(NONE, rules={SEVEN: (Rule(OTHERS),)}))

    assert (field[0]["extra"], field[1][3], field[0]["note"]) == (OTHERS, OTHERS, json.loads(raw("note")))
    assert (column[0]["total"], column[1][1]) == (OTHERS, OTHERS)
    assert column[0]["gone"] is None, "where nothing stands, nothing is withheld"
    assert set(record[0].values()) == set(record[1]) == {OTHERS}


def test_another_record_is_left_alone() -> None:
    other = RECORD.replace(b'"id": 7', b'"id": 8')
    redactor = replace(NONE, rules={SEVEN: (Rule(OTHERS),)})

    assert redactor.json(other) == other


def test_every_passage_of_a_kind_goes_but_those_that_were_kept() -> None:
    start = json.loads(raw("note")).index("bob@")
    pattern = Pattern(Kind.EMAIL, OTHERS)
    kept = replace(pattern, kept=frozenset({(SEVEN, (start, start + 17))}))

    assert b"bob@" not in replace(NONE, patterns={"note": (pattern,)}).json(RECORD)
    assert replace(NONE, patterns={"note": (kept,)}).json(RECORD) == RECORD


def test_what_the_person_is_known_by_stays() -> None:
    own = Known.of(emails=["bob@other.example"])

    assert replace(NONE, patterns={"note": (Pattern(Kind.EMAIL, OTHERS),)}, known=own).json(RECORD) == RECORD


def test_a_kind_found_inside_nested_values_takes_the_field() -> None:
    record = RECORD.replace(b'"Bob"}', b'"x@other.example"}')

    assert json.loads(replace(NONE, patterns={"extra": (Pattern(Kind.EMAIL, OTHERS),)}).json(record))["extra"] == OTHERS


def test_a_cell_that_says_something_else_than_the_json_goes_whole() -> None:
    redactor = replace(NONE, rules={SEVEN: (passage(0, 3),)})

    row = redactor.csv(ROW.replace(b"Bob said", b"Robert said"), RECORD).decode()
    assert "Robert" not in row
    assert "bob@other" not in row


@pytest.mark.parametrize("first", ["=", "'=", "'", "\t+"])
def test_a_cell_that_a_spreadsheet_would_run_stays_guarded(first: str) -> None:
    text = f"{first}1+1 Bob"
    record = json.dumps({"id": 7, "note": text}).encode()
    guarded = f"'{text}"
    rule = Rule(OTHERS, "note", (text.index("Bob"), len(text)), DIGESTS.of(json.dumps(text)))
    redactor = Redactor(("id", "note"), ("id",), DIGESTS, {SEVEN: (rule,)}, {}, {})

    (row,) = csv.reader(io.StringIO(redactor.csv(f'7,"{guarded}"'.encode(), record).decode(), newline=""))
    assert row[1] == f"{guarded[:-3]}[{OTHERS}]"


def test_records_without_a_key_are_known_by_all_that_stands_in_them() -> None:
    redactor = replace(NONE, keys=(), rules={DIGESTS.of(RECORD.decode()): (Rule(OTHERS),)})

    assert b"Bob" not in redactor.json(RECORD)
    assert redactor.json(RECORD.replace(b"7", b"8")) == RECORD.replace(b"7", b"8")
