"""Which days are closed where, and up to when that is known."""

from datetime import date, timedelta

import pytest
from holidays import country_holidays

from requests_app.deadlines.calendars import CODES, Calendar, CalendarEnds, UnknownCalendar, calendar
from requests_app.deadlines.calendars.statutory import canada_federal
from requests_app.jurisdictions import REGIMES

pytestmark = pytest.mark.threat("9.02")


def holidays_of(code: str, year: int) -> set[date]:
    place = calendar(code)
    first = date(year, 1, 1)
    days = (first + timedelta(days=number) for number in range((date(year, 12, 31) - first).days + 1))
    return {day for day in days if place.is_holiday(day)}


@pytest.mark.parametrize(
    ("code", "closed", "open_on"),
    [
        ("DE", "2026-10-03", "2025-08-15"),  # a holiday of two regions only
        ("DE-BY", "2026-01-06", "2025-08-15"),
        ("FR", "2026-07-14", "2026-04-03"),
        ("FR-57", "2026-04-03", "2026-04-02"),  # Good Friday in Moselle
        ("NL", "2025-04-26", "2025-04-25"),  # King's Day before a Sunday
        ("IE", "2026-02-02", "2026-02-03"),
        ("PT", "2026-06-10", "2026-02-17"),  # Carnival is no public holiday
        ("UK-ENG", "2025-04-21", "2026-06-15"),
        ("UK-SCT", "2026-06-15", "2025-04-21"),  # proclaimed for one year; no Easter Monday
        ("UK-NIR", "2026-07-13", "2026-07-14"),  # the 12th is a Sunday
        ("US-FED", "2026-07-03", "2025-11-28"),  # observed on the Friday; the day after Thanksgiving is none
        ("US-FED", "2027-12-31", "2027-12-30"),  # New Year's Day of the year after
        ("CA-INTERP", "2026-05-18", "2026-12-28"),  # Victoria Day; Boxing Day is none and moves nowhere
        ("CA-INTERP", "2026-04-06", "2026-08-03"),  # Easter Monday; the civic holiday is a province's
        ("CA-INTERP", "2029-07-02", "2028-07-03"),  # Canada Day moves from a Sunday only
        ("CA-BC", "2026-02-16", "2026-04-06"),
        ("CA", "2026-12-26", "2026-04-06"),
        ("NZ-PRIVACY", "2027-01-15", "2027-01-18"),
        ("NZ-PRIVACY", "2026-12-25", "2026-12-24"),
        ("NZ-PRIVACY", "2027-02-08", "2027-01-25"),  # Waitangi Day is a Saturday; Wellington's and Auckland's own days are worked
        ("NZ-PRIVACY", "2026-07-10", "2026-07-09"),
        ("KR", "2026-02-18", "2026-02-19"),
        ("MX", "2026-03-16", "2026-04-02"),  # Holy Week is no holiday of the labour law
        ("AR", "2026-03-24", "2026-03-25"),
        ("CO", "2026-03-23", "2026-03-19"),  # Saint Joseph moves to the Monday
        ("VN", "2026-02-16", "2026-02-13"),
        ("BR", "2026-11-20", "2026-02-17"),  # Carnival is no national holiday
        ("ZA", "2026-08-10", "2026-08-11"),  # Women's Day is a Sunday
        ("US-CA-STRICT", "2026-03-31", "2026-10-31"),  # a Saturday counts
        ("IL", "2026-04-02", "2026-04-05"),
    ],
)
def test_a_place_rests_on_its_own_days(code: str, closed: str, open_on: str) -> None:
    place = calendar(code)

    assert place.is_closed(date.fromisoformat(closed))
    assert not place.is_closed(date.fromisoformat(open_on))


@pytest.mark.parametrize(
    ("code", "rests", "works"),
    [
        ("DE", "5 6", "0 4"),
        ("NONE", "5 6", "0 4"),
        ("IL", "4 5", "6 0"),
        ("SA", "4 5", "6 0"),
        ("NP", "5", "6 3"),
        ("US-CA-STRICT", "6", "5 0"),
    ],
)
def test_each_place_has_its_own_weekend(code: str, rests: str, works: str) -> None:
    place, monday = calendar(code), date(2025, 9, 15)

    assert all(place.is_closed(monday + timedelta(days=int(day))) for day in rests.split())
    assert not any(place.is_closed(monday + timedelta(days=int(day))) for day in works.split())


def test_a_weekend_that_a_decree_made_days_of_work_counts_but_an_end_does_not_stay_there() -> None:
    china, saturday = calendar("CN"), date(2026, 2, 28)

    assert china.is_worked(saturday)
    assert not china.is_worked(date(2026, 3, 1))
    assert china.next_open(saturday) == date(2026, 3, 2)


def test_canadas_general_holidays_stay_on_their_own_days() -> None:
    ontario = country_holidays("CA", subdiv="ON", years=2026)

    assert {day.isoformat()[5:] for day in canada_federal(2026)} >= {"09-30", "11-11", "05-18", "10-12"}
    assert date(2026, 10, 12) in ontario


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_calendar_names_its_law_and_its_end(code: str) -> None:
    place = calendar(code)

    assert place.source
    assert place.last is None or place.last >= 2025
    assert holidays_of(code, 2025) or code == "NONE"


def test_every_calendar_that_a_law_names_is_there() -> None:
    named = {clock.calendar for law in REGIMES.values() for clock in law.clocks}

    assert named - {"EU-CONTROLLER-STATE", "UK-CONTROLLER-NATION"} <= CODES


@pytest.mark.parametrize("code", ["", "XX", "de", "DE-", "DE-XX", "DE-by", "UK", "US-FED-CA", "EU-CONTROLLER-STATE", "DE-BY-1"])
def test_a_calendar_that_nobody_knows_is_refused(code: str) -> None:
    with pytest.raises(UnknownCalendar):
        calendar(code)


@pytest.mark.parametrize(
    ("code", "last"), [("VN", 2026), ("CN", 2026), ("SG", 2027), ("PH", 2026), ("DE", 2050), ("CA-INTERP", 2050)]
)
def test_a_calendar_ends_by_name_where_its_days_are_not_known(code: str, last: int) -> None:
    place = calendar(code)
    monday = next(day for day in (date(last + 1, 1, 4) + timedelta(days=number) for number in range(7)) if day.weekday() == 0)

    place.is_closed(date(last, 12, 30))
    with pytest.raises(CalendarEnds, match=f"{code} is not known beyond {last}"):
        place.is_closed(monday)
    with pytest.raises(CalendarEnds, match="before 2000"):
        place.is_holiday(date(1999, 12, 31))


def test_the_library_marks_no_day_as_estimated_within_the_years_that_are_held_to_be_known() -> None:
    for code in sorted(CODES):
        place = calendar(code)
        if len(code) == 2 and place.last and place.last < 2050 and code not in {"VN", "CN"}:
            names = country_holidays(code, years=range(2024, place.last + 1), language="en_US").values()
            assert not [name for name in names if "estimated" in name], code


def test_a_careful_calendar_counts_unknown_days_as_open_so_that_it_is_never_late() -> None:
    place = calendar("VN").careful()

    assert place.is_holiday(date(2026, 9, 2))
    assert not place.is_holiday(date(2027, 9, 2))
    assert place.is_closed(date(2027, 9, 4))  # a Saturday
    assert not place.knows(date(2027, 1, 1))


def test_nothing_is_looked_up_twice() -> None:
    asked: list[int] = []

    def of(year: int) -> list[date]:
        asked.append(year)
        return [date(year, 5, 1)]

    place = Calendar("OWN", "made up", of)
    found = [place.is_holiday(date(2026, 5, day)) for day in (1, 2, 3)]

    assert found == [True, False, False]
    assert asked == [2026]
