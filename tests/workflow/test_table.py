"""What the table itself promises, without a database."""

import pytest

from requests_app.workflow.states import (
    CLOSED,
    OPEN,
    TRANSITIONS,
    Move,
    State,
    Waiting,
    destination,
    edges,
    moves_from,
    waiting_for,
)
from tests.making import path_to


@pytest.mark.parametrize("state", State)
def test_every_state_can_be_reached(state: State) -> None:
    assert len(path_to(state)) < len(State)


@pytest.mark.parametrize("state", sorted(OPEN))
def test_every_open_state_has_a_way_out(state: State) -> None:
    assert moves_from(state)


@pytest.mark.parametrize("state", sorted(CLOSED))
def test_a_closed_request_waits_for_nobody_and_moves_no_more(state: State) -> None:
    assert waiting_for(state) == Waiting.NOBODY
    assert moves_from(state) == ()


@pytest.mark.parametrize("state", sorted(OPEN))
def test_an_open_request_waits_for_somebody(state: State) -> None:
    assert waiting_for(state) != Waiting.NOBODY


@pytest.mark.parametrize("state", State)
def test_every_state_says_something_to_the_customer(state: State) -> None:
    assert str(state.label)
    assert str(state.label) != state.value


def test_the_buttons_come_in_the_order_of_the_moves() -> None:
    assert moves_from(State.REVIEWING) == (Move.SEARCH_AGAIN, Move.APPROVE, Move.REFUSE, Move.WITHDRAW)


def test_what_the_table_does_not_name_leads_nowhere() -> None:
    assert destination(State.ANSWERED, Move.APPROVE) is None


def test_the_database_is_told_every_edge_once() -> None:
    assert edges() == tuple(sorted({(source, target) for (source, _move), target in TRANSITIONS.items()}))
