"""How laws count time. Pure: calendars, moments and today are passed in."""

from calendar import monthrange
from datetime import date, timedelta
from math import ceil
from typing import Final

from requests_app.deadlines.calendars import Calendar
from requests_app.jurisdictions.vocabulary import Roll, TermUnit

_MONTHS, _SHORTEST_MONTH, _HOURS_A_DAY, _TWO = 12, 28, 24, 2
_DAY: Final = timedelta(days=1)


class UnitNotCounted(Exception):
    """A law gives no number in this unit, and nobody said which target to use; a date must not be guessed."""


def months_after(start: date, months: int) -> date:
    """Return the day of the same number `months` later, or the last day of a month that has no such day.

    Source: Regulation (EEC, Euratom) No 1182/71, Art. 3(2)(c).
    """
    year, month = divmod(start.year * _MONTHS + start.month - 1 + months, _MONTHS)
    in_every_month = start.day <= _SHORTEST_MONTH
    return date(year, month + 1, start.day if in_every_month else min(start.day, monthrange(year, month + 1)[1]))


def ends_on(start: date, length: int, unit: TermUnit, calendar: Calendar, *, counted: bool = False) -> date:
    """Return the last day of a period of `length` `unit`s that `start` set going; not rolled.

    `counted`: the day of `start` is the first day of the period. Hours count from the beginning of `start`; `immediate` is the day.

    Raises:
        UnitNotCounted: the unit has no number.
        CalendarEnds: business or working days reach beyond what is known.
    """
    if unit == TermUnit.IMMEDIATE:
        return start
    if unit == TermUnit.CALENDAR_MONTH:
        return _end_of_months(start, length, counted=counted)
    if unit == TermUnit.CALENDAR_DAY:
        return start + timedelta(days=max(length - counted, 0))
    if unit in {TermUnit.BUSINESS_DAY, TermUnit.WORKING_DAY}:
        return calendar.worked_after(start - counted * _DAY, length)
    if unit == TermUnit.HOUR:
        return start + timedelta(days=ceil(length / _HOURS_A_DAY))
    raise UnitNotCounted(unit)


def _end_of_months(start: date, length: int, *, counted: bool) -> date:
    """A period that includes its first day ends the day before the same number, or with a month that has no such day."""
    end = months_after(start, length)
    return end - _DAY if counted and end.day == start.day else end


def with_two_working_days(start: date, end: date, calendar: Calendar) -> date:
    """Return `end`, or the second working day after `start` if the period has fewer.

    Source: Regulation (EEC, Euratom) No 1182/71, Art. 3(5), for periods of two days or more.

    Raises:
        CalendarEnds: nobody knows whether the days are holidays.
    """
    return end if (end - start).days < _TWO else max(end, _open_after(start, _TWO, calendar))


def _open_after(day: date, count: int, calendar: Calendar) -> date:
    for _ in range(count):
        day = calendar.next_open(day + _DAY)
    return day


def rolled(end: date, roll: Roll, calendar: Calendar) -> date:
    """Return where an end goes that falls on a closed day.

    Raises:
        CalendarEnds: nobody knows whether it does.
    """
    if roll == Roll.NEXT_WORKING_DAY:
        return calendar.next_open(end)
    if roll == Roll.NEXT_DAY_NOT_SUNDAY_OR_HOLIDAY:
        return calendar.next_but_sunday(end)
    return end
