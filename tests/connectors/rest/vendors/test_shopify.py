"""The description for Shopify, held against a service that behaves as its documents say."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from requests_app.connectors.base import BadAnswer, Busy, ForeignRecord, Incomplete, NotAsDescribed, Refused, Unreachable
from requests_app.connectors.rest import ENTRY
from requests_app.connectors.rest.description import describe_api
from tests.connectors.rest.vendors.houses import House, candidates, found, ids, opened


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("shopify"), "shopify", "/admin/api/2026-10", "shop=x&token=shpat_0123") as house:
        yield house


@pytest.fixture
def shop(running: House) -> House:
    running.plan()
    return running


ANNS = {
    "customers": [1],
    "addresses": list(range(10, 23)),
    "customer_metafields": [1],
    "orders": [100, 101, 102, 103, 104, 105, 110, 111],
    "order_lines": [1000, 1010, 1020, 1030, 1040, 1050, 1100, 1110],
    "refunds": [10000],
    "transactions": [1, 2],
    "order_metafields": [2],
    "draft_orders": [1, 4, 5],
    "abandoned_checkouts": [1, 4],
    "gift_cards": [1, 4],
}


@pytest.mark.parametrize("size", [250, 3])
def test_exactly_her_records_are_found_among_neighbours(size: int, shop: House) -> None:
    records = found(shop.config(size), "ANN@mail.example")

    assert ids(records) == ANNS
    assert records["customers"][0]["last_name"] == "Kéller 李"
    assert records["order_lines"][0]["properties"] == [{"name": "Engraving", "value": "Für Zoë ❤"}]
    assert [one["card_number"] for one in records["transactions"]] == ["•••• •••• •••• 4242", None]


def test_lists_are_read_page_by_page(shop: House) -> None:
    found(shop.config(3), "ann@mail.example")

    assert len({one["path"] for one in shop.asked("/customers/1/addresses.json")}) == 5
    assert len({one["path"] for one in shop.asked("/orders.json")}) == 3


def test_each_is_told_apart_by_address_and_place(shop: House) -> None:
    (told,) = candidates(shop.config(), "ann@mail.example")

    assert told.root.key == ("1",)
    assert told.evidence["postcode"] == ("50667",)
    assert "#100" in told.evidence["order_number"]


@pytest.mark.parametrize(
    ("email", "number"),
    [("ann+shop@mail.example", 3), ("ann@mail.example.org", 2), ("bob@mail.example", 5), ("empty@mail.example", 6)],
)
def test_a_neighbour_gets_the_own_records_only(email: str, number: int, shop: House) -> None:
    records = ids(found(shop.config(), email))

    assert records["customers"] == [number]
    assert not {(name, one) for name in records for one in records[name]} & {(name, one) for name in ANNS for one in ANNS[name]}


def test_an_account_without_anything_is_an_answer(shop: House) -> None:
    assert ids(found(shop.config(), "empty@mail.example")) == {"customers": [6]}


@pytest.mark.parametrize("email", ["mail@mail.example", "nobody@mail.example", 'ann" OR email:"bob@mail.example'])
def test_nobody_is_found_by_words_of_an_address(email: str, shop: House) -> None:
    assert candidates(shop.config(), email) == []


def test_a_customer_who_was_redacted_is_nobody_and_the_own_orders_stay_hidden(shop: House) -> None:
    everything = {one for email in ("ann@mail.example", "bob@mail.example") for one in ids(found(shop.config(), email))["orders"]}

    assert 400 not in everything


def test_addresses_that_the_app_may_not_see_are_no_empty_answer(shop: House) -> None:
    shop.plan({"path": "customers/search", "blank": "email"})

    with pytest.raises(NotAsDescribed, match="withheld"):
        candidates(shop.config(), "ann@mail.example")


def test_orders_older_than_sixty_days_are_missed_when_the_scope_is_missing(shop: House) -> None:
    shop.plan(only_new=True)

    with pytest.raises(Incomplete, match="fewer"):
        found(shop.config(), "ann@mail.example")


def test_a_bucket_that_is_full_is_waited_for(shop: House) -> None:
    shop.plan(bucket=12, leak=12)

    assert ids(found(shop.config(), "ann@mail.example")) == ANNS


def test_the_pace_is_that_of_the_smallest_plan(shop: House) -> None:
    assert describe_api(shop.description).per_second == 2


def test_nothing_that_opens_an_order_travels(shop: House) -> None:
    assert "order-secret" not in str(found(shop.config(), "ann@mail.example"))


def test_who_gets_the_parcel_is_looked_at_by_an_officer(shop: House) -> None:
    data = describe_api(shop.description).data
    about = {(one.name, field.name) for one in data.collections for field in one.fields if field.info.about == "both"}

    assert about >= {
        ("orders", "shipping_address"), ("addresses", "last_name"), ("order_lines", "properties"), ("gift_cards", "note"),
        ("abandoned_checkouts", "shipping_address"),
    }  # fmt: skip


def test_it_can_be_checked(shop: House) -> None:
    config = shop.config()
    wrong = replace(config, url=config.url.replace("shpat_0123", "shpat_wrong"))

    assert [one for one in ENTRY.check(config).problems if one.fatal] == []
    assert [one.code for one in ENTRY.check(wrong).problems if one.fatal] == ["refused"]


def test_the_name_of_the_shop_makes_the_address(shop: House) -> None:
    assert describe_api(shop.description).address == "https://{shop}.myshopify.com/admin/api/2026-10"


@pytest.mark.parametrize(
    "trouble",
    [{"status": 429, "headers": {"Retry-After": "1.0"}}, {"status": 500}, {"status": 503, "headers": {"Retry-After": "1"}}],
)
def test_a_fault_in_the_middle_is_survived(trouble: dict[str, Any], shop: House) -> None:
    shop.plan({"path": "orders.json.*page_info", "times": 1, **trouble})

    assert ids(found(shop.config(3), "ann@mail.example")) == ANNS


@pytest.mark.parametrize(
    ("trouble", "fault"),
    [
        ({"path": "/orders.json", "status": 500}, Unreachable),
        ({"path": "/orders.json", "status": 429, "headers": {"Retry-After": "60.0"}}, Busy),
        ({"path": "/gift_cards", "status": 403}, Refused),
        ({"path": "/checkouts", "status": 404}, NotAsDescribed),
        ({"path": "/orders.json", "drop": "browser_ip", "rename": "ip"}, NotAsDescribed),
        ({"path": "/orders.json", "blank": "customer"}, ForeignRecord),
        ({"path": "/orders.json.*page_info", "skip": True}, Incomplete),
        ({"path": "/addresses.json", "status": 200, "body": "<html>Maintenance</html>"}, BadAnswer),
    ],
)
def test_what_does_not_pass_has_a_name(trouble: dict[str, Any], fault: type[Exception], shop: House) -> None:
    roots = tuple(one.root for one in candidates(shop.config(), "ann@mail.example"))
    shop.plan(trouble)

    with pytest.raises(fault):
        found(shop.config(3), "ann@mail.example", roots)
