"""How laws count time. Pure: `today` and holidays are passed in."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from requests_app.jurisdictions.base import Answer
from requests_app.values import Period, Unit

_SATURDAY = 5


class UnitNotCounted(Exception):
    """No rule for this unit is known yet; a date must not be guessed."""


@dataclass(frozen=True, slots=True)
class Due:
    """The outer limit of the law, and the earlier day on which reminders and colours run."""

    legal_on: date
    safe_on: date


def due(received: date, answer: Answer, holidays: AbstractSet[date]) -> Due:
    """Return the last days on which an answer is in time.

    Source: Regulation (EEC, Euratom) No 1182/71, Art. 3(1), 3(2)(c) and 3(4), where the answer's law rolls.
    """
    end = ends_on(received - timedelta(days=answer.counts_first_day), answer.period)
    return Due(legal_on=next_working_day(end, holidays) if answer.rolls else end, safe_on=end)


def ends_on(start: date, period: Period) -> date:
    """Return the last day of `period`; the day of `start` is not counted.

    A period in months ends on the day of the same number, or the last of a month that has none (Art. 3(2)(c)).

    Raises:
        UnitNotCounted: the unit is neither calendar months nor calendar days.
    """
    if period.unit == Unit.CALENDAR_MONTH:
        return start + relativedelta(months=period.length)
    if period.unit == Unit.CALENDAR_DAY:
        return start + timedelta(days=period.length)
    raise UnitNotCounted(period.unit)


def next_working_day(day: date, holidays: AbstractSet[date]) -> date:
    while day.weekday() >= _SATURDAY or day in holidays:
        day += timedelta(days=1)
    return day
