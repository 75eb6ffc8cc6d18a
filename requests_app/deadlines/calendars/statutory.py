"""Holidays that a statute lists by itself, and that the library of public holidays does not have in that shape."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from dateutil.easter import easter
from holidays import country_holidays

_MONDAY, _TUESDAY, _THURSDAY, _FRIDAY, _SUNDAY = 0, 1, 3, 4, 6
_DAY: Final = timedelta(days=1)
_CHRISTMAS, _MID_JANUARY = (12, 25), (1, 15)


def none(_: int) -> Iterator[date]:
    """Return no holidays."""
    return iter(())


def canada_interpretation_act(year: int) -> Iterator[date]:
    """Interpretation Act, R.S.C. 1985, c. I-21, s. 35(1) "holiday", with the Holidays Act; Sundays are added by the rule that asks.

    Boxing Day is not among them. Canada Day moves to 2 July when the 1st is a Sunday; nothing else moves.
    """
    yield date(year, 1, 1)
    yield easter(year) - timedelta(days=2)
    yield easter(year) + _DAY
    yield _victoria_day(year)
    yield date(year, 7, 1 + (date(year, 7, 1).weekday() == _SUNDAY))
    yield _nth(1, _MONDAY, year, 9)
    yield date(year, 9, 30)
    yield _nth(2, _MONDAY, year, 10)
    yield date(year, 11, 11)
    yield date(year, 12, 25)


def canada_federal(year: int) -> Iterator[date]:
    """Canada Labour Code, s. 166 "general holiday", on their own days: one that is moved for staff is not looked at."""
    yield date(year, 1, 1)
    yield easter(year) - timedelta(days=2)
    yield _victoria_day(year)
    yield date(year, 7, 1)
    yield _nth(1, _MONDAY, year, 9)
    yield date(year, 9, 30)
    yield _nth(2, _MONDAY, year, 10)
    yield date(year, 11, 11)
    yield date(year, 12, 25)
    yield date(year, 12, 26)


def new_zealand_privacy(year: int) -> Iterator[date]:
    """Privacy Act 2020, s. 7 "working day": the national days, Mondays for Waitangi and Anzac Day, and 25 December to 15 January.

    Anniversary days of a province are working days.
    """
    yield from (date(year, 1, day) for day in range(1, _MID_JANUARY[1] + 1))
    yield from (date(year, 12, day) for day in range(_CHRISTMAS[1], 32))
    for day in country_holidays("NZ", years=year):
        if _MID_JANUARY < (day.month, day.day) < _CHRISTMAS:
            yield day


def california_civil_code(year: int) -> Iterator[date]:
    """Civil Code ss. 7 and 9 with Government Code ss. 6700, 6701: business days there are all but Sundays and these.

    A holiday on a Sunday moves to the Monday, Veterans Day on a Saturday to the Friday. Half days are left out.
    """
    fixed = [date(year, *day) for day in ((1, 1), (2, 12), (3, 31), (7, 4), (11, 11), (12, 25))]
    yield from fixed
    yield from (day + _DAY for day in fixed if day.weekday() == _SUNDAY)
    if (veterans := date(year, 11, 11)).weekday() == _SUNDAY - 1:
        yield veterans - _DAY
    yield _nth(3, _MONDAY, year, 1)
    yield _nth(3, _MONDAY, year, 2)
    yield date(year, 5, 31) - timedelta(days=date(year, 5, 31).weekday())
    yield _nth(1, _MONDAY, year, 9)
    yield _nth(2, _MONDAY, year, 10)


def _victoria_day(year: int) -> date:
    """Return the Monday before 25 May."""
    return date(year, 5, 24) - timedelta(days=date(year, 5, 24).weekday())


def _nth(count: int, weekday: int, year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (count - 1))
