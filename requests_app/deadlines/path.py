"""The way of a date from its start to its end, rule by rule, with a reason for each step."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from requests_app.deadlines.arithmetic import ends_on, rolled, with_two_working_days
from requests_app.deadlines.calendars import Calendar
from requests_app.deadlines.moments import hours_after
from requests_app.deadlines.pauses import Side, Wait, prolonged, restarted
from requests_app.deadlines.reasons import Reason, Rule
from requests_app.deadlines.terms import Term
from requests_app.jurisdictions.clocks import NUMBERLESS
from requests_app.jurisdictions.vocabulary import Roll, TermUnit

_ASSUMED_DAYS: Final = 30  # where neither the law nor its file names a number
_EUROPEAN: Final = "Regulation (EEC, Euratom) No 1182/71, Art. "
_ROLLS: Final = {Roll.NEXT_WORKING_DAY: Rule.ROLL_WORKING_DAY, Roll.NEXT_DAY_NOT_SUNDAY_OR_HOLIDAY: Rule.ROLL_SUNDAY}


@dataclass(frozen=True, slots=True)
class Case:
    """One clock that runs: since when, by which calendar, with which questions."""

    term: Term
    calendar: Calendar
    start: date
    moment: datetime | None
    waiting: tuple[Wait, ...]
    pause_days: int


@dataclass(slots=True)
class Path:
    """A date on its way from rule to rule."""

    on: date
    at: datetime | None
    reasons: list[Reason] = field(default_factory=list)

    def go(self, *reasons: Reason) -> None:
        for reason in reasons:
            self.reasons.append(reason)
            self.on = reason.end

    def wait(self, *reasons: Reason) -> None:
        for reason in reasons:
            if self.at is not None:
                self.at += reason.end - reason.start
            self.go(reason)


def counted(case: Case, length: int | None, unit: TermUnit, side: Side, condition: str) -> Path:
    """Return the way to the end of a period of `length` `unit`s, pauses added, not rolled yet. `condition`: of another term."""
    path = Path(case.start, case.moment if unit == TermUnit.HOUR else None)
    _start(path, case, condition)
    path.go(*restarted(path.on, case.waiting, side))
    begun = path.on
    _count(path, case, length, unit)
    path.wait(*prolonged(begun, path.on, case.waiting, side))
    return path


def finish(path: Path, case: Case, side: Side) -> None:
    """Go on to the date that counts: days of standstill, the roll of the legal side, and whether the calendar knows the day."""
    if case.pause_days:
        path.wait(Reason(Rule.STANDSTILL, path.on, path.on + timedelta(days=case.pause_days), length=case.pause_days))
    _roll(path, case, side)
    if not case.calendar.knows(path.on):
        path.go(Reason(Rule.CALENDAR_ENDS, path.on, path.on, calendar=case.calendar.code))


def _start(path: Path, case: Case, condition: str) -> None:
    clock, day = case.term.clock, case.start
    path.go(
        Reason(Rule.STARTS_COUNTED if clock.start_day_counted else Rule.STARTS, day, day, case.term.cite, event=clock.start_event)
    )
    if case.term.waits_until:
        path.go(Reason(Rule.NOT_IN_FORCE, day, day, event=case.term.waits_until.isoformat()))
    if not case.term.is_granted:
        path.go(Reason(Rule.NOT_GRANTED, day, day))
    if condition:
        path.go(Reason(Rule.ALTERNATIVE, day, day, event=condition))


def _count(path: Path, case: Case, length: int | None, unit: TermUnit) -> None:
    clock, calendar, start = case.term.clock, case.calendar, path.on
    if unit in NUMBERLESS or length is None:
        target = clock.target_days or _ASSUMED_DAYS
        path.go(Reason(Rule.TARGET, start, start + timedelta(days=target), clock.note or "", target))
        return
    if path.at is not None:
        path.at = hours_after(path.at, length)
    end = path.at.date() if path.at else ends_on(start, length, unit, calendar, counted=clock.start_day_counted)
    path.go(Reason(Rule(unit.value), start, end, _citation(case.term, "3(2)(c)"), length, calendar=calendar.code))
    if case.term.is_european and unit != TermUnit.CALENDAR_MONTH and (enough := with_two_working_days(start, end, calendar)) > end:
        path.go(Reason(Rule.TWO_WORKING_DAYS, end, enough, _EUROPEAN + "3(5)", calendar=calendar.code))


def _roll(path: Path, case: Case, side: Side) -> None:
    roll, end, calendar = case.term.clock.roll, path.on, case.calendar
    if roll == Roll.NONE:
        return
    if side is Side.SAFE:
        path.go(Reason(Rule.NOT_ROLLED, end, end))
    elif (later := rolled(end, roll, calendar)) > end:
        path.go(Reason(_ROLLS[roll], end, later, _citation(case.term, "3(4)"), calendar=calendar.code))


def _citation(term: Term, article: str) -> str:
    return _EUROPEAN + article if term.is_european else term.cite
