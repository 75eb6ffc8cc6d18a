"""What a choice of laws says: which apply and why, which do not and why not, and the rights that they grant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from requests_app.jurisdictions.base import Regime
from requests_app.jurisdictions.names import of_law
from requests_app.jurisdictions.shelf import REGIMES
from requests_app.jurisdictions.tables import Person
from requests_app.jurisdictions.vocabulary import Right


class Why(StrEnum):
    """Why a law applies: by where the person lives, where the shop is, or both.

    `nothing_at_residence`: no law covers the person, so the shop's own is kept towards them as well.
    """

    RESIDENCE = "residence"
    ESTABLISHMENT = "establishment"
    BOTH = "both"
    NOTHING_AT_RESIDENCE = "nothing_at_residence"


class WhyNot(StrEnum):
    """Why a law of the place does not apply."""

    LOW_CONFIDENCE = "low_confidence"
    NOT_IN_FORCE = "not_in_force"
    NOT_FOR_THIS_PERSON = "not_for_this_person"
    RESIDENTS_ONLY = "residents_only"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A law that applies. `overlay_of`: it adds to that one. `low_confidence`: somebody switched it on, and must see so."""

    regime: str
    why: Why
    overlay_of: str | None
    low_confidence: bool
    applies_if: str | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A law of the place that does not apply; `since`: the day from which it will, `because`: the law's own bound."""

    regime: str
    why_not: WhyNot
    since: date | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Granted:
    """A right under one law: the provision, the law's own name for the right, and since when it holds."""

    regime: str
    citation: str
    name: str | None
    since: date | None


@dataclass(frozen=True, slots=True)
class Choice:
    """The laws of one request. `region_wanted`: the residence is a country some of whose regions have laws of their own."""

    residence: str | None
    establishment: str
    kind: Person
    today: date
    laws: tuple[Chosen, ...]
    left_out: tuple[LeftOut, ...]
    region_wanted: bool

    @property
    def names(self) -> tuple[str, ...]:
        """The laws' names, those of their own first, each followed by what adds to it."""
        return tuple(law.regime for law in self.laws)

    def regimes(self) -> tuple[Regime, ...]:
        return tuple(REGIMES[name] for name in self.names)

    def rights(self) -> Mapping[Right, tuple[Granted, ...]]:
        """Return every right that one of the laws grants today, with each law that does."""
        return granted(self.regimes(), self.today)

    def granting(self, name: str) -> tuple[Granted, ...]:
        """Return who grants the product's right `name` today; nobody: a brand may still carry it out of its own will.

        Raises:
            ValueError: the laws know no such right.
        """
        rights = self.rights()
        return tuple(by for right in of_law(name) for by in rights.get(right, ()))


def granted(regimes: tuple[Regime, ...], today: date) -> Mapping[Right, tuple[Granted, ...]]:
    """Return every right that one of `regimes` grants on `today`, with each law that does, its provision, and since when."""
    found: dict[Right, tuple[Granted, ...]] = {}
    for regime in regimes:
        for right, grant in regime.granted(today).items():
            by = Granted(regime.id, regime.cites(right), grant.name, grant.since or regime.in_force_from)
            found[right] = (*found.get(right, ()), by)
    return MappingProxyType({right: found[right] for right in Right if right in found})
