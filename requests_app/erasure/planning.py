"""What is to become of what each system holds: asked of every system, read by officers, asked again where something changed."""

from typing import Any, Final

from django.db import transaction
from django.db.models import Max, QuerySet
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.connectors.base import Problem
from requests_app.erasure.draft import BY_HAND, Made
from requests_app.erasure.models import Plan, PlanState, RecordSet
from requests_app.ledger.services import enqueue
from requests_app.matching.models import Match, MatchState
from requests_app.values import SYSTEM
from requests_app.vault import services as vault
from requests_app.vault.models import StoredFile
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, State, advance, locked

SETTLED: Final = (PlanState.DONE, PlanState.GIVEN_UP)
_REPLACED: Final = (PlanState.ASKED, PlanState.READY, PlanState.IMPOSSIBLE, PlanState.FAILED)


def round_of(dsr: SubjectRequest) -> int:
    """Return the number of the newest round of planning; 0 before the first."""
    newest: int | None = dsr.plans.aggregate(newest=Max("round"))["newest"]
    return newest or 0


def current(dsr: SubjectRequest) -> QuerySet[Plan]:
    """Return the newest plan of each system."""
    return Plan.objects.filter(dsr=dsr).current().select_related("source").order_by("source__name")


@transaction.atomic
def start_planning(dsr: SubjectRequest) -> None:
    """Have a plan made for every system in which the person was found, unless what it held is settled already.

    One that could not be asked who the person is has no plan but the reason.
    """
    known = {plan.source_id: plan for plan in current(dsr)}
    number = round_of(dsr) + 1
    for match in dsr.matches.select_related("source").order_by("source__name"):
        former = known.get(match.source_id)
        if former is None or former.state not in SETTLED:
            _ask(dsr, match, former, number)
    settle(dsr)


def _ask(dsr: SubjectRequest, match: Match, former: Plan | None, number: int) -> None:
    if former is not None:
        Plan.objects.filter(pk=former.pk, state__in=_REPLACED).update(state=PlanState.STALE)
    plan = Plan.objects.create(dsr=dsr, source=match.source, round=number, answers=former.answers if former else {})
    if match.state == MatchState.FAILED:
        fail(plan, match.fault)
    else:
        enqueue("erasure.plan", key=f"plan:{plan.pk}", dsr=dsr, source=match.source, plan=str(plan.pk))


@transaction.atomic
def keep(plan: Plan, made: Made, *, leads: StoredFile | None = None, **seen: Any) -> None:
    """Keep a plan, and settle the request if it was the last; nothing is kept of one that nobody waits for any more.

    `seen`: the holds and the description by which it was made.
    """
    files = [file for file in (made.file, leads) if file is not None]
    if not _waits(plan):
        vault.discard(files)
        return
    StoredFile.objects.bulk_create(files)
    for one in made.sets:
        one.plan = plan
    RecordSet.objects.bulk_create(made.sets)
    times = {"made_at": Now()} | ({} if made.sets else {"done_at": Now()})
    Plan.objects.filter(pk=plan.pk).update(
        state=PlanState.READY if made.sets else PlanState.DONE, digest=made.digest, records=made.records, file=made.file,
        leads=leads, by_hand=any(one.reason == BY_HAND.reason for one in made.sets), **seen, **times,
    )  # fmt: skip
    record("erasure.planned", by=SYSTEM, dsr_id=plan.dsr_id, source=plan.source.name, records=made.records, round=plan.round)
    settle(plan.dsr)


@transaction.atomic
def refuse(plan: Plan, problems: tuple[Problem, ...]) -> None:
    """Note that the system does not allow what the plan would do: where, and what is wrong there."""
    if _waits(plan):
        told = [{"code": one.code, "where": one.where, "message": one.message} for one in problems]
        Plan.objects.filter(pk=plan.pk).update(state=PlanState.IMPOSSIBLE, problems=told, made_at=Now())
        record("erasure.impossible", by=SYSTEM, dsr_id=plan.dsr_id, source=plan.source.name, problems=len(told))
        settle(plan.dsr)


@transaction.atomic
def fail(plan: Plan, code: str) -> None:
    """Note that a system could not be asked; the others are not stopped by it."""
    if _waits(plan):
        Plan.objects.filter(pk=plan.pk).update(state=PlanState.FAILED, fault=code)
        record("erasure.unplanned", by=SYSTEM, dsr_id=plan.dsr_id, source=plan.source.name, code=code)
        settle(plan.dsr)


def settle(dsr: SubjectRequest) -> None:
    """Move the request on once no system is being asked. The lock makes the last of two that end together see the other."""
    dsr = locked(dsr)
    if dsr.stage == State.COLLECTING and not current(dsr).filter(state=PlanState.ASKED).exists():
        advance(dsr, Move.FINISH_COLLECTION, by=SYSTEM)


def nothing_to_erase(dsr: SubjectRequest) -> bool:
    """Whether every system was asked, and none holds anything: then there is nothing to approve."""
    return dsr.erasing_at is None and not current(dsr).exclude(state=PlanState.DONE).exists()


def _waits(plan: Plan) -> bool:
    dsr = locked(plan.dsr)
    return dsr.stage == State.COLLECTING and Plan.objects.filter(pk=plan.pk, state=PlanState.ASKED).exists()
