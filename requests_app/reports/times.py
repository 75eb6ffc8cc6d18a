"""How long requests took from their receipt to each stage: the median, and what nine of ten were done within."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.db.models import F, OuterRef, Subquery

from requests_app.reports.asked import KEYS, By
from requests_app.workflow.models import SubjectRequestQuerySet, Transition
from requests_app.workflow.states import State

STAGES: Final = ("proven", "ready", "approved", "closed")
DAY: Final = 86_400  # seconds
_PARTS: Final = ", ".join(
    f"count({stage}), percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM {stage} - received)::float8)"
    for stage in STAGES
)


@dataclass(frozen=True, slots=True)
class Took:
    """Of how many requests a stage is known, and after how many days it was reached."""

    many: int
    median: float | None
    ninth: float | None


@dataclass(frozen=True, slots=True)
class Times:
    """One row; the sum of all has `whole`."""

    key: Any
    whole: bool
    stages: Mapping[str, Took]


def times(found: SubjectRequestQuerySet, by: By) -> list[Times]:
    """Return the times of `found` by `by`, the whole first. One question.

    A request is `ready` when it first lay before an officer with all that was found, and `closed` when it was answered,
    refused or withdrawn.
    """
    reviewed = Transition.objects.filter(dsr=OuterRef("pk"), target=State.REVIEWING).order_by("at").values("at")[:1]
    known = found.values_list(KEYS[by], F("received_at"), F("verified_at"), Subquery(reviewed), F("approved_at"), F("closed_at"))
    query, values = known.query.sql_with_params()
    columns = ", ".join(["key", "received", *STAGES])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT key, grouping(key), {_PARTS} FROM ({query}) AS seen ({columns}) GROUP BY GROUPING SETS ((), (key)) "  # noqa: S608  # the ORM's own words, and names written above
            "ORDER BY 2 DESC, 1",
            values,
        )
        return [_times(row) for row in cursor.fetchall()]


def _times(row: tuple[Any, ...]) -> Times:
    key, whole, *parts = row
    return Times(key, bool(whole), dict(zip(STAGES, _took(parts), strict=True)))


def _took(parts: list[Any]) -> Iterator[Took]:
    for many, both in zip(parts[::2], parts[1::2], strict=True):
        median, ninth = both or (None, None)
        yield Took(many, _days(median), _days(ninth))


def _days(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / DAY
