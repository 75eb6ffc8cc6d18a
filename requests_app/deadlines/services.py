"""The dates of a request, from what the product knows of it."""

from dataclasses import dataclass
from datetime import date

from requests_app.deadlines.calendars import calendar
from requests_app.deadlines.limits import Happened, Limits, limits
from requests_app.deadlines.terms import Term, calendar_at, term
from requests_app.jurisdictions.base import Regime
from requests_app.jurisdictions.clocks import NO_CALENDAR, Clock
from requests_app.jurisdictions.vocabulary import EVERY, Basis, ClockKind, Roll, StartEvent, TermUnit


class NoTerm(Exception):
    """The law has no clock for that."""


@dataclass(frozen=True, slots=True)
class Due:
    """The outer limit of the law, and the earlier day on which reminders and colours run."""

    legal_on: date
    safe_on: date


def clock(received: date, *, regime: str, establishment: str, right: str = EVERY) -> Due:
    """Return both due dates of a request received on `received` at the controller's place."""
    dates = answer(Happened(start=received), regime=regime, establishment=establishment, right=right)
    return Due(legal_on=dates.due_legal.on, safe_on=dates.due_safe.on)


def answer(happened: Happened, *, regime: str, establishment: str, right: str, kind: ClockKind = ClockKind.ANSWER) -> Limits:
    """Return the dates of the clock of `kind` for `right`, for a controller at `establishment`.

    Beyond the years whose holidays are known, days count as open: the dates are then never later than the law's, and
    `is_sure` says so.

    Raises:
        UnknownRegime: no law has this name.
        NoTerm: the law has no such clock.
        ContradictoryPauses, NaiveMoment: what happened cannot have been so.
    """
    found = term(regime, kind, right, happened.day)
    if found is None:
        raise NoTerm(f"{regime}: {kind} for {right}")
    return limits(found, happened, calendar_at(found, establishment).careful())


def promise(law: Regime, days: int, happened: Happened) -> Limits:
    """Return the dates of what a shop promises within `days` calendar days of the receipt, where no law sets a term."""
    clock = Clock(
        kind=ClockKind.ANSWER, rights=(EVERY,), length=days, unit=TermUnit.CALENDAR_DAY, start_event=StartEvent.COMPLAINT_RECEIPT,
        start_day_counted=False, roll=Roll.NONE, calendar=NO_CALENDAR, extension=None, basis=Basis.ASSUMED,
        cite="the shop’s own promise",
    )  # fmt: skip
    own = Term(regime=law, clock=clock, right=EVERY, pauses=(), is_granted=True, waits_until=None)
    return limits(own, happened, calendar(NO_CALENDAR))
