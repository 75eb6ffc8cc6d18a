"""The officer decides who it is: with a reason, whole, and once."""

import pytest

from requests_app.audit.models import AuditEvent
from requests_app.matching import services as matching
from requests_app.matching.models import MatchState
from requests_app.matching.services import NotDecided, decide
from requests_app.values import Root
from requests_app.workflow.services import Move, StaleState
from requests_app.workflow.states import State
from tests.filing import an_officer
from tests.making import a_dsr
from tests.matching.searching import FITTING, Search
from tests.racing import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def doubtful() -> Search:
    search = Search("orders", "marketing")
    search.answers("orders", FITTING, {"postcode": ("10115",), "name": ("Bob Example",)})
    search.answers("marketing", {})
    return search


def test_an_officer_chooses_who_it_is_with_a_reason(doubtful: Search) -> None:
    officer = an_officer(doubtful.brand)

    doubtful.decide(officer, orders=[1], marketing=[])

    orders, marketing = doubtful.match("orders"), doubtful.match("marketing")
    assert doubtful.state == State.COLLECTING
    assert (orders.roots, marketing.roots) == ((Root("customers", ("2",)),), ())
    assert (orders.state, orders.decided_by, orders.reason) == (MatchState.DECIDED, officer, "I called.")
    assert orders.decided_at is not None
    assert doubtful.now.transitions.get(move=Move.DECIDE).reason == "I called."


def test_several_records_may_be_the_same_person(doubtful: Search) -> None:
    doubtful.decide(an_officer(doubtful.brand), orders=[1, 0, 1], marketing=[0])

    assert [root.key for root in doubtful.match("orders").roots] == [("1",), ("2",)]


@pytest.mark.parametrize("choices", [{}, {"orders": [0]}, {"orders": [2], "marketing": []}, {"orders": [-1], "marketing": [0]}])
def test_a_decision_with_a_gap_or_a_wrong_number_changes_nothing(doubtful: Search, choices: dict[str, list[int]]) -> None:
    with pytest.raises(NotDecided):
        doubtful.decide(an_officer(doubtful.brand), **choices)

    assert doubtful.state == State.DECIDING
    assert {doubtful.is_("orders"), doubtful.is_("marketing")} == {MatchState.DOUBTFUL}
    assert not AuditEvent.objects.filter(action="match.decided").exists()


def test_the_trail_says_who_decided_and_how_many_but_not_whom(doubtful: Search) -> None:
    officer = an_officer(doubtful.brand)
    doubtful.decide(officer, orders=[0], marketing=[])

    events = list(AuditEvent.objects.filter(action="match.decided").values("actor_name", "facts"))
    assert {(event["actor_name"], event["facts"]["source"], event["facts"]["chosen"]) for event in events} == {
        (f"officer:{officer.pk}", "orders", 1),
        (f"officer:{officer.pk}", "marketing", 0),
    }
    assert "Example" not in str(list(AuditEvent.objects.values()))


def test_what_is_decided_is_decided(doubtful: Search) -> None:
    doubtful.decide(an_officer(doubtful.brand), orders=[0], marketing=[0])

    with pytest.raises(StaleState):
        doubtful.decide(an_officer(doubtful.brand, "late@desk.example"), orders=[1], marketing=[0])

    assert [root.key for root in doubtful.match("orders").roots] == [("1",)]


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_at_once_one_decides() -> None:
    search = Search("orders")
    search.answers("orders", FITTING, {"postcode": ("10115",)})
    officers = [an_officer(search.brand, f"officer{number}@desk.example") for number in range(2)]
    key = str(search.match("orders").pk)

    def choose(number: int) -> str:
        try:
            decide(search.now, {key: [number]}, by=officers[number], reason="Me.")
        except StaleState:
            return "late"
        return "decided"

    assert at_once(2, choose) == ["decided", "late"]
    match = search.match("orders")
    assert match.decided_by == officers[int(match.roots[0].key[0]) - 1]


@pytest.mark.threat("1.01")
def test_only_the_proven_address_finds_records_and_what_was_typed_only_sorts_the_evidence() -> None:
    dsr = a_dsr(facts={"postcode": "75001", "phone_number": "+33612345678", "order_number": "", "birth_date": "1984-03-27"})

    assert [claim.kind for claim in matching.identity_of(dsr).claims] == ["email"]
    assert [claim.kind for claim in matching.clues_of(dsr).claims] == ["email", "postcode", "birth_date"]
    assert [claim.kind for claim in matching.clues_of(a_dsr(email="b@example.com")).claims] == ["email"]


def test_what_is_forgotten_leaves_how_it_was_settled_and_nothing_of_the_person(doubtful: Search) -> None:
    doubtful.decide(an_officer(doubtful.brand), orders=[0], marketing=[])

    matching.forget([doubtful.dsr.pk])

    for name in ("orders", "marketing"):
        match = doubtful.match(name)
        assert (match.candidates, match.chosen, match.reason, match.state) == (None, None, None, MatchState.DECIDED)
        assert str(match) == f"{match.source}: decided"
