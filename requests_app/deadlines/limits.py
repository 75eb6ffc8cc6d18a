"""Both dates of every clock, each with its reasons. Pure: what happened, the calendar and today are passed in."""

from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Final

from requests_app.deadlines.arithmetic import months_after
from requests_app.deadlines.calendars import Calendar
from requests_app.deadlines.moments import day_of, local
from requests_app.deadlines.path import Case, Path, counted, finish
from requests_app.deadlines.pauses import Question, Side, waits
from requests_app.deadlines.reasons import Reason, Rule
from requests_app.deadlines.terms import Term
from requests_app.jurisdictions.clocks import Extension
from requests_app.jurisdictions.vocabulary import TermUnit

OLDEST_YEARS: Final = 10


class ReceivedInFuture(Exception):
    """What is to be answered has not come yet."""


class ReceivedTooLongAgo(Exception):
    """A receipt more than ten years ago is a slip of the pen, not a request that is still open."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One date: the last day on which something is in time, and the exact moment where hours are counted."""

    on: date
    at: datetime | None
    reasons: tuple[Reason, ...]

    def explain(self) -> tuple[Reason, ...]:
        """Return the steps from the start to this date, with rule and citation."""
        return self.reasons


@dataclass(frozen=True, slots=True)
class Limits:
    """The dates of one clock.

    due_*          the answer: the outer limit of the law, and the cautious date (not rolled, shortest pause)
    extended_*     the same with the longest extension; None where the law has none, or none with a number
    alternative_*  the same under the law's other term; None where it has none
    notice_due     until when the letter about an extension must go out; None where there is no extension
    """

    due_legal: Limit
    due_safe: Limit
    extended_legal: Limit | None
    extended_safe: Limit | None
    alternative_legal: Limit | None
    alternative_safe: Limit | None
    notice_due: Limit | None

    @property
    def is_sure(self) -> bool:
        """False: a calendar ends before one of the dates, which is then cautious rather than exact."""
        known = (self.due_legal, self.extended_legal, self.alternative_legal)
        return not any(reason.rule == Rule.CALENDAR_ENDS for limit in known if limit for reason in limit.reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What is known of one request.

    start       when the clock's start event was (see `relevant_time`): a day of the controller, or a moment with its offset
    received    when the request came, where that is another day
    questions   what the customer was asked; a question without an answer lasts until `today`
    pause_days  days of standstill that somebody else counted, added to every date before it rolls
    zone        the controller's; without one a moment counts on the day it was written with
    """

    start: date | datetime
    received: date | None = None
    questions: tuple[Question, ...] = ()
    pause_days: int = 0
    today: date | None = None
    zone: tzinfo | None = None

    @property
    def day(self) -> date:
        """The day of the start at the controller's place."""
        return day_of(self.start, self.zone)


def limits(term: Term, happened: Happened, calendar: Calendar) -> Limits:
    """Return the dates of `term`.

    Raises:
        CalendarEnds: holidays are not known that far.
        ContradictoryPauses: the questions cannot have been so.
        NaiveMoment: the start is a moment without an offset.
    """
    case = _case(term, happened, calendar)
    clock, longer = term.clock, extension_of(term)
    legal, safe = _both(case, clock.length, clock.unit)
    total = _both(case, longer.total, clock.unit) if longer and longer.total is not None else (None, None)
    other = clock.alternative
    another = _both(case, other.length, other.unit, other.condition) if other else (None, None)
    return Limits(legal, safe, total[0], total[1], another[0], another[1], safe if longer else None)


def _case(term: Term, happened: Happened, calendar: Calendar) -> Case:
    start, day = happened.start, happened.day
    waiting = waits(happened.questions, term.pauses, received=happened.received or day, today=happened.today)
    moment = local(start, happened.zone) if isinstance(start, datetime) else None
    return Case(term, calendar, day, moment, waiting, happened.pause_days)


def extension_of(term: Term) -> Extension | None:
    """Return the extension that the law allows for this right, or None."""
    longer = term.clock.extension
    return longer if longer and (longer.applies_to is None or term.right in longer.applies_to) else None


def relevant_time(received: date, identified: date | None = None, paid: date | None = None) -> date:
    """Return the day on which the time begins where the law waits for identity or fee: the last of the three.

    Source: UK GDPR Art. 12A. What was never asked for is None.
    """
    return max(day for day in (received, identified, paid) if day is not None)


def plausible(received: date, today: date) -> date:
    """Return `received`.

    Raises:
        ReceivedInFuture, ReceivedTooLongAgo: it cannot be the day on which an open request came.
    """
    if received > today:
        raise ReceivedInFuture(f"A request of {received} lies after today, {today}.")
    if received <= months_after(today, -12 * OLDEST_YEARS):
        raise ReceivedTooLongAgo(f"A request of {received} is {OLDEST_YEARS} years old or older.")
    return received


def _both(case: Case, length: int | None, unit: TermUnit, condition: str = "") -> tuple[Limit, Limit]:
    """Return the legal and the safe date; without questions they part only where they roll."""
    legal = counted(case, length, unit, Side.LEGAL, condition)
    safe = counted(case, length, unit, Side.SAFE, condition) if case.waiting else replace(legal, reasons=legal.reasons.copy())
    return _limit(legal, case, Side.LEGAL), _limit(safe, case, Side.SAFE)


def _limit(path: Path, case: Case, side: Side) -> Limit:
    finish(path, case, side)
    return Limit(path.on, path.at, tuple(path.reasons))
