"""What is written can be read back, byte for byte, and no spreadsheet runs it."""

import csv
import io
import json
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, Table, Text
from sqlalchemy.dialects.mysql import LONGTEXT

from requests_app.connectors.base import Form
from requests_app.connectors.sql.text import Family, guarded, line_of, unguarded, written
from tests.connectors.shops import EMAIL, KEY, Shop, csv_cells, known_by, ours, roots

ANN = known_by("ann@mail.example")
LEADS = ["=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠"]
BLANKS = ["", " ", "   ", "\u00a0", "\u3000 ", "\u2003", "\ufeff", "\u200b"]
TAILS = ["1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://evil.example","x")', "SUM(A1:A9)", "", "'", '"', ",\n=2"]
PAYLOADS = [blank + lead + tail for blank, lead, tail in product(BLANKS, LEADS, TAILS)]
HARD = [
    "",
    " ",
    "plain",
    "''",
    '"quoted"',
    'a "b", c',
    "line\nfeed",
    "carriage\r\nreturn",
    "tab\there",
    "back\\slash\\n\\\\",
    "\\.",
    "NULL",
    "\\N",
    "naïve — ünï ☃ 𝒳 \u2028\u2029",
    "\x01\x02\x1f\x7f",
    "</script>",
    "%s %(a)s {} ?",
    "e" + "\u0301" * 20,
    *PAYLOADS,
]


def everything(shop: Shop, values: list[str | None]) -> tuple[list[Any], str]:
    """Keep the values as notes of one person's records; return them as the JSON gives them, and the CSV."""
    number = Column("customer_id", Integer, index=True)
    Table(
        "customers",
        shop.metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("email", Text().with_variant(Text(100), "mysql")),
    )
    Table(
        "notes",
        shop.metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        number,
        Column("note", Text().with_variant(LONGTEXT(), "mysql")),
    )
    shop.fill(
        customers=[{"id": 1, "email": "ann@mail.example"}],
        notes=[{"id": index + 1, "customer_id": 1, "note": value} for index, value in enumerate(values)],
    )
    reference = {"references": [{"dataset": "shop", "field": "customers.id", "direction": "from"}]}
    shop.describe(customers={"id": KEY, "email": EMAIL}, notes={"id": KEY, "customer_id": {"fides_meta": reference}, "note": {}})
    found = shop.find(ANN, roots(1))
    whole = b"".join(batch.text for batch in found.batches if (batch.collection, batch.form) == ("notes", Form.CSV)).decode()
    return [record["note"] for record in found.records["notes"]], whole


@pytest.mark.threat("5.03")
def test_every_text_comes_back_as_it_was(shop: Shop) -> None:
    values: list[str | None] = [*HARD, None]

    told, whole = everything(shop, values)

    assert told == values
    cells = [row[2] for row in csv_cells(whole)]
    assert [cell and cell.text for cell in cells] == values
    assert all(cell is None or cell.quoted for cell in cells)


@pytest.mark.threat("5.03")
def test_no_cell_begins_like_a_formula(shop: Shop) -> None:
    _, whole = everything(shop, [*PAYLOADS])

    cells = [row[2] for row in csv.reader(io.StringIO(whole, newline=""))]
    assert len(cells) == len(PAYLOADS) > 300
    assert all(cell.startswith("'") for cell in cells)


def test_a_huge_text_is_one_record(shop: Shop) -> None:
    huge = "é\n\"'" * 300_000

    told, _ = everything(shop, [huge, "small"])

    assert told == [huge, "small"]


def test_sqlite_texts_with_nul_come_back(sqlite: Shop) -> None:
    values: list[str | None] = ["a\0b", "\0=1", "\0"]

    told, whole = everything(sqlite, values)

    assert told == values
    assert [cell and cell.raw for _, _, cell in csv_cells(whole)] == ["a\0b", "'\0=1", "'\0"]


def test_sqlite_bytes_that_are_no_text_are_kept_in_base64(sqlite: Shop) -> None:
    sqlite.run("CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT, note TEXT)")
    sqlite.run("INSERT INTO customers VALUES (1, 'ann@mail.example', CAST(x'ff61' AS TEXT))")
    sqlite.describe(customers={"id": KEY, "email": EMAIL, "note": {}})

    assert sqlite.find(ANN, roots(1)).records["customers"][0]["note"] == "/2E="


@given(st.text(st.characters(codec="utf-8")))
def test_the_guard_can_be_undone(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(
    st.lists(
        st.one_of(st.none(), st.text(st.characters(codec="utf-8")), st.integers(), st.floats(), st.binary()), min_size=1, max_size=5
    )
)
def test_our_own_writer_says_the_same_in_both_forms(row: list[Any]) -> None:
    names = [f"f{index}" for index in range(len(row))]
    families = [Family.OTHER] * len(row)
    ((as_json, _),) = written([row], line_of(names, families, Form.JSON))
    ((as_csv, _),) = written([row], line_of(names, families, Form.CSV))

    record = json.loads(as_json, parse_int=str, parse_float=str)
    (cells,) = csv_cells(as_csv.decode())
    assert [None if cell is None else cell.text for cell in cells] == list(record.values())


TYPES = {
    "postgresql": {
        "id": ("int PRIMARY KEY", "1"),
        "email": ("text", "'ann@mail.example'"),
        "u": ("uuid", "'6F9619FF-8B86-D011-B42D-00C04FC964FF'"),
        "d": ("numeric(20,5)", "1234567890.50000"),
        "big": ("bigint", "9007199254740993"),
        "f": ("float8", "0.1"),
        "day": ("date", "'2026-02-28'"),
        "at": ("timestamptz", "'2026-02-28 12:00:00.5+02'"),
        "local": ("timestamp", "'2026-02-28 12:00:00'"),
        "t": ("time", "'23:59:59'"),
        "b": ("bytea", "'\\xff00fe'"),
        "j": ("json", '\'{"a" : 1.50,\n "a":2}\''),
        "jb": ("jsonb", "'{\"b\": [1.50, null]}'"),
        "ok": ("boolean", "true"),
        "e": ("mood", "'=happy'"),
        "a": ("int[]", "'{1,2}'"),
        "many": ("json[]", "array['{\"a\":\n1}'::json]"),
        "r": ("interval", "'1 day -02:00'"),
        "u_": ("inet", "'10.0.0.1'"),
        "c": ("char(5)", "'x'"),
        "z": ("text", "NULL"),
    },
    "mysql": {
        "id": ("int PRIMARY KEY", "1"),
        "email": ("varchar(50)", "'ann@mail.example'"),
        "u": ("char(36)", "'6f9619ff-8b86-d011-b42d-00c04fc964ff'"),
        "d": ("decimal(20,5)", "1234567890.50000"),
        "big": ("bigint", "9007199254740993"),
        "f": ("double", "0.1"),
        "day": ("date", "'2026-02-28'"),
        "at": ("datetime(1)", "'2026-02-28 10:00:00.5'"),
        "local": ("datetime", "'2026-02-28 12:00:00'"),
        "t": ("time", "'23:59:59'"),
        "b": ("varbinary(9)", "x'ff00fe'"),
        "j": ("json", '\'{"a" : 1.50,\n "a":2}\''),
        "jb": ("json", "'{\"b\": [1.50, null]}'"),
        "ok": ("boolean", "true"),
        "e": ("enum('=happy')", "'=happy'"),
        "y": ("year", "2026"),
        "bits": ("bit(3)", "b'101'"),
        "zero": ("int(5) zerofill", "7"),
        "z": ("text", "NULL"),
    },
    "sqlite": {
        "id": ("INTEGER PRIMARY KEY", "1"),
        "email": ("TEXT", "'ann@mail.example'"),
        "u": ("TEXT", "'6f9619ff-8b86-d011-b42d-00c04fc964ff'"),
        "d": ("TEXT", "'1234567890.50000'"),
        "big": ("INTEGER", "9007199254740993"),
        "f": ("REAL", "0.1"),
        "day": ("DATE", "'2026-02-28'"),
        "at": ("DATETIME", "'2026-02-28 10:00:00.5'"),
        "local": ("TIMESTAMP", "'2026-02-28 12:00:00'"),
        "t": ("TIME", "'23:59:59'"),
        "b": ("BLOB", "x'ff00fe'"),
        "j": ("JSON", '\'{"a" : 1.50,\n "a":2}\''),
        "jb": ("JSON", "'{\"b\": [1.50, null]}'"),
        "ok": ("BOOLEAN", "1"),
        "e": ("TEXT", "'=happy'"),
        "word": ("INTEGER", "'no number'"),
        "endless": ("REAL", "9e999"),
        "z": ("TEXT", "NULL"),
    },
}
PARTICULAR: dict[str, dict[str, Any]] = {
    "postgresql": {"a": [1, 2], "many": [{"a": 1}], "r": "P1DT-2H", "u_": "10.0.0.1", "c": "x"},
    "mysql": {"y": 2026, "bits": 5, "zero": "00007"},
    "sqlite": {"word": "no number", "endless": "inf"},
}


def test_every_type_is_written_as_the_source_means_it(shop: Shop) -> None:
    types = TYPES[shop.backend]
    if shop.backend == "postgresql":
        shop.run("CREATE TYPE mood AS ENUM ('=happy')")
    shop.run(f"CREATE TABLE customers ({', '.join(f'{name} {kind}' for name, (kind, _) in types.items())})")
    shop.run(f"INSERT INTO customers VALUES ({', '.join(value for _, value in types.values())})")
    fields: dict[str, Any] = {name: {} for name in types}
    shop.describe(customers={**fields, "id": KEY, "email": EMAIL, "jb": ours(type="json"), "j": ours(type="json")})

    found = shop.find(ANN, roots(1))
    (record,) = found.records["customers"]
    line = next(batch.text for batch in found.batches if batch.form is Form.JSON).decode()

    assert record["u"] == "6f9619ff-8b86-d011-b42d-00c04fc964ff"
    assert '"d":1234567890.50000' in line if shop.backend != "sqlite" else record["d"] == "1234567890.50000"
    assert '"big":9007199254740993' in line
    assert record["f"] == 0.1
    assert (record["day"], record["local"], record["t"]) == ("2026-02-28", "2026-02-28T12:00:00", "23:59:59")
    assert record["at"].startswith("2026-02-28T10:00:00.5")
    assert record["b"] == "/wD+"
    assert record["jb"] == {"b": [1.5, None]}
    assert record["j"] == {"a": 2}
    assert line.count("\n") == 1
    assert record["ok"] is True
    assert record["e"] == "=happy"
    assert record["z"] is None
    assert {name: record[name] for name in PARTICULAR[shop.backend]} == PARTICULAR[shop.backend]
    ((*_, last),) = csv_cells(next(batch.text for batch in found.batches if batch.form is Form.CSV).decode())
    assert last is None


def test_mariadb_dates_that_no_calendar_has_are_kept(maria: Shop) -> None:
    maria.run("CREATE TABLE customers (id int PRIMARY KEY, email varchar(50), day date, t time)")
    maria.run("SET sql_mode=''", "INSERT INTO customers VALUES (1, 'ann@mail.example', '0000-00-00', '-838.59.59')")
    maria.run("UPDATE customers SET t = '-838:59:59'")
    maria.describe(customers={"id": KEY, "email": EMAIL, "day": {}, "t": {}})

    assert maria.find(ANN, roots(1)).records["customers"] == [
        {"id": 1, "email": "ann@mail.example", "day": "0000-00-00", "t": "-838:59:59"}
    ]
