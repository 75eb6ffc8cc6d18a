"""Every clock of every law on every day from 2024 to the horizon of its calendar."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import pytest

from requests_app.deadlines.calendars import Calendar, CalendarEnds, calendar
from requests_app.deadlines.limits import Happened, Limit, Limits, limits
from requests_app.deadlines.terms import MEMBER_STATE, UNITED_KINGDOM, Term, calendar_of, term
from requests_app.jurisdictions import REGIMES
from requests_app.jurisdictions.vocabulary import Roll, TermUnit
from tests.deadlines import second

BEGINS, ENDS = date(2024, 1, 1), date(2040, 12, 31)
MEMBERS = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT",
    "NL", "PL", "PT", "RO", "SE", "SI", "SK", "IS", "LI", "NO",
)  # fmt: skip
NATIONS = ("UK-ENG", "UK-SCT", "UK-NIR")
BY_CALENDAR = {TermUnit.BUSINESS_DAY, TermUnit.WORKING_DAY}

pytestmark = pytest.mark.threat("9.02")


def terms_of(regime: str) -> Iterator[Term]:
    """Yield every clock of a law; one with an extension for some rights only for a right with and for one without it."""
    law = REGIMES[REGIMES[regime].parent or regime]
    for clock in law.clocks:
        longer = clock.extension.applies_to if clock.extension else None
        for right in {clock.rights[0], *(longer or ())[:1]}:
            found = term(regime, clock.kind, right, clock.since or BEGINS)
            assert found
            yield found


def codes_of(found: Term) -> tuple[str, ...]:
    """The calendars by which a clock is counted; one of them, where a clock with an extension begins alike."""
    if found.clock.calendar == MEMBER_STATE and found.clock.extension is None:
        return MEMBERS[:1]
    return {MEMBER_STATE: MEMBERS, UNITED_KINGDOM: NATIONS}.get(found.clock.calendar, (found.clock.calendar,))


@cache
def days_of(code: str) -> second.Days:
    """The open days of a calendar: worked out a second time where we can, else taken from its bare lists."""
    if code in second.OWN:
        return second.own_days(code)
    place = calendar(code)
    years = range(second.FIRST, min(second.LAST, place.last or second.LAST) + 1)
    opened = [day for year in years for day in place.opened_of(year)] if place.opened_of else []
    return second.Days.of((day for year in years for day in place.holidays_of(year)), weekend=place.weekend, opened=opened)


def expected(found: Term, start: date, days: second.Days) -> tuple[date, date, date | None]:
    """The last day of the law, the day before it rolls, and the last day with the longest extension."""
    clock, total = found.clock, total_of(found)
    if clock.length is None:
        return (start + timedelta(days=clock.target_days or 30),) * 2 + (None,)
    safe = second.end(start, clock.length, clock.unit, days)
    extended = second.rolled(second.end(start, total, clock.unit, days), clock.roll, days) if total else None
    return second.rolled(safe, clock.roll, days), safe, extended


def total_of(found: Term) -> int | None:
    longer = found.clock.extension
    return longer.total if longer and (longer.applies_to is None or found.right in longer.applies_to) else None


def check(found: Term, dates: Limits, start: date, days: second.Days) -> None:
    legal, safe, extended = expected(found, start, days)
    assert (dates.due_legal.on, dates.due_safe.on) == (legal, safe), start
    assert (dates.extended_legal and dates.extended_legal.on) == extended, start
    if other := found.clock.alternative:
        end = second.end(start, other.length, other.unit, days)
        assert (_on(dates.alternative_legal), _on(dates.alternative_safe)) == (second.rolled(end, found.clock.roll, days), end)
    assert start <= safe <= legal
    for longer, shorter in ((dates.extended_legal, dates.due_legal), (dates.extended_safe, dates.due_safe)):
        assert longer is None or longer.on >= shorter.on
    assert dates.extended_legal is None or _on(dates.extended_safe) <= dates.extended_legal.on
    assert dates.notice_due is None or dates.notice_due.on <= dates.due_legal.on


def _on(limit: Limit | None) -> date:
    assert limit
    return limit.on


def lands_on_an_open_day(found: Term, dates: Limits, place: Calendar) -> bool:
    ends = [limit.on for limit in (dates.due_legal, dates.extended_legal) if limit]
    if found.clock.roll == Roll.NEXT_DAY_NOT_SUNDAY_OR_HOLIDAY:
        return not any(day.weekday() == 6 or place.is_holiday(day) for day in ends)
    if found.clock.roll == Roll.NEXT_WORKING_DAY:
        return not any(place.is_closed(day) for day in ends)
    return found.clock.unit not in BY_CALENDAR or all(place.is_worked(day) for day in ends)


def walk(found: Term, code: str) -> int:
    """Check every day until the calendar ends, and that no day moves a date back; return how many there were."""
    place, days, start, before = calendar_of(found, code), days_of(code), BEGINS, None
    while start <= ENDS and (dates := computed(found, start, place)):
        check(found, dates, start, days)
        assert lands_on_an_open_day(found, dates, place), start
        now = [limit.on for limit in (dates.due_legal, dates.due_safe, dates.extended_legal, dates.extended_safe) if limit]
        assert before is None or all(earlier <= later for earlier, later in zip(before, now, strict=True)), start
        before, start = now, start + second.DAY
    return (start - BEGINS).days


def computed(found: Term, start: date, place: Calendar) -> Limits | None:
    """Return the dates, or None where the calendar ends before them: that it does is checked apart."""
    try:
        return limits(found, Happened(start=start), place)
    except CalendarEnds:
        return None


@cache
def walked(numbers: tuple[object, ...], code: str) -> int:
    """Walk once for all laws that count alike."""
    return walk(_LIKE[numbers], code)


_LIKE: dict[tuple[object, ...], Term] = {}


def numbers_of(found: Term) -> tuple[object, ...]:
    clock, other = found.clock, found.clock.alternative.length if found.clock.alternative else None
    counted = clock.length, clock.unit, clock.roll, clock.target_days, clock.start_day_counted
    numbers = (*counted, total_of(found), other, bool(clock.extension))
    _LIKE.setdefault(numbers, found)
    return numbers


@pytest.mark.parametrize("regime", REGIMES)
def test_on_every_day_every_clock_is_as_a_second_computation_has_it(regime: str) -> None:
    for found in terms_of(regime):
        for code in codes_of(found):
            days = walked(numbers_of(found), code)
            assert days >= (ENDS - BEGINS).days or (calendar(code).last or 2100) < ENDS.year
            assert days > 2 * 365


@pytest.mark.parametrize("code", [code for code in second.OWN if code != "NONE"])
def test_holidays_worked_out_a_second_time_are_the_same(code: str) -> None:
    place, week = calendar(code), 6 if code == "CA-INTERP" else 5  # there a Saturday is a day like any other
    theirs = {day for year in range(2024, 2042) for day in place.holidays_of(year) if day.weekday() < week}
    ours = {
        day for year in range(2024, 2042) for day in second.OWN[code](year) if day.weekday() < week and 2024 <= day.year <= 2041
    }

    assert theirs == ours
