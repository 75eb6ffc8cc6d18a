"""START HERE: which room acts when a request enters a state.

A request is filed (`intake`), its address proven (`verification`), the person found (`matching`), the data collected
(`collection`), an officer answers (`console`), and the room of the right carries it out (`bundle`). No room calls the
next one: each ends with `workflow.services.advance`, which writes the step that brings the request back here.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Final

import requests_app.bundle.steps
import requests_app.collection.steps
import requests_app.correspondence.steps
import requests_app.matching.steps
import requests_app.verification.steps  # noqa: F401  # every kind of step is known where the journey is
from requests_app.bundle import services as bundle
from requests_app.collection import services as collection
from requests_app.correspondence.services import tell_officers, write
from requests_app.keys.store import KeyGone
from requests_app.ledger.claims import Claim
from requests_app.ledger.handlers import Backoff, Done, Outcome, handles
from requests_app.matching import services as matching
from requests_app.rights import RIGHTS
from requests_app.values import SYSTEM
from requests_app.verification import services as verification
from requests_app.workflow.models import SubjectRequest, Transition
from requests_app.workflow.services import Move, State, advance, locked


def _received(dsr: SubjectRequest) -> None:
    advance(dsr, Move.ASK_FOR_PROOF, by=SYSTEM)


def _verifying(dsr: SubjectRequest) -> None:
    verification.ask_soon(dsr)


def _matching(dsr: SubjectRequest) -> None:
    if _entered_by(dsr) == Move.ACCEPT_PROOF:
        write(dsr, "proven", links=verification.links(dsr))
        tell_officers(dsr, "officer_arrival")
    matching.start(dsr)


def _your_move(dsr: SubjectRequest) -> None:
    tell_officers(dsr, "officer_turn")


def _fulfilling(dsr: SubjectRequest) -> None:
    FULFIL[RIGHTS[dsr.right].fulfilment](dsr)


def _answered(dsr: SubjectRequest) -> None:
    write(dsr, "answered", links=bundle.links(dsr), **bundle.facts(dsr))


def _answered_in_part(dsr: SubjectRequest) -> None:
    write(dsr, "answered_in_part", links=bundle.links(dsr), **bundle.facts(dsr))
    bundle.promise_supplement(dsr)


def _refused(dsr: SubjectRequest) -> None:
    write(dsr, "refused", links=verification.links(dsr), reason=dsr.transitions.latest("number").reason)


def _withdrawn(dsr: SubjectRequest) -> None:
    """Stop: what was collected for an answer that nobody wants any more goes at once."""
    bundle.withdraw(dsr)
    collection.discard(dsr)
    if dsr.verified_at is not None:
        write(dsr, "withdrawn", links={})


def _lapsed(dsr: SubjectRequest) -> None:
    verification.tell_of_lapse(dsr)


Follow = Callable[[SubjectRequest], object]

FOLLOW: Final[Mapping[State, Follow]] = MappingProxyType(
    {
        State.RECEIVED: _received,
        State.VERIFYING: _verifying,
        State.MATCHING: _matching,
        State.DECIDING: _your_move,
        State.COLLECTING: collection.start,
        State.REVIEWING: _your_move,
        State.FULFILLING: _fulfilling,
        State.ANSWERED_IN_PART: _answered_in_part,
        State.ANSWERED: _answered,
        State.REFUSED: _refused,
        State.WITHDRAWN: _withdrawn,
        State.LAPSED: _lapsed,
    },
)

FULFIL: Final[Mapping[str, Follow]] = MappingProxyType({"bundle": bundle.start})


_STUBBORN: Final = Backoff(first=5, factor=2, ceiling=600, attempts=30)


def _stuck(claim: Claim, _code: str) -> None:
    with suppress(KeyGone):  # without it no letter can be kept either
        tell_officers(SubjectRequest.objects.select_related("brand").get(steps=claim.step), "officer_stuck")


@handles("journey.follow", queue="journey", retry=_STUBBORN, on_dead=_stuck)
def follow(claim: Claim) -> Outcome:
    """Let the room act whose state the request has entered, unless it has moved on since."""
    dsr = SubjectRequest.objects.get(steps=claim.step)
    return Done(commit=lambda: _act(dsr, claim.step.param("number")))


def _act(dsr: SubjectRequest, number: int) -> None:
    dsr = locked(dsr)
    if dsr.transitions.count() == number:
        FOLLOW[dsr.stage](dsr)


@handles("journey.disowned", queue="journey", retry=_STUBBORN, on_dead=_stuck)
def disowned(claim: Claim) -> Outcome:
    """Take back what the wrong person could still fetch, and tell the officers."""
    dsr = SubjectRequest.objects.select_related("brand").get(steps=claim.step)
    return Done(commit=lambda: _take_back(dsr))


def _take_back(dsr: SubjectRequest) -> None:
    bundle.withdraw(dsr)
    if dsr.verified_at is not None:
        tell_officers(dsr, "officer_disowned")


def _entered_by(dsr: SubjectRequest) -> str:
    latest: Transition | None = dsr.transitions.order_by("-number").first()
    return latest.move if latest else ""
