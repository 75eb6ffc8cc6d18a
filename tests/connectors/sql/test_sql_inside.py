"""Values inside a column: objects and arrays in JSON, their identities and references, and how much of them travels."""

import json
from typing import Any

import pytest

from requests_app.connectors.base import NotAsDescribed
from requests_app.connectors.sql.reading import describe
from tests.connectors.shops import EMAIL, KEY, Shop, known_by, ours, roots

ANN = known_by("ann@mail.example")


def part(name: str, **meta: Any) -> dict[str, Any]:
    return {"name": name, "fides_meta": meta}


def inside(*parts: dict[str, Any], kind: str = "object", **meta: Any) -> dict[str, Any]:
    return {"fides_meta": {"data_type": kind, **meta}, "fields": list(parts)}


def to(target: str) -> dict[str, Any]:
    return {"references": [{"dataset": "shop", "field": target, "direction": "from"}]}


def made(shop: Shop, *tables: str) -> None:
    """Make tables of which a column `json` is of the engine's best type for it."""
    kind = {"postgresql": "jsonb", "mysql": "json", "sqlite": "text"}[shop.backend]
    shop.run(*(table.replace("JSON", kind) for table in tables))


def put(shop: Shop, table: str, key: int, *cells: Any) -> None:
    with shop.connected() as connection:
        values = [f"'{json.dumps(cell)}'" if cell is not None else "NULL" for cell in cells]
        connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({key}, {', '.join(values)})")  # of this file alone


@pytest.fixture
def profiles(shop: Shop) -> Shop:
    made(shop, "CREATE TABLE profiles (id int PRIMARY KEY, who JSON, more JSON)")
    put(shop, "profiles", 0, {"emails": ["ANN@mail.example", "joint@mail.example"], "code": "c-1", "secret": "Canary"}, ["a"])
    put(shop, "profiles", 1, {"emails": ["bob@mail.example"], "code": 5, "lists": [{"code": "c-1"}]}, None)
    put(shop, "profiles", 2, None, None)
    made(shop, "CREATE TABLE rewards (id int PRIMARY KEY, owners JSON)")
    put(shop, "rewards", 10, [{"code": "c-1", "name": "mine"}, {"code": "c-2", "name": "Canary"}])
    put(shop, "rewards", 11, [{"code": "c-2", "name": "Canary"}])
    put(shop, "rewards", 12, {"code": "c-1", "name": "one"})
    shop.describe(
        profiles={
            "id": KEY,
            "who": inside(part("emails", data_type="string[]", identity="email"), part("code")),
            "more": {"fides_meta": {"data_type": "string[]"}},
        },
        rewards={"id": KEY, "owners": inside(part("code", **to("profiles.who.code")), part("name"), kind="object[]")},
    )
    return shop


def test_an_identity_inside_an_array_finds_the_person(profiles: Shop) -> None:
    assert not any(problem.fatal for problem in profiles.check())
    assert profiles.candidate_keys(ANN) == [("0",)]
    assert profiles.candidate_keys(known_by("mail.example")) == []
    assert profiles.candidate_keys(known_by("bob@mail.example")) == [("1",)]


def test_only_what_is_described_and_only_the_elements_that_matched_travel(profiles: Shop) -> None:
    found = profiles.find(ANN, roots(0, of="profiles"))

    assert found.records["profiles"] == [{"id": 0, "who": {"emails": ["ANN@mail.example"], "code": "c-1"}, "more": ["a"]}]


def test_a_reference_between_values_inside_columns_is_followed(profiles: Shop) -> None:
    found = profiles.find(ANN, roots(0, of="profiles"))

    assert found.records["rewards"] == [
        {"id": 10, "owners": [{"code": "c-1", "name": "mine"}]},
        {"id": 12, "owners": {"code": "c-1", "name": "one"}},
    ]
    assert "Canary" not in str(found.records) + str(found.cells)


def test_an_array_that_is_described_to_travel_whole_does(profiles: Shop) -> None:
    text = profiles.config.description.read_text()
    profiles.write(text.replace("data_type: object[]", "data_type: object[]\n        return_all_elements: true"))

    found = profiles.find(ANN, roots(0, of="profiles"))

    assert [len(record["owners"]) for record in found.records["rewards"]] == [2, 2]


def test_values_inside_and_columns_meet_whatever_their_types(shop: Shop) -> None:
    made(
        shop,
        "CREATE TABLE customers (id int PRIMARY KEY, email varchar(50), baskets JSON)",
        "CREATE TABLE orders (id int PRIMARY KEY, number int, name varchar(20), log JSON)",
    )
    shop.run(
        'INSERT INTO customers VALUES (1, \'ann@mail.example\', \'[{"order": 7}, {"order": "x"}, {"order": "8"}, 3]\')',
        "INSERT INTO orders VALUES (7, 70, 'seven', NULL), (8, 80, 'Eight', NULL), (9, 90, 'nine', '{\"by\": [{\"of\": 7}]}')",
        "CREATE TABLE steps (id int PRIMARY KEY, names varchar(200))",
        "INSERT INTO steps VALUES (1, '[\"eight\", \"Seven\"]'), (2, '[\"seven\"]'), (3, 'seven'), (4, NULL), (5, '[\"Eight\"]')",
    )
    shop.describe(
        customers={"id": KEY, "email": EMAIL, "baskets": inside(part("order"), kind="object[]")},
        orders={
            "id": {"fides_meta": {"primary_key": True, **to("customers.baskets.order")}},
            "name": {},
            "log": inside(inside(part("of", **to("orders.id")), kind="object[]") | {"name": "by"}),
        },
        steps={"id": KEY, "names": {"fides_meta": {"data_type": "string[]", **to("orders.name")}}},
    )

    found = shop.find(ANN, roots(1))

    assert found.keys("orders") == [7, 8, 9]
    assert found.keys("steps") == [2, 5]
    assert [record["names"] for record in found.records["steps"]] == [["seven"], ["Eight"]]


def test_arrays_of_the_engine_itself_are_entered(postgres: Shop) -> None:
    postgres.run(
        "CREATE TABLE customers (id int PRIMARY KEY, emails text[], order_ids int[])",
        "INSERT INTO customers VALUES (1, '{old@mail.example,Ann@mail.example}', '{5,6}'), (2, '{}', NULL)",
        "CREATE TABLE orders (id int PRIMARY KEY, note text)",
        "INSERT INTO orders VALUES (5, 'a'), (6, 'b'), (7, 'c')",
    )
    many = {"fides_meta": {"data_type": "string[]", "identity": "email"}}
    postgres.describe(
        customers={"id": KEY, "emails": many, "order_ids": {"fides_meta": {"data_type": "integer[]"}}},
        orders={"id": {"fides_meta": {"primary_key": True, **to("customers.order_ids")}}, "note": {}},
    )

    found = postgres.find(ANN, roots(1))

    assert found.records["customers"] == [{"id": 1, "emails": ["Ann@mail.example"], "order_ids": [5, 6]}]
    assert found.keys("orders") == [5, 6]


def test_what_is_about_others_inside_a_column_stays(shop: Shop) -> None:
    made(shop, "CREATE TABLE customers (id int PRIMARY KEY, email varchar(50), card JSON)")
    shop.run(
        """INSERT INTO customers VALUES (1, 'ann@mail.example', '{"a": 1.50, "b": "Canary", "c": {"d": null, "e": "Canary"}}')"""
    )
    card = inside({"name": "a"}, {"name": "b", **ours(about="other")}, {"name": "c", "fields": [{"name": "d"}]})
    shop.describe(customers={"id": KEY, "email": EMAIL, "card": card})

    found = shop.find(ANN, roots(1))

    (record,) = found.records["customers"]
    assert record["card"] == {"a": 1.5, "c": {"d": None}}
    assert b"1.50" in found.batches[0].text
    assert "Canary" not in str(found.cells)
    assert [one.name for one in describe(shop.config.description).collections[0].info.withheld] == ["card.b"]


def test_a_column_that_holds_no_json_where_fields_are_described_is_a_fault(sqlite: Shop) -> None:
    """What cannot be looked into cannot be parted from what shall stay."""
    sqlite.run(
        "CREATE TABLE customers (id int PRIMARY KEY, email text, card text)",
        "INSERT INTO customers VALUES (1, 'ann@mail.example', 'x')",
    )
    sqlite.describe(customers={"id": KEY, "email": EMAIL, "card": inside({"name": "a"})})

    with pytest.raises(NotAsDescribed, match="card"):
        sqlite.find(ANN, roots(1))


def test_values_inside_columns_have_no_index_and_check_says_so(profiles: Shop) -> None:
    told = {problem.message for problem in profiles.check() if problem.code == "not_indexed"}

    assert any("values inside who" in message for message in told)


def test_a_value_of_a_wrong_kind_of_column_is_told(shop: Shop) -> None:
    shop.run("CREATE TABLE customers (id int PRIMARY KEY, email varchar(50), points int)")
    shop.describe(customers={"id": KEY, "email": EMAIL, "points": inside({"name": "a"})})

    assert "wrong_type" in shop.codes()


def test_a_reference_from_a_column_to_an_array(shop: Shop) -> None:
    made(
        shop,
        "CREATE TABLE customers (id int PRIMARY KEY, email varchar(50))",
        "CREATE TABLE flights (id int PRIMARY KEY, passengers JSON)",
    )
    shop.run("INSERT INTO customers VALUES (4, 'ann@mail.example'), (5, 'bob@mail.example')")
    put(shop, "flights", 1, [4, 5])
    put(shop, "flights", 2, [5, "4"])
    put(shop, "flights", 3, [45])
    shop.describe(
        customers={"id": KEY, "email": EMAIL},
        flights={"id": KEY, "passengers": {"fides_meta": {"data_type": "integer[]", **to("customers.id")}}},
    )

    found = shop.find(ANN, roots(4))

    assert [record["passengers"] for record in found.records["flights"]] == [[4], ["4"]]
