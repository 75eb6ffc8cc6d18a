"""The description for Zendesk, held against a service that behaves as its documents say."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from requests_app.connectors.base import Busy, ForeignRecord, MissingFile, NotAsDescribed, Refused, Unreachable
from requests_app.connectors.rest import ENTRY
from requests_app.connectors.rest.description import describe_api
from requests_app.values import Root
from tests.connectors.rest import shop
from tests.connectors.rest.vendors.houses import House, candidates, opened, person
from tests.connectors.rest.vendors.zendesk_house import ANN, HOSTILE

Records = dict[str, list[dict[str, object]]]
ANNS = {
    "users": [ANN], "identities": [100, 101, 102, 110], "memberships": [4], "organizations": [57],
    "tickets": [1, 2, 3, 4, 5, 6, 7, 90], "messages": [1001, 1002, 1003, 1004, 1005, 1010, 1011, 9001], "attachments": [501],
    "copied_tickets": [20], "copied_messages": [2002], "copied_attachments": [503], "ratings": [62],
}  # fmt: skip


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    behind = "subdomain=shop&user=agent%40shop.example&token=t0k3n&files=files.example"
    with opened(tmp_path_factory.mktemp("zendesk"), "zendesk", "", behind) as house:
        yield house


@pytest.fixture
def house(running: House) -> House:
    running.plan()
    return running


def found(house: House, email: str, size: int = 0, changed: tuple[tuple[str, str], ...] = ()) -> Records:
    config = house.config(size, changed=changed)
    return shop.found(config, person(email), tuple(one.root for one in ENTRY.candidates(config, person(email))))


def ids(records: Records) -> dict[str, list[object]]:
    return {name: sorted(one["id"] for one in told) for name, told in records.items() if name != "files"}  # type: ignore[type-var]


@pytest.mark.parametrize("size", [0, 3, 1])
def test_exactly_her_records_are_found_among_neighbours(size: int, house: House) -> None:
    records = found(house, "Ann@mail.example", size)

    assert ids(records) == ANNS
    assert records["users"][0]["name"] == "Zoë Ōkubo-Müller 李"
    assert records["users"][0]["addresses"] == ["ann@mail.example", "zoe@work.example", "old@mail.example", "+33601020304"]
    assert records["messages"][0]["plain_body"] == HOSTILE
    assert [one["ticket_id"] for one in records["copied_messages"]] == ["20"]
    assert records["organizations"] == [{"id": 57, "name": "Atelier"}]
    assert [one["score"] for one in records["ratings"]] == ["good"]


def test_tickets_and_messages_are_read_page_by_page(house: House) -> None:
    found(house, "ann@mail.example", 3)

    for what in ("/requested", "/tickets/1/comments"):
        assert {one["path"].partition("after%5D=")[2] for one in house.asked(what)} == {"", "3", "6"}
    assert len({one["path"] for one in house.asked("/users/search")}) >= 2


@pytest.mark.parametrize("email", ["zoe@work.example", "OLD@mail.example"])
def test_she_is_found_by_an_address_that_is_not_her_first(email: str, house: House) -> None:
    (candidate,) = candidates(house.config(), email)

    assert candidate.root == Root("users", (str(ANN),))
    assert candidate.evidence["name"] == ("Zoë Ōkubo-Müller 李",)
    assert ids(found(house, email)) == ANNS


def test_files_come_with_their_names_from_where_the_system_leads(house: House) -> None:
    files = found(house, "ann@mail.example")["files"]

    assert [(one["name"], one["content"]) for one in files] == [
        ("f1.txt", b"file 1"), ("f7.txt", b"file 7"), ("f501.txt", b"file 501"), ("f503.txt", b"file 503"),
    ]  # fmt: skip


def test_a_file_that_leads_to_a_host_that_nobody_named_is_not_fetched(house: House) -> None:
    house.plan(away="http://localhost:9")

    with pytest.raises(NotAsDescribed):
        found(house, "ann@mail.example")


def test_a_file_that_is_gone_is_told(house: House) -> None:
    house.plan({"path": "attachments/token/501", "status": 404})

    with pytest.raises(MissingFile):
        found(house, "ann@mail.example")


def test_what_others_wrote_where_she_is_in_copy_stays_away(house: House) -> None:
    told = str(found(house, "ann@mail.example"))

    assert "Secret of hers" not in told
    assert "file 502" not in told
    assert "Owes us" not in told


@pytest.mark.parametrize("email", ["nn@mail.example", "ann@mail.exampl", "nobody@mail.example", "mail.example"])
def test_nobody_is_found_by_an_address_that_is_alike(email: str, house: House) -> None:
    assert candidates(house.config(), email) == []


@pytest.mark.parametrize(
    ("email", "number"), [("ann+shop@mail.example", 2), ("ann@mail.example.org", 3), ("joann@mail.example", 4)]
)
def test_a_neighbour_gets_the_own_records_only(email: str, number: int, house: House) -> None:
    records = ids(found(house, email))

    assert records["users"] == [number]
    assert {name: told for name, told in records.items() if set(told) & set(ANNS[name])} == {
        name: [20]
        for name in ("copied_tickets",)
        if number == 2  # both are in copy there
    }


def test_somebody_who_never_asked_is_an_answer(house: House) -> None:
    assert ids(found(house, "bare@mail.example")) == {"users": [5], "identities": [205]}


def test_who_is_blocked_is_found(house: House) -> None:
    assert found(house, "joann@mail.example")["users"][0]["suspended"] is True


def test_a_call_comes_with_its_recording_and_notes_among_us_are_looked_at(house: House) -> None:
    call = next(one for one in found(house, "ann@mail.example")["messages"] if one["type"] == "VoiceComment")
    data = describe_api(house.description).data
    about = {(one.name, field.name): field.info.about for one in data.collections for field in one.fields}

    assert (call["call_from"], call["call_duration"], call["transcription"]) == ("+33601020304", 40, "Allô")
    assert {about["messages", name] for name in ("plain_body", "recording", "transcription", "metadata")} == {"both"}
    assert {about["attachments", "content"], about["users", "notes"], about["tickets", "description"]} == {"both"}
    assert {about["copied_tickets", name] for name in ("description", "requester_id")} == {"other"}


def test_it_can_be_checked(house: House) -> None:
    health = ENTRY.check(house.config())

    assert [one for one in health.problems if one.fatal] == []
    assert [(one.code, "messages" in one.where) for one in health.problems] == [("unchecked", True)]


@pytest.mark.parametrize("path", ["requested.*after", "tickets/1/comments.*after", r"users/search.*[?&]page=", "search/export"])
@pytest.mark.parametrize("status", [429, 500])
def test_a_fault_in_the_middle_is_survived(status: int, path: str, house: House) -> None:
    house.plan({"path": path, "times": 1, "status": status})

    assert ids(found(house, "ann@mail.example", 3)) == ANNS


def test_a_fault_that_stays_is_named(house: House) -> None:
    house.plan({"path": "comments", "status": 503})
    with pytest.raises(Unreachable):
        found(house, "ann@mail.example")

    house.plan({"path": "comments", "status": 429, "headers": {"Retry-After": "93"}})
    with pytest.raises(Busy) as fault:
        found(house, "ann@mail.example")
    assert fault.value.delay == 93


@pytest.mark.parametrize(
    ("path", "lost", "said"),
    [
        ("users/search", "user_id", "users: identities"), ("users/search", "notes", r"users\.notes"),
        ("requested", "requester_id", "tickets: requester_id"), ("search/export", "subject", r"tickets\.subject"),
        ("comments", "plain_body", r"messages\.plain_body"), ("comments", "attachments", "attachments"),
        ("ccd", "collaborator_ids", "copied_tickets: collaborator_ids"),
    ],
)  # fmt: skip
def test_a_field_with_another_name_is_told(path: str, lost: str, said: str, house: House) -> None:
    house.plan({"path": path, "drop": lost, "rename": f"new_{lost}"})

    with pytest.raises(NotAsDescribed, match=said):
        found(house, "ann@mail.example")


def test_pages_by_offset_where_a_cursor_is_described_are_no_answer(house: House) -> None:
    with pytest.raises(NotAsDescribed, match="identities"):
        found(house, "ann@mail.example", changed=(('size_param: "page[size]"', 'size_param: "page_size"'),))


def test_a_copied_question_that_names_her_nowhere_is_refused(house: House) -> None:
    with pytest.raises(ForeignRecord):
        found(house, "ann@mail.example", changed=(("/tickets/ccd", "/tickets/requested"),))


def test_a_wrong_token_is_told(house: House) -> None:
    config = house.config()
    config = replace(config, url=config.url.replace("t0k3n", "wrong"))

    with pytest.raises(Refused):
        candidates(config, "ann@mail.example")
    assert [one.code for one in ENTRY.check(config).problems if one.fatal] == ["refused"]
