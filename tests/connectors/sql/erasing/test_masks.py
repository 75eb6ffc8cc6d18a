"""How fields are overwritten, in each engine: what stands there afterwards, and what is read back of it."""

import hashlib
import hmac
import json
import re
from typing import Any

import pytest

from tests.connectors.shops import EMAIL, KEY, Shop, Spec
from tests.connectors.sql.erasing.desk import opened

MAIN = "CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR(80) NOT NULL, {})"


def masked(strategy: str, **configuration: Any) -> Spec:
    return {
        "fides_meta": {"data_type": "string", "masking_strategy_override": {"strategy": strategy, "configuration": configuration}}
    }


CITY = {"name": "city"} | masked("string_rewrite", rewrite_value="X")


def of_type(data_type: str, **more: Any) -> Spec:
    return {"fides_meta": {"data_type": data_type, **more}}


def filled(shop: Shop, column: str, *values: str, spec: Spec | None = None, key: str = "") -> Shop:
    """Make customers with a column `x`, one for each value in SQL."""
    shop.run(MAIN.format(f"x {column}{key}"), *(
        f"INSERT INTO customers VALUES ({number}, 'c{number}@mail.example', {value})" for number, value in enumerate(values)
    ))  # fmt: skip
    shop.describe(customers={"id": KEY, "email": EMAIL, "x": spec or {}})
    return shop


def test_what_may_be_null_becomes_null(shop: Shop) -> None:
    with opened(filled(shop, "VARCHAR(20)", "'Keller'", "NULL")) as desk:
        assert desk.undone("x") == 1
        desk.overwrite("x")

        assert desk.held("x") == [(None,), (None,)]
        assert desk.masks.how("customers", ["x"]) == {"x": "NULL"}
        assert desk.undone("x") == 0


def test_a_text_that_may_not_be_null_becomes_empty(shop: Shop) -> None:
    with opened(filled(shop, "VARCHAR(20) NOT NULL", "'Keller'")) as desk:
        desk.overwrite("x")

        assert desk.held("x") == [("",)]
        assert desk.undone("x") == 0


@pytest.mark.parametrize(("length", "pattern"), [(80, "erased-[0-9a-f]{16}"), (16, "erased-[0-9a-f]{9}"), (10, "[0-9a-f]{10}")])
def test_where_no_two_may_be_alike_each_gets_a_text_of_its_own_that_fits(shop: Shop, length: int, pattern: str) -> None:
    with opened(filled(shop, f"VARCHAR({length}) NOT NULL UNIQUE", "'Keller'", "'Weiss'")) as desk:
        assert desk.undone("x") == 2
        desk.overwrite("x")

        found = [value for (value,) in desk.held("x")]
        assert all(re.fullmatch(pattern, value) for value in found)
        assert len(set(found)) == 2
        assert desk.undone("x") == 0


def test_a_text_made_at_random_is_the_same_when_it_is_read_back_and_another_for_every_field(shop: Shop) -> None:
    shop.run("CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR(80), x VARCHAR(99), y VARCHAR(200))")
    shop.run("INSERT INTO customers VALUES (0, 'ann@mail.example', 'Keller', 'Keller'), (7, 'bob@mail.example', 'Weiss', NULL)")
    shop.describe(customers={
        "id": KEY, "email": EMAIL,
        "x": masked("random_string_rewrite", length=20, format_preservation={"suffix": "@erased.example"}),
        "y": masked("random_string_rewrite", length=100),
    })  # fmt: skip
    with opened(shop) as desk:
        desk.overwrite("x", "y")

        (x, y), (other, none) = desk.held("x", "y")
        assert re.fullmatch("[0-9a-f]{20}@erased.example", x)
        assert len({x, other}) == 2
        assert re.fullmatch("[0-9a-f]{100}", y)
        assert not y.startswith(x[:20])
        assert none is None
        assert (desk.undone("x"), desk.undone("y")) == (0, 0)


@pytest.mark.parametrize(("spec", "length"), [({}, 64), ({"algorithm": "SHA-256"}, 64), ({"algorithm": "SHA-512"}, 128)])
@pytest.mark.parametrize("strategy", ["hash", "hmac"])
def test_a_hash_keeps_equal_values_equal_and_is_not_that_of_the_value(shop: Shop, strategy: str, spec: Spec, length: int) -> None:
    values = ["Müller 'x'", "Keller", "Keller"]
    quoted = [f"'{value.replace(chr(39), chr(39) * 2)}'" for value in values]
    with opened(filled(shop, "VARCHAR(200)", *quoted, "NULL", spec=masked(strategy, **spec))) as desk:
        assert desk.undone("x") == 3
        desk.overwrite("x")

        found = [value for (value,) in desk.held("x")]
        assert [value and len(value) for value in found] == [length, length, length, None]
        assert found[1] == found[2] != found[0]
        assert not {hashlib.sha256(value.encode()).hexdigest() for value in values} & set(found)
        assert desk.undone("x") == 0


def test_every_engine_makes_the_keyed_hash_that_is_meant(shop: Shop) -> None:
    with opened(filled(shop, "VARCHAR(200)", "'Müller'", spec=masked("hmac", algorithm="SHA-512"))) as desk:
        desk.overwrite("x")

        key = desk.masks._salt  # nobody else may know it
        assert desk.held("x") == [(hmac.new(key, "Müller".encode(), "sha512").hexdigest(),)]


def test_a_hash_is_cut_to_its_place_and_keeps_what_stands_behind_it(shop: Shop) -> None:
    spec = masked("hash", format_preservation={"suffix": "@x.example"})
    with opened(filled(shop, "VARCHAR(30)", "'ann@mail.example'", spec=spec)) as desk:
        desk.overwrite("x")

        ((found,),) = desk.held("x")
        assert re.fullmatch("[0-9a-f]{20}@x.example", found)
        assert desk.undone("x") == 0


@pytest.mark.parametrize(
    ("column", "held", "value", "after"),
    [
        ("VARCHAR(20) NOT NULL", "'Keller'", "MASKED", "MASKED"),
        ("INTEGER NOT NULL", "44", "0", "0"),
        ("DATE NOT NULL", "'1980-05-17'", "1900-01-01", "1900-01-01"),
        ("DECIMAL(6,2) NOT NULL", "99.50", "-1.25", "-1.25"),
    ],
)
def test_a_file_says_what_stands_there_afterwards(shop: Shop, column: str, held: str, value: str, after: str) -> None:
    with opened(filled(shop, column, held, spec=masked("string_rewrite", rewrite_value=value))) as desk:
        assert desk.undone("x") == 1
        desk.overwrite("x")

        assert [str(found) for (found,) in desk.held("x")] == [after]
        assert desk.undone("x") == 0


def test_what_is_nothing_stays_nothing(shop: Shop) -> None:
    with opened(filled(shop, "VARCHAR(20)", "NULL", spec=masked("string_rewrite", rewrite_value="MASKED"))) as desk:
        desk.overwrite("x")

        assert desk.held("x") == [(None,)]


def test_a_length_in_the_file_cuts_what_is_written(shop: Shop) -> None:
    spec = masked("string_rewrite", rewrite_value="MASKED", format_preservation={"suffix": "-x"})
    spec["fides_meta"]["length"] = 7
    with opened(filled(shop, "VARCHAR(7)", "'Keller'", spec=spec)) as desk:
        desk.overwrite("x")

        assert desk.held("x") == [("MASKED-",)]


def test_a_strategy_of_the_collection_holds_for_fields_without_their_own(shop: Shop) -> None:
    shop.run("CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR(80), x VARCHAR(20), y VARCHAR(20))")
    shop.run("INSERT INTO customers VALUES (1, 'ann@mail.example', 'Keller', 'Anna')")
    override = masked("string_rewrite", rewrite_value="gone")["fides_meta"]
    shop.describe(
        customers={"id": KEY, "email": EMAIL, "x": {}, "y": masked("null_rewrite")}, meta={"customers": {"fides_meta": override}}
    )
    with opened(shop) as desk:
        desk.overwrite("x", "y")

        assert desk.held("x", "y") == [("gone", None)]


@pytest.mark.parametrize(
    ("column", "spec", "code", "words"),
    [
        ("VARCHAR(20) NOT NULL", masked("null_rewrite"), "not_null", "may not be NULL"),
        ("INTEGER NOT NULL", {}, "not_null", "string_rewrite"),
        ("INTEGER NOT NULL", masked("random_string_rewrite"), "strategy", "is text"),
        ("INTEGER NOT NULL", masked("string_rewrite", rewrite_value="MASKED"), "strategy", "'MASKED' is no"),
        ("VARCHAR(4) NOT NULL", masked("string_rewrite", rewrite_value="MASKED"), "too_long", "longer than its 4"),
        ("VARCHAR(20) NOT NULL UNIQUE", masked("string_rewrite", rewrite_value="MASKED"), "unique", "no two"),
        ("VARCHAR(5) NOT NULL UNIQUE", {}, "too_short", "no room"),
        ("VARCHAR(20)", masked("aes_encrypt", mode="GCM"), "strategy", "`aes_encrypt`"),
        ("VARCHAR(20)", masked("ip_mask"), "strategy", "`ip_mask`"),
        ("VARCHAR(20)", masked("preserve"), "strategy", "`preserve`"),
        ("VARCHAR(20)", masked("scramble"), "strategy", "`scramble` is no strategy"),
        ("VARCHAR(20)", masked("hash", algorithm="MD5"), "strategy", "`MD5`"),
        ("VARCHAR(20)", masked("hash", salt="x"), "strategy", "`salt`"),
        ("VARCHAR(20)", masked("string_rewrite"), "strategy", "rewrite_value"),
        ("VARCHAR(20)", masked("random_string_rewrite", length="many"), "strategy", "whole number"),
        ("VARCHAR(20)", masked("hash", format_preservation={"prefix": "x"}), "strategy", "suffix"),
        ("VARCHAR(20)", masked("hash", format_preservation={"suffix": "x" * 30}), "too_long", "no room"),
        ("VARCHAR(20)", of_type("string", read_only=True), "read_only", "read only"),
    ],
)
def test_what_cannot_be_overwritten_is_refused_by_line_table_column_and_reason(
    shop: Shop, column: str, spec: Spec, code: str, words: str
) -> None:
    with opened(filled(shop, column, spec=spec)) as desk:
        (problem,) = desk.problems("x")

        assert problem.code == code
        assert problem.where.startswith("shop.yaml:")
        assert "customers.x" in problem.message
        assert words in problem.message
        assert problem.fatal


def test_a_key_is_never_overwritten(shop: Shop) -> None:
    with opened(filled(shop, "VARCHAR(20)", "'K'")) as desk:
        (problem,) = desk.problems("id")

        assert (problem.code, "customers.id" in problem.message) == ("is_key", True)


def test_what_other_records_point_at_is_never_overwritten_and_what_points_there_only_with_null(shop: Shop) -> None:
    shop.run(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR(80), number VARCHAR(20) UNIQUE)",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, a VARCHAR(20), b VARCHAR(20), "
        "FOREIGN KEY (a) REFERENCES customers (number), FOREIGN KEY (b) REFERENCES customers (number))",
    )
    reference = {"references": [{"dataset": "shop", "field": "customers.number", "direction": "from"}]}
    hashed = masked("hash")["fides_meta"]
    shop.describe(
        customers={"id": KEY, "email": EMAIL, "number": {}},
        orders={"id": KEY, "a": {"fides_meta": reference}, "b": {"fides_meta": reference | hashed}},
    )
    with opened(shop) as desk:
        assert [problem.code for problem in desk.problems("number")] == ["is_key"]
        assert [problem.code for problem in desk.problems("a", "b", of="orders")] == ["foreign_key"]


def test_what_the_system_computes_is_refused(shop: Shop) -> None:
    shop.run(MAIN.format("x VARCHAR(99) GENERATED ALWAYS AS (email) STORED"))
    shop.describe(customers={"id": KEY, "email": EMAIL, "x": {}})
    with opened(shop) as desk:
        assert [problem.code for problem in desk.problems("x", "email")] == ["generated"]


def documents(shop: Shop, kind: str, *values: Any, parts: list[Spec]) -> Shop:
    fields = {"id": KEY, "email": EMAIL, "x": {"fides_meta": {"data_type": "object"}, "fields": parts}}
    shop.run(MAIN.format(f"x {kind}"))
    texts = [json.dumps(value) if value is not None else None for value in values]
    with shop.connected() as connection:
        for number, text in enumerate(texts):
            sql = "INSERT INTO customers VALUES ({}, 'c@mail.example', {})"
            quoted = "NULL" if text is None else "'" + text.replace("'", "''") + "'"
            connection.exec_driver_sql(sql.format(number, quoted))
    shop.describe(customers=fields)
    return shop


@pytest.mark.parametrize("kind", ["TEXT", "JSON"])
def test_parts_of_a_document_are_overwritten_and_the_rest_stays(shop: Shop, kind: str) -> None:
    parts: list[Spec] = [
        {"name": "na.me"},
        {"name": "seen"},
        {"name": "contact", "fields": [{"name": "mail"} | masked("hash"), CITY]},
        {"name": "tags", "fides_meta": {"data_type": "string[]"}},
    ]  # fmt: skip
    first = {
        "na.me": "Ann",
        "seen": 3,
        "contact": {"mail": "ann@x.example", "city": None, "zip": "1"},
        "tags": ["a", "b"],
        "own": [1],
    }
    with opened(documents(shop, kind, first, {"seen": 4}, None, parts=parts)) as desk:
        desk.overwrite("x.contact.mail", "x.contact.city", "x.tags")

        one, two, three = (json.loads(value) if isinstance(value, str) else value for (value,) in desk.held("x"))
        assert re.fullmatch("[0-9a-f]{64}", one["contact"].pop("mail"))
        assert one == {"na.me": "Ann", "seen": 3, "contact": {"city": None, "zip": "1"}, "tags": [], "own": [1]}
        assert (two, three) == ({"seen": 4}, None)
        assert [desk.undone(name) for name in ("x.contact.mail", "x.contact.city", "x.tags", "x.seen")] == [0, 0, 0, 2]


def test_a_document_goes_whole_where_it_may(shop: Shop) -> None:
    with opened(documents(shop, "TEXT NOT NULL", {"name": "Ann"}, parts=[{"name": "name"}])) as desk:
        desk.overwrite("x", "x.name")

        assert desk.held("x") == [("{}",)]
        assert (desk.undone("x"), desk.undone("x.name")) == (0, 0)


def test_a_value_in_a_list_of_objects_is_refused_by_name(shop: Shop) -> None:
    parts: list[Spec] = [{"name": "kids", "fides_meta": {"data_type": "object[]"}, "fields": [{"name": "name"}]}]
    with opened(documents(shop, "TEXT", {"kids": [{"name": "Tim"}]}, parts=parts)) as desk:
        (problem,) = desk.problems("x.kids.name")

        assert (problem.code, "x.kids" in problem.message) == ("inside_list", True)
