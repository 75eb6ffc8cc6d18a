"""What a shop publishes about the requests of a year, from the record that outlives the personal data.

Source: 11 CCR 7102(a): per kind of request those received, complied with in whole or in part, denied, and the median or
mean number of days until the answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q

from requests_app.brands.models import Brand
from requests_app.values import CUSTOMER_KIND
from requests_app.workflow.states import CLOSED, State

ALL: Final = ""
COUNTS: Final = ("received", "whole", "part", "denied", "withdrawn", "unconfirmed", "open")
_ENDS: Final = {
    "whole": [State.ANSWERED],
    "part": [State.ANSWERED_IN_PART, State.ERASED_IN_PART],
    "denied": [State.REFUSED],
    "withdrawn": [State.WITHDRAWN],
    "unconfirmed": [State.LAPSED],
}
_OTHERWISE: Final = sorted(frozenset(State) - CLOSED - {State.ANSWERED_IN_PART})
_FIGURES: Final = f"""
WITH asked AS (
  SELECT r."right", r.state, (
    (SELECT min(t.at) FROM requests_app_transition t WHERE t.dsr_id = r.id AND t.target = ANY (%(answers)s)) AT TIME ZONE %(zone)s
    )::date - (r.received_at AT TIME ZONE %(zone)s)::date AS days
    FROM requests_app_subjectrequest r
   WHERE r.brand_id = %(brand)s AND r.person_kind = %(customers)s AND r.received_at >= %(first)s AND r.received_at < %(end)s)
SELECT coalesce("right", ''), count(*), {", ".join(f"count(*) FILTER (WHERE state = ANY (%({name})s))" for name in COUNTS[1:])},
       count(days), percentile_cont(0.5) WITHIN GROUP (ORDER BY days), round(avg(days), 1)
  FROM asked GROUP BY GROUPING SETS (("right"), ()) ORDER BY 1"""  # noqa: S608  # names of columns, written above


@dataclass(frozen=True, slots=True)
class Figures:
    """One right's year; the right `ALL` is the sum. Days are calendar days at the shop's place, None where nothing was answered."""

    right: str
    counts: Mapping[str, int]
    answered: int
    median_days: float | None
    mean_days: float | None


@dataclass(frozen=True, slots=True)
class Published:
    """Figures of which those are None that would point at single people."""

    right: str
    counts: Mapping[str, int | None]
    median_days: float | None
    mean_days: float | None
    days_masked: bool


def figures(brand: Brand, year: int) -> tuple[Figures, ...]:
    """Return the figures of the customers' requests received in the calendar year `year` at the shop's place; the sum comes first.

    One query, whatever the number of requests.
    """
    zone = ZoneInfo(brand.time_zone)
    values: dict[str, Any] = {
        "brand": brand.pk,
        "customers": CUSTOMER_KIND,
        "zone": brand.time_zone,
        "first": datetime(year, 1, 1, tzinfo=zone),
        "end": datetime(year + 1, 1, 1, tzinfo=zone),
        "answers": [State.ANSWERED.value, State.ANSWERED_IN_PART.value, State.ERASED_IN_PART.value, State.REFUSED.value],
        "open": [state.value for state in _OTHERWISE],
        **{name: [state.value for state in states] for name, states in _ENDS.items()},
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, values)
        return tuple(_figures(row) for row in cursor.fetchall())


def counting(name: str) -> Q:
    """Return the condition on requests by which the count called `name` counts them: a figure can be traced to its requests."""
    states = {**_ENDS, "open": _OTHERWISE}
    return Q(person_kind=CUSTOMER_KIND) & (Q() if name == "received" else Q(state__in=[state.value for state in states[name]]))


def years(brand: Brand, today: date) -> tuple[int, ...]:
    """Return the years of which every record is still there, the latest first: the record ends too."""
    oldest = today - timedelta(days=brand.record_days)
    return tuple(year for year in range(today.year, oldest.year - 1, -1) if date(year, 1, 1) >= oldest)


def masked(rows: Sequence[Figures], threshold: int) -> tuple[Published, ...]:
    """Return `rows` without counts from 1 to below `threshold`, nor any count from which such a one could be worked out.

    Every row adds up to its `received`, and every column to its first row: where exactly one count of such a sum is
    hidden, the smallest other one is hidden with it.
    """
    values = {(row.right, name): row.counts[name] for row in rows for name in COUNTS}
    hidden = {cell for cell, count in values.items() if 0 < count < threshold}
    sums = [[(row.right, name) for name in COUNTS] for row in rows]
    sums += [[(row.right, name) for row in rows] for name in COUNTS]
    while more := set(_betrayed(sums, values, hidden)):
        hidden |= more
    return tuple(_published(row, hidden, threshold) for row in rows)


_Cell = tuple[str, str]


def _betrayed(sums: Sequence[Sequence[_Cell]], values: Mapping[_Cell, int], hidden: set[_Cell]) -> Iterator[_Cell]:
    for cells in sums:
        shown = [cell for cell in cells if cell not in hidden]
        if shown and len(cells) - len(shown) == 1:
            yield min(shown, key=lambda cell: (not values[cell], values[cell]))


def _published(row: Figures, hidden: set[_Cell], threshold: int) -> Published:
    few = 0 < row.answered < threshold
    return Published(
        right=row.right,
        counts={name: None if (row.right, name) in hidden else row.counts[name] for name in COUNTS},
        median_days=None if few else row.median_days,
        mean_days=None if few else row.mean_days,
        days_masked=few,
    )


def _figures(row: tuple[object, ...]) -> Figures:
    right, *counts, answered, median, mean = row
    return Figures(
        right=str(right),
        counts={name: int(str(count)) for name, count in zip(COUNTS, counts, strict=True)},
        answered=int(str(answered)),
        median_days=None if median is None else float(str(median)),
        mean_days=None if mean is None else float(str(mean)),
    )
