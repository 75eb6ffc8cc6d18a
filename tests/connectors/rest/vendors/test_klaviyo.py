"""The description for Klaviyo, held against a service that behaves as its documents say."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from requests_app.connectors.base import Busy, ForeignRecord, NotAsDescribed, Refused, Unreachable
from requests_app.connectors.rest import ENTRY
from requests_app.connectors.rest.description import describe_api
from tests.connectors.rest.vendors.houses import House, candidates, found, ids, opened
from tests.connectors.rest.vendors.klaviyo_house import HOSTILE

ANNS = {
    "profiles": ["P1"],
    "profile_lists": ["L1", "L2"],
    "profile_segments": ["S1"],
    "events": ["E0", "E1", "E2", "E3", "E4", "E5", "E6"],
    "metrics": ["M1", "M2"],
    "push_tokens": ["T1"],
    "coupon_codes": ["10OFF-AAAA"],
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("klaviyo"), "klaviyo", "", "key=pk_0123") as house:
        yield house


@pytest.fixture
def house(running: House) -> House:
    running.plan()
    return running


@pytest.mark.parametrize("size", [0, 3, 1])
def test_exactly_her_records_are_found_among_neighbours(size: int, house: House) -> None:
    records = found(house.config(size), "Ann@mail.example")

    assert ids(records) == ANNS
    (profile,) = records["profiles"]
    assert (profile["first_name"], profile["last_name"], profile["postcode"]) == ("Zoë 李", "Ōkubo-Müller", "69001")
    assert profile["properties"] == {"Ring size": 52, "note": HOSTILE}
    assert profile["predictive_analytics"]["churn_probability"] == 0.25
    assert records["events"][1]["details"] == {"Items": [{"sku": "R-1", "gift": {"to": "Léa"}}], "value": 1}
    assert records["metrics"] == [{"id": "M2", "name": "Opened Email"}, {"id": "M1", "name": "Placed Order"}]
    assert records["push_tokens"][0]["device"] == {"device_model": "iPhone12,1"}


def test_events_are_read_page_by_page(house: House) -> None:
    found(house.config(3), "ann@mail.example")

    assert [one["path"].partition("cursor%5D=")[2][:2] for one in house.asked("/api/events")] == ["", "c3", "c6"]


def test_she_is_a_candidate_with_what_speaks_for_her(house: House) -> None:
    (candidate,) = candidates(house.config(), "ANN@mail.example")

    assert candidate.root.key == ("P1",)
    assert candidate.evidence == {"name": ("Ōkubo-Müller",), "postcode": ("69001",), "phone_number": ("+33601020304",)}


@pytest.mark.parametrize("email", ["nn@mail.example", "ann@mail.exampl", "nobody@mail.example", "a.n@mail.example"])
def test_nobody_is_found_by_an_address_that_is_alike(email: str, house: House) -> None:
    assert candidates(house.config(), email) == []


@pytest.mark.parametrize(
    ("email", "number"),
    [("ann+shop@mail.example", "P2"), ("ann@mail.example.org", "P3"), ("ánn@mail.example", "P9"), ("o'neil\"x@mail.example", "P7")],
)
def test_a_neighbour_gets_the_own_records_only(email: str, number: str, house: House) -> None:
    records = ids(found(house.config(), email))

    assert records["profiles"] == [number]
    assert not set(records.get("events", [])) & set(ANNS["events"])
    assert not set(records.get("coupon_codes", [])) & set(ANNS["coupon_codes"])


def test_an_empty_profile_is_an_answer(house: House) -> None:
    assert ids(found(house.config(), "bare@mail.example")) == {"profiles": ["P5"]}


def test_a_suppressed_profile_is_found_with_the_reason(house: House) -> None:
    (profile,) = found(house.config(), "gone@mail.example")["profiles"]

    assert profile["subscriptions"]["email"]["marketing"]["suppression"][0]["reason"] == "USER_SUPPRESSED"


def test_a_kind_of_event_that_was_deleted_does_not_end_the_search(house: House) -> None:
    records = found(house.config(), "ann@mail.example.org")

    assert ids(records) == {"profiles": ["P3"], "events": ["E9"]}


def test_what_may_be_about_others_is_looked_at_by_an_officer(house: House) -> None:
    data = describe_api(house.description).data
    about = {(one.name, field.name): field.info.about for one in data.collections for field in one.fields}

    assert {place for place, who in about.items() if who != "subject"} == {("profiles", "properties"), ("events", "details")}


def test_it_can_be_checked(house: House) -> None:
    health = ENTRY.check(house.config())

    assert [one for one in health.problems if one.fatal] == []
    assert {one.code for one in health.problems} == {"unchecked"}  # lists, segments and devices name no profile


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_fault_in_the_middle_is_survived(status: int, house: House) -> None:
    house.plan({"path": "events.*cursor", "times": 1, "status": status})

    assert ids(found(house.config(3), "ann@mail.example")) == ANNS


def test_a_fault_that_stays_is_named(house: House) -> None:
    house.plan({"path": "events.*cursor", "status": 500})
    with pytest.raises(Unreachable):
        found(house.config(3), "ann@mail.example")

    house.plan({"path": "events.*cursor", "status": 429, "headers": {"Retry-After": "600"}})
    with pytest.raises(Busy) as fault:
        found(house.config(3), "ann@mail.example")
    assert fault.value.delay == 600


@pytest.mark.parametrize(
    ("path", "lost", "said"),
    [
        ("/api/profiles?", "attributes", r"profiles\."),
        ("/api/events", "relationships", "events"),
        ("/api/events", "id", r"events\.id"),
        ("/lists", "attributes", r"profile_lists\.name"),
        ("/api/coupon-codes", "relationships", "coupon_codes"),
    ],
)
def test_a_field_with_another_name_is_told(path: str, lost: str, said: str, house: House) -> None:
    house.plan({"path": path.replace("?", r"\?"), "drop": lost, "rename": f"new_{lost}"})

    with pytest.raises(NotAsDescribed, match=said):
        found(house.config(), "ann@mail.example")


def test_links_that_are_gone_are_no_end(house: House) -> None:
    config = house.config(changed=[('next: links.next, size_param: "page[size]", size: 200', "next: links.onward")])

    with pytest.raises(NotAsDescribed, match="events"):
        found(config, "ann@mail.example")


def test_events_of_everybody_are_refused(house: House) -> None:
    config = house.config(changed=[('equals(profile_id,"{profile|quoted}")', 'equals(profile_id,"P2")')])

    with pytest.raises(ForeignRecord):
        found(config, "ann@mail.example")


@pytest.mark.parametrize(("right", "wrong"), [("key=pk_0123", "key=pk_wrong")])
def test_a_wrong_key_is_told(right: str, wrong: str, house: House) -> None:
    config = house.config()
    config = replace(config, url=config.url.replace(right, wrong))

    with pytest.raises(Refused):
        candidates(config, "ann@mail.example")
    assert [one.code for one in ENTRY.check(config).problems if one.fatal] == ["refused"]


def test_a_key_that_may_not_read_events_is_told(house: House) -> None:
    house.plan({"path": "/api/events", "status": 403})

    with pytest.raises(Refused):
        found(house.config(), "ann@mail.example")
