"""START HERE: which room acts when a request enters a state.

A request is filed (`intake`), its address proven (`verification`), the person found (`matching`), the data collected
(`collection`) or its erasing planned (`erasure`), an officer answers (`console`), and the room of the right carries it out
(`bundle`, `erasure`). No room calls the next one: each ends with `workflow.services.advance`, which writes the step that
brings the request back here.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Final

import requests_app.arrivals.steps
import requests_app.bundle.steps
import requests_app.changes.steps
import requests_app.collection.steps
import requests_app.connecting.steps
import requests_app.correspondence.steps
import requests_app.deadlines.steps
import requests_app.erasure.steps
import requests_app.errands.steps
import requests_app.holds.steps
import requests_app.intake.steps
import requests_app.matching.steps
import requests_app.optouts.steps
import requests_app.replies.lists
import requests_app.review.steps
import requests_app.verification.steps  # noqa: F401  # every kind of step is known where the journey is
from requests_app.arrivals import services as arrivals
from requests_app.autopilot import services as autopilot
from requests_app.brands.notices import told_of
from requests_app.bundle import services as bundle
from requests_app.changes import services as changes
from requests_app.collection import services as collection
from requests_app.correspondence import denials
from requests_app.correspondence.composing import LetterLacks
from requests_app.correspondence.services import tell_officers, write
from requests_app.deadlines import dates, reminders
from requests_app.deadlines.models import Notice, Reminder
from requests_app.deadlines.verdicts import COUNTDOWN, Verdict, verdict
from requests_app.erasure import letters
from requests_app.erasure import services as erasure
from requests_app.intake import services as intake
from requests_app.keys.store import KeyGone
from requests_app.ledger.claims import Claim
from requests_app.ledger.handlers import Backoff, Done, Outcome, StepFailed, handles
from requests_app.matching import services as matching
from requests_app.officers.audiences import audience
from requests_app.optouts import services as optouts
from requests_app.replies import services as replies
from requests_app.review import services as review
from requests_app.rights import RIGHTS
from requests_app.values import SYSTEM
from requests_app.verification import acting, lapses, papers
from requests_app.verification import services as verification
from requests_app.workflow.models import SubjectRequest, Transition
from requests_app.workflow.parties import party_of
from requests_app.workflow.services import Move, State, advance, locked, today_of


def _received(dsr: SubjectRequest) -> None:
    advance(dsr, Move.ASK_FOR_PROOF if RIGHTS[dsr.right].needs_proof else Move.CARRY_OUT, by=SYSTEM)


def _verifying(dsr: SubjectRequest) -> None:
    if party_of(dsr):
        acting.ask(dsr)
        return
    if dsr.is_by_post:
        matching.start(dsr)
        return
    verification.ask_soon(dsr)
    lapses.warn_in_time(dsr)


def _matching(dsr: SubjectRequest) -> None:
    if _entered_by(dsr) == Move.ACCEPT_PROOF:
        dates.count_down(dsr)
        if kind := arrivals.greeting(dsr):
            write(dsr, kind, links=verification.links(dsr))
        if not arrivals.came_just_now(dsr):
            tell_officers(dsr, "officer_arrival")
        _copy_first(dsr)
    MATCH.get(RIGHTS[dsr.right].fulfilment, matching.start)(dsr)


def _hear(dsr: SubjectRequest) -> None:
    """Nothing is searched for a reply."""
    advance(dsr, Move.HEAR, by=SYSTEM)


def _copy_first(dsr: SubjectRequest) -> None:
    """File the copy that the person wants before anything is erased; whoever proved the one has proven the other."""
    if dsr.copy_first and (copy := intake.copy_before(dsr)):
        verification.vouched(copy, dsr)


def _your_move(dsr: SubjectRequest) -> None:
    if not arrivals.came_just_now(dsr):
        tell_officers(dsr, "officer_turn")


def _collecting(dsr: SubjectRequest) -> None:
    COLLECT[RIGHTS[dsr.right].fulfilment](dsr)


def _proposing(dsr: SubjectRequest) -> None:
    PROPOSE[RIGHTS[dsr.right].fulfilment](dsr)


def _reviewing(dsr: SubjectRequest) -> None:
    REVIEW.get(RIGHTS[dsr.right].fulfilment, _your_move)(dsr)


def _reviewing_copy(dsr: SubjectRequest) -> None:
    """Approve by the brand's rule where nothing is left to decide; an officer answers everything else."""
    if autopilot.approves(dsr):
        advance(dsr, Move.APPROVE, by=autopilot.RULE, reason=autopilot.SPOKEN)
    else:
        review.begin(dsr)
        _your_move(dsr)


def _reviewing_erasure(dsr: SubjectRequest) -> None:
    """Where no system holds anything there is nothing to approve; no rule ever approves an erasure."""
    if erasure.nothing_to_erase(dsr):
        advance(dsr, Move.FINISH_ERASURE, by=SYSTEM)
    else:
        _your_move(dsr)


def _reviewing_changes(dsr: SubjectRequest) -> None:
    changes.ask_again(dsr)
    _your_move(dsr)


def _fulfilling(dsr: SubjectRequest) -> None:
    FULFIL[RIGHTS[dsr.right].fulfilment](dsr)


def _answered(dsr: SubjectRequest) -> None:
    ANSWER[RIGHTS[dsr.right].fulfilment](dsr)
    acting.tell_of_answer(dsr)


def _answered_copy(dsr: SubjectRequest) -> None:
    write(dsr, "answered", links=bundle.links(dsr), **bundle.facts(dsr))


def _answered_in_part(dsr: SubjectRequest) -> None:
    write(dsr, "answered_in_part", links=bundle.links(dsr), **bundle.facts(dsr))
    bundle.promise_supplement(dsr)
    acting.tell_of_answer(dsr)


def _refused(dsr: SubjectRequest) -> None:
    write(dsr, "refused", links=verification.links(dsr), **denials.refusal(dsr))


def _withdrawn(dsr: SubjectRequest) -> None:
    """Stop: what was collected for an answer that nobody wants any more goes at once."""
    bundle.withdraw(dsr)
    collection.discard(dsr)
    erasure.discard(dsr)
    changes.discard(dsr)
    if dsr.verified_at is not None:
        write(dsr, "withdrawn", links={})


def _lapsed(dsr: SubjectRequest) -> None:
    lapses.tell_of_lapse(dsr)


Follow = Callable[[SubjectRequest], object]

FOLLOW: Final[Mapping[State, Follow]] = MappingProxyType(
    {
        State.RECEIVED: _received,
        State.VERIFYING: _verifying,
        State.MATCHING: _matching,
        State.DECIDING: _your_move,
        State.COLLECTING: _collecting,
        State.PROPOSING: _proposing,
        State.REVIEWING: _reviewing,
        State.FULFILLING: _fulfilling,
        State.ANSWERED_IN_PART: _answered_in_part,
        State.ANSWERED: _answered,
        State.COOLING_OFF: letters.cool_off,
        State.ERASED_IN_PART: letters.end,
        State.ERASING: erasure.start_run,
        State.REFUSED: _refused,
        State.WITHDRAWN: _withdrawn,
        State.LAPSED: _lapsed,
    },
)

# What the room of a right does in the states that rooms share. MATCH: whoever does not stand there is looked for in the systems.
# REVIEW: whoever does not stand there waits for an officer.
MATCH: Final[Mapping[str, Follow]] = MappingProxyType({"replies": _hear})
COLLECT: Final[Mapping[str, Follow]] = MappingProxyType(
    {
        "bundle": collection.start,
        "changes": changes.start,
        "erasure": erasure.start_planning,
        "optouts": optouts.nothing_to_collect,
    },
)
PROPOSE: Final[Mapping[str, Follow]] = MappingProxyType({"changes": changes.offer})
REVIEW: Final[Mapping[str, Follow]] = MappingProxyType(
    {"bundle": _reviewing_copy, "changes": _reviewing_changes, "erasure": _reviewing_erasure}
)
FULFIL: Final[Mapping[str, Follow]] = MappingProxyType(
    {"replies": replies.carry_out, "bundle": bundle.start, "changes": changes.start_run, "optouts": optouts.start}
)
ANSWER: Final[Mapping[str, Follow]] = MappingProxyType(
    {
        "bundle": _answered_copy,
        "changes": changes.end,
        "replies": replies.tell,
        "erasure": letters.end,
        "optouts": optouts.answer,
    },
)


_STUBBORN: Final = Backoff(first=5, factor=2, ceiling=600, attempts=30)


def _stuck(claim: Claim, _code: str) -> None:
    with suppress(KeyGone):  # without it no letter can be kept either
        tell_officers(SubjectRequest.objects.select_related("brand").get(steps=claim.step), "officer_stuck")


@handles("journey.follow", queue="journey", retry=_STUBBORN, on_dead=_stuck, folds=True)
def follow(claim: Claim) -> Outcome:
    """Let the room act whose state the request has entered, unless it has moved on since."""
    return Done(commit=lambda: _act(SubjectRequest(pk=claim.step.dsr_id), claim.step.param("number")))


def _act(dsr: SubjectRequest, number: int) -> None:
    """Let the room act. A letter that would not say all that the law wants is not written: the step fails, and names what lacks."""
    dsr = locked(dsr)
    if dsr.transitions.count() == number:
        papers.after(dsr)
        try:
            FOLLOW[dsr.stage](dsr)
        except LetterLacks as lack:
            raise StepFailed(f"letter_lacks:{','.join(code.key for code in lack.codes)}", again=False) from None


@handles("journey.disowned", queue="journey", retry=_STUBBORN, on_dead=_stuck)
def disowned(claim: Claim) -> Outcome:
    """Take back what the wrong person could still fetch, and tell the officers."""
    dsr = SubjectRequest.objects.select_related("brand").get(steps=claim.step)
    return Done(commit=lambda: _take_back(dsr))


def _take_back(dsr: SubjectRequest) -> None:
    bundle.withdraw(dsr)
    if dsr.verified_at is not None:
        tell_officers(dsr, "officer_disowned")


def _count_down(dsr: SubjectRequest, reminder: Reminder) -> bool:
    """Tell the officers, and once the safe date has passed the leads, as the brand wants it; the console tells it in any case."""
    found = verdict(reminder, dsr)
    if found == Verdict.EARLY:
        reminders.renew(dsr)
    if found != Verdict.TELL or dsr.due_safe_on is None:
        return False
    kind = {Notice.ACKNOWLEDGE: "officer_acknowledge", Notice.OVERDUE: "officer_overdue"}.get(Notice(reminder.notice))
    readers = audience(dsr.brand, told_of(dsr.brand.notices, reminder.notice), dsr.side)
    days = (dsr.due_safe_on - today_of(dsr.brand)).days
    tell_officers(dsr, kind or "officer_reminder", to=readers, days=days, mover=dsr.waiting_for.value)
    return True


def _lapses_soon(dsr: SubjectRequest, _reminder: Reminder) -> bool:
    return lapses.warn(dsr)


def _expires_soon(dsr: SubjectRequest, _reminder: Reminder) -> bool:
    return bundle.warn(dsr)


REMIND: Final[Mapping[Notice, Callable[[SubjectRequest, Reminder], bool]]] = MappingProxyType(
    dict.fromkeys((*COUNTDOWN, Notice.ACKNOWLEDGE), _count_down)
    | {Notice.PROOF_LAPSES: _lapses_soon, Notice.BUNDLE_EXPIRES: _expires_soon},
)


@handles("journey.remind", queue="journey", retry=_STUBBORN, on_dead=_stuck)
def remind(claim: Claim) -> Outcome:
    """Tell what a sweep settled, if it is still true at this moment; at most once."""
    return Done(commit=lambda: _remind(Reminder.objects.select_related("dsr").get(pk=claim.step.param("reminder"))))


def _remind(reminder: Reminder) -> None:
    dsr = locked(reminder.dsr)
    if not reminder.told and REMIND[Notice(reminder.notice)](dsr, reminder):
        reminders.tell(reminder)


def _entered_by(dsr: SubjectRequest) -> str:
    latest: Transition | None = dsr.transitions.order_by("-number").first()
    return latest.move if latest else ""
