"""What a regime is, and how its data file is read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final

from requests_app import schema
from requests_app.jurisdictions.clocks import Alternative, Clock, Extension, MarketingClock, Pause
from requests_app.jurisdictions.parts import Answer, Fees, FreeRequests, Grant, Identification, Lookback, Regulator
from requests_app.jurisdictions.vocabulary import (
    EVERY,
    ClockKind,
    Evidence,
    RegimeKind,
    Right,
    Status,
    Topic,
)
from requests_app.provenance import Confidence, Place, Slug, Source
from requests_app.schema import Least
from requests_app.values import Period, Unit

__all__ = [
    "Alternative", "Answer", "BadRegime", "Clock", "Extension", "Fees", "FreeRequests", "Grant", "Identification", "Lookback",
    "MarketingClock", "NoTermOfItsOwn", "Pause", "Regime", "Regulator", "Source", "read",
]  # fmt: skip

_ASSUMED_DAYS: Final = 30  # where a law gives no number and its file no target
_TOLD: Final = (Right.RECTIFICATION, Right.ERASURE, Right.RESTRICTION, Right.OBJECTION, Right.PORTABILITY)
_NOT_OF_AN_OVERLAY: Final = ("fees", "free_requests", "lookback", "applies_if", "identity", "records", "metrics", "cannot_verify")
_NOTHING: Final[Mapping[Topic, str]] = MappingProxyType({})


class BadRegime(schema.BadFile):
    """A regime's data file cannot be used; the text names file and field of each mistake."""


class NoTermOfItsOwn(Exception):
    """What a member state adds to a law has no term: ask the law above it."""


@dataclass(frozen=True, slots=True, eq=False)
class Regime:
    """One law, or what a member state adds to one (an overlay: `parent`, `adds` and pauses, nothing else)."""

    id: Slug
    kind: RegimeKind
    name: str
    territory: Annotated[tuple[Place, ...], Least(1)]
    status: Status
    in_force_from: date | None
    confidence: Confidence
    evidence: Evidence
    rights: Mapping[Right, Grant]
    clocks: tuple[Clock, ...]
    pauses: tuple[Pause, ...]
    regulator: Regulator
    source: Annotated[tuple[Source, ...], Least(1)]
    notes: tuple[str, ...]
    parent: Slug | None = None
    short: str = ""
    applies_if: str | None = None
    fees: Fees | None = None
    free_requests: FreeRequests | None = None
    lookback: Lookback | None = None
    refusal_grounds: tuple[str, ...] = ()
    post_action: tuple[str, ...] = ()
    response_must_include: tuple[str, ...] = ()
    refusal_must_include: tuple[str, ...] = ()
    identity: Identification | None = None
    records: str | None = None
    metrics: str | None = None
    cannot_verify: str | None = None
    acknowledgement_note: str | None = None
    citation: tuple[str, ...] = ()
    adds: Mapping[Topic, str] = field(default_factory=lambda: _NOTHING)

    def __post_init__(self) -> None:
        """A law without a short name is called by its name."""
        object.__setattr__(self, "short", self.short or self.name)

    @property
    def slug(self) -> str:
        return self.id

    @property
    def is_overlay(self) -> bool:
        return self.kind == RegimeKind.OVERLAY

    @property
    def answer(self) -> Answer:
        """The term for every right that has none of its own; the target of the product where the law gives no number.

        Raises:
            NoTermOfItsOwn: this is an overlay.
        """
        clock = next((one for one in self.clocks if one.kind == ClockKind.ANSWER and one.names(EVERY)), None)
        if clock is None:
            raise NoTermOfItsOwn(self.id)
        numbered = clock.length is not None
        return Answer(
            Period(clock.length if clock.length is not None else clock.target_days or _ASSUMED_DAYS,
                   Unit(clock.unit) if numbered else Unit.CALENDAR_DAY),
            clock.start_day_counted, clock.roll != "none", (clock.cite or self.citation[0]).partition(";")[0],
        )  # fmt: skip

    def in_force(self, on: date) -> bool:
        """Tell whether the law is in force on `on`; an overlay without a date of its own is as long as its parent."""
        return self.in_force_from is None or self.in_force_from <= on

    def granted(self, on: date) -> Mapping[Right, Grant]:
        """Return the rights that a person has under this law on `on`."""
        return MappingProxyType({right: grant for right, grant in self.rights.items() if grant.holds(on)})

    def cites(self, right: str) -> str:
        """Return the provision that grants `right`, or the law's own citation where the file names no closer one."""
        return self.rights[Right(right)].text or self.citation[0]

    @property
    def customer_rights(self) -> tuple[str, ...]:
        """The other rights that an answer tells about."""
        return (*(right.value for right in _TOLD if self.rights[right].has), "complaint")

    def clock(self, kind: ClockKind, right: str, on: date) -> Clock | None:
        """Return the clock of `kind` for what was received on `on`: the one that names `right`, else the one for all, else None."""
        there = [one for one in self.clocks if one.kind == kind and one.holds(on)]
        return next(chain((one for one in there if one.names(right)), (one for one in there if one.names(EVERY))), None)

    def contradictions(self) -> Iterator[str]:
        yield from self._overlay() if self.is_overlay else self._regime()
        yield from _twice("clocks", [f"{one.kind} for {right}" for one in self.clocks for right in one.rights])
        yield from _twice("territory", list(self.territory))

    def _regime(self) -> Iterator[str]:
        yield from (f"rights.{right} is missing" for right in Right if right not in self.rights)
        yield from (f"{name} is missing" for name in ("fees", "free_requests", "lookback", "citation") if not getattr(self, name))
        yield from (f"{name} belongs to an overlay" for name in ("parent", "adds") if getattr(self, name))
        if sum(one.kind == ClockKind.ANSWER and one.rights == (EVERY,) for one in self.clocks) != 1:
            yield "clocks must hold exactly one of kind answer for '*'"
        if self.in_force_from is None:
            yield "in_force_from is missing"

    def _overlay(self) -> Iterator[str]:
        yield from (f"{name} is missing" for name in ("parent", "adds") if not getattr(self, name))
        yield from (f"{name} must be empty in an overlay" for name in ("rights", "clocks") if getattr(self, name))
        yield from (f"{name} does not belong to an overlay" for name in _NOT_OF_AN_OVERLAY if getattr(self, name))


def _twice(place: str, names: list[str]) -> Iterator[str]:
    yield from (f"{place} holds {name} twice" for name in sorted({one for one in names if names.count(one) > 1}))


def read(path: Path) -> Regime:
    """Return the regime that `path` describes.

    Raises:
        BadRegime: names every field that is missing, unknown, of a wrong kind or in contradiction to another.
    """
    try:
        regime: Regime = schema.read(Regime, path)
    except schema.BadFile as fault:
        raise BadRegime(fault.mistakes) from None
    if regime.id != path.stem:
        raise BadRegime((f"{path.name}: id must be {path.stem}, like the file",))
    return regime
