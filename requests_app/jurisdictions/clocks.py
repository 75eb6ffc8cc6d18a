"""A law's clocks: terms, extensions and pauses, field by field as their data files write them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Final

from requests_app.jurisdictions.vocabulary import (
    EVERY,
    Basis,
    Channel,
    ClockKind,
    Count,
    Duty,
    Effect,
    ExtensionUnit,
    NoticeDue,
    OpenKind,
    Right,
    Roll,
    StartEvent,
    TermUnit,
    Trigger,
)
from requests_app.provenance import Confidence, Place, Slug, Source
from requests_app.schema import Least

__all__ = ["Alternative", "Clock", "Extension", "MarketingClock", "Pause"]

Number = Annotated[int, Least(0)]
Positive = Annotated[int, Least(1)]
NO_CALENDAR: Final = "NONE"
NUMBERLESS: Final = frozenset({TermUnit.WITHOUT_DELAY, TermUnit.NOT_SET, TermUnit.AS_SOON_AS_POSSIBLE})
_BY_CALENDAR: Final = frozenset({TermUnit.BUSINESS_DAY, TermUnit.WORKING_DAY})


@dataclass(frozen=True, slots=True)
class Extension:
    """More time under a condition. `total` counts from the clock's start: length of the clock + `length` × `times`.

    `length` and `total` are None where the law gives no number (unit `open`). The notice is due within the base period, not rolled.
    """

    length: Positive | None
    unit: ExtensionUnit
    total: Positive | None
    times: Positive | None
    applies_to: Annotated[tuple[Right, ...], Least(1)] | None
    condition: str
    notice_due: NoticeDue
    notice_must_include: tuple[str, ...]
    cite: str | None
    notice_note: str | None = None
    open_kind: OpenKind | None = None

    def contradictions(self) -> Iterator[str]:
        is_open = self.unit == ExtensionUnit.OPEN
        if is_open != (self.length is None):
            yield f"length must be {'null' if is_open else 'a number'} for unit {self.unit}"
        if is_open != (self.total is None):
            yield f"total must be {'null' if is_open else 'a number'} for unit {self.unit}"
        if is_open != (self.open_kind is not None):
            yield f"open_kind {'is missing' if is_open else 'belongs to unit open'}"
        if not is_open and self.times is None:
            yield "times must be a number"


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another term under a condition; no extension."""

    length: Number
    unit: TermUnit
    condition: str


@dataclass(frozen=True, slots=True)
class Clock:
    """One term of one law: `length` of `unit`. `rights` names rights or duties, or is `*` alone; `since` is `from` in the file."""

    kind: ClockKind
    rights: Annotated[tuple[str, ...], Least(1)]
    length: Number | None
    unit: TermUnit
    start_event: StartEvent
    start_day_counted: bool
    roll: Roll
    calendar: str
    extension: Extension | None
    basis: Basis
    target_days: Positive | None = None
    standard: str | None = None
    cite: str | None = None
    note: str | None = None
    exception: str | None = None
    person_window: str | None = None
    must_include: tuple[str, ...] = ()
    alternative: Alternative | None = None
    since: date | None = field(default=None, metadata={"key": "from"})

    def names(self, right: str) -> bool:
        """Tell whether the clock names `right` (or duty) itself."""
        return right in self.rights

    def holds(self, on: date) -> bool:
        """Tell whether the clock exists for what was received on `on`."""
        return self.since is None or self.since <= on

    def contradictions(self) -> Iterator[str]:
        yield from self._rights()
        if (self.unit in NUMBERLESS) != (self.length is None):
            yield f"length must be {'null' if self.unit in NUMBERLESS else 'a number'} for unit {self.unit}"
        if self.unit == TermUnit.IMMEDIATE and self.length != 0:
            yield "length must be 0 for unit immediate"
        if self.calendar == NO_CALENDAR and (self.unit in _BY_CALENDAR or self.roll != Roll.NONE):
            yield f"calendar must not be {NO_CALENDAR} where {self.unit} with roll {self.roll} is counted"
        if self.extension is not None:
            yield from self._extension(self.extension)

    def _rights(self) -> Iterator[str]:
        known = tuple(Duty) if self.kind == ClockKind.DUTY else (EVERY, *Right)
        yield from (
            f"rights[{number}] must be one of {', '.join(known)}" for number, one in enumerate(self.rights) if one not in known
        )
        if len(set(self.rights)) < len(self.rights):
            yield "rights names one twice"
        if EVERY in self.rights and len(self.rights) > 1:
            yield f"rights must be {EVERY} alone or name each"

    def _extension(self, extension: Extension) -> Iterator[str]:
        if extension.unit not in {ExtensionUnit.OPEN, self.unit.value}:
            yield f"extension.unit must be {self.unit} like the clock's, or open"
        if None not in (self.length, extension.length, extension.times, extension.total):
            total = (self.length or 0) + (extension.length or 0) * (extension.times or 0)
            if extension.total != total:
                yield f"extension.total must be {total}: length + extension.length × times"


@dataclass(frozen=True, slots=True)
class Pause:
    """What stops a clock. `count_legal` and `count_safe` say how many days it adds to each of the two dates."""

    trigger: Trigger
    applies_to: Annotated[tuple[Right, ...], Least(1)] | None
    effect: Effect
    statutory: bool
    count_legal: Count
    count_safe: Count
    text: str
    cite: str
    note: str | None = None
    since: date | None = field(default=None, metadata={"key": "from"})

    def contradictions(self) -> Iterator[str]:
        if self.effect == Effect.RESTART and Count.RESTART not in {self.count_legal, self.count_safe}:
            yield "effect restart must restart one of the two counts"
        if self.effect == Effect.SUSPEND and Count.RESTART in {self.count_legal, self.count_safe}:
            yield "effect suspend must not restart a count"
        if self.count_safe == Count.RECEIVED_MINUS_ASKED and self.count_legal == Count.ZERO:
            yield "count_safe must not add more days than count_legal"


@dataclass(frozen=True, slots=True)
class MarketingClock:
    """Within what time marketing stops, by channel, where a law of its own says so."""

    id: Slug
    territory: Annotated[tuple[Place, ...], Least(1)]
    channel: Channel
    length: Number
    unit: TermUnit
    calendar: str
    cite: str
    source: Annotated[tuple[Source, ...], Least(1)]
    confidence: Confidence

    def contradictions(self) -> Iterator[str]:
        if self.calendar == NO_CALENDAR and self.unit in _BY_CALENDAR:
            yield f"calendar must not be {NO_CALENDAR} for unit {self.unit}"
