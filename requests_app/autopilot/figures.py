"""What the autopilot did and would have done, beside what officers did: one question to the database, whatever the numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from requests_app.autopilot.models import Decision
from requests_app.review.models import Ruling
from requests_app.workflow.models import SubjectRequest, Transition
from requests_app.workflow.states import Move

_ENDS = (Move.APPROVE, Move.REFUSE)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one brand and right: how often it was asked, how often nothing held, and what became of that.

    `agreed`: in shadow nothing held, and the officer approved without withholding anything; `differed`: they did otherwise.
    """

    asked: int
    clear: int
    acted: int
    agreed: int
    differed: int
    to_check: int
    right: int
    wrong: int


def figures(decisions: QuerySet[Decision]) -> dict[tuple[int, str], Figures]:
    """Return the figures of `decisions` by brand and right."""
    first = Transition.objects.filter(dsr=OuterRef("dsr"), at__gte=OuterRef("decided_at"), move__in=_ENDS).order_by("number")
    withheld = Ruling.objects.filter(dsr=OuterRef("dsr"))
    told = decisions.order_by().annotate(end=Subquery(first.values("move")[:1]), withheld=Exists(withheld))
    in_shadow = Q(brakes=[], acted=False, end__isnull=False)
    agreed = in_shadow & Q(end=Move.APPROVE, withheld=False)
    rows = told.values("dsr__brand", "dsr__right").annotate(
        asked=Count("pk"), clear=Count("pk", Q(brakes=[])), did=Count("pk", Q(acted=True)),
        agreed=Count("pk", agreed), differed=Count("pk", in_shadow & ~agreed),
        to_check=Count("pk", Q(sampled=True, checked_at=None)),
        right_ones=Count("pk", Q(was_right=True)), wrong_ones=Count("pk", Q(was_right=False)),
    )  # fmt: skip
    return {(row["dsr__brand"], row["dsr__right"]): _figures(row) for row in rows}


def _figures(row: Mapping[str, Any]) -> Figures:
    return Figures(
        asked=row["asked"], clear=row["clear"], acted=row["did"], agreed=row["agreed"], differed=row["differed"],
        to_check=row["to_check"], right=row["right_ones"], wrong=row["wrong_ones"],
    )  # fmt: skip


def to_check(dsrs: QuerySet[SubjectRequest]) -> QuerySet[Decision]:
    """Return the automatic answers among `dsrs` that a person looks at afterwards, the oldest first."""
    return Decision.objects.filter(dsr__in=dsrs, sampled=True, checked_at=None).select_related("dsr__brand").order_by("decided_at")
