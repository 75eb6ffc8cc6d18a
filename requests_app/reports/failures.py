"""How the systems answered what they were asked for requests: how many, how fast, and with which failures."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from requests_app.collection.models import Pull, PullState
from requests_app.erasure.models import Plan, PlanState
from requests_app.matching.models import Match, MatchState
from requests_app.reports.times import DAY
from requests_app.sources.models import Source
from requests_app.workflow.models import SubjectRequestQuerySet


@dataclass(slots=True)
class Answers:
    """How one system answered. `faults`: failures that stand, by code; times in days."""

    source: Source
    asked: int = 0
    answered: int = 0
    waiting: int = 0
    failed: int = 0
    median: float | None = None
    ninth: float | None = None
    faults: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def failures(self) -> int:
        """All failures that stand: at looking for the person, at asking for the data, at erasing."""
        return sum(self.faults.values())


def answers(found: SubjectRequestQuerySet) -> list[Answers]:
    """Return how each system that was asked for `found` answered, by name of shop and system. Five questions."""
    asked = dict[int, Answers]()
    for row in _times(found):
        source, many, done, waiting, failed, both = row
        median, ninth = both or (None, None)
        asked[source] = Answers(Source(), many, done, waiting, failed, _days(median), _days(ninth))
    faults = [row for rows in _faults(found) for row in rows]
    for row in faults:
        asked.setdefault(row["source"], Answers(Source())).faults[row["fault"]] += row["n"]
    known = Source.objects.filter(pk__in=asked).select_related("brand").order_by("brand__name", "name")
    for source in known:
        asked[source.pk].source = source
    return [asked[source.pk] for source in known]


def _times(found: SubjectRequestQuerySet) -> list[tuple[Any, ...]]:
    pulls = Pull.objects.filter(dsr__in=found.values("pk")).values_list("source", "state", "asked_at", "answered_at")
    query, values = pulls.query.sql_with_params()
    states = ", ".join(
        f"count(*) FILTER (WHERE state = '{state.value}')" for state in (PullState.DONE, PullState.WAITING, PullState.FAILED)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT source, count(*), {states}, "  # noqa: S608  # the ORM's own words, and states
            "percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM answered - asked)::float8) "
            f"FROM ({query}) AS one (source, state, asked, answered) GROUP BY source",
            values,
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _days(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / DAY


def _failed(**of: Any) -> tuple[QuerySet[Any], ...]:
    """Return the failures that stand: at asking for the data, at looking for the person, at erasing."""
    return (
        Pull.objects.filter(state=PullState.FAILED, **of),
        Match.objects.filter(state=MatchState.FAILED, **of),
        Plan.objects.filter(state=PlanState.FAILED, **of),
    )


def _faults(found: SubjectRequestQuerySet) -> list[Any]:
    failed = _failed(dsr__in=found.values("pk"))
    return [each.order_by().values("source", "fault").annotate(n=Count("dsr", distinct=True)) for each in failed]


def asked_of(found: SubjectRequestQuerySet, source: int) -> SubjectRequestQuerySet:
    """Narrow to those for which the system was asked for data."""
    return found.filter(pk__in=Pull.objects.filter(source=source).values("dsr"))


def failed_at(found: SubjectRequestQuerySet, source: int, fault: str = "") -> SubjectRequestQuerySet:
    """Narrow to those at which a failure of the system stands, of that code where one is given."""
    among = Q()
    for each in _failed(source=source, **({"fault": fault} if fault else {})):
        among |= Q(pk__in=each.order_by().values("dsr"))
    return found.filter(among)
