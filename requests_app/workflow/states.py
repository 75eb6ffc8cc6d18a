"""THE table: which moves exist. The database refuses every edge that is not in it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from requests_app.rights import RIGHTS


class State(models.TextChoices):
    """What is going on with a request. The label is what the customer reads."""

    RECEIVED = "received", _("We have your request")
    VERIFYING = "verifying", _("Waiting for you to confirm your e-mail address")
    MATCHING = "matching", _("Looking for you in our systems")
    DECIDING = "deciding", _("A person is making sure that it is you")
    COLLECTING = "collecting", _("Collecting your data")
    PROPOSING = "proposing", _("Waiting for you to say what is wrong")
    REVIEWING = "reviewing", _("A privacy officer is checking the answer")
    FULFILLING = "fulfilling", _("Preparing your answer")
    ANSWERED_IN_PART = "answered_in_part", _("Answered in part, the rest follows")
    ANSWERED = "answered", _("Answered")
    COOLING_OFF = "cooling_off", _("Approved; we wait before we erase, and you may cancel")
    ERASING = "erasing", _("Erasing your data")
    ERASED_IN_PART = "erased_in_part", _("Erased, except what the law makes us keep")
    REFUSED = "refused", _("Refused, with reasons")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Closed: the e-mail address was not confirmed")


class Move(models.TextChoices):
    """What may be done with a request, in the imperative. The label is what an officer reads."""

    CARRY_OUT = "carry_out", _("Carry out without proof")
    ASK_FOR_PROOF = "ask_for_proof", _("Ask for proof of the e-mail address")
    ACCEPT_PROOF = "accept_proof", _("Accept the proof")
    HEAR = "hear", _("Hand it to an officer")
    SEARCH = "search", _("Collect from the matched systems")
    DOUBT = "doubt", _("Hand the match to an officer")
    DECIDE = "decide", _("Decide who it is")
    FINISH_COLLECTION = "finish_collection", _("Finish collecting")
    OFFER_FIELDS = "offer_fields", _("Show what may be corrected")
    PROPOSE = "propose", _("Propose corrections")
    ASK_BACK = "ask_back", _("Ask about the proposals")
    SEARCH_AGAIN = "search_again", _("Search the missing systems again")
    APPROVE = "approve", _("Approve the answer")
    ANSWER_IN_PART = "answer_in_part", _("Answer in part")
    ANSWER = "answer", _("Answer")
    APPROVE_ERASURE = "approve_erasure", _("Approve the erasure")
    ERASE = "erase", _("Erase")
    PLAN_AGAIN = "plan_again", _("Plan the erasure again")
    FINISH_ERASURE = "finish_erasure", _("Answer: all is erased")
    FINISH_IN_PART = "finish_in_part", _("Answer: erased in part")
    REFUSE = "refuse", _("Refuse")
    WITHDRAW = "withdraw", _("Withdraw")
    LAPSE = "lapse", _("Close as unconfirmed")
    REVIVE = "revive", _("Go on with an unconfirmed request")


Table = Mapping[tuple[State, Move], State]

# The way to the officer's table of whoever proves the address.
_PROVEN: Final = {
    (State.RECEIVED, Move.ASK_FOR_PROOF): State.VERIFYING,
    (State.VERIFYING, Move.ACCEPT_PROOF): State.MATCHING,
    (State.VERIFYING, Move.LAPSE): State.LAPSED,
    (State.LAPSED, Move.REVIVE): State.VERIFYING,
}
_SEARCHED: Final = {
    (State.MATCHING, Move.SEARCH): State.COLLECTING,
    (State.MATCHING, Move.DOUBT): State.DECIDING,
    (State.DECIDING, Move.DECIDE): State.COLLECTING,
    (State.COLLECTING, Move.FINISH_COLLECTION): State.REVIEWING,
    (State.REVIEWING, Move.SEARCH_AGAIN): State.MATCHING,
}
_CARRIED_OUT: Final = {
    (State.REVIEWING, Move.APPROVE): State.FULFILLING,
    (State.FULFILLING, Move.ANSWER): State.ANSWERED,
}
# A refusal answers a proven person: before that there is nobody to give the reason to (see SubjectRequest's constraints).
_REFUSABLE: Final = frozenset({State.DECIDING, State.REVIEWING, State.PROPOSING})
_STOPPABLE: Final = frozenset(
    {
        State.RECEIVED, State.VERIFYING, State.MATCHING, State.DECIDING, State.COLLECTING, State.PROPOSING, State.REVIEWING,
        State.FULFILLING, State.ANSWERED_IN_PART, State.COOLING_OFF,
    },
)  # fmt: skip


def _way(*parts: Table) -> Table:
    """Return the moves of `parts`, and those that stop a request wherever they lead."""
    forward = {pair: target for part in parts for pair, target in part.items()}
    there = {source for source, _move in forward} | set(forward.values())
    stops = {(state, Move.REFUSE): State.REFUSED for state in _REFUSABLE & there}
    stops |= {(state, Move.WITHDRAW): State.WITHDRAWN for state in _STOPPABLE & there}
    return MappingProxyType(forward | stops)


_COPY: Final = {
    (State.FULFILLING, Move.ANSWER_IN_PART): State.ANSWERED_IN_PART,
    (State.ANSWERED_IN_PART, Move.SEARCH_AGAIN): State.MATCHING,
}
_ERASURE: Final = {
    (State.REVIEWING, Move.APPROVE_ERASURE): State.COOLING_OFF,
    (State.REVIEWING, Move.PLAN_AGAIN): State.COLLECTING,
    (State.REVIEWING, Move.FINISH_ERASURE): State.ANSWERED,  # nothing was found: there is nothing to approve
    (State.COOLING_OFF, Move.ERASE): State.ERASING,
    (State.ERASING, Move.PLAN_AGAIN): State.COLLECTING,
    (State.ERASING, Move.SEARCH_AGAIN): State.MATCHING,  # something is there that nobody planned: who is it?
    (State.ERASING, Move.FINISH_ERASURE): State.ANSWERED,
    (State.ERASING, Move.FINISH_IN_PART): State.ERASED_IN_PART,
}
_CHANGE: Final = {
    (State.COLLECTING, Move.OFFER_FIELDS): State.PROPOSING,
    (State.PROPOSING, Move.PROPOSE): State.REVIEWING,
    (State.REVIEWING, Move.ASK_BACK): State.PROPOSING,
}
_UNPROVEN: Final = {
    (State.RECEIVED, Move.CARRY_OUT): State.FULFILLING,
    (State.FULFILLING, Move.ANSWER): State.ANSWERED,
}
_HEARD: Final = {(State.MATCHING, Move.HEAR): State.REVIEWING}

# The moves of a request by the room that carries its right out; nobody needs to prove anything for some rights of any room.
WAYS: Final[Mapping[str, Table]] = MappingProxyType(
    {
        "bundle": _way(_PROVEN, _SEARCHED, _CARRIED_OUT, _COPY),
        "erasure": _way(_PROVEN, _SEARCHED, _ERASURE),
        "changes": _way(_PROVEN, _SEARCHED, _CHANGE, _CARRIED_OUT),
        "optouts": _way(_PROVEN, _SEARCHED, _CARRIED_OUT),
        "replies": _way(_PROVEN, _HEARD, _CARRIED_OUT),
    },
)
WITHOUT_PROOF: Final = "without_proof"
UNPROVEN_WAY: Final[Table] = _way(_UNPROVEN)
UNPROVEN_RIGHTS: Final = frozenset(name for name, right in RIGHTS.items() if not right.needs_proof)
TRANSITIONS: Final[Table] = MappingProxyType({pair: to for way in (*WAYS.values(), UNPROVEN_WAY) for pair, to in way.items()})
# Nobody waits for these. One that lapsed can still be taken up again by the owner of the mailbox.
CLOSED: Final = frozenset({State.ANSWERED, State.ERASED_IN_PART, State.REFUSED, State.WITHDRAWN, State.LAPSED})
OPEN: Final = frozenset(State) - CLOSED
BEFORE_THE_SEARCH: Final = frozenset({State.RECEIVED, State.VERIFYING, State.MATCHING, State.DECIDING, State.COLLECTING})

ERASURE: Final = "erasure"  # the right to which the moves of erasing belong
ERASURE_STATES: Final = frozenset({State.COOLING_OFF, State.ERASING, State.ERASED_IN_PART})
STOPPING_MOVES: Final = frozenset({Move.WITHDRAW, Move.REFUSE})

_OFFICERS: Final = frozenset({State.DECIDING, State.REVIEWING})


class Waiting(models.TextChoices):
    """Whose move it is."""

    CUSTOMER = "customer", _("you")
    OFFICER = "officer", _("a privacy officer")
    SYSTEMS = "systems", _("our systems")
    NOBODY = "nobody", _("nobody")


def way_of(right: str) -> str:
    """Return the name of the way that a request for `right` goes: its room's, or that of the rights without proof."""
    if right in UNPROVEN_RIGHTS:
        return WITHOUT_PROOF
    return RIGHTS[right].fulfilment if right in RIGHTS else "bundle"


def table(right: str | None = None) -> Table:
    """Return the moves of a request for `right`; all that there are where none is named."""
    if right is None:
        return TRANSITIONS
    way = way_of(right)
    return UNPROVEN_WAY if way == WITHOUT_PROOF else WAYS[way]


def rights_on(way: str) -> tuple[str, ...]:
    """Return the rights whose requests go the way called `way`."""
    return tuple(sorted(name for name in RIGHTS if way_of(name) == way))


def moves_from(state: State, right: str | None = None) -> tuple[Move, ...]:
    """Return what may happen next, in the order of `Move`: the officer's buttons."""
    known = table(right)
    return tuple(move for move in Move if (state, move) in known)


def destination(state: State, move: Move) -> State | None:
    return TRANSITIONS.get((state, move))


def edges(right: str | None = None) -> tuple[tuple[str, str], ...]:
    """Return every pair of states that is allowed to requests for `right`, or to any, for the database's trigger."""
    return tuple(sorted({(source.value, target.value) for (source, _move), target in table(right).items()}))


def belongs(move: Move, right: str) -> bool:
    """Whether a request for `right` may ever make `move`."""
    return any(move == known for _state, known in table(right))


def states(right: str) -> frozenset[State]:
    """Return where a request for `right` can ever be."""
    known = table(right)
    return frozenset({State.RECEIVED} | {source for source, _move in known} | set(known.values()))


def waiting_for(state: State) -> Waiting:
    if state in CLOSED:
        return Waiting.NOBODY
    if state in {State.VERIFYING, State.PROPOSING, State.COOLING_OFF}:  # the customer alone can stop or hasten what is approved
        return Waiting.CUSTOMER
    return Waiting.OFFICER if state in _OFFICERS else Waiting.SYSTEMS
