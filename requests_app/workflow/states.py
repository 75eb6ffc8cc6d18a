"""THE table: which moves exist. The database refuses every edge that is not in it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """What is going on with a request. The label is what the customer reads."""

    RECEIVED = "received", _("We have your request")
    VERIFYING = "verifying", _("Waiting for you to confirm your e-mail address")
    MATCHING = "matching", _("Looking for you in our systems")
    DECIDING = "deciding", _("A person is making sure that it is you")
    COLLECTING = "collecting", _("Collecting your data")
    REVIEWING = "reviewing", _("A privacy officer is checking the answer")
    FULFILLING = "fulfilling", _("Preparing your answer")
    ANSWERED_IN_PART = "answered_in_part", _("Answered in part, the rest follows")
    ANSWERED = "answered", _("Answered")
    REFUSED = "refused", _("Refused, with reasons")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Closed: the e-mail address was not confirmed")


class Move(models.TextChoices):
    """What may be done with a request, in the imperative. The label is what an officer reads."""

    ASK_FOR_PROOF = "ask_for_proof", _("Ask for proof of the e-mail address")
    ACCEPT_PROOF = "accept_proof", _("Accept the proof")
    SEARCH = "search", _("Collect from the matched systems")
    DOUBT = "doubt", _("Hand the match to an officer")
    DECIDE = "decide", _("Decide who it is")
    FINISH_COLLECTION = "finish_collection", _("Finish collecting")
    SEARCH_AGAIN = "search_again", _("Search the missing systems again")
    APPROVE = "approve", _("Approve the answer")
    ANSWER_IN_PART = "answer_in_part", _("Answer in part")
    ANSWER = "answer", _("Answer")
    REFUSE = "refuse", _("Refuse")
    WITHDRAW = "withdraw", _("Withdraw")
    LAPSE = "lapse", _("Close as unconfirmed")


_FORWARD: Final = {
    (State.RECEIVED, Move.ASK_FOR_PROOF): State.VERIFYING,
    (State.VERIFYING, Move.ACCEPT_PROOF): State.MATCHING,
    (State.VERIFYING, Move.LAPSE): State.LAPSED,
    (State.MATCHING, Move.SEARCH): State.COLLECTING,
    (State.MATCHING, Move.DOUBT): State.DECIDING,
    (State.DECIDING, Move.DECIDE): State.COLLECTING,
    (State.COLLECTING, Move.FINISH_COLLECTION): State.REVIEWING,
    (State.REVIEWING, Move.SEARCH_AGAIN): State.MATCHING,
    (State.REVIEWING, Move.APPROVE): State.FULFILLING,
    (State.FULFILLING, Move.ANSWER): State.ANSWERED,
    (State.FULFILLING, Move.ANSWER_IN_PART): State.ANSWERED_IN_PART,
    (State.ANSWERED_IN_PART, Move.SEARCH_AGAIN): State.MATCHING,
}
_STOPPABLE: Final = (
    State.RECEIVED, State.VERIFYING, State.MATCHING, State.DECIDING, State.COLLECTING, State.REVIEWING, State.FULFILLING,
    State.ANSWERED_IN_PART,
)  # fmt: skip
# A refusal answers a proven person: before that there is nobody to give the reason to (see SubjectRequest's constraints).
_REFUSABLE: Final = (State.DECIDING, State.REVIEWING)

TRANSITIONS: Final[Mapping[tuple[State, Move], State]] = MappingProxyType(
    _FORWARD
    | {(state, Move.REFUSE): State.REFUSED for state in _REFUSABLE}
    | {(state, Move.WITHDRAW): State.WITHDRAWN for state in _STOPPABLE},
)
CLOSED: Final = frozenset(State) - {state for state, _move in TRANSITIONS}
OPEN: Final = frozenset(State) - CLOSED

_OFFICERS: Final = frozenset({State.DECIDING, State.REVIEWING})


class Waiting(models.TextChoices):
    """Whose move it is."""

    CUSTOMER = "customer", _("you")
    OFFICER = "officer", _("a privacy officer")
    SYSTEMS = "systems", _("our systems")
    NOBODY = "nobody", _("nobody")


def moves_from(state: State) -> tuple[Move, ...]:
    """Return what may happen next, in the order of `Move`: the officer's buttons."""
    return tuple(move for move in Move if (state, move) in TRANSITIONS)


def destination(state: State, move: Move) -> State | None:
    return TRANSITIONS.get((state, move))


def edges() -> tuple[tuple[str, str], ...]:
    """Return every allowed pair of states, for the database's trigger."""
    return tuple(sorted({(source.value, target.value) for (source, _move), target in TRANSITIONS.items()}))


def waiting_for(state: State) -> Waiting:
    if state in CLOSED:
        return Waiting.NOBODY
    if state == State.VERIFYING:
        return Waiting.CUSTOMER
    return Waiting.OFFICER if state in _OFFICERS else Waiting.SYSTEMS
