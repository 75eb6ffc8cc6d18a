"""The description for Mailchimp, held against a service that behaves as its documents say."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from requests_app.connectors.base import ForeignRecord, Incomplete, NotAsDescribed, Refused, Unreachable
from requests_app.connectors.rest import ENTRY
from requests_app.connectors.rest.description import describe_api
from tests.connectors.rest.vendors.houses import House, candidates, found, opened
from tests.connectors.rest.vendors.mailchimp_house import ANN, HOSTILE

COUNTS = {
    "members": 4, "member_tags": 7, "member_notes": 4, "member_activity": 7, "member_goals": 1, "member_events": 7,
    "store_customers": 2, "store_orders": 8, "store_order_lines": 8, "store_carts": 2,
}  # fmt: skip


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("mailchimp"), "mailchimp", "/3.0", "key=k3y-us21&datacentre=us21") as house:
        yield house


@pytest.fixture
def house(running: House) -> House:
    running.plan()
    return running


@pytest.mark.parametrize("size", [0, 3, 1])
def test_exactly_her_records_are_found_among_neighbours(size: int, house: House) -> None:
    records = found(house.config(size), "Ann@mail.example")

    assert {name: len(told) for name, told in records.items()} == COUNTS
    assert [(one["list_id"], one["id"], one["status"]) for one in records["members"]] == [
        ("L1", ANN, "subscribed"), ("L3", ANN, "archived"), ("L4", ANN, "cleaned"), ("L7", ANN, "unsubscribed"),
    ]  # fmt: skip
    assert (records["members"][0]["first_name"], records["members"][0]["last_name"]) == ("Zoë 李", "Ōkubo-Müller")
    assert records["members"][3]["unsubscribe_reason"] == "Too many"
    assert [one["note"] for one in records["member_notes"]] == [HOSTILE, "Ring size 52", "Bob asked for her", ""]
    assert [one["id"] for one in records["store_orders"]] == [*(f"A{turn}" for turn in range(7)), "A9"]
    assert [one["id"] for one in records["store_carts"]] == ["CA", "CC"]
    assert {one["activity_type"] for one in records["member_activity"]} == {"open", "click", "note"}


def test_audiences_and_what_hangs_on_an_entry_are_read_page_by_page(house: House) -> None:
    found(house.config(3), "ann@mail.example")

    for what, offsets in (
        (r"/lists?", "036"),
        (f"{ANN}/tags", "036"),
        (f"L1/members/{ANN}/activity-feed", "0367"),
        ("S1/orders", "036"),
    ):
        assert {one["path"].rpartition("=")[2] for one in house.asked(what)} >= set(offsets)


def test_the_address_is_looked_for_in_every_audience_and_searched_for(house: House) -> None:
    told = candidates(house.config(), "ANN@mail.example")

    assert [(one.root.collection, one.root.key) for one in told] == [
        *(("members", (where, ANN)) for where in ("L1", "L3", "L4", "L7")),
        ("store_customers", ("S1", "1")), ("store_customers", ("S2", "9")),
    ]  # fmt: skip
    assert len(house.asked(f"members/{ANN}?")) + len([one for one in house.asked(ANN) if one["path"].endswith(ANN)]) == 7
    assert house.asked("/search-members")
    assert told[0].evidence == {"name": ("Ōkubo-Müller",)}
    assert told[4].evidence["postcode"] == ("69001",)


def test_only_what_was_chosen_is_followed(house: House) -> None:
    (first, *_) = candidates(house.config(), "ann@mail.example")
    records = found(house.config(), "ann@mail.example", (first.root,))

    assert {name: len(told) for name, told in records.items()} == {
        name: 1 if name == "members" else count for name, count in COUNTS.items() if name.startswith("member")
    }


@pytest.mark.parametrize("email", ["nn@mail.example", "ann@mail.exampl", "nobody@mail.example", "ann+other@mail.example"])
def test_nobody_is_found_by_an_address_that_is_alike(email: str, house: House) -> None:
    assert candidates(house.config(), email) == []


@pytest.mark.parametrize(
    ("email", "where"),
    [
        ("ann+shop@mail.example", {"L1"}),
        ("ann@mail.example.org", {"L1"}),
        ("ánn@mail.example", {"L2"}),
        ("bob@mail.example", {"L2"}),
    ],
)
def test_a_neighbour_gets_the_own_records_only(email: str, where: set[str], house: House) -> None:
    records = found(house.config(), email)

    assert {one["list_id"] for one in records["members"]} == where
    assert {one["email_address"] for told in records.values() for one in told if "email_address" in one} == {email}
    assert not records.keys() & {"member_notes", "member_tags", "member_activity"}
    assert not {one["id"] for one in records.get("store_orders", [])} & {"A0", "A9"}


def test_an_entry_without_anything_in_an_account_without_shops_is_an_answer(house: House) -> None:
    house.plan(no_stores=True)
    records = found(house.config(), "bob@mail.example")

    assert {name: len(told) for name, told in records.items()} == {"members": 1}
    assert records["members"][0]["first_name"] is None


def test_who_wrote_a_note_is_withheld_and_what_may_be_about_others_is_looked_at(house: House) -> None:
    data = describe_api(house.description).data
    about = {(one.name, field.name): field.info.about for one in data.collections for field in one.fields}

    assert [place for place, who in about.items() if who == "other"] == [("member_notes", "created_by")]
    assert {place[1] for place, who in about.items() if who == "both"} == {
        "merge_fields", "note", "note_text", "shipping_address", "billing_address",
    }  # fmt: skip
    assert "Colette" not in str(found(house.config(), "ann@mail.example"))


def test_it_can_be_checked(house: House) -> None:
    health = ENTRY.check(house.config())

    assert [one for one in health.problems if one.fatal] == []
    assert {one.code for one in health.problems} == {"unchecked"}


@pytest.mark.parametrize("path", [r"/lists\?.*offset=3", r"tags\?.*offset=3", r"S1/orders.*offset=3", "search-members"])
@pytest.mark.parametrize("status", [429, 500])
def test_a_fault_in_the_middle_is_survived(status: int, path: str, house: House) -> None:
    house.plan({"path": path, "times": 1, "status": status})

    records = found(house.config(3), "ann@mail.example")
    assert {name: len(told) for name, told in records.items()} == COUNTS


def test_a_fault_that_stays_is_named(house: House) -> None:
    house.plan({"path": r"tags\?.*offset=3", "status": 500})

    with pytest.raises(Unreachable):
        found(house.config(3), "ann@mail.example")


@pytest.mark.parametrize("path", [r"/lists\?.*offset=3", r"tags\?.*offset=3", r"L1/.*/notes", "S1/carts"])
def test_a_page_that_lacks_a_record_is_no_answer(path: str, house: House) -> None:
    house.plan({"path": path, "skip": True})

    with pytest.raises(Incomplete):
        found(house.config(3), "ann@mail.example")


def test_an_empty_page_in_the_middle_of_what_is_not_counted_is_no_answer(house: House) -> None:
    house.plan({"path": "activity-feed.*offset=3", "times": 1, "status": 200, "body": {"activity": []}})

    with pytest.raises(Incomplete):
        found(house.config(3), "ann@mail.example")


@pytest.mark.parametrize(
    ("path", "lost", "said"),
    [
        ("/tags", "name", r"member_tags\.name"), ("/notes", "email_id", "member_notes: email_id"),
        ("/activity-feed", "activity_type", r"member_activity\.activity_type"), ("/orders", "customer", "store_orders"),
        ("/orders", "lines", "store_order_lines|lines"), ("/customers", "email_address", r"store_customers\.email_address"),
        (r"/lists\?", "id", "lists"),
    ],
)  # fmt: skip
def test_a_field_with_another_name_is_told(path: str, lost: str, said: str, house: House) -> None:
    house.plan({"path": path, "drop": lost, "rename": f"new_{lost}"})

    with pytest.raises(NotAsDescribed, match=said):
        found(house.config(), "ann@mail.example")


def test_orders_of_everybody_are_refused(house: House) -> None:
    config = house.config(changed=[('query: {customer_id: "{customer}"}', "query: {customer_id: ''}")])

    with pytest.raises(ForeignRecord):
        found(config, "ann@mail.example")


def test_a_wrong_key_is_told(house: House) -> None:
    config = house.config()
    config = replace(config, url=config.url.replace("k3y", "wrong"))

    with pytest.raises(Refused):
        candidates(config, "ann@mail.example")
    assert [one.code for one in ENTRY.check(config).problems if one.fatal] == ["refused"]


def test_the_centre_of_the_key_makes_the_address(house: House) -> None:
    config = replace(house.config(), url="https://#key=k3y-us21")
    assert [(one.code, "datacentre" in one.message) for one in ENTRY.check(config).problems if one.fatal] == [
        ("misconfigured", True)
    ]
    wrong = replace(config, url="https://#key=k3y-us21&datacentre=us21.evil.example%2F")
    assert [one.code for one in ENTRY.check(wrong).problems if one.fatal] == ["misconfigured"]
