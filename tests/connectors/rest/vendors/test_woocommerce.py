"""The description for WooCommerce, held against a service that behaves as its documents say."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from requests_app.connectors.base import ForeignRecord, Incomplete, NotAsDescribed, Refused
from requests_app.connectors.rest import ENTRY
from requests_app.connectors.rest.description import describe_api
from tests.connectors.rest.vendors.houses import House, candidates, found, ids, opened


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("woo"), "woocommerce", "/wp-json/wc/v3", "key=ck_0123&secret=cs_4567") as house:
        yield house


@pytest.fixture
def shop(running: House) -> House:
    running.plan()
    return running


ANNS = {
    "customers": [1],
    "orders": [100, 101, 102, 103, 104, 105, 106, 110, 111],
    "order_lines": [1000, 1010, 1020, 1030, 1040, 1050, 1060, 1100, 1110],
    "refunds": [10000, 10001, 10002, 10003, 10004, 10005, 10006],
    "order_notes": [101000],
    "guest_orders": [200, 201, 202],
    "guest_order_lines": [2000, 2010, 2020],
    "guest_refunds": [20000],
    "guest_order_notes": [201000],
    "reviews": [1, 2, 6],
}


@pytest.mark.parametrize("size", [100, 3, 1])
def test_exactly_her_records_are_found_among_neighbours(size: int, shop: House) -> None:
    records = found(shop.config(size), "ann@mail.example")

    assert ids(records) == ANNS
    assert [one["download_id"] for one in records["downloads"]] == ["d1"]
    assert records["customers"][0]["last_name"] == "Kéller 李"
    assert records["orders"][0]["customer_note"] == "Für Zoë ❤"


def test_lists_are_read_page_by_page(shop: House) -> None:
    found(shop.config(3), "ann@mail.example")

    for what in ("/orders?customer=1&status=any", "/orders/100/refunds"):
        assert {one["path"].rpartition("=")[2] for one in shop.asked(what)} == {"1", "2", "3"}


def test_her_account_and_each_order_without_one_are_candidates(shop: House) -> None:
    told = candidates(shop.config(), "ANN@mail.example")

    assert [(one.root.collection, one.root.key) for one in told] == [
        ("customers", ("1",)), ("guest_orders", ("200",)), ("guest_orders", ("201",)), ("guest_orders", ("202",)),
    ]  # fmt: skip
    assert told[0].evidence["postcode"] == ("50667",)
    assert "100" in told[0].evidence["order_number"]


@pytest.mark.parametrize("email", ["deleted@mail.example", "nn@mail.example", "ann@mail.exampl", "nobody@mail.example"])
def test_nobody_is_found_by_a_part_of_an_address_or_after_erasure(email: str, shop: House) -> None:
    assert candidates(shop.config(), email) == []


@pytest.mark.parametrize(("email", "number"), [("ann+shop@mail.example", 3), ("ann@mail.example.org", 2), ("ánn@mail.example", 6)])
def test_a_neighbour_gets_the_own_records_only(email: str, number: int, shop: House) -> None:
    records = ids(found(shop.config(), email))

    assert records["customers"] == [number]
    assert not set(records.get("guest_orders", [])) & set(ANNS["guest_orders"])
    assert not set(records.get("reviews", [])) & set(ANNS["reviews"])


def test_an_account_without_anything_is_an_answer(shop: House) -> None:
    assert ids(found(shop.config(), "empty@mail.example")) == {"customers": [7]}


def test_whoever_is_no_customer_by_role_is_found_too(shop: House) -> None:
    assert ids(found(shop.config(), "staff@mail.example"))["orders"] == [400]


def test_an_order_of_an_account_that_names_her_address_stays_with_the_account(shop: House) -> None:
    assert 310 not in ids(found(shop.config(), "ann@mail.example"))["guest_orders"]
    assert ids(found(shop.config(), "bob@mail.example"))["orders"] == [300, 301, 302, 310]


def test_no_secret_that_opens_an_order_or_a_file_travels(shop: House) -> None:
    records = found(shop.config(), "ann@mail.example")

    assert "wc_order_secret" not in str(records)


def test_who_gets_the_parcel_is_looked_at_by_an_officer(shop: House) -> None:
    data = describe_api(shop.description).data
    about = {field.name: field.info.about for field in data.collection("orders").fields}

    assert {name for name, who in about.items() if who == "both"} >= {"shipping_first_name", "shipping_phone", "customer_note"}


def test_it_can_be_checked(shop: House) -> None:
    health = ENTRY.check(shop.config())

    assert [one for one in health.problems if one.fatal] == []
    assert {one.code for one in health.problems} == {"unchecked", "shared"}


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_fault_in_the_middle_is_survived(status: int, shop: House) -> None:
    shop.plan({"path": "customer=1.*page=2", "times": 1, "status": status})

    assert ids(found(shop.config(3), "ann@mail.example")) == ANNS


def test_a_page_that_lacks_a_record_is_no_answer(shop: House) -> None:
    shop.plan({"path": "customer=1.*page=2", "skip": True})

    with pytest.raises(Incomplete):
        found(shop.config(3), "ann@mail.example")


def test_a_field_with_another_name_is_told(shop: House) -> None:
    shop.plan({"path": "customer=1", "drop": "customer_note", "rename": "note"})

    with pytest.raises(NotAsDescribed, match=r"orders\.customer_note"):
        found(shop.config(), "ann@mail.example")


def test_orders_of_everybody_are_refused(shop: House) -> None:
    config = shop.config(changed=[('query: {customer: "{customer}", status: any}', "query: {status: any}")])

    with pytest.raises(ForeignRecord):
        found(config, "ann@mail.example")


def test_a_wrong_key_is_told(shop: House) -> None:
    config = shop.config()
    wrong = replace(config, url=config.url.replace("ck_0123", "ck_wrong"))

    with pytest.raises(Refused):
        found(wrong, "ann@mail.example")
    assert [one.code for one in ENTRY.check(wrong).problems if one.fatal] == ["refused"]
