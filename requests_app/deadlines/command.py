"""`manage.py clock`: the dates of one request, computed without a database."""

import argparse
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import Any, Final, NoReturn, TextIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from requests_app.deadlines.calendars import CalendarEnds, UnknownCalendar, calendar
from requests_app.deadlines.limits import Happened, Limit, Limits, ReceivedTooLongAgo, limits, plausible
from requests_app.deadlines.moments import NaiveMoment, day_of, last_second
from requests_app.deadlines.reasons import Reason, Rule
from requests_app.deadlines.terms import CalendarNotNamed, NoClock, UnknownClock, UnknownRegime, calendar_of, named
from requests_app.jurisdictions.vocabulary import TermUnit

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?")
_LONGEST_PAUSE: Final = 3650
_FURTHEST_YEARS: Final = 20
_REFUSALS: Final = (
    UnknownRegime, UnknownClock, NoClock, UnknownCalendar, CalendarNotNamed, CalendarEnds, NaiveMoment, ReceivedTooLongAgo,
)  # fmt: skip


class BadRequest(Exception):
    """What was typed cannot be computed; the text says why in one sentence."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadRequest(message[0].upper() + message[1:] + ".")


def run(words: Sequence[str], out: TextIO, *, today: date) -> None:
    """Write the dates that `words` (the options of the command) ask for to `out`, as JSON.

    Raises:
        BadRequest: nothing can be computed from them.
    """
    options = _Parser(prog="manage.py clock", allow_abbrev=False, description="Compute the dates of a request, with reasons.")
    describe(options)
    write(options.parse_args(words), out, today=today)


def write(asked: argparse.Namespace, out: TextIO, *, today: date) -> None:
    """Write the dates for options that were read (see `describe`).

    Raises:
        BadRequest: nothing can be computed from them.
    """
    try:
        found = answer(asked, today)
    except _REFUSALS as reason:
        raise BadRequest(str(reason)) from None
    except OverflowError:
        raise BadRequest("The date lies at the end of time.") from None
    out.write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")


def describe(options: argparse.ArgumentParser) -> None:
    """Add the options of the command to `options`."""
    options.add_argument("--regime", required=True, help="the law, for example eu-gdpr")
    options.add_argument(
        "--right", required=True, help="a right (access, erasure …), acknowledgement, appeal, or a duty (complaint_ack …)"
    )
    options.add_argument("--received", required=True, type=_received, help="2025-01-31, or 2025-01-31T09:30:00+07:00")
    options.add_argument("--calendar", help="whose holidays: DE, UK-SCT, US-FED, NONE …; without it the law's own")
    options.add_argument("--pause-days", type=_pause_days, default=0, help="days added to every date before it rolls")
    options.add_argument("--zone", type=_zone, help="the controller's time zone, where a moment is given: Europe/Paris")


def _received(text: str) -> date | datetime:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is no date like 2025-01-31 and no time like 2025-01-31T09:30:00+07:00")


def _pause_days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > _LONGEST_PAUSE:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days from 0 to {_LONGEST_PAUSE}")
    return int(text)


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise argparse.ArgumentTypeError(f"{text!r} is no time zone") from None


def answer(asked: argparse.Namespace, today: date) -> Mapping[str, Any]:
    """Return what the command prints. Under `extended_*` stands the longest extension, or else the law's other term.

    Raises:
        one of the refusals: the law, the clock or the calendar is unknown, or the date is out of reach.
    """
    given = calendar(asked.calendar) if asked.calendar else None
    place = ZoneInfo(given.zone) if given and given.zone and asked.zone is None else asked.zone
    day = day_of(asked.received, place)
    term = named(asked.regime, asked.right, day)
    _near(day, today)
    zone = asked.zone if term.clock.unit == TermUnit.HOUR else place
    happened = Happened(start=asked.received, pause_days=asked.pause_days, zone=zone)
    return _told(limits(term, happened, calendar_of(term, asked.calendar)), happened, today)


def _near(day: date, today: date) -> None:
    """Raise ReceivedTooLongAgo or BadRequest for a day that is a slip of the pen; days to come may be tried out."""
    plausible(min(day, today), today)
    if day.year - today.year > _FURTHEST_YEARS:
        raise BadRequest(f"{day} lies more than {_FURTHEST_YEARS} years ahead.")


def _told(found: Limits, happened: Happened, today: date) -> Mapping[str, Any]:
    dates = {
        "due_legal": found.due_legal,
        "extended_legal": found.extended_legal or found.alternative_legal,
        "due_safe": found.due_safe,
        "extended_safe": found.extended_safe or found.alternative_safe,
    }
    zone = _zone_of(happened)
    told: dict[str, Any] = {name: limit and _text(limit, zone) for name, limit in dates.items()}
    told["explain"] = [{"date": name} | _step(reason) for name, limit in dates.items() if limit for reason in _steps(limit, today)]
    return told


def _zone_of(happened: Happened) -> tzinfo | None:
    start = happened.start
    return happened.zone or start.tzinfo if isinstance(start, datetime) else None


def _text(limit: Limit, zone: tzinfo | None) -> str:
    if limit.at is not None:
        return limit.at.isoformat()
    return last_second(limit.on, zone).isoformat() if zone else limit.on.isoformat()


def _steps(limit: Limit, today: date) -> Iterator[Reason]:
    reasons = limit.explain()
    if reasons[0].start > today:
        yield Reason(Rule.FUTURE, reasons[0].start, reasons[0].start)
    yield from reasons


def _step(reason: Reason) -> dict[str, str]:
    return {
        "rule": reason.rule.value, "from": reason.start.isoformat(), "to": reason.end.isoformat(),
        "citation": reason.citation, "words": str(reason),
    }  # fmt: skip


def today() -> date:
    return datetime.now(UTC).date()
