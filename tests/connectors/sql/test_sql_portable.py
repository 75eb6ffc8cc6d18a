"""What may be taken elsewhere is decided field by field, and nothing else is read out of the system: in every engine."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import JSON, Column, String, Table

from requests_app.connectors.base import Config, Scope
from requests_app.connectors.portable import Why, why_not
from tests.connectors.shops import EMAIL, KEY, SQL, Shop, known_by, ours, refer, roots
from tests.connectors.sql.test_sql_find import customers, key, number, words

ANN = known_by("ann@mail.example")
NAMED = {
    "purposes": {
        "sale": {"title": "To sell", "legal_basis": "contract"},
        "letters": {"title": "To write", "legal_basis": "consent"},
        "fraud": {"title": "To prevent fraud", "legal_basis": "legitimate_interest"},
        "books": {"title": "To keep accounts", "legal_basis": "legal_obligation"},
    },
    "origins": {
        "you": {"en": "From you"},
        "use": {"en": "What you did", "kind": "observed"},
        "shop": {"en": "Worked out by us", "kind": "derived"},
        "bureau": {"en": "A credit bureau", "kind": "elsewhere"},
    },
}
SALE = ours(purposes=["sale"], origins=["you", "use"])


class Portable(Shop):
    """A shop of which only what may be taken elsewhere is asked for."""

    @property
    def config(self) -> Config:
        return replace(super().config, scope=Scope.PORTABLE)


@pytest.fixture(name="portable")
def of_the_shop(shop: Shop) -> Shop:
    shop.__class__ = Portable
    return shop


@pytest.mark.promise("O2")
@pytest.mark.promise("O9")
def test_purchases_travel_and_what_fraud_watching_found_does_not(portable: Shop) -> None:
    customers(portable, words("score"))
    Table("orders", portable.metadata, key(), number("customer_id"), words("ring"), words("flag"))
    Table("checks", portable.metadata, key(), number("order_id"), words("verdict"))
    portable.fill(
        customers=[{"id": 1, "email": "ann@mail.example", "score": "gold"}],
        orders=[{"id": 10, "customer_id": 1, "ring": "Aurore", "flag": "watch"}],
        checks=[{"id": 5, "order_id": 10, "verdict": "suspicious"}],
    )
    portable.describe(
        dsar=NAMED,
        customers={"id": KEY, "email": EMAIL, "score": ours(origins=["shop"])},
        orders={"id": KEY, "customer_id": refer("customers.id"), "ring": {}, "flag": ours(purposes=["fraud"])},
        checks={"id": KEY, "order_id": refer("orders.id"), "verdict": {}},
        meta={"customers": SALE, "orders": SALE, "checks": ours(purposes=["fraud"], origins=["shop"])},
    )

    found = portable.find(ANN, roots(1))

    assert found.records == {
        "customers": [{"id": 1, "email": "ann@mail.example"}],
        "orders": [{"id": 10, "customer_id": 1, "ring": "Aurore"}],
    }
    left = {info.name: [field.name for field in info.left_out] for info in SQL.inventory(portable.config).collections}
    assert left == {"customers": ["score"], "orders": ["flag"], "checks": ["id", "order_id", "verdict"]}


def test_what_stays_still_leads_to_what_travels(portable: Shop) -> None:
    customers(portable)
    Table("visits", portable.metadata, key(), number("customer_id"))
    Table("wishes", portable.metadata, key(), number("visit_id"), words("ring"))
    portable.fill(
        customers=[{"id": 1, "email": "ann@mail.example"}],
        visits=[{"id": 3, "customer_id": 1}],
        wishes=[{"id": 4, "visit_id": 3, "ring": "Aurore"}],
    )
    portable.describe(
        dsar=NAMED,
        customers={"id": KEY, "email": EMAIL},
        visits={"id": KEY, "customer_id": refer("customers.id")},
        wishes={"id": KEY, "visit_id": refer("visits.id"), "ring": {}},
        meta={"visits": ours(purposes=["fraud"], origins=["use"]), "wishes": SALE},
    )

    assert portable.find(ANN, roots(1)).records == {"wishes": [{"id": 4, "visit_id": 3, "ring": "Aurore"}]}


def test_of_a_column_with_values_inside_only_those_travel_that_may(portable: Shop) -> None:
    customers(portable, Column("profile", JSON().with_variant(String(200), "sqlite")))
    profile: Any = {"size": 52, "risk": "high"}
    portable.fill(customers=[{"id": 1, "email": "ann@mail.example", "profile": '{"size": 52, "risk": "high"}'}]
                  if portable.backend == "sqlite" else [{"id": 1, "email": "ann@mail.example", "profile": profile}])  # fmt: skip
    inside = [{"name": "size"}, {"name": "risk", **ours(origins=["shop"])}]
    portable.describe(dsar=NAMED, customers={"id": KEY, "email": EMAIL, "profile": {"fields": inside}}, meta={"customers": SALE})

    (record,) = portable.find(ANN, roots(1)).records["customers"]

    assert record["profile"] in ({"size": 52}, '{"size": 52}')


def test_all_that_is_described_is_read_where_all_is_asked_for_after_less_was(portable: Shop) -> None:
    customers(portable, words("score"))
    portable.fill(customers=[{"id": 1, "email": "ann@mail.example", "score": "gold"}])
    fields = {"id": KEY, "email": EMAIL, "score": ours(origins=["shop"])}
    portable.describe(dsar=NAMED, customers=fields, meta={"customers": SALE})
    assert "score" not in portable.find(ANN, roots(1)).records["customers"][0]

    portable.__class__ = Shop

    assert portable.find(ANN, roots(1)).records["customers"][0]["score"] == "gold"


@pytest.mark.parametrize(
    ("purposes", "origins", "why"),
    [
        (["sale"], ["you"], None),
        (["letters"], ["use"], None),
        (["sale", "fraud"], ["shop", "use"], None),
        (["fraud"], ["use"], Why.OTHER_BASIS),
        (["books"], ["you"], Why.LEGAL_OBLIGATION),
        (["books", "fraud"], ["you"], Why.OTHER_BASIS),
        (["sale"], ["shop"], Why.DERIVED),
        (["sale"], ["bureau"], Why.ELSEWHERE),
        ([], ["you"], Why.UNSTATED),
        (["sale"], [], None),
    ],
)
def test_legal_basis_and_origin_decide(portable: Shop, purposes: list[str], origins: list[str], why: Why | None) -> None:
    portable.describe(
        dsar=NAMED, customers={"id": KEY, "email": EMAIL}, meta={"customers": ours(purposes=purposes, origins=origins)}
    )
    (info,) = SQL.inventory(replace(portable.config, scope=Scope.ALL)).collections

    assert why_not(info.fields[0], info) == why


def test_a_kind_of_origin_that_nobody_knows_is_told(shop: Shop) -> None:
    shop.describe(dsar={"origins": {"you": {"en": "x", "kind": "guessed"}}}, customers={"id": KEY, "email": EMAIL})

    assert [(one.code, "kind" in one.where) for one in shop.check()] == [("bad_description", True)]
