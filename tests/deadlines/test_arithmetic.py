"""How laws count time: worked by hand, and for every day of fifteen years."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requests_app.deadlines.arithmetic import UnitNotCounted, due, ends_on, next_working_day
from requests_app.deadlines.services import clock
from requests_app.jurisdictions import REGIMES
from requests_app.jurisdictions.base import Answer
from requests_app.values import Period, Unit

MONTH = Period(1, Unit.CALENDAR_MONTH)
DAYS_45 = Period(45, Unit.CALENDAR_DAY)
NONE: frozenset[date] = frozenset()

pytestmark = pytest.mark.threat("9.02")


def an_answer(period: Period = MONTH, *, counts_first_day: bool = False, rolls: bool = True) -> Answer:
    return Answer(period=period, counts_first_day=counts_first_day, rolls=rolls, citation="Art. 12(3)")


# received, establishment, last day by law, safe day
GDPR = [
    ("2026-01-31", "FR", "2026-03-02", "2026-02-28"),  # no 31 February; 28 February is a Saturday
    ("2025-01-31", "FR", "2025-02-28", "2025-02-28"),
    ("2024-01-31", "FR", "2024-02-29", "2024-02-29"),  # a leap year
    ("2028-02-29", "FR", "2028-03-29", "2028-03-29"),
    ("2026-02-28", "FR", "2026-03-30", "2026-03-28"),  # a Saturday
    ("2026-08-31", "FR", "2026-09-30", "2026-09-30"),
    ("2026-03-05", "FR", "2026-04-07", "2026-04-05"),  # Easter Sunday, then Easter Monday
    ("2026-03-06", "FR", "2026-04-07", "2026-04-06"),  # Easter Monday
    ("2026-06-14", "FR", "2026-07-15", "2026-07-14"),  # the national holiday
    ("2026-06-14", "IT", "2026-07-14", "2026-07-14"),  # elsewhere a day like any other
    ("2026-11-25", "FR", "2026-12-28", "2026-12-25"),  # Christmas on a Friday, then a weekend
    ("2026-12-01", "FR", "2027-01-04", "2027-01-01"),  # New Year's Day of the year after, then a weekend
    ("2026-11-22", "FR", "2026-12-22", "2026-12-22"),  # received on a Sunday
    ("2026-03-10", "GR", "2026-04-14", "2026-04-10"),  # Orthodox Good Friday to Easter Monday
    ("2026-12-31", "IT", "2027-02-01", "2027-01-31"),  # a Sunday
    ("2026-03-25", "IT", "2026-04-27", "2026-04-25"),  # Liberation Day on a Saturday
    ("2026-03-30", "FR", "2026-04-30", "2026-04-30"),
    ("2026-05-30", "FR", "2026-06-30", "2026-06-30"),
    ("2026-10-25", "FR", "2026-11-25", "2026-11-25"),  # the night in which summer time ends
    ("2026-03-29", "FR", "2026-04-29", "2026-04-29"),  # the night in which it begins
]
CCPA = [
    ("2026-01-15", "US-CA", "2026-03-01", "2026-03-01"),  # a Sunday: nothing moves
    ("2024-01-15", "US-CA", "2024-02-29", "2024-02-29"),
    ("2026-11-22", "US-CA", "2027-01-06", "2027-01-06"),
    ("2026-05-20", "US-CA", "2026-07-04", "2026-07-04"),  # a Saturday and a holiday
]


@pytest.mark.promise("J4")
@pytest.mark.parametrize(("received", "place", "legal", "safe"), GDPR)
def test_a_month_ends_on_the_day_of_its_number_and_rolls_to_a_working_day(received: str, place: str, legal: str, safe: str) -> None:
    found = clock(date.fromisoformat(received), regime="eu-gdpr", establishment=place)

    assert (found.legal_on.isoformat(), found.safe_on.isoformat()) == (legal, safe)


@pytest.mark.promise("J4")
@pytest.mark.parametrize(("received", "place", "legal", "safe"), CCPA)
def test_forty_five_days_are_counted_one_by_one_and_never_roll(received: str, place: str, legal: str, safe: str) -> None:
    found = clock(date.fromisoformat(received), regime="us-ca-ccpa", establishment=place)

    assert (found.legal_on.isoformat(), found.safe_on.isoformat()) == (legal, safe)


def every_day() -> Iterator[date]:
    day = date(2024, 1, 1)
    while day < date(2040, 1, 1):
        yield day
        day += timedelta(days=1)


def test_on_every_day_of_sixteen_years_a_month_is_the_same_number_or_the_last_of_the_next_month() -> None:
    for received in every_day():
        year, month = (received.year, received.month + 1) if received.month < 12 else (received.year + 1, 1)
        expected = date(year, month, min(received.day, monthrange(year, month)[1]))
        found = due(received, an_answer(), NONE)
        assert found.safe_on == expected
        assert 0 <= (found.legal_on - expected).days <= 2
        assert found.legal_on.weekday() < 5


@pytest.mark.parametrize("place", ["FR", "IT", "GR"])
def test_on_every_day_of_three_years_the_safe_day_is_never_after_the_last_day_of_the_law(place: str) -> None:
    for received in every_day():
        if received.year in {2026, 2027, 2028}:
            found = clock(received, regime="eu-gdpr", establishment=place)
            assert received < found.safe_on <= found.legal_on <= found.safe_on + timedelta(days=6)


@given(
    st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, 400), st.integers(0, 1), st.sets(st.integers(0, 500), max_size=20)
)
def test_a_term_in_days_has_its_length_and_rolls_only_forward_to_a_day_that_works(
    received: date, length: int, first: int, closed: set[int]
) -> None:
    holidays = {received + timedelta(days=days) for days in closed}
    period = Period(length, Unit.CALENDAR_DAY)

    fixed = due(received, an_answer(period, counts_first_day=bool(first), rolls=False), holidays)
    rolled = due(received, an_answer(period, counts_first_day=bool(first)), holidays)

    assert fixed.legal_on == fixed.safe_on == rolled.safe_on == received + timedelta(days=length - first)
    assert rolled.legal_on >= fixed.legal_on
    assert rolled.legal_on.weekday() < 5
    assert rolled.legal_on not in holidays


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, 36))
def test_a_longer_term_never_ends_earlier(received: date, months: int) -> None:
    shorter, longer = (ends_on(received, Period(length, Unit.CALENDAR_MONTH)) for length in (months, months + 1))

    assert received < shorter < longer


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_whoever_asks_later_is_never_owed_an_earlier_answer(received: date) -> None:
    today, tomorrow = (due(day, an_answer(), NONE) for day in (received, received + timedelta(days=1)))

    assert today.legal_on <= tomorrow.legal_on


@pytest.mark.parametrize("unit", [Unit.BUSINESS_DAY, Unit.WORKING_DAY, Unit.HOUR])
def test_a_unit_without_a_rule_is_not_guessed(unit: Unit) -> None:
    with pytest.raises(UnitNotCounted):
        ends_on(date(2026, 1, 1), Period(10, unit))


@pytest.mark.parametrize("slug", REGIMES)
def test_the_term_of_every_law_that_ships_can_be_counted(slug: str) -> None:
    assert clock(date(2026, 11, 22), regime=slug, establishment="FR").legal_on > date(2026, 11, 22)


def test_a_working_day_stays_where_it_is() -> None:
    assert next_working_day(date(2026, 11, 23), NONE) == date(2026, 11, 23)
    assert next_working_day(date(2026, 11, 21), {date(2026, 11, 23)}) == date(2026, 11, 24)
