"""From the systems' answers to one decision: which moves follow, who decides, and what is written down."""

import pytest

from requests_app.ledger.models import Step
from requests_app.matching.models import MatchState
from requests_app.matching.services import start
from requests_app.sources.models import Source
from requests_app.values import SYSTEM, Root
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.filing import an_officer
from tests.making import a_brand, a_dsr, a_source
from tests.matching.searching import FITTING, Evidence, Search
from tests.racing import at_once

pytestmark = pytest.mark.django_db


@pytest.mark.promise("S3")
def test_one_clear_match_in_each_system_goes_on_by_itself() -> None:
    search = Search("orders", "marketing")

    search.answers("orders", FITTING)
    assert search.state == State.MATCHING
    search.answers("marketing", {})

    assert search.state == State.COLLECTING
    assert search.match("orders").roots == (Root("customers", ("1",)),)
    assert [search.is_(name) for name in ("orders", "marketing")] == [MatchState.CLEAR, MatchState.CLEAR]


@pytest.mark.promise("O17")
@pytest.mark.threat("3.01")
def test_several_people_behind_one_mailbox_wait_for_an_officer() -> None:
    search = Search("orders")

    search.answers("orders", FITTING, {"postcode": ("10115",), "name": ("Bob Example",)})

    assert search.state == State.DECIDING
    assert search.match("orders").roots == ()


@pytest.mark.threat("3.01")
def test_a_shared_mailbox_in_one_system_makes_the_single_record_of_another_doubtful() -> None:
    search = Search("orders", "marketing")

    search.answers("orders", FITTING, {"postcode": ("10115",)})
    search.answers("marketing", {"name": ("Example",)})

    assert search.state == State.DECIDING
    assert search.is_("marketing") == MatchState.DOUBTFUL


@pytest.mark.threat("3.01")
def test_a_shared_mailbox_in_one_system_leaves_a_record_alone_that_shows_whose_it_is() -> None:
    search = Search("orders", "marketing")

    search.answers("orders", FITTING, {"postcode": ("10115",)})
    search.answers("marketing", FITTING)

    assert search.state == State.DECIDING
    assert search.is_("marketing") == MatchState.CLEAR


@pytest.mark.promise("A7")
@pytest.mark.threat("1.01")
@pytest.mark.parametrize("evidence", [{}, {"name": ("Ada Example",)}, {"order_number": ("O-1",)}])
def test_a_mailbox_alone_is_no_proof_of_the_person(evidence: Evidence) -> None:
    search = Search("orders", "marketing")

    search.answers("orders", evidence)
    search.answers("marketing", evidence)

    assert search.state == State.DECIDING
    assert {search.is_("orders"), search.is_("marketing")} == {MatchState.DOUBTFUL}


def test_a_fact_that_agrees_in_one_system_stands_for_the_others() -> None:
    search = Search("orders", "marketing", "reviews")

    search.answers("orders", FITTING)
    search.answers("marketing", {})
    search.answers("reviews")

    assert search.state == State.COLLECTING
    assert search.is_("reviews") == MatchState.NOBODY


@pytest.mark.parametrize(("agreeing", "state"), [(1, State.DECIDING), (2, State.COLLECTING)])
def test_a_brand_may_ask_for_more_facts(agreeing: int, state: State) -> None:
    both = {"postcode": "75001", "birth_date": "1984-03-27"}
    search = Search("orders", facts=both, facts_required=2)

    search.answers("orders", {kind: (value,) for kind, value in list(both.items())[:agreeing]})

    assert search.state == state


def test_a_brand_that_asks_for_no_fact_takes_the_mailbox_for_the_person() -> None:
    search = Search("orders", facts={}, facts_required=0)

    search.answers("orders", {})

    assert search.state == State.COLLECTING


@pytest.mark.promise("S3")
def test_whoever_gave_no_fact_at_all_is_not_rejected_but_looked_at_by_a_person() -> None:
    search = Search("orders", facts={})

    search.answers("orders", FITTING)

    assert search.state == State.DECIDING


@pytest.mark.parametrize("kind", ["name", "postcode"])
def test_a_fact_that_differs_waits_for_an_officer(kind: str) -> None:
    search = Search("orders")

    search.answers("orders", {**FITTING, kind: ("Somebody 9",)})

    assert search.state == State.DECIDING


@pytest.mark.threat("1.07")
def test_an_address_with_a_name_outside_ascii_waits_for_an_officer() -> None:
    search = Search("orders")
    search.dsr.email = "zoë@example.com"
    search.dsr.save(update_fields=["email"])

    search.answers("orders", FITTING)

    assert search.state == State.DECIDING


def test_nobody_anywhere_is_an_answer_and_goes_on() -> None:
    search = Search("orders", "marketing")

    search.answers("orders")
    search.answers("marketing")

    assert search.state == State.COLLECTING
    assert search.match("orders").roots == ()


def test_a_system_that_fails_does_not_stop_the_others() -> None:
    search = Search("orders", "marketing")

    search.fails("marketing")
    assert search.state == State.MATCHING
    search.answers("orders", FITTING)

    assert search.state == State.COLLECTING
    assert (search.is_("marketing"), search.match("marketing").fault) == (MatchState.FAILED, "unreachable")


def test_a_brand_without_systems_goes_on_at_once() -> None:
    assert Search().state == State.COLLECTING


def test_a_system_that_takes_no_part_is_not_asked() -> None:
    brand = a_brand()
    a_source("orders", brand=brand)
    a_source("old", brand=brand, enabled=False)
    a_source("foreign", brand=a_brand("other-shop"))
    dsr = a_dsr(State.MATCHING, brand=brand)

    start(dsr)

    assert [match.source.name for match in dsr.matches.all()] == ["orders"]
    assert Step.objects.filter(kind="matching.ask").count() == 1


def test_asking_twice_asks_once() -> None:
    search = Search("orders")

    start(search.now)

    assert Step.objects.filter(kind="matching.ask").count() == 1


def searched_again(search: Search) -> None:
    """Take the request through a partial answer to the next search."""
    for move in (Move.FINISH_COLLECTION, Move.SEARCH_AGAIN):
        advance(search.now, move, by=SYSTEM)
    start(search.now)


def test_only_what_failed_is_asked_again() -> None:
    search = Search("orders", "marketing")
    search.answers("orders", FITTING)
    search.fails("marketing")

    searched_again(search)

    assert (search.is_("orders"), search.is_("marketing")) == (MatchState.CLEAR, MatchState.ASKING)
    assert Step.objects.filter(kind="matching.ask", source__name="marketing").count() == 2
    assert Step.objects.filter(kind="matching.ask", source__name="orders").count() == 1
    search.answers("marketing", {})
    assert search.state == State.COLLECTING


def test_a_system_that_no_longer_takes_part_is_no_longer_missing() -> None:
    search = Search("orders", "marketing")
    search.answers("orders", FITTING)
    search.fails("marketing")
    Source.objects.filter(name="marketing").update(enabled=False)

    searched_again(search)

    assert [match.source.name for match in search.now.matches.all()] == ["orders"]
    assert search.state == State.COLLECTING


@pytest.mark.threat("3.01")
def test_a_system_that_answers_after_a_shared_mailbox_was_decided_is_doubtful_by_itself() -> None:
    search = Search("orders", "marketing")
    search.fails("marketing")
    search.answers("orders", FITTING, {"postcode": ("10115",)})
    search.decide(an_officer(search.brand), orders=[0])

    searched_again(search)
    search.answers("marketing", {})

    assert search.state == State.DECIDING
    assert search.is_("marketing") == MatchState.DOUBTFUL


def test_after_an_officer_decided_about_one_person_a_late_system_with_one_record_goes_on() -> None:
    search = Search("orders", "marketing", facts={})
    search.fails("marketing")
    search.answers("orders", FITTING)
    search.decide(an_officer(search.brand), orders=[0])

    searched_again(search)
    search.answers("marketing", {})

    assert search.state == State.COLLECTING


def test_an_answer_that_comes_after_the_request_was_withdrawn_is_not_kept() -> None:
    search = Search("orders")
    advance(search.now, Move.WITHDRAW, by=SYSTEM)

    search.answers("orders", FITTING)

    assert (search.is_("orders"), search.match("orders").candidates) == (MatchState.ASKING, None)


@pytest.mark.django_db(transaction=True)
def test_of_systems_that_answer_at_the_same_moment_the_last_moves_the_request_on_once() -> None:
    names = [f"system-{number}" for number in range(6)]
    search = Search(*names)

    def answer(number: int) -> str:
        search.answers(names[number], FITTING)
        return "ok"

    assert at_once(6, answer) == ["ok"] * 6
    assert search.state == State.COLLECTING
    assert search.now.transitions.filter(move=Move.SEARCH).count() == 1
