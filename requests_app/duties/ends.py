"""When a duty to keep ends. Pure: the facts are passed in."""

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from requests_app.duties.base import Duty, Keeping, Kind, PeriodUnit, Shift

_SELLERS_OWN: Final = frozenset({Shift.FINANCIAL_YEAR_END, Shift.TAX_YEAR_END, Shift.TAX_PERIOD_END})


class FactMissing(Exception):
    """The end cannot be told without a date that is not there; the text names the row and the fact."""


@dataclass(frozen=True, slots=True)
class KeptUntil:
    """The last day on which something is kept, and the rows that decide so. `until` None with `rows`: no day is known yet."""

    until: date | None
    rows: tuple[str, ...]


def starts_on(duty: Duty, facts: Mapping[str, date]) -> date:
    """Return the day from which the period of `duty` runs: its event's, shifted.

    `facts` holds days by name: the duty's `start.event`, or its shift where that is an end of the seller's own year or period.

    Raises:
        FactMissing: that day is not there.
    """
    shift = duty.start.shift
    event = _fact(duty, shift if shift in _SELLERS_OWN else duty.start.event, facts)
    return {
        Shift.NEXT_DAY: lambda: event + timedelta(days=1),
        Shift.CALENDAR_YEAR_END: lambda: date(event.year, 12, 31),
        Shift.NEXT_JAN_1: lambda: date(event.year + 1, 1, 1),
        Shift.NEXT_JUL_1: lambda: date(event.year + 1, 7, 1),
    }.get(shift, lambda: event)()


def ends_on(duty: Duty, facts: Mapping[str, date]) -> date | None:
    """Return the last day, to its end, on which `duty` keeps; None while a duty without a number has not been ended by its event.

    Raises:
        FactMissing: a day that the end depends on is not there.
    """
    if duty.period.until is not None:
        return facts.get(duty.period.until)
    end = _plus(starts_on(duty, facts), duty.period)
    return end - timedelta(days=1) if duty.start.start_day_counted else end


def kept_until(duties: Iterable[Duty], facts: Mapping[str, date]) -> KeptUntil:
    """Return how long the data that all of `duties` concern is kept.

    The latest statutory duty is kept to its end. Other reasons to keep count to their latest end, but no longer than the
    earliest ceiling: a ceiling never overrides a statutory duty, and ends everything else. `duties` holds only rows whose
    condition is met; a `limitation_defence` is one of them only once somebody has judged the case.

    Raises:
        FactMissing: a day that an end depends on is not there.
    """
    ends = [(duty, ends_on(duty, facts)) for duty in duties]
    ordered = _latest([one for one in ends if one[0].kind == Kind.STATUTORY_DUTY])
    allowed = _latest([one for one in ends if one[0].kind not in {Kind.STATUTORY_DUTY, Kind.CEILING}])
    ceilings = [KeptUntil(end, (duty.id,)) for duty, end in ends if duty.kind == Kind.CEILING and end]
    return max(ordered, min(allowed, *ceilings, key=_day) if ceilings and allowed.rows else allowed, key=_day)


def _day(kept: KeptUntil) -> date:
    """Sort what has no known end last, and what nothing keeps first."""
    return kept.until or (date.max if kept.rows else date.min)


def _latest(ends: list[tuple[Duty, date | None]]) -> KeptUntil:
    if open_ended := tuple(duty.id for duty, end in ends if end is None):
        return KeptUntil(None, open_ended)
    last = max((end for _, end in ends if end is not None), default=None)
    return KeptUntil(last, tuple(duty.id for duty, end in ends if end == last))


def _fact(duty: Duty, name: str, facts: Mapping[str, date]) -> date:
    if name not in facts:
        raise FactMissing(f"{duty.id}: {name}")
    return facts[name]


def _plus(start: date, period: Keeping) -> date:
    """Add a period; a day that a shorter month lacks is its last."""
    length = period.length or 0
    if period.unit == PeriodUnit.DAY:
        return start + timedelta(days=length)
    months = start.month - 1 + (length * 12 if period.unit == PeriodUnit.YEAR else length)
    year, month = start.year + months // 12, months % 12 + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))
