"""Dataset files as others write them, without a word of ours: what is found is what joins written by hand find."""

from typing import Any

import pytest
import yaml
from fideslang.models import Dataset

from requests_app.connectors.base import Lead, Pointer
from requests_app.connectors.sql.reading import describe
from tests.connectors.shops import SQL, Shop, known_by

TABLES = (
    "CREATE TABLE address (id int PRIMARY KEY, street varchar(20), city varchar(20))",
    "CREATE TABLE customer (id int PRIMARY KEY, email varchar(50), name varchar(20), address_id int)",
    "CREATE TABLE employee (id int PRIMARY KEY, email varchar(50), address_id int)",
    "CREATE TABLE orders (id varchar(9) PRIMARY KEY, customer_id int, shipping_address_id int)",
    "CREATE TABLE order_item (order_id varchar(9), item_no int, product_id int, PRIMARY KEY (order_id, item_no))",
    "CREATE TABLE product (id int PRIMARY KEY, name varchar(20))",
    "CREATE TABLE payment_card (id varchar(9), customer_id int, billing_address_id int, ccn varchar(20))",
    "CREATE TABLE service_request (id varchar(9) PRIMARY KEY, email varchar(50), alt_email varchar(50), employee_id int)",
    "CREATE TABLE visit (email varchar(50), last_visit varchar(20), PRIMARY KEY (email, last_visit))",
    "INSERT INTO address VALUES (0, 'a', 'x'), (1, 'b', 'x'), (2, 'c', 'x'), (3, 'd', 'x')",
    "INSERT INTO customer VALUES (0, 'Ann@mail.example', 'Ann', 1), (1, 'bob@mail.example', 'Bob', 2)",
    "INSERT INTO employee VALUES (1, 'eve@mail.example', 3)",
    "INSERT INTO orders VALUES ('', 0, 0), ('o-2', 1, 1), ('o-3', 0, NULL)",
    "INSERT INTO order_item VALUES ('', 1, 7), ('', 2, 8), ('o-2', 1, 9)",
    "INSERT INTO product VALUES (7, 'ring'), (8, 'chain'), (9, 'watch')",
    "INSERT INTO payment_card VALUES ('p-1', 0, 1, '1'), ('p-2', 1, 1, '2')",
    "INSERT INTO service_request VALUES ('s-1', 'ann@mail.example', NULL, 1), ('s-2', 'bob@mail.example', 'ann@mail.example', 1)",
    "INSERT INTO service_request VALUES ('s-3', 'bob@mail.example', NULL, 1), ('s-4', 'ann+x@mail.example', NULL, NULL)",
    "INSERT INTO visit VALUES ('ann@mail.example', '2024'), ('ANN@mail.example', '2025'), ('bob@mail.example', '2024')",
)
REACHED = {
    "customer": "SELECT id FROM customer WHERE lower(email) = 'ann@mail.example'",
    "address": "SELECT id FROM address WHERE id IN (SELECT address_id FROM customer WHERE id = 0)"
    " OR id IN (SELECT shipping_address_id FROM orders WHERE customer_id = 0)"
    " OR id IN (SELECT billing_address_id FROM payment_card WHERE customer_id = 0)",
    "orders": "SELECT id FROM orders WHERE customer_id = 0",
    "payment_card": "SELECT id FROM payment_card WHERE customer_id = 0",
    "product": "SELECT product_id FROM order_item JOIN orders o ON o.id = order_id WHERE o.customer_id = 0",
    "service_request": "SELECT id FROM service_request WHERE 'ann@mail.example' IN (email, alt_email)",
}


def field(name: str, meta: str = "fidesops_meta", **keys: Any) -> dict[str, Any]:
    return {"name": name, "data_categories": ["system.operations"]} | ({meta: keys} if keys else {})


def to(target: str, direction: str = "from", dataset: str = "example") -> dict[str, Any]:
    return {"references": [{"dataset": dataset, "field": target} | ({"direction": direction} if direction else {})]}


def example(*, keys: bool) -> dict[str, Any]:
    key: dict[str, Any] = {"primary_key": True} if keys else {}
    email: dict[str, Any] = {"identity": "email", "data_type": "string"}
    fields = {
        "address": [field("id", **key), field("street"), field("city")],
        "customer": [
            field("id", **key),
            field("email", **email),
            field("address_id", **to("address.id", "to")),
            field("name", length=40),
        ],
        "employee": [field("id", **key), field("email", "fides_meta", **email), field("address_id", **to("address.id", "to"))],
        "orders": [
            field("id", **key),
            field("customer_id", "fidesctl_meta", **to("customer.id")),
            field("shipping_address_id", **to("address.id", "to")),
        ],
        "order_item": [field("order_id", **to("orders.id")), field("product_id", **to("product.id", "to"))],
        "product": [field("id", **key), field("name")],
        "payment_card": [
            field("id", **key),
            field("customer_id", **to("customer.id")),
            field("billing_address_id", **to("address.id", "to")),
            field("ccn"),
        ],
        "service_request": [
            field("id", **key),
            field("email", **email),
            field("alt_email", **email),
            field("employee_id", **to("employee.id")),
        ],
        "visit": [field("email", **email), field("last_visit")],
    }
    extra = {"third_country_transfers": ["US"], "retention": "No retention", "fides_meta": None, "data_qualifier": "x"}
    collections = [{"name": name, "description": None, **extra, "fields": found} for name, found in fields.items()]
    dataset = {"fides_key": "example", "organization_fides_key": "default_organization", "tags": None, "name": "Example"}
    return {**dataset, "meta": None, "fides_meta": {"namespace": {}}, "collections": collections}


def written(shop: Shop, *datasets: dict[str, Any]) -> None:
    for dataset in datasets:
        Dataset(**dataset)
    shop.write(yaml.safe_dump({"dataset": list(datasets)}, sort_keys=False))


@pytest.mark.parametrize("keys", [True, False], ids=["keys", "no keys"])
def test_the_usual_example_is_searched_unchanged(shop: Shop, *, keys: bool) -> None:
    shop.run(*TABLES)
    written(shop, example(keys=keys))

    assert not any(problem.fatal for problem in shop.check())
    found = shop.find(known_by("ann@mail.example"), SQL.by_claim(shop.config))

    with shop.connected() as connection:
        for name, statement in REACHED.items():
            wanted = [row[0] for row in connection.exec_driver_sql(statement)]
            assert sorted(found.keys(name)) == sorted(wanted), name
    assert sorted(found.keys("visit", "last_visit")) == ["2024", "2025"]
    assert len(found.records["order_item"]) == 2
    assert "employee" not in found.records


def test_who_answers_for_others_gets_what_names_him(shop: Shop) -> None:
    shop.run(*TABLES)
    written(shop, example(keys=True))

    found = shop.find(known_by("eve@mail.example"), SQL.by_claim(shop.config))

    assert (found.keys("employee"), found.keys("address")) == ([1], [3])
    assert found.keys("service_request") == ["s-1", "s-2", "s-3"]
    assert "customer" not in found.records


def test_a_record_that_names_somebody_else_too_is_an_officers_to_choose(shop: Shop) -> None:
    shop.run(*TABLES)
    written(shop, example(keys=True))

    owned = {candidate.root.key: candidate.owned for candidate in shop.candidates(known_by("ann@mail.example"))}

    assert owned == {("0",): False, ("s-1",): True, ("s-2",): True, (): False}


def test_datasets_of_one_file_are_one_system(shop: Shop) -> None:
    shop.run(
        "CREATE TABLE people (id int PRIMARY KEY, email varchar(50))",
        "CREATE TABLE notes (id int PRIMARY KEY, person int, author int)",
        "INSERT INTO people VALUES (1, 'ann@mail.example'), (2, 'bob@mail.example')",
        "INSERT INTO notes VALUES (10, 1, 9), (11, 2, 9), (12, NULL, 8)",
    )
    people = {"name": "people", "fields": [field("id", primary_key=True), field("email", identity="email")]}
    author = field("author", **to("staff.number", "", dataset="hr"))
    notes = {
        "name": "notes",
        "fields": [field("id", primary_key=True), field("person", **to("people.id", "", dataset="crm")), author],
    }
    written(shop, {"fides_key": "crm", "collections": [people]}, {"fides_key": "desk", "collections": [notes, people]})
    staff, held = Pointer("hr", "staff", "number"), Pointer("desk", "notes", "author")

    assert [one.name for one in describe(shop.config.description).collections] == ["crm.people", "notes", "desk.people"]
    everybody = SQL.by_claim(shop.config)
    assert shop.find(known_by("ann@mail.example"), everybody).keys("notes") == [10]
    assert (SQL.wants(shop.config), SQL.offers(shop.config)) == ((staff,), (Lead(held, staff),))
    assert list(SQL.values(shop.config, known_by("ann@mail.example"), everybody, held)) == ["9"]
    assert shop.find(known_by("ann@mail.example"), everybody, {staff: lambda: iter(["8"])}).keys("notes") == [10, 12]
    assert shop.find(known_by("ann@mail.example"), everybody, {held: lambda: iter(["8"])}).keys("notes") == [10, 12]
    shop.options = {"dataset": "crm"}
    assert [one.name for one in SQL.inventory(shop.config).collections] == ["people"]


def test_many_values_of_another_system_find_each_record_once_and_in_order(shop: Shop) -> None:
    shop.run(*TABLES, "INSERT INTO orders VALUES ('z', 1, NULL)")
    cards = {"name": "orders", "fields": [field("id", primary_key=True, **to("cards.code", dataset="bank")), field("customer_id")]}
    person = {"name": "customer", "fields": [field("id", primary_key=True), field("email", identity="email")]}
    written(shop, {"fides_key": "example", "collections": [person, cards]})
    codes = [*("o-3", "z", ""), *(f"none-{number}" for number in range(5000)), "o-3"]

    found = shop.find(known_by("ann@mail.example"), (), {Pointer("bank", "cards", "code"): lambda: iter(codes)})

    assert found.keys("orders") == ["", "o-3", "z"]


def test_statements_are_shown_without_a_value(shop: Shop) -> None:
    shop.run(*TABLES)
    written(shop, example(keys=True))

    shown = {one.collection: one.text for one in SQL.statements(shop.config, known_by("ann@mail.example"))}

    assert set(shown) == {*REACHED, "employee", "order_item", "visit"}
    assert all("SELECT" in text and "mail.example" not in text.lower() for text in shown.values())
