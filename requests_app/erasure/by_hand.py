"""What the product cannot do by itself: a person does it, or says why not; the answer names it."""

from datetime import date

from django.db import transaction
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.connectors.erasing import Deed
from requests_app.erasure.asking import question
from requests_app.erasure.models import Plan, PlanState, RecordSet
from requests_app.erasure.running import settle_run
from requests_app.errands import services as errands
from requests_app.errands.models import Errand
from requests_app.officers.models import Officer
from requests_app.values import Actor
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, State, advance, locked

_STUCK = (PlanState.IMPOSSIBLE, PlanState.FAILED)


class NotOpen(Exception):
    """Nothing waits for that."""


@transaction.atomic
def done_by_hand(plan: Plan, *, by: Officer) -> None:
    """Note that an officer erased what the plan says, in a system in which the product cannot.

    Raises:
        NotOpen: the system does not wait for a person.
    """
    settle_by_hand(plan, by=by.actor)
    _call_off(plan, by=by)


def _call_off(plan: Plan, *, by: Officer) -> None:
    for errand in Errand.objects.filter(about=plan.pk).select_related("source"):
        errands.withdraw(errand, by=by.actor)


@transaction.atomic
def settle_by_hand(plan: Plan, *, by: Actor, nothing: bool = False) -> None:
    """Note that a person erased what the plan says, or that there was `nothing` to erase.

    Raises:
        NotOpen: the system does not wait for a person.
    """
    waiting = Plan.objects.filter(pk=plan.pk, state=PlanState.RUNNING, by_hand=True, dsr__state=State.ERASING)
    locked(plan.dsr)
    if not waiting.update(state=PlanState.DONE, done_at=Now()):
        raise NotOpen
    proof = {"how": "by_hand", "by": by.name} | ({"nothing": True} if nothing else {})
    RecordSet.objects.filter(plan=plan).update(done_at=Now(), proof=proof)
    record("erasure.done_by_hand", by=by, dsr_id=plan.dsr_id, source=plan.source.name)
    settle_run(plan.dsr)


@transaction.atomic
def give_up(plan: Plan, *, reason: str, by: Officer) -> None:
    """Go on without a system, for a reason that the answer states: it cannot be erased, or it fails for good.

    Raises:
        NotOpen: the system is none of these, or was erased.
    """
    dsr = locked(plan.dsr)
    now = Plan.objects.get(pk=plan.pk)
    by_hand = now.by_hand and now.state in (PlanState.RUNNING, PlanState.READY)
    if dsr.stage not in (State.REVIEWING, State.ERASING) or not (by_hand or now.state in _STUCK):
        raise NotOpen
    now.state, now.reason = PlanState.GIVEN_UP, reason
    now.save(update_fields=["state", "reason"])
    _call_off(plan, by=by)
    record("erasure.given_up", by=by.actor, dsr_id=dsr.pk, source=plan.source.name)
    settle_run(dsr)


@transaction.atomic
def answer(one: RecordSet, deed: Deed, *, until: date | None = None, by: Officer) -> None:
    """Decide what becomes of the records about which the rules ask; the system is then planned anew.

    Raises:
        NotOpen: nothing is asked of them.
        ValueError: `deed` is neither erase nor keep.
    """
    if deed not in (Deed.ERASE, Deed.KEEP):
        raise ValueError(deed)
    plan = one.plan
    dsr = locked(plan.dsr)
    if dsr.stage != State.REVIEWING or plan.state != PlanState.READY or one.deed != Deed.ASK or plan.by_hand:
        raise NotOpen
    said = f"{deed}:{until.isoformat() if until else ''}"
    answers = Plan.objects.values_list("answers", flat=True).get(pk=plan.pk)
    Plan.objects.filter(pk=plan.pk).update(answers=answers | {question(one.collection, one.reason): said})
    record("erasure.question_answered", by=by.actor, dsr_id=dsr.pk, source=plan.source.name, deed=deed, reason=one.reason)


@transaction.atomic
def plan_again(dsr: SubjectRequest, *, by: Officer, reason: str = "") -> None:
    """Have all that is not done planned anew: something was answered, a hold was placed, a system was mended.

    `reason` is the officer's, where one was asked for: it stays with the move.

    Raises:
        NotOpen: no officer is looking at a plan.
    """
    dsr = locked(dsr)
    if dsr.stage != State.REVIEWING or Move.PLAN_AGAIN not in dsr.moves:
        raise NotOpen
    advance(dsr, Move.PLAN_AGAIN, by=by.actor, reason=reason)
