"""Whose record is it? What another owns, or needs, is not erased for one of them; and what points round still goes."""

from typing import Any

import pytest
from sqlalchemy import Column, ForeignKey, Integer, String, Table

from requests_app.connectors.erasing import CannotErase
from tests.connectors.shops import EMAIL, KEY, Shop, known_by, refer, roots
from tests.connectors.sql.erasing.erasures import Erasure, judge

ANN = known_by("ann@mail.example")
PERSONS = [{"id": 0, "email": "ann@mail.example"}, {"id": 1, "email": "bob@mail.example"}]


def _key() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=False)


def _customers(shop: Shop) -> None:
    Table("customers", shop.metadata, _key(), Column("email", String(60)))


def test_an_order_that_another_paid_stays_with_all_that_hangs_on_it(shop: Shop) -> None:
    _customers(shop)
    Table("orders", shop.metadata, _key(), Column("payer", Integer), Column("recipient", Integer))
    Table("rings", shop.metadata, _key(), Column("order_id", Integer), Column("size", String(9)))
    Table("stones", shop.metadata, _key(), Column("ring_id", Integer))
    shop.fill(
        customers=PERSONS,
        orders=[{"id": 0, "payer": 1, "recipient": 0}, {"id": 1, "payer": 0, "recipient": 0}],
        rings=[{"id": 0, "order_id": 0, "size": "52"}, {"id": 1, "order_id": 1, "size": "53"}],
        stones=[{"id": 0, "ring_id": 0}, {"id": 1, "ring_id": 1}],
    )
    shop.describe(
        customers={"id": KEY, "email": EMAIL},
        orders={"id": KEY, "payer": refer("customers.id"), "recipient": refer("customers.id")},
        rings={"id": KEY, "order_id": refer("orders.id"), "size": {}},
        stones={"id": KEY, "ring_id": refer("rings.id")},
    )
    erasure = Erasure(shop, ANN, roots(0), judge())
    assert erasure.keys() == {
        ("stones", "erase nothing_keeps"): ["1"],
        ("stones", "keep shared"): ["0"],
        ("rings", "erase nothing_keeps"): ["1"],
        ("rings", "keep shared"): ["0"],
        ("orders", "erase nothing_keeps"): ["1"],
        ("orders", "keep shared"): ["0"],
        ("customers", "blank referenced"): ["0"],
    }

    erasure.run()

    after = erasure.everything()
    assert after["orders"] == [(0, 1, 0)]
    assert after["rings"] == [(0, 0, "52")]


def _ring(shop: Shop, **options: Any) -> Erasure:
    _customers(shop)
    tie = ForeignKey("labels.id", use_alter=shop.backend != "sqlite", name="box_label")
    Table("boxes", shop.metadata, _key(), Column("customer_id", Integer), Column("label_id", Integer, tie))
    Table("labels", shop.metadata, _key(), Column("box_id", Integer, ForeignKey("boxes.id"), **options))
    Table("folders", shop.metadata, _key(), Column("customer_id", Integer), Column("above", Integer, ForeignKey("folders.id")))
    shop.fill(
        customers=PERSONS,
        boxes=[{"id": number, "customer_id": number, "label_id": None} for number in (0, 1)],
        labels=[{"id": number, "box_id": number} for number in (0, 1)],
        folders=[
            {"id": 0, "customer_id": 0, "above": None},
            {"id": 1, "customer_id": 0, "above": 0},
            {"id": 2, "customer_id": 0, "above": 1},
            {"id": 3, "customer_id": 1, "above": None},
        ],
    )
    shop.run("UPDATE boxes SET label_id = id", "UPDATE folders SET above = 2 WHERE id = 0")
    shop.describe(
        customers={"id": KEY, "email": EMAIL},
        boxes={"id": KEY, "customer_id": refer("customers.id"), "label_id": refer("labels.id", "to")},
        labels={"id": KEY, "box_id": refer("boxes.id")},
        folders={"id": KEY, "customer_id": refer("customers.id"), "above": refer("folders.id", "")},
    )
    return Erasure(shop, ANN, roots(0), judge())


def test_what_points_round_goes_together(shop: Shop) -> None:
    erasure = _ring(shop, nullable=False)

    erasure.run()

    after = erasure.everything()
    assert after["boxes"] == [(1, 1, 1)]
    assert after["labels"] == [(1, 1)]
    assert after["folders"] == [(3, 1, None)]


def test_what_points_round_and_cannot_be_taken_apart_is_refused_beforehand(maria: Shop) -> None:
    erasure = _ring(maria, nullable=False)
    maria.run("DELETE FROM boxes WHERE label_id IS NULL", "ALTER TABLE boxes MODIFY label_id INT NOT NULL")

    with pytest.raises(CannotErase) as caught:
        erasure.plan()

    assert [problem.code for problem in caught.value.problems] == ["goes_round"]
