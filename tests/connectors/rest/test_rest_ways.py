"""The ways in which systems page, let in and lead on."""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import md5
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

import pytest

from requests_app.connectors.base import (
    Config,
    ForeignRecord,
    Incomplete,
    MissingFile,
    NotAsDescribed,
    Pointer,
    Refused,
    TooManyCandidates,
)
from requests_app.connectors.rest import ENTRY
from requests_app.values import Claim, Identity, Root
from tests.connectors.rest.scripted import Asked, Script, described, scripted
from tests.connectors.rest.shop import ANN, found

KEY: Final[dict[str, Any]] = {"fides_meta": {"primary_key": True}}
EMAIL: Final[dict[str, Any]] = {"fides_meta": {"identity": "email"}}
PERSON: Final = {"id": "p1", "email": "ann@mail.example"}
PEOPLE: Final[dict[str, Any]] = {"path": "/people", "query": {"email": "{email}"}}
FIELDS: Final[dict[str, dict[str, Any]]] = {"people": {"id": KEY, "email": EMAIL}, "things": {"id": KEY}}
ROOTS: Final = (Root("people", ("p1",)),)
THINGS: Final[list[dict[str, Any]]] = [{"id": number, "owner": "p1"} for number in range(7)]


@pytest.fixture
def script() -> Iterator[Script]:
    with scripted() as script:
        yield script


def with_things(folder: Path, script: Script, **things: Any) -> Config:
    """A system of persons with things, asked for as `things` says."""
    endpoint = {"path": "/things", "query": {"owner": "{owner}"}, "with": {"owner": "people.id"}, "belongs": {"owner": "owner"}}
    return described(folder, script, {"people": PEOPLE, "things": {**endpoint, **things}}, FIELDS)


def numbers(config: Config) -> list[int]:
    return [one["id"] for one in found(config, ANN, ROOTS).get("things", [])]


def by_page(asked: Asked) -> Any:
    page, size = int(asked.query.get("page", 1)), int(asked.query.get("size", 3))
    return THINGS[(page - 1) * size : page * size]


def by_offset(asked: Asked) -> Any:
    offset = int(asked.query["offset"])
    return {"data": THINGS[offset : offset + 2], "total": 7}  # fewer than were asked for


def by_cursor(asked: Asked) -> Any:
    after = int(asked.query.get("after", -1))
    later = [one for one in THINGS if one["id"] > after]
    return {"data": later[:3], "has_more": len(later) > 3}


def by_mark(asked: Asked) -> Any:
    at = int(asked.query.get("mark", "0"))
    return {"data": THINGS[at : at + 3], "next": {"mark": str(at + 3) if at + 3 < 7 else None}}


def by_url(asked: Asked) -> Any:
    at = int(asked.query.get("at", "0"))
    return {"data": THINGS[at : at + 3], "links": {"next": f"/api/things?at={at + 3}" if at + 3 < 7 else None}}


def by_link(asked: Asked) -> Any:
    at = int(asked.query.get("at", "0"))
    link = f'</api/things?at=0>; rel="first", </api/things?at={at + 3}>; title="a, b"; rel="next"'
    return THINGS[at : at + 3], 200, {"link": link} if at + 3 < 7 else {}


def by_pages_header(asked: Asked) -> Any:
    return by_page(asked), 200, {"x-pages": "3"}


WAYS: Final[dict[str, tuple[Any, dict[str, Any]]]] = {
    "page without a word": (by_page, {"paging": {"kind": "page", "param": "page", "size_param": "size", "size": 3}}),
    "page of so many": (by_pages_header, {"paging": {"kind": "page", "param": "page", "pages": "header:X-Pages"}}),
    "offset": (
        by_offset,
        {"records": "data", "paging": {"kind": "offset", "param": "offset", "size_param": "n", "size": 5, "total": "total"}},
    ),
    "cursor of the last": (
        by_cursor,
        {"records": "data", "paging": {"kind": "cursor", "param": "after", "last": "id", "more": "has_more"}},
    ),
    "cursor that is told": (by_mark, {"records": "data", "paging": {"kind": "cursor", "param": "mark", "next": "next.mark"}}),
    "address in the body": (by_url, {"records": "data", "paging": {"kind": "url", "next": "links.next"}}),
    "link header": (by_link, {"paging": {"kind": "link"}}),
}


def answers(script: Script, things: Any, people: Any = None) -> None:
    everybody = [PERSON] if people is None else people

    def answer(asked: Asked) -> Any:
        if asked.path.endswith("/people"):
            return [one for one in everybody if one["email"] == asked.query["email"].lower()]
        return things(asked) if callable(things) else things

    script.answer = answer


@pytest.mark.parametrize("way", WAYS)
def test_every_page_comes_in_every_way_of_paging(way: str, script: Script, tmp_path: Path) -> None:
    things, told = WAYS[way]
    answers(script, things)

    assert numbers(with_things(tmp_path, script, **told)) == list(range(7))


@pytest.mark.parametrize(
    ("things", "paging"),
    [
        ({"data": [], "next": "same"}, {"kind": "cursor", "param": "mark", "next": "next"}),
        (lambda one: {"data": [], "next": one.query.get("mark", "") + "x"}, {"kind": "cursor", "param": "mark", "next": "next"}),
        ({"data": THINGS[:2], "next": "/api/things?at=1"}, {"kind": "url", "next": "next"}),
        ({"data": [], "more": True, "next": None}, {"kind": "cursor", "param": "mark", "next": "next", "more": "more"}),
        (lambda asked: {"data": [] if asked.query["page"] == "2" else THINGS[:1]}, {"kind": "page", "param": "page"}),
        (lambda asked: {"data": THINGS[:1] if asked.query["page"] == "2" else []}, {"kind": "page", "param": "page"}),
    ],
)  # fmt: skip
def test_pages_without_end_or_with_a_gap_are_no_answer(things: Any, paging: dict[str, Any], script: Script, tmp_path: Path) -> None:
    answers(script, things)

    with pytest.raises(Incomplete):
        numbers(with_things(tmp_path, script, records="data", paging=paging))
    assert len(script.asked) < 20


@pytest.mark.parametrize(
    ("things", "paging"),
    [
        ({"data": []}, {"kind": "cursor", "param": "mark", "next": "next"}),
        ({"data": []}, {"kind": "cursor", "param": "after", "last": "id", "more": "has_more"}),
        ({"data": [], "next": "http://localhost:9/"}, {"kind": "url", "next": "next"}),
        ({"data": [], "next": 1.5}, {"kind": "url", "next": "next"}),
        ({"data": [], "total": "many"}, {"kind": "page", "param": "page", "total": "total"}),
    ],
)
def test_a_key_that_paging_needs_is_not_done_without(things: Any, paging: dict[str, Any], script: Script, tmp_path: Path) -> None:
    answers(script, things)

    with pytest.raises(NotAsDescribed):
        numbers(with_things(tmp_path, script, records="data", paging=paging))


LETS_IN: Final[dict[str, tuple[dict[str, str], Any]]] = {
    "bearer": ({"kind": "bearer", "token": "{token}"}, lambda one: one.headers["authorization"] == "Bearer s3cret"),
    "basic": (
        {"kind": "basic", "user": "{user}/token", "password": "{token}"},
        lambda one: one.headers["authorization"] == "Basic " + b64encode(b"me@shop.example/token:s3cret").decode(),
    ),
    "header": ({"kind": "header", "name": "X-Key", "value": "Key {token}"}, lambda one: one.headers["x-key"] == "Key s3cret"),
    "query": ({"kind": "query", "name": "key", "value": "{token}"}, lambda one: one.query["key"] == "s3cret"),
}


@pytest.mark.parametrize("kind", LETS_IN)
def test_each_way_to_say_who_we_are(kind: str, script: Script, tmp_path: Path) -> None:
    auth, is_right = LETS_IN[kind]
    answers(script, [], [PERSON])
    config = described(
        tmp_path, script, {"people": PEOPLE}, {"people": FIELDS["people"]}, "&token=s3cret&user=me%40shop.example",
        values=["token", "user"], auth=auth, headers={"X-Version": "3"},
    )  # fmt: skip

    assert found(config, ANN, ROOTS) == {"people": [PERSON]}
    assert all(is_right(one) and one.headers["x-version"] == "3" for one in script.asked)


@pytest.mark.parametrize("send", ["body", "basic"])
def test_a_token_of_client_credentials_is_fetched_and_fetched_anew(send: str, script: Script, tmp_path: Path) -> None:
    taken: list[str] = []

    def answer(asked: Asked) -> Any:
        if asked.path == "/token":
            form = dict(parse_qsl(asked.body))
            told = form.get("client_secret") or asked.headers["authorization"]
            assert form["grant_type"] == "client_credentials"
            assert told in {"s3cret", "Basic " + b64encode(b"me:s3cret").decode()}
            taken.append(f"t{len(taken)}")
            return {"access_token": taken[-1], "expires_in": 3600}
        is_old = asked.headers["authorization"] != "Bearer t1"
        return ({}, 401, {}) if is_old else [PERSON]

    script.answer = answer
    auth = {"kind": "oauth2", "token_url": "/token", "client_id": "me", "client_secret": "{token}", "scope": "read", "send": send}
    config = described(
        tmp_path, script, {"people": PEOPLE}, {"people": FIELDS["people"]}, "&token=s3cret", values=["token"], auth=auth
    )

    assert found(config, ANN, ROOTS) == {"people": [PERSON]}
    assert taken == ["t0", "t1"]
    script.answer = lambda asked: {"access_token": "t"} if asked.path == "/token" else ({}, 401, {})
    with pytest.raises(Refused):
        found(config, ANN, ROOTS)
    script.answer = lambda _: ({"error": "invalid_client"}, 400, {})
    with pytest.raises(Refused):
        found(config, ANN, ROOTS)


def test_gaps_are_filled_in_paths_queries_and_bodies(script: Script, tmp_path: Path) -> None:
    person = {"id": "p1", "email": 'o"neil/x@mail.example'}
    script.answer = lambda _: [person]
    endpoint = {
        "path": "/members/{email|lower|md5}/{email}", "method": "POST", "query": {"filter": 'equals(email,"{email|quoted}")'},
        "json": {"search": [{"email": "{email}"}], "limit": 5, "deep": True},
    }  # fmt: skip
    config = described(tmp_path, script, {"people": endpoint}, {"people": FIELDS["people"]})
    identity = Identity((Claim("email", 'O"Neil/x@mail.example'),))

    assert [one.root for one in ENTRY.candidates(config, identity)] == list(ROOTS)

    asked = script.asked[0]
    digest = md5(b'o"neil/x@mail.example', usedforsecurity=False).hexdigest()
    assert asked.path == f'/api/members/{digest}/O"Neil/x@mail.example'
    assert asked.query["filter"] == 'equals(email,"O\\"Neil/x@mail.example")'
    assert asked.body == '{"search": [{"email": "O\\"Neil/x@mail.example"}], "limit": 5, "deep": true}'
    assert {one.path.rpartition("/O")[2] or one.path for one in script.asked} != set()


def test_other_spellings_of_an_address_are_asked_for_too_and_give_each_record_once(script: Script, tmp_path: Path) -> None:
    script.answer = lambda asked: [{"id": "p1", "email": "joerg@bücher.example"}] if "bücher" in asked.query["email"] else []
    config = described(tmp_path, script, {"people": PEOPLE}, {"people": FIELDS["people"]})
    jorg = Identity((Claim("email", "Joerg@xn--bcher-kva.example"),))

    assert [one.root for one in ENTRY.candidates(config, jorg)] == list(ROOTS)
    assert len(found(config, jorg, ROOTS)["people"]) == 1
    assert len({one.query["email"] for one in script.asked}) > 1


def test_a_search_that_answers_with_others_is_refused_or_sieved(script: Script, tmp_path: Path) -> None:
    script.answer = lambda _: [PERSON, {"id": "p2", "email": "ann@mail.example.org"}, {"id": "p3", "email": None}]
    strict = described(tmp_path, script, {"people": PEOPLE}, {"people": FIELDS["people"]})
    with pytest.raises(ForeignRecord):
        found(strict, ANN, ROOTS)
    assert [problem.code for problem in ENTRY.check(strict).problems] == ["foreign_record"]

    kind = described(tmp_path, script, {"people": PEOPLE | {"others": "drop"}}, {"people": FIELDS["people"]})
    assert found(kind, ANN, ROOTS) == {"people": [PERSON]}
    assert [one.root for one in ENTRY.candidates(kind, ANN)] == list(ROOTS)


def test_of_two_people_behind_one_address_only_the_chosen_one_is_followed(script: Script, tmp_path: Path) -> None:
    people = [PERSON, {"id": "p2", "email": "ann@mail.example"}]
    answers(script, lambda asked: [{"id": asked.query["owner"], "owner": asked.query["owner"]}], people)
    config = with_things(tmp_path, script)

    assert found(config, ANN, ROOTS) == {"people": [PERSON], "things": [{"id": "p1"}]}
    assert found(config, ANN, (Root("people", ()),))["things"] == [{"id": "p1"}, {"id": "p2"}]
    assert len(list(ENTRY.candidates(config, ANN))) == 2


def test_more_candidates_than_wanted_are_said_to_be_more(script: Script, tmp_path: Path) -> None:
    script.answer = lambda _: [{"id": f"p{number}", "email": "ann@mail.example"} for number in range(5)]
    config = described(tmp_path, script, {"people": PEOPLE}, {"people": FIELDS["people"]}, "&candidate_limit=3")
    came: list[object] = []

    with pytest.raises(TooManyCandidates):
        came.extend(ENTRY.candidates(config, ANN))
    assert not came or len(came) == 3


def test_values_go_along_in_batches(script: Script, tmp_path: Path) -> None:
    def answer(asked: Asked) -> Any:
        if asked.path.endswith("/things"):
            return THINGS
        return [{"id": f"x{one}", "thing": int(one)} for one in asked.query["ids"].split(",")]

    fields = {**FIELDS, "parts": {"id": KEY}}
    answers(script, answer)
    endpoints = {
        "people": PEOPLE,
        "things": {"path": "/things", "query": {"owner": "{owner}"}, "with": {"owner": "people.id"}, "belongs": {"owner": "owner"}},
        "parts": {
            "path": "/parts", "query": {"ids": "{ids}"}, "belongs": {"thing": "ids"},
            "with": {"ids": {"field": "things.id", "batch": 3}},
        },
    }  # fmt: skip
    config = described(tmp_path, script, endpoints, fields)

    assert len(found(config, ANN, ROOTS)["parts"]) == 7
    assert [one.query["ids"] for one in script.asked if one.path.endswith("/parts")] == ["0,1,2", "3,4,5", "6"]


def test_values_of_another_system_lead_here(script: Script, tmp_path: Path) -> None:
    answers(script, lambda asked: [{"id": 1, "owner": asked.query["owner"]}])
    things = {"with": {"owner": {"dataset": "crm", "field": "contacts.shop_id"}}}
    config, pointer = with_things(tmp_path, script, **things), Pointer("crm", "contacts", "shop_id")

    assert ENTRY.wants(config) == (pointer,)
    assert list(ENTRY.find(config, ANN, ROOTS, {pointer: lambda: iter(["x1", "x1"])}))
    assert [one.query["owner"] for one in script.asked if one.path.endswith("/things")] == ["x1"]
    with pytest.raises(Incomplete):
        list(ENTRY.find(config, ANN, ROOTS))
    assert not ENTRY.check(config).usable
    assert ENTRY.check(config, (pointer,)).usable


def test_what_is_not_found_is_nothing_only_where_that_is_said(script: Script, tmp_path: Path) -> None:
    answers(script, ({}, 404, {}))

    assert numbers(with_things(tmp_path, script, none=[404])) == []
    with pytest.raises(NotAsDescribed):
        numbers(with_things(tmp_path, script))


def test_one_record_need_not_be_a_list_and_a_field_may_be_optional(script: Script, tmp_path: Path) -> None:
    script.answer = lambda _: {"member": PERSON}
    fields = {"people": {"id": KEY, "email": EMAIL, "nick": {}}}
    endpoint = {**PEOPLE, "records": "member", "one": True, "optional": ["nick"]}
    config = described(tmp_path, script, {"people": endpoint}, fields)

    assert found(config, ANN, ROOTS) == {"people": [PERSON | {"nick": None}]}
    script.answer = lambda _: {"member": None}
    assert list(ENTRY.candidates(config, ANN)) == []


def test_a_file_comes_from_another_allowed_host_without_our_secret_or_not_at_all(script: Script, tmp_path: Path) -> None:
    fields = {"people": {"id": KEY, "email": EMAIL, "scan": {"dsar": {"file": {"media_type": "application/pdf"}}}}}
    person = PERSON | {"scan": "files/a b.pdf"}
    script.answer = lambda asked: [person] if asked.path.endswith("/people") else "content"
    auth = {"values": ["token"], "auth": {"kind": "bearer", "token": "{token}"}}
    config = described(tmp_path, script, {"people": PEOPLE}, fields, "&token=s3cret", **auth)

    (file,) = found(config, ANN, ROOTS)["files"]
    assert file == {"name": "a b.pdf", "content": b'"content"', "type": "application/pdf"}
    person["scan"] = "http://localhost:1/stolen"
    with pytest.raises(Exception, match="none of those"):
        found(config, ANN, ROOTS)
    script.answer = lambda asked: [PERSON | {"scan": "gone.pdf"}] if asked.path.endswith("/people") else ({}, 404, {})
    with pytest.raises(MissingFile):
        found(config, ANN, ROOTS)


def test_no_more_questions_a_second_are_asked_than_described(script: Script, tmp_path: Path) -> None:
    import time

    answers(script, by_page)
    config = described(
        tmp_path, script,
        {"people": PEOPLE, "things": {"path": "/things", "with": {"owner": "people.id"}, "query": {"owner": "{owner}"},
                                      "paging": {"kind": "page", "param": "page", "size": 3}}},
        FIELDS, limits={"per_second": 10},
    )  # fmt: skip
    began = time.monotonic()
    numbers(config)

    assert time.monotonic() - began >= (len(script.asked) - 1) / 10 - 0.05
