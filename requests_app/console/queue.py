"""The queue: which requests stand in which tab, how many, in what order, and what a row says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from requests_app.collection.models import Pull, PullState
from requests_app.console import words
from requests_app.console.desk import Desk
from requests_app.console.flags import ASKED, FLAGS, SIDE
from requests_app.console.narrowing import TO_DECIDE
from requests_app.deadlines.models import Reminder
from requests_app.erasure.models import Plan, PlanState
from requests_app.matching.models import Match
from requests_app.officers.models import Officer
from requests_app.sources.models import Source
from requests_app.workflow.models import SubjectRequest, SubjectRequestQuerySet
from requests_app.workflow.states import CLOSED, Waiting

_PROVEN: Final = Q(verified_at__isnull=False)
ANYTHING: Final = Q()


class Tab(StrEnum):
    """The parts of the queue, as they stand in an address."""

    QUEUE = "queue"
    TO_DECIDE = "to-decide"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    UNVERIFIED = "unverified"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Row:
    """One request as the queue shows it. `safe_in` and `legal_in`: days left, None where none are counted."""

    reference: str
    brand: str
    who: str
    right: str
    law: str
    stage: str
    mover: str
    yours: bool
    due: words.Due
    safe_in: int | None
    legal_in: int | None
    left: str
    systems: str
    flags: list[str]
    assignee: str
    selectable: bool


def belongs(tab: Tab, officer: Officer) -> Q:
    """Return the condition on open requests by which they stand in `tab`."""
    if tab == Tab.UNVERIFIED:
        return Q(verified_at=None)
    return {
        Tab.TO_DECIDE: TO_DECIDE, Tab.MINE: Q(assignee=officer.pk), Tab.UNASSIGNED: _PROVEN & Q(assignee=None),
    }.get(tab, _PROVEN)  # fmt: skip


def standing_in(tab: Tab, officer: Officer) -> SubjectRequestQuerySet:
    """Return what stands in `tab` at all shops: whoever shows any of it narrows it to what `officer` may see."""
    if tab == Tab.ANSWERED:
        return SubjectRequest.objects.filter(state__in=CLOSED)
    return SubjectRequest.objects.open().filter(belongs(tab, officer))


def counts(desk: Desk, among: Q = ANYTHING, tab: Tab = Tab.QUEUE) -> dict[str, int]:
    """Return how many open requests stand in each tab, and as `among` those of `tab` that it lets through. One query.

    It reads every open request's entry of one index. What the officer sees is said by the desk, not by `visible_to`: that costs
    as much again.
    """
    counted = {each: Count("pk", belongs(each, desk.officer)) for each in Tab if each != Tab.ANSWERED}
    narrowed = Count("pk", belongs(tab, desk.officer) & among)
    named: dict[str, Any] = {each.name.lower(): count for each, count in counted.items()}
    found = SubjectRequest.objects.open().filter(desk.sees).aggregate(**named, among=narrowed)
    return {each.value: found[each.name.lower()] for each in counted} | {"among": found["among"]}


def told(pks: Sequence[UUID], desk: Desk, now: datetime) -> list[Row]:
    """Return the rows of `pks`, in their order, as far as the officer at `desk` may see them."""
    known = {dsr.pk: dsr for dsr in with_progress().filter(desk.sees, pk__in=pks)}
    return [row(known[pk], _today(known[pk], now), may=desk.may_answer(known[pk])) for pk in pks if pk in known]


@cache
def with_progress() -> SubjectRequestQuerySet:
    """Return all requests, annotated with how many systems there are and have answered, and what hinders.

    Put together once: that takes longer than the database needs to answer it for a page.
    """
    mine: dict[str, Any] = {"dsr": OuterRef("pk")}
    configured = Source.objects.searched().filter(brand=OuterRef("brand"), side=OuterRef("side_of_it"))
    searched = Pull.objects.filter(**mine, state=PullState.DONE)
    planned = Plan.objects.filter(**mine).exclude(state__in=[PlanState.ASKED, PlanState.STALE, PlanState.FAILED])
    flagged = {name: flag.when for name, flag in FLAGS.items()}
    found: SubjectRequestQuerySet = SubjectRequest.objects.select_related("brand", "assignee").alias(side_of_it=SIDE).annotate(
        systems=Coalesce(_count(Match.objects.filter(**mine), "dsr"), _count(configured, "brand"), 0),
        searched=Coalesce(_count(searched, "dsr"), _count(planned, "dsr"), 0),
        asked=ASKED,
        reminded=Subquery(Reminder.objects.of_officers().filter(**mine, told=True).order_by("-due_at").values("notice")[:1]),
        **flagged,
    )  # fmt: skip
    return found


def row(dsr: SubjectRequest, today: date, *, may: bool = False) -> Row:
    """Return what the queue says of a request that `with_progress` has annotated; `may`: its reader may answer it."""
    safe, legal = _left(dsr, dsr.due_safe_on, today), _left(dsr, dsr.due_legal_on, today)
    return Row(
        reference=dsr.reference, brand=dsr.brand.name, who=words.masked(dsr), right=words.right(dsr), law=words.law(dsr),
        stage=words.stage(dsr), mover=words.mover(dsr), yours=is_yours(dsr), due=words.due(dsr, today),
        safe_in=safe, legal_in=legal, left=words.left(safe, legal), systems=systems(dsr),
        flags=flags(dsr), assignee=str(dsr.assignee or ""), selectable=may and dsr.is_open,
    )  # fmt: skip


def is_yours(dsr: SubjectRequest) -> bool:
    """Whether an officer has the next move; while a question waits, the customer has it."""
    halted = dsr.stage in words.HALTING and getattr(dsr, "halted", False)
    return halted or getattr(dsr, "papers", False) or (dsr.waiting_for == Waiting.OFFICER and not getattr(dsr, "asked", False))


def systems(dsr: SubjectRequest) -> str:
    return f"{dsr.searched}/{dsr.systems}"  # type: ignore[attr-defined]  # annotated by with_progress


def flags(dsr: SubjectRequest) -> list[str]:
    """Return what hinders an open request, in words, and of what its officers were reminded last."""
    if not dsr.is_open:
        return []
    reminded: str | None = dsr.reminded  # type: ignore[attr-defined]  # annotated by with_progress
    notice = [_("reminded: {notice}").format(notice=words.notice(reminded))] if reminded else []
    return [str(flag.said) for name, flag in FLAGS.items() if getattr(dsr, name)] + notice


def _left(dsr: SubjectRequest, on: date | None, today: date) -> int | None:
    return (on - today).days if on and dsr.is_open else None


def _today(dsr: SubjectRequest, now: datetime) -> date:
    return now.astimezone(ZoneInfo(dsr.brand.time_zone)).date()


def _count(found: "QuerySet[Match] | QuerySet[Pull] | QuerySet[Plan] | QuerySet[Source]", by: str) -> Subquery:
    """Count in a subquery: NULL for none, so that the next may answer."""
    return Subquery(found.order_by().values(by).annotate(n=Count("pk")).values("n"), output_field=IntegerField())
