"""A customer with 100,000 orders costs time, and no memory."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from requests_app.connectors.sql.speech import Prepared, Speech
from tests.connectors.shops import EMAIL, KEY, Shop, known_by, refer, roots

ANN = known_by("ann@mail.example")
BOB = known_by("bob@mail.example")
ORDERS = 100_000
SERIES = {
    "postgresql": "INSERT INTO orders SELECT g, 1, 'order ' || g FROM generate_series(1, {}) g",
    "mysql": "INSERT INTO orders SELECT seq, 1, concat('order ', seq) FROM seq_1_to_{}",
    "sqlite": "INSERT INTO orders WITH RECURSIVE n(g) AS (SELECT 1 UNION ALL SELECT g + 1 FROM n WHERE g < {})"
    " SELECT g, 1, 'order ' || g FROM n",
}


def fill(shop: Shop, orders: int) -> None:
    shop.run(
        "CREATE TABLE customers (id int PRIMARY KEY, email varchar(50))",
        "INSERT INTO customers VALUES (1, 'ann@mail.example'), (2, 'bob@mail.example')",
        "CREATE TABLE orders (id int PRIMARY KEY, customer_id int, note varchar(200))",
        "CREATE INDEX of_customer ON orders (customer_id)",
        SERIES[shop.backend].format(orders),
        "CREATE TABLE items (id int PRIMARY KEY, order_id int)",
        "CREATE INDEX of_order ON items (order_id)",
        "INSERT INTO items SELECT id, id FROM orders",
    )
    shop.describe(
        customers={"id": KEY, "email": EMAIL},
        orders={"id": KEY, "customer_id": refer("customers.id"), "note": {}},
        items={"id": KEY, "order_id": refer("orders.id")},
    )


MEASURE = """
import resource, sys
from pathlib import Path
from requests_app.connectors import CONNECTORS
from requests_app.connectors.base import Config
from requests_app.values import Claim, Identity, Root

def read(customer, email):
    sizes, counts = [0], {}
    config = Config("shop", sys.argv[1], Path(sys.argv[2]))
    for item in CONNECTORS["sql"].find(config, Identity((Claim("email", email),)), (Root("customers", (customer,)),)):
        sizes.append(len(item.text))
        counts[item.collection + item.form] = counts.get(item.collection + item.form, 0) + item.records
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024), max(sizes), counts

small, _, _ = read("2", "bob@mail.example")
large, batch, counts = read("1", "ann@mail.example")
print(large - small, batch, *sorted(set(counts.values())))
"""


def test_memory_stays_flat_however_many_records(shop: Shop) -> None:
    """In a process of its own, whose peak says how much more the 100,000 cost than the few before them."""
    fill(shop, ORDERS)
    shop.run("UPDATE orders SET customer_id = 2 WHERE id <= 5000")

    arguments = [sys.executable, "-c", MEASURE, shop.config.url, str(shop.config.description)]
    told = subprocess.run(arguments, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[3]).stdout.split()

    growth, batch, *counts = map(int, told)
    assert counts == [1, ORDERS - 5000]
    assert batch <= 300 * 1024
    assert growth <= 8 * 1024 * 1024


@pytest.mark.parametrize("orders", [10, 3000])
def test_the_number_of_statements_does_not_depend_on_the_number_of_records(
    shop: Shop, orders: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(shop, orders)
    asked: list[str] = []
    parameters = Prepared.parameters

    def counted(self: Prepared, values: Any) -> Any:
        asked.append(self.sql)
        return parameters(self, values)

    monkeypatch.setattr(Prepared, "parameters", counted)
    shop.find(ANN, roots(1))

    assert len(asked) == 1 + 1 + 3 * 2  # the root asked again, which collections hold anything, then each of them in two forms


def test_a_second_search_of_one_shape_builds_no_statement(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is new in it are values: another customer, another address."""
    fill(shop, 10)
    shop.run("UPDATE orders SET customer_id = 2 WHERE id > 7")
    first = shop.find(ANN, roots(1)), shop.candidates(ANN)
    built: list[Any] = []
    compile_ = Speech.compile

    def counted(self: Speech, statement: Any) -> Prepared:
        built.append(statement)
        return compile_(self, statement)

    monkeypatch.setattr(Speech, "compile", counted)
    second = shop.find(BOB, roots(2)), shop.candidates(BOB)

    assert built == []
    assert first[0].keys("orders") == [1, 2, 3, 4, 5, 6, 7]
    assert second[0].keys("orders") == [8, 9, 10]
    assert [one.root for one in (*first[1], *second[1])] == [*roots(1), *roots(2)]


def test_a_column_that_is_added_makes_the_statements_anew(shop: Shop) -> None:
    """What was kept is kept for the tables as they were."""
    fill(shop, 3)
    assert shop.find(ANN, roots(1)).keys("orders") == [1, 2, 3]
    shop.run(
        "DROP TABLE items", "CREATE TABLE items (id varchar(9) PRIMARY KEY, order_id int)", "INSERT INTO items VALUES ('x', 2)"
    )

    assert shop.find(ANN, roots(1)).keys("items") == ["x"]
