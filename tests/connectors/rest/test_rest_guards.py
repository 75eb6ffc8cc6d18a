"""What a description may say so that no answer is silently short: asked twice over, of this kind only, counted, never blank."""

from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any, Final

import pytest

from requests_app.connectors.base import BadDescription, Config, Incomplete, NotAsDescribed
from requests_app.connectors.rest import ENTRY
from requests_app.connectors.rest.description import describe_api
from requests_app.values import Claim, Identity, Root
from tests.connectors.rest.scripted import Asked, Script, described, scripted
from tests.connectors.rest.shop import ANN, found

KEY: Final[dict[str, Any]] = {"fides_meta": {"primary_key": True}}
EMAIL: Final[dict[str, Any]] = {"fides_meta": {"identity": "email"}}
FIELDS: Final[dict[str, dict[str, Any]]] = {"people": {"id": KEY, "email": EMAIL, "count": {}}, "things": {"id": KEY}}
PEOPLE: Final[dict[str, Any]] = {"path": "/people", "query": {"email": "{email}"}}
THINGS: Final[dict[str, Any]] = {"path": "/things", "query": {"owner": "{owner}"}, "with": {"owner": "people.id"}}
ROOTS: Final = (Root("people", ("p1",)),)


@pytest.fixture
def script() -> Iterator[Script]:
    with scripted() as script:
        yield script


def told(folder: Path, script: Script, people: dict[str, Any], things: dict[str, Any]) -> Config:
    return described(folder, script, {"people": {**PEOPLE, **people}, "things": {**THINGS, **things}}, FIELDS)


def answers(script: Script, things: Any, **person: Any) -> None:
    someone = {"id": "p1", "email": "ann@mail.example", "count": 2, **person}
    script.answer = lambda asked: things(asked) if asked.path.endswith("/things") else [someone]


def test_what_two_questions_find_comes_once(script: Script, tmp_path: Path) -> None:
    def things(asked: Asked) -> Any:
        return {"hits": [{"id": 2}, {"id": 3}]} if asked.query.get("state") == "gone" else [{"id": 1}, {"id": 2}]

    answers(script, things)
    config = told(tmp_path, script, {}, {"also": [{"query": {"owner": "{owner}", "state": "gone"}, "records": "hits"}]})

    assert [one["id"] for one in found(config, ANN, ROOTS)["things"]] == [1, 2, 3]


def test_a_person_whom_only_the_second_question_finds_is_a_candidate(script: Script, tmp_path: Path) -> None:
    someone = {"id": "p1", "email": "Ann@Mail.example", "count": 0}
    script.answer = lambda asked: [someone] if asked.query.get("q") == 'email:"ann@mail.example"' else []
    config = told(tmp_path, script, {"also": [{"path": "/search", "query": {"q": 'email:"{email|quoted}"'}}]}, {})

    assert [one.root for one in ENTRY.candidates(config, ANN)] == list(ROOTS)


@pytest.mark.parametrize(
    "wrong", [{"path": "people"}, {"query": {"q": "{nobody}"}}, {"with": {}}, {"query": {"q": "{email|twice}"}}]
)
def test_a_second_question_is_checked_like_the_first(wrong: dict[str, Any], script: Script, tmp_path: Path) -> None:
    config = told(tmp_path, script, {"also": [wrong]}, {})

    with pytest.raises(BadDescription):
        describe_api(config.description)


@pytest.mark.parametrize(("kind", "expected"), [(0, [1]), (None, [2]), ("0", [3]), (False, [4])])
def test_records_of_another_kind_are_left_out(kind: Any, expected: list[int], script: Script, tmp_path: Path) -> None:
    kinds = {1: 0, 2: None, 3: "0", 4: False}
    answers(script, lambda _: [{"id": number, "owner": {"kind": kind}} for number, kind in kinds.items()])

    records = found(told(tmp_path, script, {}, {"only": {"owner.kind": kind}}), ANN, ROOTS)

    assert [one["id"] for one in records["things"]] == expected


def test_a_record_that_does_not_say_its_kind_is_no_answer(script: Script, tmp_path: Path) -> None:
    answers(script, lambda _: [{"id": 1}])

    with pytest.raises(NotAsDescribed):
        found(told(tmp_path, script, {}, {"only": {"kind": 0}}), ANN, ROOTS)


@pytest.mark.parametrize("blank", [None, ""])
def test_a_blanked_address_is_a_fault_and_not_somebody_else(blank: str | None, script: Script, tmp_path: Path) -> None:
    answers(script, lambda _: [], email=blank)

    assert list(ENTRY.candidates(told(tmp_path, script, {"others": "drop"}, {}), ANN)) == []
    with pytest.raises(NotAsDescribed, match="withheld"):
        list(ENTRY.candidates(told(tmp_path, script, {"others": "drop", "needed": ["email"]}, {}), ANN))


@pytest.mark.parametrize("come", [2, 3])
def test_as_many_records_as_the_person_is_said_to_have_and_more_are_an_answer(come: int, script: Script, tmp_path: Path) -> None:
    answers(script, lambda _: [{"id": number} for number in range(come)])

    assert len(found(told(tmp_path, script, {}, {"at_least": "people.count"}), ANN, ROOTS)["things"]) == come


def test_fewer_records_than_the_person_is_said_to_have_are_no_answer(script: Script, tmp_path: Path) -> None:
    answers(script, lambda _: [{"id": 1}])

    with pytest.raises(Incomplete, match="fewer"):
        found(told(tmp_path, script, {}, {"at_least": "people.count"}), ANN, ROOTS)


def test_what_should_say_how_many_there_are_must_say_it(script: Script, tmp_path: Path) -> None:
    answers(script, lambda _: [], count=None)

    with pytest.raises(NotAsDescribed):
        found(told(tmp_path, script, {}, {"at_least": "people.count"}), ANN, ROOTS)


def test_only_what_leads_to_records_can_say_how_many_there_are(script: Script, tmp_path: Path) -> None:
    batched = {"with": {"owner": {"field": "people.id", "batch": 5}}, "at_least": "people.count"}

    with pytest.raises(BadDescription):
        describe_api(told(tmp_path, script, {}, batched).description)
    with pytest.raises(BadDescription):
        describe_api(told(tmp_path, script, {"needed": ["nonsense"]}, {}).description)


def test_a_wait_with_a_fraction_is_kept(script: Script, tmp_path: Path) -> None:
    said: Iterator[Any] = iter([([], 429, {"retry-after": "1.0"})])
    answers(script, lambda _: next(said, [{"id": 1}]))
    begun = monotonic()

    assert len(found(told(tmp_path, script, {}, {}), ANN, ROOTS)["things"]) == 1
    assert monotonic() - begun >= 1


def test_an_option_overrides_the_pace_that_the_description_keeps(script: Script, tmp_path: Path) -> None:
    answers(script, lambda _: [])
    slow = described(tmp_path, script, {"people": PEOPLE, "things": THINGS}, FIELDS, limits={"per_second": 0.5})
    fast = Config(slow.name, f"{slow.url}&per_second=50", slow.description)
    lengths = []

    for config in (slow, fast):
        begun = monotonic()
        found(config, Identity((Claim("email", "ann@mail.example"),)), ROOTS)
        lengths.append(monotonic() - begun)

    assert lengths[0] >= 2 > lengths[1]


def test_a_list_that_cannot_be_narrowed_is_read_once_and_compared(script: Script, tmp_path: Path) -> None:
    things = [{"id": 1, "by": "ANN@mail.example"}, {"id": 2, "by": "bob@mail.example"}, {"id": 3, "by": None}]
    answers(script, lambda _: things)
    all_of_them = {"path": "/things", "belongs": {"by": "email"}, "others": "drop"}
    config = described(tmp_path, script, {"people": PEOPLE, "things": all_of_them}, FIELDS)

    records = found(config, Identity((Claim("email", "Ann@mail.example"),)), ROOTS)

    assert [one["id"] for one in records["things"]] == [1]
    assert len([path for path in script.paths() if path.endswith("/things")]) == 1
