"""The customer's words for what the law and the states say."""

from datetime import UTC, date, datetime, timedelta

import pytest

from requests_app.jurisdictions import REGIMES
from requests_app.portal import line
from requests_app.values import Period, Unit
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import CLOSED, State

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
TODAY = NOW.date()


def dsr(state: State, due: date | None = date(2026, 12, 22)) -> SubjectRequest:
    return SubjectRequest(state=state, regime="eu-gdpr", received_at=NOW, due_legal_on=due)


@pytest.mark.parametrize("regime", sorted(slug for slug, law in REGIMES.items() if not law.is_overlay))
def test_every_regime_says_its_term_and_its_source(regime: str) -> None:
    said = line.term(regime)
    assert REGIMES[regime].short in said
    assert REGIMES[regime].answer.citation in said


@pytest.mark.parametrize("unit", list(Unit))
def test_every_unit_of_time_has_words_for_one_and_for_many(unit: Unit) -> None:
    one, many = (line._period(Period(length, unit)) for length in (1, 45))
    assert one.startswith("one ")
    assert many.startswith("45 ")


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("due", [None, TODAY - timedelta(days=1), TODAY + timedelta(days=30)])
def test_every_state_has_something_to_say(state: State, due: date | None) -> None:
    said = line.whose_move(dsr(state, due), TODAY, None)
    assert said.title
    assert (said.kind == "danger") == (state not in {*CLOSED, State.PROPOSING} and due is not None and due < TODAY)


def test_a_copy_that_waits_comes_before_everything_else() -> None:
    said = line.whose_move(dsr(State.ANSWERED), TODAY, NOW + timedelta(days=14))
    assert said.kind == "good"
    assert "6 December 2026" in said.title


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.LAPSED, State.REFUSED])
def test_a_request_that_was_stopped_shows_where(state: State) -> None:
    moves = [(State.RECEIVED, State.VERIFYING, NOW), (State.VERIFYING, state, NOW + timedelta(hours=1))]
    stops = line.stops(dsr(state), moves, None)
    assert [stop.of for stop in stops] == ["done", "stopped"]
    assert stops[-1].moment == NOW + timedelta(hours=1)


def test_a_second_search_shows_when_the_first_step_ended_last() -> None:
    later = NOW + timedelta(days=2)
    moves = [
        (State.VERIFYING, State.MATCHING, NOW), (State.COLLECTING, State.REVIEWING, NOW), (State.REVIEWING, State.MATCHING, NOW),
        (State.COLLECTING, State.REVIEWING, later),
    ]  # fmt: skip
    searched = line.stops(dsr(State.REVIEWING), moves, None)[2]
    assert (searched.of, searched.moment) == ("done", later)


@pytest.mark.parametrize(
    ("address", "said"),
    [("ada@example.com", "a•••@example.com"), ("a@b.c", "a•••@b.c"), ("", "•••"), (None, "•••"), ("x@y@z.com", "x•••@z.com")],
)
def test_an_address_is_known_again_only_by_its_owner(address: str | None, said: str) -> None:
    assert line.masked(address) == said
