"""The queue: which requests stand in which tab, and what a row says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from requests_app.collection.models import Pull, PullState
from requests_app.console import words
from requests_app.correspondence.models import Letter, LetterState
from requests_app.ledger.models import Step, StepState
from requests_app.matching.models import Match, MatchState
from requests_app.officers.models import Officer
from requests_app.sources.models import Source
from requests_app.workflow.models import SubjectRequest, SubjectRequestQuerySet
from requests_app.workflow.states import CLOSED, State, Waiting, waiting_for

_OFFICERS: Final = [state for state in State if waiting_for(state) == Waiting.OFFICER]
_TOLD_ELSEWHERE: Final = [
    "matching.ask",
    "collection.pull",
    "correspondence.send",
]  # their failure shows at the system or the letter


class Tab(StrEnum):
    """The parts of the queue, as they stand in an address."""

    QUEUE = "queue"
    TO_DECIDE = "to-decide"
    UNVERIFIED = "unverified"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Row:
    """One request as the queue shows it."""

    reference: str
    brand: str
    who: str
    right: str
    law: str
    stage: str
    mover: str
    yours: bool
    due: words.Due
    systems: str
    flags: list[str]


def requests_in(tab: Tab, officer: Officer) -> SubjectRequestQuerySet:
    """Return what `officer` may see in `tab`, in the order in which it is worked."""
    mine = SubjectRequest.objects.visible_to(officer)
    if tab == Tab.ANSWERED:
        return mine.filter(state__in=CLOSED).order_by("-closed_at")
    if tab == Tab.UNVERIFIED:
        return mine.open().unproven().order_by("-received_at")
    proven = mine.open().proven()
    return (proven.waiting_for_officer() if tab == Tab.TO_DECIDE else proven).soonest_first()


def counts(officer: Officer) -> dict[Tab, int]:
    """Return how many open requests stand in each tab, in one query."""
    proven = Q(verified_at__isnull=False)
    found: dict[str, int] = (
        SubjectRequest.objects.visible_to(officer)
        .open()
        .aggregate(queue=Count("pk", proven), decide=Count("pk", proven & Q(state__in=_OFFICERS)), unverified=Count("pk", ~proven))
    )
    return {Tab.QUEUE: found["queue"], Tab.TO_DECIDE: found["decide"], Tab.UNVERIFIED: found["unverified"]}


def with_progress(dsrs: "QuerySet[SubjectRequest]") -> "QuerySet[SubjectRequest]":
    """Annotate how many systems there are and have answered, and what hinders."""
    mine: dict[str, Any] = {"dsr": OuterRef("pk")}
    configured = Source.objects.searched().filter(brand=OuterRef("brand"))
    searched = Pull.objects.filter(**mine, state=PullState.DONE)
    failed = Exists(Pull.objects.filter(**mine, state=PullState.FAILED)) | Exists(
        Match.objects.filter(**mine, state=MatchState.FAILED)
    )
    stopped = Step.objects.filter(**mine, state=StepState.DEAD).exclude(kind__in=_TOLD_ELSEWHERE)
    return dsrs.select_related("brand").annotate(
        systems=Coalesce(_count(Match.objects.filter(**mine), "dsr"), _count(configured, "brand"), 0),
        searched=Coalesce(_count(searched, "dsr"), 0),
        failing=failed,
        unsent=Exists(Letter.objects.filter(**mine, state=LetterState.FAILED, officer=None)),
        stuck=Exists(stopped),
    )  # fmt: skip


def rows(dsrs: Iterable[SubjectRequest], now: datetime) -> list[Row]:
    return [row(dsr, now.astimezone(ZoneInfo(dsr.brand.time_zone)).date()) for dsr in dsrs]


def row(dsr: SubjectRequest, today: date) -> Row:
    """Return what the queue says of a request that `with_progress` has annotated."""
    return Row(
        reference=dsr.reference, brand=dsr.brand.name, who=words.masked(dsr), right=words.right(dsr), law=words.law(dsr),
        stage=words.stage(dsr), mover=words.mover(dsr), yours=dsr.waiting_for == Waiting.OFFICER, due=words.due(dsr, today),
        systems=systems(dsr), flags=flags(dsr),
    )  # fmt: skip


def systems(dsr: SubjectRequest) -> str:
    return f"{dsr.searched}/{dsr.systems}"  # type: ignore[attr-defined]  # annotated by with_progress


def flags(dsr: SubjectRequest) -> list[str]:
    """Return what hinders an open request, in words."""
    known = [("failing", _("source failing")), ("unsent", _("letter not sent")), ("stuck", _("stuck"))]
    return [text for name, text in known if getattr(dsr, name)] if dsr.is_open else []


def _count(found: "QuerySet[Match] | QuerySet[Pull] | QuerySet[Source]", by: str) -> Subquery:
    """Count in a subquery: NULL for none, so that the next may answer."""
    return Subquery(found.order_by().values(by).annotate(n=Count("pk")).values("n"), output_field=IntegerField())
