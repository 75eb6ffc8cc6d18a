"""Where the duties' files stand, and which duties hold for whom."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from requests_app import schema
from requests_app.duties.base import AttachesTo, Duty, Profile, Word
from requests_app.provenance import Confidence, Country

FOLDER: Final = Path(__file__).parent
KINDS: Final[Mapping[str, Any]] = {
    "profiles": Mapping[Word, Profile],
    "regions": Mapping[Country, tuple[Country, ...]],
    "words": Mapping[Word, Mapping[Word, str]],
}
_NONE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a sale lies: the seller's establishment, the customer's residence, and where the seller is registered for its taxes."""

    establishment: str
    residence: str | None = None
    registrations: tuple[str, ...] = ()

    def places(self, attaches_to: AttachesTo) -> tuple[str, ...]:
        """Return the places that decide whether a row of that kind holds; unregistered, a seller answers at its establishment."""
        return {
            AttachesTo.SELLER_ESTABLISHMENT: (self.establishment,),
            AttachesTo.REGISTRATION: self.registrations or (self.establishment,),
            AttachesTo.CONSUMER_RESIDENCE: (self.residence,) if self.residence else (),
        }[attaches_to]


class Duties(Mapping[str, Duty]):
    """The rows by name, read together when one is first asked for; a wrong file raises `BadFile`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def _rows(self) -> Mapping[str, Duty]:
        return {duty.id: duty for path in sorted(self.folder.glob("*.yaml")) for duty in rows(path)}

    def __getitem__(self, name: str) -> Duty:
        return self._rows[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def holding(
        self, situation: Situation, on: date, *, data_class: str | None = None, switched_on: AbstractSet[str] = _NONE
    ) -> tuple[Duty, ...]:
        """Return the rows that hold in `situation` on `on`, about `data_class` (None: any), in the order of the files.

        Rows of low confidence hold only where `switched_on` names them. A row's `condition` is for a person to judge.
        """
        return tuple(
            duty for duty in self.values()
            if duty.in_force(on) and (data_class is None or duty.concerns(data_class))
            and (duty.confidence != Confidence.LOW or duty.id in switched_on)
            and any(covers(duty, place) for place in situation.places(duty.attaches_to))
        )  # fmt: skip


def covers(duty: Duty, place: str) -> bool:
    """Tell whether `place`, a country or region, lies where `duty` holds."""
    country = place.partition("-")[0]
    wider = {name for name, members in regions().items() if country in members}
    return not {"*", place, country, *wider}.isdisjoint(duty.countries)


def rows(path: Path) -> tuple[Duty, ...]:
    """Return the rows of one file.

    Raises:
        BadFile: names each mistake.
    """
    found: tuple[Duty, ...] = schema.read(tuple[Duty, ...], path)
    return found


def table(name: str, folder: Path = FOLDER) -> Any:
    """Return one of the tables beside the rows.

    Raises:
        BadFile: names each mistake.
    """
    return schema.read(KINDS[name], folder / "tables" / f"{name}.yaml")


@cache
def profiles() -> Mapping[str, Profile]:
    """Return what of a record stays under each profile that a row may name."""
    found: Mapping[str, Profile] = table("profiles")
    return found


@cache
def regions() -> Mapping[str, tuple[str, ...]]:
    """Return the countries of each region that a row may name as a country."""
    found: Mapping[str, tuple[str, ...]] = table("regions")
    return found


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """Return what the words of the rows mean: kinds, places, ends, start events."""
    found: Mapping[str, Mapping[str, str]] = table("words")
    return found


DUTIES: Final = Duties(FOLDER)
