"""What belongs to a person comes back whole, and nothing else does: in every engine."""

from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from requests_app.connectors.base import ForeignRecord, Form
from tests.connectors.shops import EMAIL, KEY, Shop, known_by, ours, refer, roots

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


def test_a_person_gets_the_records_of_the_chosen_root_and_no_other(shop: Shop) -> None:
    customers(shop)
    orders(shop)
    shop.fill(
        customers=persons(1, 2), orders=[{"id": 10, "customer_id": 1}, {"id": 11, "customer_id": 2}, {"id": 12, "customer_id": 1}]
    )
    shop.describe(customers=CUSTOMERS, orders=ORDERS)

    found = shop.find(ANN, roots(1))

    assert found.keys("customers") == [1]
    assert found.keys("orders") == [10, 12]


def test_both_of_two_chosen_roots_are_answered(shop: Shop) -> None:
    customers(shop)
    orders(shop)
    shop.fill(customers=persons(1, 2), orders=[{"id": 10, "customer_id": 1}, {"id": 11, "customer_id": 2}])
    shop.describe(customers=CUSTOMERS, orders=ORDERS)

    assert shop.find(ANN, roots(1, 2)).keys("orders") == [10, 11]


def test_nothing_is_read_without_a_root(shop: Shop) -> None:
    customers(shop)
    shop.fill(customers=persons(1))
    shop.describe(customers=CUSTOMERS)

    assert shop.find(ANN, ()).batches == []


def test_a_key_of_zero_is_a_key(shop: Shop) -> None:
    customers(shop)
    orders(shop)
    Table("items", shop.metadata, key("order_id"), key("line"))
    shop.fill(
        customers=persons(0, 1),
        orders=[{"id": 0, "customer_id": 0}, {"id": 1, "customer_id": 1}],
        items=[{"order_id": 0, "line": 0}, {"order_id": 0, "line": 1}, {"order_id": 1, "line": 0}],
    )
    shop.describe(customers=CUSTOMERS, orders=ORDERS, items={"order_id": refer("orders.id", primary_key=True), "line": KEY})

    found = shop.find(ANN, roots(0))

    assert found.keys("customers") == [0]
    assert found.keys("orders") == [0]
    assert found.records["items"] == [{"order_id": 0, "line": 0}, {"order_id": 0, "line": 1}]


def test_an_empty_text_is_a_key_and_null_is_none(shop: Shop) -> None:
    Table("customers", shop.metadata, words("code", primary_key=True), words("email"))
    Table("orders", shop.metadata, key(), words("customer_code", index=True))
    shop.fill(
        customers=[{"code": "", "email": "ann@mail.example"}, {"code": "x", "email": "bob@mail.example"}],
        orders=[{"id": 1, "customer_code": ""}, {"id": 2, "customer_code": None}, {"id": 3, "customer_code": "x"}],
    )
    shop.describe(customers={"code": KEY, "email": EMAIL}, orders={"id": KEY, "customer_code": refer("customers.code")})

    assert shop.find(ANN, roots("")).keys("orders") == [1]


def test_a_composite_key_is_one_key(shop: Shop) -> None:
    Table("customers", shop.metadata, key("shop"), key("number"), words("email"))
    shop.fill(customers=[{"shop": a, "number": b, "email": "ann@mail.example"} for a in (0, 1) for b in (0, 1)])
    shop.describe(customers={"shop": KEY, "number": KEY, "email": EMAIL})

    assert shop.candidate_keys(ANN) == [("0", "0"), ("0", "1"), ("1", "0"), ("1", "1")]
    assert [list(record.values())[:2] for record in shop.find(ANN, roots((0, 1))).records["customers"]] == [[0, 1]]


def test_keys_are_compared_by_their_bytes(shop: Shop) -> None:
    """MariaDB's usual collations take accents, case and blanks at the end for nothing."""
    Table("customers", shop.metadata, words("code", primary_key=True), words("email"))
    Table("orders", shop.metadata, key(), words("customer_code", index=True))
    codes = ["rose", "ROSE", "rosé", "rose "]
    shop.fill(
        customers=[{"code": "rose", "email": "ann@mail.example"}],
        orders=[{"id": index, "customer_code": code} for index, code in enumerate(codes)],
    )
    shop.describe(customers={"code": KEY, "email": EMAIL}, orders={"id": KEY, "customer_code": refer("customers.code")})

    assert shop.find(ANN, roots("rose")).keys("orders") == [0]


def test_a_root_key_is_not_guessed(shop: Shop) -> None:
    customers(shop)
    shop.fill(customers=persons(1))
    shop.describe(customers=CUSTOMERS)

    for wrong in ("1abc", " 1", "01", "1.0", "", "١", "1e0", "9" * 60):
        with pytest.raises(ForeignRecord):
            shop.find(ANN, roots(wrong))


@pytest.mark.threat("3.05")
def test_a_root_that_does_not_meet_the_identity_is_refused(shop: Shop) -> None:
    customers(shop)
    shop.fill(customers=[*persons(1), {"id": 2, "email": "bob@mail.example"}, {"id": 3, "email": None}])
    shop.describe(customers=CUSTOMERS)

    for stranger in (roots(2), roots(3), roots(4), roots(1, 2), roots(1, of="orders"), roots((1, 1))):
        with pytest.raises(ForeignRecord) as caught:
            shop.find(ANN, stranger)
        assert "mail.example" not in str(caught.value)


def test_a_root_meets_the_identity_by_any_claim(shop: Shop) -> None:
    customers(shop, words("phone"), number("card"))
    shop.fill(customers=[{"id": 1, "email": "old@mail.example", "phone": "+33 1", "card": 77}])
    shop.describe(
        customers=CUSTOMERS
        | {"phone": {"fides_meta": {"identity": "phone_number"}}, "card": {"fides_meta": {"identity": "customer_id"}}}
    )

    for claims in ({"phone_number": "+33 1"}, {"customer_id": "77"}):
        identity = known_by("ann@mail.example", **claims)
        assert shop.candidates(identity)[0].matched == tuple(claims)
        assert shop.find(identity, roots(1)).keys("customers") == [1]
    for claims in ({"phone_number": "+33 2"}, {"customer_id": "077"}, {"customer_id": "77a"}, {"customer_id": "+33 1"}):
        assert shop.candidates(known_by("ann@mail.example", **claims)) == []


@pytest.mark.promise("O8")
@pytest.mark.promise("J10")
def test_what_is_about_others_or_not_described_is_never_asked_for(shop: Shop) -> None:
    customers(shop, words("partner"), words("password"), words("note"))
    shop.fill(customers=[{"id": 1, "email": "ann@mail.example", "partner": "Canary", "password": "Canary", "note": "shown"}])
    shop.describe(customers=CUSTOMERS | {"partner": ours(about="other"), "note": ours(about="both")})

    found = shop.find(ANN, roots(1))

    assert found.records["customers"] == [{"id": 1, "email": "ann@mail.example", "note": "shown"}]
    assert not any(b"Canary" in batch.text for batch in found.batches)


def test_a_withheld_key_still_leads_on(shop: Shop) -> None:
    customers(shop)
    orders(shop)
    shop.fill(customers=persons(1), orders=[{"id": 11, "customer_id": 1}, {"id": 10, "customer_id": 1}])
    hidden = {"id": {**KEY, **ours(about="other")}, "email": EMAIL}
    shop.describe(customers=hidden, orders=ORDERS)

    found = shop.find(ANN, roots(1))

    assert found.records["customers"] == [{"email": "ann@mail.example"}]
    assert found.keys("orders") == [10, 11]


def test_both_forms_hold_the_same_records_in_the_order_of_the_key(shop: Shop) -> None:
    customers(shop)
    orders(shop)
    Table("visits", shop.metadata, number("customer_id"), words("page"))
    shop.fill(
        customers=persons(1),
        orders=[{"id": number * 7919 % 3001, "customer_id": 1} for number in range(3000)],
        visits=[{"customer_id": 1, "page": f"page {number * 7919 % 501}"} for number in range(1000)],
    )
    shop.describe(customers=CUSTOMERS, orders=ORDERS, visits={"customer_id": refer("customers.id"), "page": {}})

    found = shop.find(ANN, roots(1))

    assert found.keys("orders") == sorted(number * 7919 % 3001 for number in range(3000))
    assert len(found.records["visits"]) == 1000  # without a key: `find` has compared both forms, row by row
    assert [(batch.collection, batch.form) for batch in found.batches] == [
        (name, form) for name in ("customers", "orders", "visits") for form in Form
    ]


def test_collections_that_are_skipped_stay_out(shop: Shop) -> None:
    customers(shop)
    shop.fill(customers=persons(1))
    shop.describe(
        meta={"orders": {"fides_meta": {"skip_processing": True}}},
        customers=CUSTOMERS | {"id": {**KEY, **refer("orders.customer_id", "to")} | KEY},
        orders=ORDERS,
    )

    assert shop.codes() in ([], ["not_indexed"])
    assert list(shop.find(ANN, roots(1)).records) == ["customers"]


def test_names_that_need_quotes_are_only_names(shop: Shop) -> None:
    odd = 'Order "x"; --%s' if shop.backend == "postgresql" else "Order x; --"
    Table("customers", shop.metadata, key(), words("email"), words("select"), words("Ünï 100%"), Column(odd, Text))
    shop.fill(customers=[{"id": 1, "email": "ann@mail.example", "select": "a", "Ünï 100%": "b", odd: "c"}])
    shop.describe(customers=CUSTOMERS | {"select": {}, "Ünï 100%": {}, odd: {}})

    assert shop.codes() in ([], ["not_indexed"])
    assert shop.find(ANN, roots(1)).records["customers"] == [
        {"id": 1, "email": "ann@mail.example", "select": "a", "Ünï 100%": "b", odd: "c"}
    ]


def test_a_view_is_read_like_a_table(shop: Shop) -> None:
    customers(shop)
    shop.fill(customers=persons(1, 2))
    shop.run("CREATE VIEW people AS SELECT id, email FROM customers WHERE id < 2")
    shop.describe(people=CUSTOMERS)

    assert [problem for problem in shop.check() if problem.fatal] == []
    assert shop.candidate_keys(ANN) == [("1",)]
    assert shop.find(ANN, roots(1, of="people")).keys("people") == [1]


KEYS = {
    "postgresql": {
        "uuid": "'6f9619ff-8b86-d011-b42d-00c04fc964ff'",
        "bytea": "'\\x00ff'",
        "date": "'2026-02-28'",
        "numeric(9,2)": "-0.50",
        "char(8)": "'a''b'",
        "timestamptz": "'2026-02-28 12:00:00.25+02'",
        "bigint": "-9223372036854775808",
        "text": "'NULL'",
    },
    "mysql": {
        "binary(3)": "x'00ff00'",
        "varbinary(9)": "''",
        "date": "'2026-02-28'",
        "decimal(9,2)": "-0.50",
        "char(8)": "'a''b'",
        "datetime": "'2026-02-28 12:00:00'",
        "bigint unsigned": "18446744073709551615",
        "varchar(9)": "'NULL'",
    },
    "sqlite": {
        "BLOB": "x'00ff'",
        "DATE": "'2026-02-28'",
        "REAL": "-0.5",
        "TEXT": "'a''b'",
        "INTEGER": "-9223372036854775808",
        "TEXT COLLATE NOCASE": "'Rose'",
    },
}


def test_a_key_may_be_of_any_type(shop: Shop) -> None:
    for number, (kind, value) in enumerate(KEYS[shop.backend].items()):
        shop.run(f"CREATE TABLE customers{number} (id {kind} PRIMARY KEY, email varchar(50))")
        shop.run(f"CREATE TABLE orders{number} (number int PRIMARY KEY, customer_id {kind})")
        shop.run(
            f"INSERT INTO customers{number} VALUES ({value}, 'ann@mail.example')", f"INSERT INTO orders{number} VALUES (7, {value})"
        )
        named = {f"customers{number}": CUSTOMERS, f"orders{number}": {"number": KEY, "customer_id": refer(f"customers{number}.id")}}
        shop.describe(**named)

        (candidate,) = shop.candidates(ANN)

        assert shop.find(ANN, (candidate.root,)).keys(f"orders{number}", "number") == [7], kind
