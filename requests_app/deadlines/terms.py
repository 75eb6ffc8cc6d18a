"""Which clock of which law runs, and by which calendar."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from requests_app.deadlines.calendars import Calendar, calendar
from requests_app.jurisdictions import REGIMES
from requests_app.jurisdictions.base import Clock, Pause, Regime
from requests_app.jurisdictions.clocks import NO_CALENDAR
from requests_app.jurisdictions.vocabulary import EVERY, ClockKind, Duty, Right, Roll, TermUnit

MEMBER_STATE: Final = "EU-CONTROLLER-STATE"
UNITED_KINGDOM: Final = "UK-CONTROLLER-NATION"
_NATIONS: Final = MappingProxyType({"GB": "UK-ENG", "GB-ENG": "UK-ENG", "GB-WLS": "UK-ENG", "GB-SCT": "UK-SCT", "GB-NIR": "UK-NIR"})
_MEMBERS: Final = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL",
    "PL", "PT", "RO", "SE", "SI", "SK", "IS", "LI", "NO",
})  # fmt: skip
_BY_CALENDAR: Final = frozenset({TermUnit.BUSINESS_DAY, TermUnit.WORKING_DAY})
_KINDS: Final[Mapping[str, tuple[ClockKind, str]]] = MappingProxyType(
    {right.value: (ClockKind.ANSWER, right.value) for right in Right}
    | {duty.value: (ClockKind.DUTY, duty.value) for duty in Duty}
    | {kind.value: (kind, EVERY) for kind in (ClockKind.ACKNOWLEDGEMENT, ClockKind.APPEAL)}
)


class UnknownRegime(Exception):
    """No law has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no regime {name!r}: `manage.py law show` lists them.")


class UnknownClock(Exception):
    """No right, duty or clock has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no right {name!r}: give one of {', '.join(sorted(_KINDS))}.")


class NoClock(Exception):
    """The law has no such clock, or had none yet on that day."""

    def __init__(self, regime: str, name: str, on: date) -> None:
        super().__init__(f"The regime {regime} has no clock {name!r} for {on}.")


class CalendarNotNamed(Exception):
    """The law counts by the calendar of the controller's place, and nobody said which that is."""

    def __init__(self, regime: str) -> None:
        super().__init__(f"The regime {regime} counts by the controller's own calendar: name it, for example DE, FR or UK-ENG.")


@dataclass(frozen=True, slots=True)
class Term:
    """A clock that runs, with what else its law says about it.

    right       what it runs for: a right, a duty, or `*`
    pauses      those that the law knows for this right on this day, its overlay's among them
    is_granted  False: a brand grants voluntarily what the law does not
    waits_until the day from which the law is in force, where that is still to come; None where it is in force
    """

    regime: Regime
    clock: Clock
    right: str
    pauses: tuple[Pause, ...]
    is_granted: bool
    waits_until: date | None

    @property
    def cite(self) -> str:
        return self.clock.cite or self.regime.citation[0]

    @property
    def is_european(self) -> bool:
        """Tell whether Regulation (EEC, Euratom) No 1182/71 counts the time."""
        return self.clock.calendar == MEMBER_STATE

    @property
    def needs_calendar(self) -> bool:
        return self.clock.roll != Roll.NONE or self.clock.unit in _BY_CALENDAR


def named(regime: str, name: str, on: date) -> Term:
    """Return the term that `name` stands for: a right's answer, a duty, `acknowledgement` or `appeal`.

    Raises:
        UnknownRegime, UnknownClock: nothing is called that.
        NoClock: the law has no such term for what was received on `on`.
    """
    if name not in _KINDS:
        raise UnknownClock(name)
    kind, right = _KINDS[name]
    found = term(regime, kind, right, on)
    if found is None:
        _law(regime)
        raise NoClock(regime, name, on)
    return found


def term(regime: str, kind: ClockKind, right: str, on: date) -> Term | None:
    """Return the term of `kind` for `right` of what was received on `on`, or None: the law has no such clock.

    An overlay has the clocks of the law above it, and its own pauses beside.

    Raises:
        UnknownRegime: no law has this name.
    """
    laws = _law(regime)
    clock = laws[0].clock(kind, right, on)
    if clock is None:
        return None
    return Term(
        regime=laws[0], clock=clock, right=right,
        pauses=tuple(pause for law in laws for pause in law.pauses if _holds(pause, kind, right, on)),
        is_granted=_is_granted(laws[0], right),
        waits_until=None if laws[-1].in_force(on) and laws[0].in_force(on) else laws[0].in_force_from,
    )  # fmt: skip


def _law(name: str) -> tuple[Regime, ...]:
    """Return the law, and behind it the overlay that adds to it if `name` is one's."""
    if name not in REGIMES:
        raise UnknownRegime(name)
    law = REGIMES[name]
    return (REGIMES[law.parent], law) if law.parent else (law,)


def _is_granted(law: Regime, right: str) -> bool:
    return right not in list(Right) or law.rights[Right(right)].has


def _holds(pause: Pause, kind: ClockKind, right: str, on: date) -> bool:
    """A pause stops the time for the answer; who is to be acknowledged or appeals is asked nothing."""
    if kind != ClockKind.ANSWER or (pause.since and on < pause.since):
        return False
    return pause.applies_to is None or right in pause.applies_to


def calendar_of(found: Term, code: str | None) -> Calendar:
    """Return the calendar by which `found` is counted: the one called `code`, else the law's own; `NONE` where none is needed.

    Raises:
        UnknownCalendar: no calendar has this code.
        CalendarNotNamed: the law leaves it to the controller's place, and there is no code.
    """
    given = calendar(code) if code else None
    if not found.needs_calendar:
        return calendar(NO_CALENDAR)
    if given is None and found.clock.calendar in {MEMBER_STATE, UNITED_KINGDOM}:
        raise CalendarNotNamed(found.regime.id)
    return given or calendar(found.clock.calendar)


def calendar_at(found: Term, establishment: str) -> Calendar:
    """Return the calendar by which `found` is counted for a controller at `establishment` (`FR`, `GB-SCT`, `US-CA`).

    Holidays of a region are not looked at where the law goes by the Member State: an end that does not move is never too late.
    A controller outside the law's own territory has no holidays there.
    """
    if found.clock.calendar == MEMBER_STATE:
        country = establishment.partition("-")[0]
        return calendar(country if country in _MEMBERS else NO_CALENDAR)
    if found.clock.calendar == UNITED_KINGDOM:
        return calendar(_NATIONS.get(establishment, NO_CALENDAR))
    return calendar(found.clock.calendar)
