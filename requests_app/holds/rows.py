"""Which duties reach a collection, and what they make of a record of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final

from requests_app.connectors.base import CollectionInfo
from requests_app.connectors.erasing import Deed, Ruling
from requests_app.duties import DUTIES, Situation, ends_on
from requests_app.duties.base import ANY_DATA, Duty, Kind
from requests_app.duties.ends import FactMissing
from requests_app.duties.shelf import profiles, regions
from requests_app.holds.declared import Declared
from requests_app.holds.minimising import blanked, is_whole

NOTHING_KEEPS: Final = Ruling(Deed.ERASE, "nothing_keeps")
_FOREVER: Final = date.max
_ALWAYS: Final = frozenset({Kind.STATUTORY_DUTY, Kind.CONTROLLER_RECORD, Kind.CEILING})  # without a word of the shop
_SUPPRESSION: Final = "suppression"

Blanking = Callable[[Iterable[Duty]], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Law:
    """Where a shop and its customer stand in law on the day `on`, and what the shop says of its duties."""

    situation: Situation
    on: date
    asked_on: date
    declared: Declared = field(default_factory=Declared)

    def about(self, data_class: str) -> tuple[Duty, ...]:
        """Return the rows that hold about a class, and that the shop has not said it is without."""
        held = DUTIES.holding(self.situation, self.on, data_class=data_class, switched_on=self.declared.on)
        return tuple(duty for duty in held if duty.id not in self.declared.off and duty.kind != Kind.LITIGATION_HOLD)


@dataclass(frozen=True)
class Rows:
    """The rows that reach one collection.

    A row counts by itself where it orders keeping, proves or honours a right, or is a ceiling, and nothing but the law decides
    whether it holds. One that depends on something (`condition`, low confidence), allows only (a limitation period, a
    guideline) or excepts is counted where the shop names it: GDPR Art. 17(3)(e) is no blanket for whole periods of limitation.

    A condition that the shop has said nothing of is asked about only where the record is one that such a law alone makes a shop
    keep (an identity paper, a police register): `asked`. For orders and invoices it is not: the ordinary duties are known, and a
    plan that asks of every order whether its seller uses the One Stop Shop is not read any more. One answer of the shop
    to any of these rows, on or off, is an answer to all that keep the same kind of file.
    """

    law: Law
    found: tuple[Duty, ...]

    @classmethod
    def of(cls, law: Law, classes: Sequence[str]) -> "Rows":
        """Return the rows about any of `classes`; a collection that is kept as nothing is reached by rows about all data."""
        every = (duty for name in (*classes, ANY_DATA) for duty in law.about(name))
        return cls(law, tuple(dict.fromkeys(every)))

    @cached_property
    def counted(self) -> tuple[Duty, ...]:
        return tuple(
            duty for duty in self.found if duty.id in self.law.declared.on or (duty.kind in _ALWAYS and not duty.condition)
        )

    @cached_property
    def asked(self) -> tuple[Duty, ...]:
        """Rows about which a person must say whether their condition is met."""
        declared = self.law.declared
        answered = {DUTIES[name].minimise_profile for name in declared.on | declared.off if name in DUTIES}
        open_ones = sorted((duty for duty in self.found if duty.kind == Kind.STATUTORY_DUTY and duty.condition), key=_width)
        return tuple(duty for duty in open_ones if is_whole(duty.minimise_profile) and duty.minimise_profile not in answered)

    @property
    def periods(self) -> Iterator[Duty]:
        """Yield the rows of which an end bears on a ruling."""
        yield from self.counted
        yield from self.asked

    def ruling(self, days: Mapping[str, date], blanking: Blanking) -> Ruling:
        """Return what becomes of a record with these days (by the duties' names of events and shifts)."""
        try:
            kept = self._running(days)
        except FactMissing:
            return Ruling(Deed.ASK, "undated")
        if question := next((duty for duty in self.asked if self._may_run(duty, days)), None):
            return Ruling(Deed.ASK, f"condition:{question.id}")
        if not kept:
            return NOTHING_KEEPS
        last, until = max(kept, key=lambda one: one[1])
        reason = _SUPPRESSION if last.minimise_profile == _SUPPRESSION else f"duty:{last.id}"
        return Ruling(Deed.KEEP, reason, None if until == _FOREVER else until, blanking(duty for duty, _ in kept))

    def _running(self, days: Mapping[str, date]) -> list[tuple[Duty, date]]:
        """Return what still keeps, with its last day: no ceiling cuts what a statute orders, and it ends all else.

        Raises:
            FactMissing: a day that an end depends on is not known. A ceiling without one cuts nothing.
        """
        ends = [(duty, ends_on(duty, days) or _FOREVER) for duty in self.counted if duty.kind != Kind.CEILING and _keeps(duty)]
        ceiling = min((_end_or_never(duty, days) for duty in self.counted if duty.kind == Kind.CEILING), default=_FOREVER)
        cut = [(duty, end if duty.kind == Kind.STATUTORY_DUTY else min(end, ceiling)) for duty, end in ends]
        return [(duty, end) for duty, end in cut if end >= self.law.on]

    def _may_run(self, duty: Duty, days: Mapping[str, date]) -> bool:
        return _end_or_never(duty, days) >= self.law.on


def _width(duty: Duty) -> bool:
    """Sort what a country writes before what a union of countries does."""
    return not regions().keys().isdisjoint(duty.countries)


def _keeps(duty: Duty) -> bool:
    """Tell whether a row's profile keeps anything at all."""
    return bool(profiles()[duty.minimise_profile].keep)


def _end_or_never(duty: Duty, days: Mapping[str, date]) -> date:
    try:
        return ends_on(duty, days) or _FOREVER
    except FactMissing:
        return _FOREVER


def blanking(collection: CollectionInfo, needed: Sequence[str]) -> Blanking:
    """Return what names the fields of `collection` that go while some duties run; each union of profiles is worked out once."""
    known: dict[frozenset[str], tuple[str, ...]] = {}

    def under(duties: Iterable[Duty]) -> tuple[str, ...]:
        names = frozenset(duty.minimise_profile for duty in duties)
        if names not in known:
            known[names] = blanked(collection, names, needed)
        return known[names]

    return under
