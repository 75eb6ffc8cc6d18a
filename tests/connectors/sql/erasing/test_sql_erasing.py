"""Plan, run and reading back, in every engine."""

from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Column, Date, ForeignKey, Integer, String, Table, text

from requests_app.connectors.base import Batch
from requests_app.connectors.erasing import Deed, Facts, Judge, PlanChanged, Ruling, blocks, digest_of, keys_of, text_of
from requests_app.connectors.sql import ENTRY as SQL
from tests.connectors.shops import EMAIL, KEY, Shop, known_by, refer, roots
from tests.connectors.sql.erasing.erasures import GONE, Erasure, judge, kept

ANN = known_by("ann@mail.example")


def _named(category: str, **more: Any) -> dict[str, Any]:
    return {"data_categories": [category], **more}


def _house(shop: Shop) -> None:
    """Two customers of one household, their orders, and an address that both use."""
    _build(shop)
    _move_in(shop)
    _describe(shop)


def _build(shop: Shop) -> None:
    m = shop.metadata
    Table("addresses", m, Column("id", Integer, primary_key=True, autoincrement=False), Column("street", String(80)))
    Table(
        "customers",
        m,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("email", String(80), nullable=False),
        Column("name", String(80)),
        Column("address_id", Integer, ForeignKey("addresses.id")),
    )
    Table(
        "orders",
        m,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("customer_id", Integer, ForeignKey("customers.id"), nullable=False),
        Column("status", String(20)),
        Column("placed", Date),
        Column("note", String(80)),
    )
    Table(
        "items",
        m,
        Column("order_id", Integer, ForeignKey("orders.id"), primary_key=True, autoincrement=False),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("engraving", String(80)),
    )


def _move_in(shop: Shop) -> None:
    shop.fill(
        addresses=[{"id": 0, "street": "Shared 1"}, {"id": 1, "street": "Ann 2"}, {"id": 2, "street": "Bob 3"}],
        customers=[
            {"id": 0, "email": "ann@mail.example", "name": "Ann", "address_id": 0},
            {"id": 1, "email": "Ann@mail.example", "name": "Ann again", "address_id": 1},
            {"id": 2, "email": "bob@mail.example", "name": "Bob", "address_id": 0},
            {"id": 3, "email": "eve@mail.example", "name": "Eve", "address_id": None},
        ],
        orders=[
            {"id": 0, "customer_id": 0, "status": "open", "placed": date(2026, 1, 2), "note": "ring"},
            {"id": 1, "customer_id": 0, "status": "done", "placed": date(2016, 1, 2), "note": "bell"},
            {"id": 2, "customer_id": 1, "status": "done", "placed": date(2016, 1, 2), "note": None},
            {"id": 3, "customer_id": 2, "status": "done", "placed": date(2016, 1, 2), "note": "Bob's"},
        ],
        items=[{"order_id": order, "number": number, "engraving": f"{order}/{number}"} for order in range(4) for number in (0, 1)],
    )


def _describe(shop: Shop, **changed: Any) -> None:
    shop.describe(
        addresses={"id": KEY, "street": _named("user.contact.address.street")},
        customers={
            "id": KEY,
            "email": {**EMAIL, **_named("user.contact.email")},
            "name": changed.get("name", _named("user.name")),
            "address_id": refer("addresses.id", "to"),
        },
        orders={
            "id": KEY,
            "customer_id": refer("customers.id"),
            "status": _named("system.operations"),
            "placed": _named("system.operations"),
            "note": _named("user.content.private"),
        },
        items={
            "order_id": refer("orders.id", primary_key=True),
            "number": KEY,
            "engraving": _named("user.content.private"),
        },
        meta={
            "orders": {
                "dsar": {
                    "dates": {"document_date": "placed"},
                    "holds": [{"kind": "open", "when": {"field": "status", "in": ["open"]}}],
                }
            },
            "items": {"dsar": {"part_of": "orders"}},
        },
    )


def _open_is_kept(facts: Any) -> Ruling:
    return kept("note") if facts["status"] == "open" else GONE


def _open_stays() -> Judge:
    """Open orders and their items stay; an item is judged by what its order says."""
    return judge(orders=_open_is_kept, items=lambda facts: kept() if facts["status"] == "open" else GONE)


def test_everything_that_belongs_to_the_person_alone_goes(shop: Shop) -> None:
    _house(shop)
    erasure = Erasure(shop, ANN, roots(0, 1), judge())
    before = erasure.everything()
    planned = erasure.plan()

    receipts = erasure.run()

    assert {(one.collection, one.ruling.deed, one.records, one.changed) for one in receipts} == {
        ("items", Deed.ERASE, 6, 6),
        ("orders", Deed.ERASE, 3, 3),
        ("customers", Deed.ERASE, 2, 2),
        ("addresses", Deed.ERASE, 1, 1),
        ("addresses", Deed.KEEP, 1, 0),
    }
    assert erasure.left(planned) == []
    after = erasure.everything()
    assert after["customers"] == before["customers"][2:]
    assert [row[0] for row in after["addresses"]] == [0, 2]
    assert [row[0] for row in after["orders"]] == [3]
    assert [row[0] for row in after["items"]] == [3, 3]


def test_the_plan_touches_nothing_and_is_the_same_when_made_again(shop: Shop) -> None:
    _house(shop)
    erasure = Erasure(shop, ANN, roots(0, 1), _open_stays())
    before = erasure.everything()

    first, second = erasure.plan(), erasure.plan()

    assert first == second
    assert erasure.everything() == before


def test_an_address_of_two_customers_stays_and_what_is_kept_keeps_what_it_points_to(shop: Shop) -> None:
    _house(shop)
    erasure = Erasure(shop, ANN, roots(0, 1), _open_stays())

    assert erasure.keys() == {
        ("items", "erase nothing_keeps"): [("1", "0"), ("1", "1"), ("2", "0"), ("2", "1")],
        ("items", "keep duty:books"): [("0", "0"), ("0", "1")],
        ("orders", "erase nothing_keeps"): ["1", "2"],
        ("orders", "keep duty:books"): ["0"],
        ("customers", "blank referenced"): ["0"],
        ("customers", "erase nothing_keeps"): ["1"],
        ("addresses", "erase nothing_keeps"): ["1"],
        ("addresses", "keep shared"): ["0"],
    }


@pytest.mark.promise("C2")
@pytest.mark.parametrize("reason", ["open_contract:status", "litigation:h1"])
@pytest.mark.parametrize("blanked", [(), ("note",)])
def test_what_still_runs_or_is_disputed_keeps_its_customer_and_the_address_whole(
    shop: Shop, reason: str, blanked: tuple[str, ...]
) -> None:
    _house(shop)
    still = Ruling(Deed.KEEP, reason, None, blanked)

    keys = Erasure(shop, ANN, roots(0, 1), judge(orders=lambda facts: still if facts["status"] == "open" else GONE)).keys()

    assert keys["customers", f"keep {reason}"] == ["0"]
    assert keys["customers", "erase nothing_keeps"] == ["1"]
    assert keys["orders", f"keep {reason}"] == ["0"]
    assert not any(deed.startswith("blank") for _collection, deed in keys)


def test_what_is_kept_loses_what_its_duty_does_not_need(shop: Shop) -> None:
    _house(shop)
    erasure = Erasure(shop, ANN, roots(0, 1), _open_stays())
    planned = erasure.plan()
    assert {key for left in erasure.left(planned) for key in left.fields} == {"note", "email", "name"}

    erasure.run()

    assert erasure.one("SELECT note FROM orders WHERE id = 0") is None
    assert erasure.one("SELECT status FROM orders WHERE id = 0") == "open"
    assert erasure.one("SELECT name FROM customers WHERE id = 0") is None
    assert erasure.one("SELECT count(*) FROM customers WHERE email LIKE '%mail%'") == 2
    assert erasure.left(planned) == []


def _kept_for_ten_years(facts: Any, field: str = "note") -> Ruling:
    return kept(field) if facts["status"] == "open" or (facts["placed"] and facts["placed"].year >= 2016) else GONE


class _ByMonth(Judge):
    """The same rules, asked about months; it counts how often."""

    def __init__(self, rules: Judge) -> None:
        self.rules, self.asked = rules, 0

    def by_month(self, collection: str) -> bool:
        return collection in {"orders", "items"}

    def __call__(self, collection: str, facts: Facts) -> Ruling:
        self.asked += collection == "orders"
        return self.rules(collection, facts)


def test_a_judge_that_rules_by_month_is_asked_once_a_month_and_rules_the_same(shop: Shop) -> None:
    _house(shop)
    days = [date(2015 + number // 40, 1 + number % 3, 1 + number % 28) for number in range(120)]
    states = ("open", "done", None)
    shop.fill(
        orders=[
            {"id": 100 + number, "customer_id": 0, "status": states[number % 2], "placed": day, "note": "n"}
            for number, day in enumerate([*days, None])
        ],
        items=[{"order_id": 100 + number, "number": 0, "engraving": "e"} for number in range(121)],
    )
    rules = judge(orders=_kept_for_ten_years, items=partial(_kept_for_ten_years, field="engraving"))
    by_day, coarse = Erasure(shop, ANN, roots(0, 1), rules), _ByMonth(rules)

    planned = Erasure(shop, ANN, roots(0, 1), coarse).plan()

    assert digest_of(planned) == digest_of(by_day.plan())
    assert coarse.asked <= 9 * 2 + 1 + 2


def test_a_secret_is_never_read_and_overwritten_where_its_record_stays(shop: Shop) -> None:
    _house(shop)
    with shop.connected() as connection:
        connection.execute(text("UPDATE customers SET name = 'pbkdf2-of-ann' WHERE id = 0"))
        connection.commit()
    _describe(shop, name={"dsar": {"about": "secret"}, **_named("user.authorization.password")})
    erasure = Erasure(shop, ANN, roots(0, 1), _open_stays())

    found = [one for one in SQL.find(shop.config, ANN, roots(0, 1)) if isinstance(one, Batch)]
    told = {one.name: one for one in SQL.inventory(shop.config).collections}["customers"]
    erasure.run()

    assert found
    assert not any(b"pbkdf2" in one.text for one in found)
    assert (told.withheld, [one.name for one in told.secrets]) == ((), ["name"])
    assert erasure.one("SELECT name FROM customers WHERE id = 0") in (None, "")


def test_a_new_record_stops_the_run_before_anything_is_touched(shop: Shop) -> None:
    _house(shop)
    erasure = Erasure(shop, ANN, roots(0, 1), judge())
    planned = erasure.plan()
    shop.run("INSERT INTO items VALUES (2, 7, 'new')")
    before = erasure.everything()

    with pytest.raises(PlanChanged) as caught:
        erasure.run(planned)

    assert "items" in caught.value.collections
    assert erasure.everything() == before


def test_what_was_not_done_is_told_by_key(shop: Shop) -> None:
    _house(shop)
    erasure = Erasure(shop, ANN, roots(0, 1), judge())
    planned = erasure.plan()

    left = {(one.collection, one.key) for one in erasure.left(planned)}

    assert ("items", ("0", "0")) in left
    assert ("customers", ("0",)) in left
    assert len(left) == 12


@pytest.mark.parametrize(
    "keys",
    [
        (),
        ((),),
        (("0",),),
        (("1", ""), ("", "0")),
        (('"', "], ["),),
        (("], [", "x"), (", ", "], [")),
        (("é", "a\nb"),),
        tuple((str(n),) for n in range(50)),
    ],
)
def test_keys_come_back_as_they_were_written(keys: tuple[tuple[str, ...], ...]) -> None:
    assert keys_of(text_of(keys)) == keys


@pytest.mark.parametrize("key", [("7",), ("], [", "x"), ('"', "], ["), ("a", "é"), ("\\",)])
def test_a_long_text_of_keys_is_cut_between_keys(key: tuple[str, ...]) -> None:
    keys = tuple((*key, str(number)) for number in range(30_000))

    parts = list(blocks(text_of(keys)))

    assert len(parts) > 1 or b"\\" in parts[0]
    assert b"".join(parts) == text_of(keys)
    assert tuple(one for part in parts for one in keys_of(part)) == keys
