"""Which day it is at the controller's place, and the nights in which clocks change."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requests_app.deadlines.moments import NaiveMoment, day_of, hours_after, last_second, local

PARIS, SANTIAGO, AUCKLAND = ZoneInfo("Europe/Paris"), ZoneInfo("America/Santiago"), ZoneInfo("Pacific/Auckland")

pytestmark = pytest.mark.threat("9.02")


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        ("2026-01-31T23:30:00+00:00", PARIS, "2026-02-01"),
        ("2026-01-31T23:30:00+00:00", None, "2026-01-31"),
        ("2026-07-31T21:59:59+00:00", PARIS, "2026-07-31"),
        ("2026-07-31T22:00:00+00:00", PARIS, "2026-08-01"),
        ("2026-03-01T03:00:00+01:00", SANTIAGO, "2026-02-28"),
        ("2026-11-22T12:00:00+00:00", AUCKLAND, "2026-11-23"),
    ],
)
def test_a_receipt_counts_on_the_day_of_the_controllers_place(moment: str, zone: ZoneInfo | None, day: str) -> None:
    assert day_of(datetime.fromisoformat(moment), zone).isoformat() == day


def test_a_day_is_a_day_everywhere() -> None:
    assert day_of(date(2026, 1, 31), AUCKLAND) == date(2026, 1, 31)


@pytest.mark.parametrize("tell", [day_of, local])
def test_a_moment_without_an_offset_is_refused(tell: object) -> None:
    assert callable(tell)
    with pytest.raises(NaiveMoment):
        tell(datetime(2026, 1, 31, 12, 0), PARIS)  # noqa: DTZ001  # what is refused
    with pytest.raises(NaiveMoment):
        hours_after(datetime(2026, 1, 31, 12, 0), 1)  # noqa: DTZ001  # what is refused


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-03-28T12:00:00+01:00", "2026-03-31T13:00:00+02:00"),  # the night to 29 March is an hour shorter
        ("2026-10-24T12:00:00+02:00", "2026-10-27T11:00:00+01:00"),  # the night to 25 October an hour longer
        ("2026-06-01T12:00:00+02:00", "2026-06-04T12:00:00+02:00"),
    ],
)
def test_seventy_two_hours_are_as_many_in_the_nights_in_which_clocks_change(start: str, end: str) -> None:
    found = hours_after(datetime.fromisoformat(start).astimezone(PARIS), 72)

    assert found.isoformat() == end


@given(st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1)), st.integers(0, 1000), st.integers(-14, 14))  # noqa: DTZ001  # drawn bounds
def test_hours_are_elapsed_hours_whatever_the_offset(moment: datetime, hours: int, offset: int) -> None:
    start = moment.replace(tzinfo=timezone(timedelta(hours=offset)))

    assert hours_after(start, hours) - start == timedelta(hours=hours)
    assert hours_after(start, hours).utcoffset() == start.utcoffset()


@pytest.mark.parametrize(
    ("day", "zone", "end"),
    [
        ("2026-03-29", PARIS, "2026-03-29T23:59:59+02:00"),
        ("2026-10-25", PARIS, "2026-10-25T23:59:59+01:00"),
        ("2026-04-04", SANTIAGO, "2026-04-04T23:59:59-04:00"),  # the last hour of the day comes twice: the second time ends it
        ("2026-09-05", SANTIAGO, "2026-09-05T23:59:59-04:00"),  # the next day begins at one o'clock
    ],
)
def test_a_day_ends_with_its_last_second(day: str, zone: ZoneInfo, end: str) -> None:
    found = last_second(date.fromisoformat(day), zone)

    assert found.isoformat() == end
    assert (found.astimezone(UTC) + timedelta(seconds=1)).astimezone(zone).date() > found.date()
