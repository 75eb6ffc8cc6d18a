"""The deed: a committed intent, the effect, what was read back, and the receipt. Every one of them survives a killed worker."""

from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.correspondence.services import tell_officers
from requests_app.erasure.approving import still_approved
from requests_app.erasure.asking import holds_digest
from requests_app.erasure.freezing import is_halted
from requests_app.erasure.models import Plan, PlanState, RecordSet
from requests_app.erasure.planning import SETTLED, current
from requests_app.erasure.proving import Proof
from requests_app.errands import services as errands
from requests_app.errands.models import Deed as Errands
from requests_app.holds import services as holds
from requests_app.ledger.services import enqueue
from requests_app.officers.models import Officer
from requests_app.values import SYSTEM
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, State, advance, locked

_OPEN = (PlanState.READY, PlanState.RUNNING)


class Intent(StrEnum):
    """What a worker may do now."""

    GO = "go"
    AGAIN = "again"  # an intent stood there: first look what has happened
    STALE = "stale"
    FROZEN = "frozen"
    OVER = "over"


@transaction.atomic
def start_run(dsr: SubjectRequest) -> None:
    """Have every planned system erased."""
    dsr = locked(dsr)
    if dsr.stage == State.ERASING:
        for plan in current(dsr).filter(state=PlanState.READY):
            ask_run(plan)
        settle_run(dsr)


def ask_run(plan: Plan, attempt: int = 0) -> None:
    key = f"run:{plan.pk}:{attempt}"
    enqueue("erasure.run", key=key, dsr=plan.dsr, source=plan.source, plan=str(plan.pk))


@transaction.atomic
def intend(plan: Plan) -> Intent:
    """Write down that this system is erased now, if nothing speaks against it at this moment.

    A hold is placed before this commits, and is found; or after, and is told that it came too late: `holds.lock` orders them.
    """
    holds.lock(plan.dsr.brand)
    dsr = locked(plan.dsr)
    now = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    if dsr.stage != State.ERASING or now.state not in _OPEN:
        return Intent.OVER
    if now.intent_at is not None:
        return Intent.AGAIN
    if is_halted(dsr.brand):
        return Intent.FROZEN
    if not still_approved(dsr) or holds_digest(dsr, plan.source) != bytes(now.holds_digest):
        return Intent.STALE
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.RUNNING, intent_at=Now())
    RecordSet.objects.filter(plan=plan).update(intent_at=Now())
    record("erasure.intended", by=SYSTEM, dsr_id=dsr.pk, source=plan.source.name, digest=bytes(now.digest).hex())
    return Intent.GO


def ask_a_person(plan: Plan) -> None:
    """Have the keeper of a system without an API erase there; else tell the officers that they may do what the product cannot."""
    if plan.source.is_of_people:
        with suppress(errands.NobodyAnswers):
            errands.ask(plan.dsr, plan.source, Errands.ERASE, about=plan.pk)
            return
    if plan.dsr.plans.filter(by_hand=True, state=PlanState.RUNNING).exclude(pk=plan.pk).exists():
        return  # they were told of another system a moment ago: the page shows both
    tell_officers(plan.dsr, "officer_by_hand")


@transaction.atomic
def finish(plan: Plan, proof: Proof) -> None:
    """Keep the receipts of what was done and read back, and settle the request if it was the last system."""
    for one in plan.sets.all():
        changed = proof.changed.get(one.position, 0)
        RecordSet.objects.filter(pk=one.pk).update(erased=F("erased") + changed, done_at=Now(), proof=proof.plain)
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.DONE, fault="", done_at=Now())
    changed = sum(proof.changed.values())
    record("erasure.done", by=SYSTEM, dsr_id=plan.dsr_id, source=plan.source.name, changed=changed, found=proof.how)
    settle_run(plan.dsr)


@transaction.atomic
def go_stale(plan: Plan, code: str, collections: Iterable[str] = ()) -> None:
    """Note that what was approved is no longer what is there. Nothing more is done in that system before it is approved again."""
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.STALE, fault=code)
    record("erasure.stale", by=SYSTEM, dsr_id=plan.dsr_id, source=plan.source.name, code=code, collections=list(collections))
    settle_run(plan.dsr)


@transaction.atomic
def fail(plan: Plan, code: str) -> None:
    """Note that a system failed for good; the others are not stopped by it. An officer sees it, and decides."""
    Plan.objects.filter(pk=plan.pk, state__in=_OPEN).update(state=PlanState.FAILED, fault=code)
    record("erasure.failed", by=SYSTEM, dsr_id=plan.dsr_id, source=plan.source.name, code=code)
    tell_officers(plan.dsr, "officer_stuck")
    settle_run(plan.dsr)


@transaction.atomic
def try_again(plan: Plan, *, by: Officer) -> bool:
    """Let a system that failed for good be erased once more, under the same approval; False where nothing failed."""
    locked(plan.dsr)
    if not Plan.objects.filter(pk=plan.pk, state=PlanState.FAILED, by_hand=False).exclude(digest=b"").update(state=PlanState.READY):
        return False
    record("erasure.tried_again", by=by.actor, dsr_id=plan.dsr_id, source=plan.source.name)
    ask_run(plan, plan.dsr.steps.filter(kind="erasure.run", source=plan.source).count())
    return True


def settle_run(dsr: SubjectRequest) -> None:
    """Go on once no system is being erased: plan again what has changed; else look whether all is gone.

    What failed for good waits for an officer. The lock makes the last of two that end together see the other.
    """
    dsr = locked(dsr)
    states = set(current(dsr).values_list("state", flat=True))
    if dsr.stage != State.ERASING or states & set(_OPEN):
        return
    if PlanState.STALE in states:
        advance(dsr, Move.PLAN_AGAIN, by=SYSTEM)
        tell_officers(dsr, "officer_plan_again")
    elif states <= set(SETTLED):
        enqueue("erasure.absence", key=f"absence:{dsr.pk}:{dsr.transitions.count()}", dsr=dsr)
