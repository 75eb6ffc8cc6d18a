"""Moments and days: which day it is at the controller's place, and when a day ends there."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

_LAST_SECOND: Final = time(23, 59, 59)


class NaiveMoment(Exception):
    """A moment without an offset could be any of 27 hours; it must not be guessed."""


def day_of(moment: date | datetime, zone: tzinfo | None = None) -> date:
    """Return the day of `moment` in `zone` (without one: in the offset it was written with); a date is itself.

    Raises:
        NaiveMoment: the moment has no offset.
    """
    return local(moment, zone).date() if isinstance(moment, datetime) else moment


def local(moment: datetime, zone: tzinfo | None) -> datetime:
    """Return `moment` as clocks in `zone` show it; without a zone as it was written.

    Raises:
        NaiveMoment: the moment has no offset.
    """
    if moment.utcoffset() is None:
        raise NaiveMoment("A moment needs an offset from UTC, such as +01:00.")
    return moment.astimezone(zone) if zone else moment


def hours_after(moment: datetime, hours: int) -> datetime:
    """Return the moment `hours` elapsed hours later: a night in which the clocks change is an hour longer or shorter.

    Raises:
        NaiveMoment: the moment has no offset.
    """
    zone = local(moment, None).tzinfo
    return (moment.astimezone(UTC) + timedelta(hours=hours)).astimezone(zone)


def last_second(day: date, zone: tzinfo) -> datetime:
    """Return the last second of `day` in `zone`, the second time round where a change of clocks repeats it.

    Source: a period ends with the last hour of its last day, Regulation (EEC, Euratom) No 1182/71, Art. 3(2).
    """
    return datetime.combine(day, _LAST_SECOND, zone).replace(fold=1)
