"""What the table itself promises, without a database."""

from datetime import UTC, datetime

import pytest

from requests_app.rights import RIGHTS
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import (
    CLOSED,
    OPEN,
    TRANSITIONS,
    UNPROVEN_WAY,
    WAYS,
    Move,
    State,
    Waiting,
    destination,
    edges,
    moves_from,
    states,
    waiting_for,
)
from tests.making import path_to


@pytest.mark.parametrize("state", State)
def test_every_state_can_be_reached(state: State) -> None:
    assert len(path_to(state)) < len(State)


@pytest.mark.parametrize(("right", "state"), [(right, state) for right in RIGHTS for state in sorted(states(right))])
def test_a_request_gets_wherever_its_right_has_a_state_and_out_of_it(right: str, state: State) -> None:
    assert len(path_to(state, right)) < len(State)
    if state in OPEN:
        goals = {target for source, target in edges(right) if source == state}
        assert goals
        assert goals != {State.REFUSED, State.WITHDRAWN}  # it can go on, not only be stopped
        assert Move.WITHDRAW in moves_from(state, right) or state == State.ERASING


def test_every_way_is_one_of_the_table_and_no_two_contradict_each_other() -> None:
    ways = [*WAYS.values(), UNPROVEN_WAY]

    assert all(TRANSITIONS[pair] == target for way in ways for pair, target in way.items())
    assert set(TRANSITIONS) == {pair for way in ways for pair in way}
    assert {right.fulfilment for right in RIGHTS.values()} == set(WAYS)


def test_only_what_needs_no_proof_is_carried_out_unproven() -> None:
    for name, right in RIGHTS.items():
        if right.needs_proof:
            assert State.VERIFYING in states(name)
            assert Move.CARRY_OUT not in moves_from(State.RECEIVED, name)
        else:
            assert states(name) == {State.RECEIVED, State.FULFILLING, State.ANSWERED, State.WITHDRAWN}


def test_each_right_has_the_states_of_its_room() -> None:
    assert {name for name in RIGHTS if State.PROPOSING in states(name)} == {"rectification", "restriction"}
    assert {name for name in RIGHTS if State.ERASING in states(name)} == {"erasure"}
    assert {name for name in RIGHTS if State.COLLECTING not in states(name)} == {
        name for name, right in RIGHTS.items() if right.fulfilment == "replies" or not right.needs_proof
    }


@pytest.mark.parametrize("state", sorted(CLOSED))
def test_a_closed_request_waits_for_nobody_and_moves_no_more_unless_it_only_lapsed(state: State) -> None:
    assert waiting_for(state) == Waiting.NOBODY
    assert moves_from(state) == ((Move.REVIVE,) if state == State.LAPSED else ())


def test_what_leads_nowhere_is_closed_and_nothing_else_but_what_lapsed() -> None:
    assert CLOSED - {State.LAPSED} == frozenset(State) - {state for state, _move in TRANSITIONS}


@pytest.mark.parametrize("state", sorted(OPEN))
def test_an_open_request_waits_for_somebody(state: State) -> None:
    assert waiting_for(state) != Waiting.NOBODY


@pytest.mark.parametrize("state", State)
def test_every_state_says_something_to_the_customer(state: State) -> None:
    assert str(state.label)
    assert str(state.label) != state.value


def test_the_buttons_come_in_the_order_of_the_moves() -> None:
    assert moves_from(State.REVIEWING) == (
        Move.ASK_BACK, Move.SEARCH_AGAIN, Move.APPROVE, Move.APPROVE_ERASURE, Move.PLAN_AGAIN, Move.FINISH_ERASURE, Move.REFUSE,
        Move.WITHDRAW,
    )  # fmt: skip


def test_a_copy_never_erases_and_an_erasure_never_copies() -> None:
    copy = SubjectRequest(right="access", state=State.REVIEWING)
    erasure = SubjectRequest(right="erasure", state=State.REVIEWING)

    assert copy.moves == (Move.SEARCH_AGAIN, Move.APPROVE, Move.REFUSE, Move.WITHDRAW)
    assert erasure.moves == (
        Move.SEARCH_AGAIN, Move.APPROVE_ERASURE, Move.PLAN_AGAIN, Move.FINISH_ERASURE, Move.REFUSE, Move.WITHDRAW,
    )  # fmt: skip
    assert not {State.COOLING_OFF, State.ERASING, State.ERASED_IN_PART} & {target for _source, target in edges("access")}
    assert not {State.FULFILLING, State.ANSWERED_IN_PART} & {target for _source, target in edges("erasure")}


@pytest.mark.parametrize("state", [State.COLLECTING, State.REVIEWING, State.COOLING_OFF])
def test_there_is_no_way_back_once_erasing_began(state: State) -> None:
    dsr = SubjectRequest(right="erasure", state=state)

    assert Move.WITHDRAW in dsr.moves
    dsr.erasing_at = datetime(2026, 11, 22, tzinfo=UTC)
    assert not {Move.WITHDRAW, Move.REFUSE} & set(dsr.moves)


def test_what_the_table_does_not_name_leads_nowhere() -> None:
    assert destination(State.ANSWERED, Move.APPROVE) is None


def test_the_database_is_told_every_edge_once() -> None:
    assert edges() == tuple(sorted({(source, target) for (source, _move), target in TRANSITIONS.items()}))
