"""What leads from one question to the next: lists that are nobody's, values of one record, records beside the list."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import md5
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest

from requests_app.connectors.base import BadDescription, Config, NotAsDescribed
from requests_app.connectors.rest import ENTRY
from requests_app.values import Root
from tests.connectors.rest.scripted import Asked, Script, described, scripted
from tests.connectors.rest.shop import ANN, found

KEY: Final[dict[str, Any]] = {"fides_meta": {"primary_key": True}}
EMAIL: Final[dict[str, Any]] = {"fides_meta": {"identity": "email"}}
LETTERS: Final[dict[str, Any]] = {"path": "/letters", "records": "letters", "paging": {"kind": "none", "total": "total"}}
READERS: Final[dict[str, Any]] = {
    "path": "/letters/{letter}/readers/{email|lower|md5}", "with": {"letter": {"shelf": "letters.id"}}, "one": True, "none": [404],
    "fields": {"letter": "^.letter"},
}  # fmt: skip
NOTES: Final[dict[str, Any]] = {
    "path": "/letters/{letter}/readers/{reader}/notes", "with": {"letter": "readers.letter", "reader": "readers.id"},
    "belongs": {"reader": "reader"},
}  # fmt: skip
FIELDS: Final[dict[str, dict[str, Any]]] = {"readers": {"letter": KEY, "id": KEY, "email": EMAIL}, "notes": {"text": {}}}


@pytest.fixture
def script() -> Iterator[Script]:
    with scripted() as script:
        yield script


ANNS_MARK: Final = md5(b"ann@mail.example", usedforsecurity=False).hexdigest()


def library(asked: Asked) -> Any:
    """Ann reads letters 1 and 3, under another number in each; 5 is somebody else's number in letter 3."""
    if asked.path.endswith("/letters"):
        return {"letters": [{"id": 1}, {"id": 2}, {"id": 3}], "total": 3}
    _, _, _, letter, *_, last = asked.path.split("/")
    if last == "notes":
        return [{"text": asked.path, "reader": asked.path.split("/")[5]}]
    numbers = {"1": 5, "3": 7} if last == ANNS_MARK else {}
    return {"id": numbers[letter], "email": "ann@mail.example"} if letter in numbers else ({}, 404, {})


def described_library(folder: Path, script: Script, **changed: Any) -> Config:
    endpoints = {"readers": {**READERS, **changed.pop("readers", {})}, "notes": {**NOTES, **changed.pop("notes", {})}}
    return described(folder, script, endpoints, FIELDS, **{"shelves": {"letters": LETTERS}, **changed})


def test_a_person_is_looked_for_in_each_place_of_a_list_that_is_nobodys(script: Script, tmp_path: Path) -> None:
    script.answer = library
    config = described_library(tmp_path, script)

    assert [one.root for one in ENTRY.candidates(config, ANN)] == [Root("readers", ("1", "5")), Root("readers", ("3", "7"))]
    assert sum(path.endswith("/letters") for path in script.paths()) == 1
    assert ENTRY.check(config).usable


def test_values_of_one_record_go_together(script: Script, tmp_path: Path) -> None:
    script.answer = library
    config = described_library(tmp_path, script)
    roots = (Root("readers", ("1", "5")), Root("readers", ("3", "7")))

    assert [one["text"] for one in found(config, ANN, roots)["notes"]] == [
        "/api/letters/1/readers/5/notes",
        "/api/letters/3/readers/7/notes",
    ]


@pytest.mark.parametrize("letters", [[1], [1, 1]])
def test_a_shelf_that_counts_wrong_is_no_answer(letters: list[int], script: Script, tmp_path: Path) -> None:
    shelf = {"letters": [{"id": letter} for letter in letters], "total": 2}
    script.answer = lambda asked: shelf if asked.path.endswith("/letters") else library(asked)

    assert [problem.code for problem in ENTRY.check(described_library(tmp_path, script)).problems if problem.fatal] == [
        "incomplete"
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"shelves": {}},
        {"shelves": {"letters": {**LETTERS, "path": "/letters/{email}"}}},
        {"readers": {"with": {"letter": {"shelf": "letters"}}}},
        {"notes": {"with": {"letter": "readers.letter", "reader": {"field": "readers.id", "batch": 2}}}},
        {"readers": {"path": "/letters/{letter}/readers"}},
    ],
)
def test_shelves_and_groups_are_checked_to_the_last_word(wrong: dict[str, Any], script: Script, tmp_path: Path) -> None:
    config = described_library(tmp_path, script, **wrong)

    with pytest.raises(BadDescription):
        ENTRY.inventory(config)
    assert not script.asked


def test_two_people_of_whom_one_question_cannot_tell_are_asked_for_twice(script: Script, tmp_path: Path) -> None:
    people = [{"id": number, "email": "ann@mail.example"} for number in (1, 2)]
    things = [{"id": number * 10, "owner": number} for number in (1, 2, 3)]
    script.answer = lambda asked: people if asked.path.endswith("/people") else things
    endpoints = {
        "people": {"path": "/people", "query": {"email": "{email}"}},
        "things": {"path": "/things", "with": {"owner": "people.id"}, "belongs": {"owner": "owner"}, "others": "drop"},
    }
    config = described(tmp_path, script, endpoints, {"people": {"id": KEY, "email": EMAIL}, "things": {"id": KEY}})

    assert [one["id"] for one in found(config, ANN, (Root("people", ()),))["things"]] == [10, 20]


PEOPLE: Final[dict[str, Any]] = {
    "path": "/people", "query": {"q": "{email}"}, "records": "people", "others": "drop", "fields": {"addresses": "known.value"},
    "beside": {"known": {"records": "known", "where": "person", "equals": "id"}},
}  # fmt: skip


def people_with_several_addresses(folder: Path, script: Script, known: Any) -> Config:
    script.answer = lambda _: {"people": [{"id": 1}, {"id": 2}, {"id": 3}], "known": known}
    fields = {"people": {"id": KEY, "addresses": {"fides_meta": {"identity": "email", "data_type": "string[]"}}}}
    return described(folder, script, {"people": PEOPLE}, fields)


def test_an_address_that_lies_beside_the_list_is_an_address_of_the_person(script: Script, tmp_path: Path) -> None:
    known = [
        {"person": 1, "value": "+33 1"},
        {"person": 2, "value": "anne@mail.example"},
        {"person": 1, "value": "Ann@mail.example"},
    ]
    config = people_with_several_addresses(tmp_path, script, known)

    assert [one.root for one in ENTRY.candidates(config, ANN)] == [Root("people", ("1",))]
    assert found(config, ANN, (Root("people", ("1",)),))["people"] == [{"id": 1, "addresses": ["+33 1", "Ann@mail.example"]}]


@pytest.mark.parametrize("known", [None, [{"value": "ann@mail.example"}], [{"person": 1}]])
def test_what_should_lie_beside_the_list_is_not_done_without(known: Any, script: Script, tmp_path: Path) -> None:
    config = people_with_several_addresses(tmp_path, script, known)

    with pytest.raises(NotAsDescribed):
        list(ENTRY.candidates(config, ANN))


@pytest.mark.parametrize("links", [{}, {"links": {}}])
def test_a_next_page_may_be_left_out_only_where_that_is_said(links: Any, script: Script, tmp_path: Path) -> None:
    script.answer = lambda _: {"data": [{"id": 1, "email": "ann@mail.example"}], **links}
    people = {"path": "/people", "query": {"email": "{email}"}, "records": "data"}
    fields = {"people": {"id": KEY, "email": EMAIL}}
    kind = described(
        tmp_path, script, {"people": {**people, "paging": {"kind": "url", "next": "links.next", "next_may_lack": True}}}, fields
    )

    assert [one.root for one in ENTRY.candidates(kind, ANN)] == [Root("people", ("1",))]
    strict = described(tmp_path, script, {"people": {**people, "paging": {"kind": "url", "next": "links.next"}}}, fields)
    with pytest.raises(NotAsDescribed):
        list(ENTRY.candidates(strict, ANN))


@pytest.mark.parametrize("centre", ["us1.evil.example/", "us1@evil.example", "us1?", "us1#", "us1\\"])
def test_a_value_cannot_lead_to_another_host(centre: str, script: Script, tmp_path: Path) -> None:
    fields, endpoints = {"people": {"id": KEY, "email": EMAIL}}, {"people": {"path": "/people", "query": {"email": "{email}"}}}
    config = described(tmp_path, script, endpoints, fields, address="https://{centre}.mail.example/", values=["centre"])

    config = replace(config, url=f"https://#centre={quote(centre, safe='')}")
    assert [one.code for one in ENTRY.check(config).problems] == ["misconfigured"]


def test_a_host_of_files_may_be_a_value_of_the_source(script: Script, tmp_path: Path) -> None:
    fields = {"people": {"id": KEY, "email": EMAIL}}
    endpoints = {"people": {"path": "/people", "query": {"email": "{email}"}}}
    script.answer = lambda _: []
    told = {"values": ["files"], "hosts": ["{files}.files.example"]}

    assert ENTRY.check(described(tmp_path, script, endpoints, fields, "&files=p25", **told)).usable
    assert [one.code for one in ENTRY.check(described(tmp_path, script, endpoints, fields, "&files=a%2Fb", **told)).problems] == [
        "misconfigured"
    ]
    assert not ENTRY.check(described(tmp_path, script, endpoints, fields, hosts=["{nobody}.example"])).usable


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ({"content-disposition": 'attachment; filename="my letter.pdf"'}, "my letter.pdf"),
        ({"content-disposition": "attachment; filename*=UTF-8''%C3%A9t%C3%A9.pdf"}, "été.pdf"),
        ({"content-disposition": 'attachment; filename="../../etc/passwd"'}, "passwd"),
        ({"content-disposition": 'inline; filename=".."'}, "token"),
        ({"content-disposition": "attachment"}, "token"),
        ({}, "token"),
    ],
)
def test_a_file_is_called_what_the_system_calls_it(header: dict[str, str], name: str, script: Script, tmp_path: Path) -> None:
    person = {"id": "p1", "email": "ann@mail.example", "scan": "files/token/?name=x"}
    script.answer = lambda asked: [person] if asked.path.endswith("/people") else ("content", 200, header)
    fields = {"people": {"id": KEY, "email": EMAIL, "scan": {"dsar": {"file": {"media_type": "application/pdf"}}}}}
    config = described(tmp_path, script, {"people": {"path": "/people", "query": {"email": "{email}"}}}, fields)

    assert [file["name"] for file in found(config, ANN, (Root("people", ("p1",)),))["files"]] == [name]


@pytest.mark.parametrize(("readers", "meant"), [([2, 1], True), ([12], False), ([], False), (1, True)])
def test_a_list_must_hold_the_value_that_a_record_belongs_by(readers: Any, *, meant: bool, script: Script, tmp_path: Path) -> None:
    script.answer = lambda asked: (
        [{"id": 1, "email": "ann@mail.example"}] if asked.path.endswith("/people") else [{"id": 9, "readers": readers}]
    )
    endpoints = {
        "people": {"path": "/people", "query": {"email": "{email}"}},
        "things": {"path": "/things", "with": {"who": "people.id"}, "belongs": {"readers": "who"}, "others": "drop"},
    }
    config = described(tmp_path, script, endpoints, {"people": {"id": KEY, "email": EMAIL}, "things": {"id": KEY}})

    assert bool(found(config, ANN, (Root("people", ()),)).get("things")) is meant
