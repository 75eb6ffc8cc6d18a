from http import HTTPStatus

import pytest
from django.test import Client

from requests_app.matching.models import Match, MatchState
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import advance
from requests_app.workflow.states import Move, State
from tests.console.desk import a_candidate, a_match, an_officer, at_the_desk
from tests.making import a_dsr, a_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def dsr() -> SubjectRequest:
    dsr = a_dsr(State.DECIDING, name="Ada Example", facts={"postcode": "75001"})
    people = [
        a_candidate(1, agrees=["name", "postcode"], differs=[]),
        a_candidate(2, name="Bob Other", agrees=[], differs=["name"]),
    ]
    a_match(dsr, a_source("orders"), MatchState.DOUBTFUL, candidates=people)
    return dsr


@pytest.fixture
def client() -> Client:
    return at_the_desk(an_officer())


def decide(client: Client, dsr: SubjectRequest, *chosen: str, reason: str = "the postcode agrees", seen: int | None = None) -> int:
    match = Match.objects.get()
    version = dsr.transitions.count() if seen is None else seen
    data = {"seen": version, "reason": reason, f"match_{match.pk}": chosen}
    return client.post(f"/console/requests/{dsr.reference}/match/", data).status_code


@pytest.mark.parametrize(("chosen", "roots"), [(("0",), 1), (("0", "1"), 2), (("nobody",), 0)])
def test_an_officer_chooses_one_several_or_none(client: Client, dsr: SubjectRequest, chosen: tuple[str, ...], roots: int) -> None:
    assert decide(client, dsr, *chosen) == HTTPStatus.FOUND

    match = Match.objects.get()
    assert (match.state, len(match.roots), match.reason) == (MatchState.DECIDED, roots, "the postcode agrees")
    assert SubjectRequest.objects.get().stage == State.COLLECTING


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [((), "why"), (("nobody", "0"), "why"), (("7",), "why"), (("-1",), "why"), (("0",), ""), (("0",), " \n"), (("0",), "x" * 2001)],
)
def test_a_half_made_decision_is_given_back(client: Client, dsr: SubjectRequest, chosen: tuple[str, ...], reason: str) -> None:
    assert decide(client, dsr, *chosen, reason=reason) == HTTPStatus.UNPROCESSABLE_ENTITY
    assert SubjectRequest.objects.get().stage == State.DECIDING


def test_what_was_chosen_stays_chosen_when_the_reason_is_missing(client: Client, dsr: SubjectRequest) -> None:
    match = Match.objects.get()
    data = {"seen": dsr.transitions.count(), "reason": "", f"match_{match.pk}": ["1"]}

    shown = client.post(f"/console/requests/{dsr.reference}/match/", data).content.decode()

    assert f'value="1" id="id_match_{match.pk}_1" checked' in shown


def test_the_evidence_stands_beside_what_was_typed(client: Client, dsr: SubjectRequest) -> None:
    (laid,) = client.get(f"/console/requests/{dsr.reference}/match/").context["matches"]

    assert laid.headings == ["E-mail", "Name", "Postcode"]
    assert [cell.values for cell in laid.typed] == [("ada@example.com",), ("Ada Example",), ("75001",)]
    assert [[cell.verdict for cell in shown.cells] for shown in laid.candidates] == [["agrees"] * 3, ["agrees", "differs", ""]]


def test_who_comes_second_is_told_calmly(client: Client, dsr: SubjectRequest) -> None:
    decide(at_the_desk(an_officer("bob@desk.example")), dsr, "0")

    assert decide(client, dsr, "nobody", seen=dsr.transitions.count() - 1) == HTTPStatus.CONFLICT
    assert len(Match.objects.get().roots) == 1


def test_a_form_that_is_older_than_the_last_move_decides_nothing(client: Client, dsr: SubjectRequest) -> None:
    assert decide(client, dsr, "0", seen=1) == HTTPStatus.CONFLICT
    assert SubjectRequest.objects.get().stage == State.DECIDING


def test_what_was_decided_can_be_read_later(client: Client, dsr: SubjectRequest) -> None:
    decide(client, dsr, "0")

    shown = client.get(f"/console/requests/{dsr.reference}/match/").content.decode()

    assert "the postcode agrees" in shown
    assert "chosen" in shown
    assert "<textarea" not in shown


def test_a_request_without_candidates_says_so(client: Client) -> None:
    dsr = a_dsr(State.DECIDING)
    a_match(dsr, a_source(), MatchState.NOBODY, candidates=[])
    advance(dsr, Move.WITHDRAW, by=an_officer("x@desk.example").actor)

    assert "No system knows anybody" in client.get(f"/console/requests/{dsr.reference}/match/").content.decode()


def test_what_speaks_for_and_against_each_is_said_and_the_likeliest_stands_first(client: Client) -> None:
    dsr = a_dsr(State.DECIDING, name="Ada Lovelace", facts={"postcode": "75001"})
    people = [
        a_candidate(1, name="Bob Other", postcode="10115", agrees=[], differs=["name", "postcode"]),
        a_candidate(2, name="Ada Lovelaec", agrees=["postcode"], differs=["name"]),
    ]
    a_match(dsr, a_source("orders"), MatchState.DOUBTFUL, candidates=people)

    answer = client.get(f"/console/requests/{dsr.reference}/match/")

    (laid,) = answer.context["matches"]
    assert [shown.number for shown in laid.candidates] == [1, 0]
    assert (laid.candidates[0].speaks_for, laid.candidates[0].speaks_against) == ("E-mail, Postcode", "Name")
    assert laid.candidates[0].cells[1].near == "nearly the same: one or two signs apart"
    assert "2 records share this e-mail address" in answer.content.decode()
    assert not any(shown.chosen for shown in laid.candidates), "the order chooses nobody"


def test_a_reason_for_each_candidate_stays_with_it(client: Client, dsr: SubjectRequest) -> None:
    match = Match.objects.get()
    data = {
        "seen": dsr.transitions.count(),
        "reason": "looked at both",
        f"match_{match.pk}": ["0"],
        f"why_{match.pk}_1": "his brother",
    }

    assert client.post(f"/console/requests/{dsr.reference}/match/", data).status_code == HTTPStatus.FOUND

    assert [one.get("why") for one in Match.objects.get().candidates] == [None, "his brother"]
    assert "his brother" in client.get(f"/console/requests/{dsr.reference}/match/").content.decode()
