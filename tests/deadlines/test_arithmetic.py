"""How laws count time: rule by rule."""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requests_app.deadlines.arithmetic import UnitNotCounted, ends_on, months_after, rolled, with_two_working_days
from requests_app.deadlines.calendars import Calendar, calendar
from requests_app.jurisdictions.vocabulary import Roll, TermUnit

NONE = calendar("NONE")
DAYS = st.dates(date(2000, 1, 1), date(2049, 1, 1))

pytestmark = pytest.mark.threat("9.02")


def closed_on(*days: date) -> Calendar:
    return Calendar("OWN", "made up", lambda year: [day for day in days if day.year == year])


def every_day() -> Iterator[date]:
    day = date(2024, 1, 1)
    while day < date(2041, 1, 1):
        yield day
        day += timedelta(days=1)


def test_on_every_day_a_month_ends_on_the_same_number_or_the_last_of_the_next_month() -> None:
    for received in every_day():
        year, month = (received.year, received.month + 1) if received.month < 12 else (received.year + 1, 1)

        assert months_after(received, 1) == date(year, month, min(received.day, monthrange(year, month)[1]))


@given(DAYS, st.integers(1, 36))
def test_a_longer_term_never_ends_earlier(received: date, months: int) -> None:
    shorter, longer = (ends_on(received, length, TermUnit.CALENDAR_MONTH, NONE) for length in (months, months + 1))

    assert received < shorter < longer


@given(
    DAYS,
    st.sampled_from([unit for unit in TermUnit if unit.endswith(("month", "_day", "hour"))]),
    st.integers(1, 90),
    st.booleans(),
)
def test_whoever_asks_later_is_never_owed_an_earlier_end(received: date, unit: TermUnit, length: int, counted: bool) -> None:  # noqa: FBT001  # drawn
    today, tomorrow = (ends_on(received + timedelta(days=days), length, unit, NONE, counted=counted) for days in (0, 1))

    assert today <= tomorrow


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-01", 1, "2026-01-31"),
        ("2026-03-01", 1, "2026-03-31"),  # not the 28th: the month is counted from its own first day
        ("2026-02-28", 1, "2026-03-27"),
        ("2026-01-29", 1, "2026-02-28"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
    ],
)
def test_months_that_include_their_first_day_end_a_day_before_its_number(start: str, months: int, end: str) -> None:
    assert ends_on(date.fromisoformat(start), months, TermUnit.CALENDAR_MONTH, NONE, counted=True).isoformat() == end


@pytest.mark.parametrize(
    ("unit", "length", "counted", "end"),
    [
        (TermUnit.IMMEDIATE, 0, False, "2026-11-20"),
        (TermUnit.CALENDAR_DAY, 1, False, "2026-11-21"),
        (TermUnit.CALENDAR_DAY, 1, True, "2026-11-20"),
        (TermUnit.BUSINESS_DAY, 1, False, "2026-11-23"),  # a Friday: Saturday and Sunday do not count
        (TermUnit.BUSINESS_DAY, 1, True, "2026-11-20"),
        (TermUnit.WORKING_DAY, 5, False, "2026-11-30"),  # Thanksgiving, the 26th, does not count
        (TermUnit.HOUR, 72, False, "2026-11-23"),
        (TermUnit.HOUR, 73, False, "2026-11-24"),
    ],
)
def test_each_unit_counts_in_its_own_way(unit: TermUnit, length: int, counted: bool, end: str) -> None:  # noqa: FBT001  # a row of the table
    assert ends_on(date(2026, 11, 20), length, unit, calendar("US-FED"), counted=counted).isoformat() == end


def test_business_days_begin_with_the_first_one_after_a_closed_day() -> None:
    saturday = date(2026, 11, 21)

    assert ends_on(saturday, 1, TermUnit.BUSINESS_DAY, NONE) == date(2026, 11, 23)


@pytest.mark.parametrize("unit", [TermUnit.WITHOUT_DELAY, TermUnit.NOT_SET, TermUnit.AS_SOON_AS_POSSIBLE])
def test_a_unit_without_a_number_is_not_guessed(unit: TermUnit) -> None:
    with pytest.raises(UnitNotCounted):
        ends_on(date(2026, 1, 1), 10, unit, NONE)


@given(DAYS, st.sets(st.integers(0, 30), max_size=20))
def test_an_end_rolls_only_forward_and_to_the_nearest_day_that_is_open(end: date, closed: Iterable[int]) -> None:
    days = {end + timedelta(days=number) for number in closed}
    place = closed_on(*days)

    working, not_sunday = (rolled(end, roll, place) for roll in (Roll.NEXT_WORKING_DAY, Roll.NEXT_DAY_NOT_SUNDAY_OR_HOLIDAY))

    assert rolled(end, Roll.NONE, place) == end <= not_sunday <= working
    assert working.weekday() < 5
    assert not_sunday.weekday() < 6
    assert not days & {working, not_sunday}
    between = (end + timedelta(days=number) for number in range((working - end).days))
    assert all(day.weekday() >= 5 or day in days for day in between)


def test_a_saturday_stands_where_only_sundays_and_holidays_move() -> None:
    saturday = date(2026, 11, 21)

    assert rolled(saturday, Roll.NEXT_DAY_NOT_SUNDAY_OR_HOLIDAY, NONE) == saturday
    assert rolled(saturday, Roll.NEXT_WORKING_DAY, NONE) == date(2026, 11, 23)
    assert rolled(saturday, Roll.NEXT_DAY_NOT_SUNDAY_OR_HOLIDAY, closed_on(saturday)) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("end", "enough"),
    [
        ("2026-12-25", "2026-12-25"),  # one day: the rule is for two and more
        ("2026-12-26", "2026-12-29"),  # Friday to Saturday are closed: Monday and Tuesday are the two
        ("2026-12-28", "2026-12-29"),
        ("2026-12-29", "2026-12-29"),
        ("2026-12-31", "2026-12-31"),
    ],
)
def test_a_short_european_period_holds_two_working_days(end: str, enough: str) -> None:
    christmas_eve = date(2026, 12, 24)

    assert with_two_working_days(christmas_eve, date.fromisoformat(end), calendar("FR")).isoformat() == enough
