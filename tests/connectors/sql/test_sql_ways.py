"""Along which references one record leads to another, and where the way to another person ends."""

from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, Integer, String, Table

from tests.connectors.shops import EMAIL, KEY, Shop, known_by, refer, roots

ANN = known_by("ann@mail.example")
CUSTOMERS = {"id": KEY, "email": EMAIL}
ORDERS = {"id": KEY, "customer_id": refer("customers.id")}


def key(name: str = "id") -> Column[Any]:
    return Column(name, BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False)


def number(name: str) -> Column[Any]:
    return Column(name, BigInteger().with_variant(Integer(), "sqlite"), index=True)


def words(name: str, **options: Any) -> Column[Any]:
    return Column(name, String(100), **options)


def customers(shop: Shop, *more: Column[Any]) -> None:
    Table("customers", shop.metadata, key(), words("email"), *more)


def orders(shop: Shop, *more: Column[Any]) -> None:
    Table("orders", shop.metadata, key(), number("customer_id"), *more)


def persons(*ids: int) -> list[dict[str, Any]]:
    return [{"id": one, "email": "ann@mail.example"} for one in ids]


def test_two_ways_to_one_table_give_each_record_once(shop: Shop) -> None:
    customers(shop, number("billing_id"), number("delivery_id"))
    Table("addresses", shop.metadata, key(), words("street"))
    shop.fill(
        customers=[
            {"id": 1, "email": "ann@mail.example", "billing_id": 5, "delivery_id": 6},
            {"id": 2, "email": "ann@mail.example", "billing_id": 7, "delivery_id": 7},
        ],
        addresses=[{"id": number, "street": "x"} for number in (5, 6, 7, 8)],
    )
    shop.describe(
        customers=CUSTOMERS | {"billing_id": refer("addresses.id", "to"), "delivery_id": refer("addresses.id", "to")},
        addresses={"id": KEY, "street": {}},
    )

    assert shop.find(ANN, roots(1)).keys("addresses") == [5, 6]
    assert shop.find(ANN, roots(2)).keys("addresses") == [7]
    assert shop.find(ANN, roots(1, 2)).keys("addresses") == [5, 6, 7]


def test_a_record_pointed_at_by_two_persons_goes_to_each(shop: Shop) -> None:
    customers(shop, number("home_id"))
    Table("addresses", shop.metadata, key(), words("street"))
    shop.fill(
        customers=[{"id": 1, "email": "ann@mail.example", "home_id": 5}, {"id": 2, "email": "bob@mail.example", "home_id": 5}],
        addresses=[{"id": 5, "street": "x"}],
    )
    shop.describe(customers=CUSTOMERS | {"home_id": refer("addresses.id", "to")}, addresses={"id": KEY, "street": {}})

    assert shop.find(ANN, roots(1)).keys("addresses") == [5]
    assert shop.find(known_by("bob@mail.example"), roots(2)).keys("addresses") == [5]


def test_what_another_person_owns_is_not_given_away_because_it_is_mentioned(shop: Shop) -> None:
    customers(shop)
    Table("addresses", shop.metadata, key(), number("customer_id"))
    orders(shop, number("address_id"))
    shop.fill(
        customers=[{"id": 1, "email": "ann@mail.example"}, {"id": 2, "email": "bob@mail.example"}],
        addresses=[
            {"id": 50, "customer_id": 1},
            {"id": 51, "customer_id": 2},
            {"id": 52, "customer_id": None},
            {"id": 53, "customer_id": 99},
        ],
        orders=[{"id": 100 + to, "customer_id": 1, "address_id": to} for to in (50, 51, 52, 53)],
    )
    shop.describe(
        customers=CUSTOMERS,
        addresses={"id": KEY, "customer_id": refer("customers.id")},
        orders=ORDERS | {"address_id": refer("addresses.id", "to")},
    )

    found = shop.find(ANN, roots(1))

    assert found.keys("orders") == [150, 151, 152, 153]
    assert found.keys("addresses") == [50, 52, 53]  # 52 names nobody, 53 somebody who is not there


def test_references_that_state_no_direction_lead_away_from_the_person(shop: Shop) -> None:
    """Both customers' orders hang on one address: followed either way, each would get the other's."""
    customers(shop)
    Table("addresses", shop.metadata, key())
    orders(shop, number("address_id"))
    shop.fill(
        customers=[{"id": 1, "email": "ann@mail.example"}, {"id": 2, "email": "bob@mail.example"}],
        addresses=[{"id": 5}],
        orders=[{"id": 10, "customer_id": 1, "address_id": 5}, {"id": 11, "customer_id": 2, "address_id": 5}],
    )
    shop.describe(
        customers=CUSTOMERS,
        addresses={"id": KEY},
        orders={"id": KEY, "customer_id": refer("customers.id", ""), "address_id": refer("addresses.id", "")},
    )

    found = shop.find(ANN, roots(1))

    assert (found.keys("customers"), found.keys("orders"), found.keys("addresses")) == ([1], [10], [5])


def test_nobody_reaches_another_person(shop: Shop) -> None:
    customers(shop, number("referred_by"))
    orders(shop, number("paid_by"))
    shop.fill(
        customers=[
            {"id": 1, "email": "ann@mail.example", "referred_by": 2},
            {"id": 2, "email": "bob@mail.example", "referred_by": 1},
            {"id": 3, "email": "eve@mail.example", "referred_by": 1},
        ],
        orders=[{"id": 10, "customer_id": 1, "paid_by": 3}],
    )
    shop.describe(
        customers=CUSTOMERS | {"referred_by": refer("customers.id", "")},
        orders=ORDERS | {"paid_by": refer("customers.id", "to")},
    )

    assert shop.find(ANN, roots(1)).keys("customers") == [1]


def test_a_reference_to_oneself_ends(shop: Shop) -> None:
    customers(shop)
    orders(shop, number("replaces"))
    chain = [{"id": number, "customer_id": None, "replaces": number - 1} for number in range(11, 1500)]
    shop.fill(
        customers=[{"id": 1, "email": "ann@mail.example"}, {"id": 2, "email": "bob@mail.example"}],
        orders=[
            {"id": 10, "customer_id": 1, "replaces": 1499},
            *chain,
            {"id": 5000, "customer_id": 2, "replaces": 10},
            {"id": 5001, "customer_id": None, "replaces": 5000},
            {"id": 6000, "customer_id": None, "replaces": 6000},
        ],
    )
    shop.describe(customers=CUSTOMERS, orders=ORDERS | {"replaces": refer("orders.id", "from")})

    assert shop.find(ANN, roots(1)).keys("orders") == list(range(10, 1500))


@pytest.mark.parametrize("direction", ["", "to"])
def test_a_reference_to_oneself_is_followed_as_it_is_stated(shop: Shop, direction: str) -> None:
    customers(shop)
    orders(shop, number("replaces"))
    shop.fill(
        customers=persons(1),
        orders=[
            {"id": 10, "customer_id": 1, "replaces": 9},
            {"id": 9, "customer_id": None, "replaces": 8},
            {"id": 8, "customer_id": None, "replaces": None},
            {"id": 11, "customer_id": None, "replaces": 10},
        ],
    )
    shop.describe(customers=CUSTOMERS, orders=ORDERS | {"replaces": refer("orders.id", direction)})

    assert shop.find(ANN, roots(1)).keys("orders") == ([8, 9, 10] if direction else [8, 9, 10, 11])


def test_references_that_go_round_end_and_lose_nothing(shop: Shop) -> None:
    customers(shop)
    orders(shop)
    Table("returns", shop.metadata, key(), number("order_id"), number("replacement_id"))
    Table("notes", shop.metadata, key(), number("return_id"))
    shop.fill(
        customers=persons(1),
        orders=[{"id": 10, "customer_id": 1}, *({"id": number, "customer_id": None} for number in (11, 12, 13))],
        returns=[
            {"id": 20, "order_id": 10, "replacement_id": 11},
            {"id": 21, "order_id": 11, "replacement_id": 12},
            {"id": 22, "order_id": 12, "replacement_id": 10},
            {"id": 23, "order_id": 13, "replacement_id": None},
        ],
        notes=[{"id": 30 + number, "return_id": 20 + number} for number in range(4)],
    )
    shop.describe(
        customers=CUSTOMERS,
        orders=ORDERS,
        returns={"id": KEY, "order_id": refer("orders.id"), "replacement_id": refer("orders.id", "to")},
        notes={"id": KEY, "return_id": refer("returns.id")},
    )

    found = shop.find(ANN, roots(1))

    assert found.keys("orders") == [10, 11, 12]
    assert found.keys("returns") == [20, 21, 22]
    assert found.keys("notes") == [30, 31, 32]


def test_a_group_that_goes_round_in_two_ways_is_read_whole(shop: Shop) -> None:
    customers(shop)
    orders(shop, number("replaces"))
    Table("returns", shop.metadata, key(), number("order_id"), number("replacement_id"))
    shop.fill(
        customers=persons(1),
        orders=[
            {"id": 10, "customer_id": 1, "replaces": None},
            {"id": 11, "customer_id": None, "replaces": None},
            {"id": 12, "customer_id": None, "replaces": 11},
            {"id": 13, "customer_id": None, "replaces": 99},
        ],
        returns=[{"id": 20, "order_id": 10, "replacement_id": 11}, {"id": 21, "order_id": 12, "replacement_id": None}],
    )
    shop.describe(
        customers=CUSTOMERS,
        orders=ORDERS | {"replaces": refer("orders.id")},
        returns={"id": KEY, "order_id": refer("orders.id"), "replacement_id": refer("orders.id", "to")},
    )

    found = shop.find(ANN, roots(1))

    assert (found.keys("orders"), found.keys("returns")) == ([10, 11, 12], [20, 21])


def test_guest_orders_and_account_orders_of_one_person_come_together(shop: Shop) -> None:
    customers(shop)
    orders(shop, words("guest_email"))
    shop.fill(
        customers=persons(1),
        orders=[
            {"id": 10, "customer_id": 1, "guest_email": "old@mail.example"},
            {"id": 11, "customer_id": None, "guest_email": "ann@mail.example"},
            {"id": 12, "customer_id": 1, "guest_email": "ann@mail.example"},
            {"id": 13, "customer_id": None, "guest_email": "bob@mail.example"},
        ],
    )
    shop.describe(customers=CUSTOMERS, orders=ORDERS | {"guest_email": EMAIL})

    assert [candidate.root for candidate in shop.candidates(ANN)] == [*roots(1), *roots(11, of="orders")]
    assert shop.find(ANN, (*roots(1), *roots(11, of="orders"))).keys("orders") == [10, 11, 12]
    assert shop.find(ANN, roots(11, of="orders")).keys("orders") == [11]
    assert "customers" not in shop.find(ANN, roots(11, of="orders")).records
