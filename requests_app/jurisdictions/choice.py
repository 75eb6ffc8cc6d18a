"""Which laws a request is answered under, and why."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Final

from requests_app.jurisdictions.base import Regime
from requests_app.jurisdictions.outcome import Choice, Chosen, Granted, LeftOut, Why, WhyNot, granted
from requests_app.jurisdictions.shelf import REGIMES
from requests_app.jurisdictions.tables import Person, places, scope
from requests_app.provenance import Confidence

__all__ = ["Choice", "Chosen", "Granted", "ImpossiblePlace", "LeftOut", "Why", "WhyNot", "choose", "granted"]

_NONE: Final[frozenset[str]] = frozenset()


class ImpossiblePlace(Exception):
    """There is no such country, or no such region in it."""


def choose(
    residence: str | None,
    establishment: str,
    kind: Person | str,
    today: date,
    *,
    switched_on: AbstractSet[str] = _NONE,
) -> Choice:
    """Return the laws for a person who lives at `residence` (None: unknown) and asks a shop established at `establishment`.

    Laws of low confidence apply only where `switched_on` names them; a law in force later is told with its day.

    Raises:
        ImpossiblePlace: a place is none.
        ValueError: `kind` is none of `Person`.
    """
    for place in (residence, establishment):
        if place is not None:
            _must_exist(place)
    asked = _Asked(residence, establishment, Person(kind), today, switched_on)
    laws, left_out = asked.sorted_out()
    country = residence is not None and "-" not in residence and REGIMES.has_regions(residence)
    return Choice(residence, establishment, Person(kind), today, laws, left_out, country)


def _must_exist(place: str) -> None:
    country, dash, region = place.partition("-")
    if country not in places():
        raise ImpossiblePlace(place)
    regions = places()[country]
    if dash and not (region in regions if regions else 1 <= len(region) <= 3 and region.isalnum() and region.upper() == region):  # noqa: PLR2004  # ISO 3166-2
        raise ImpossiblePlace(place)


@dataclass(frozen=True, slots=True)
class _Asked:
    residence: str | None
    establishment: str
    kind: Person
    today: date
    switched_on: AbstractSet[str]

    def sorted_out(self) -> tuple[tuple[Chosen, ...], tuple[LeftOut, ...]]:
        """Return what applies and what of the places' laws does not; the shop's own law where nothing else is left."""
        reasons = self._reasons()
        out = {regime.id: out for regime, why in reasons.items() if (out := self._out(regime, why))}
        if not any(regime.id not in out for regime in reasons):
            fallen_back = {regime: Why.NOTHING_AT_RESIDENCE for regime in self._own() if not self._never(regime)}
            reasons, out = (
                reasons | fallen_back,
                {name: one for name, one in out.items() if name not in {r.id for r in fallen_back}},
            )
        laws = tuple(self._chosen(regime, why) for regime, why in _in_order(reasons) if regime.id not in out)
        alone = {law.regime for law in laws if law.overlay_of is None}
        return tuple(law for law in laws if (law.overlay_of or law.regime) in alone), tuple(out.values())

    def _own(self) -> tuple[Regime, ...]:
        return REGIMES.at(self.establishment)

    def _reasons(self) -> dict[Regime, Why]:
        there = REGIMES.at(self.residence) if self.residence else ()
        return {
            regime: Why.BOTH
            if regime in there and regime in self._own()
            else Why.RESIDENCE
            if regime in there
            else Why.ESTABLISHMENT
            for regime in dict.fromkeys((*there, *self._own()))
        }

    def _out(self, regime: Regime, why: Why) -> LeftOut | None:
        if never := self._never(regime):
            return never
        bound = next((one for one in scope() if one.residents_only and regime.id in one.regimes), None)
        if bound and why == Why.ESTABLISHMENT:
            return LeftOut(regime.id, WhyNot.RESIDENTS_ONLY, because=bound.because)
        return None

    def _never(self, regime: Regime) -> LeftOut | None:
        """Return why `regime` applies to nobody today, or not to this kind of person."""
        if not regime.in_force(self.today):
            return LeftOut(regime.id, WhyNot.NOT_IN_FORCE, since=regime.in_force_from)
        if bound := next((one for one in scope() if self.kind in one.leaves_out and regime.id in one.regimes), None):
            return LeftOut(regime.id, WhyNot.NOT_FOR_THIS_PERSON, because=bound.because)
        if regime.confidence == Confidence.LOW and regime.id not in self.switched_on:
            return LeftOut(regime.id, WhyNot.LOW_CONFIDENCE)
        return None

    def _chosen(self, regime: Regime, why: Why) -> Chosen:
        return Chosen(regime.id, why, regime.parent, regime.confidence == Confidence.LOW, regime.applies_if)


def _in_order(reasons: Mapping[Regime, Why]) -> Iterator[tuple[Regime, Why]]:
    """Yield the laws of their own, each followed by what adds to it."""
    yield from sorted(reasons.items(), key=lambda pair: (pair[0].parent or pair[0].id, pair[0].is_overlay, pair[0].id))
