"""Where the laws' files stand: which there are, which place each is for, and each of them once it is asked for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final

import yaml

from requests_app import schema
from requests_app.jurisdictions.base import BadRegime, Regime, read
from requests_app.provenance import Place
from requests_app.schema import Least

FOLDER: Final = Path(__file__).parent
_HEAD_ENDS: Final = b"\nstatus:"  # id, kind, parent, name and territory stand before it


@dataclass(frozen=True, slots=True)
class Head:
    """What the first lines of a file say: for whom it is. The rest is read when the law is needed."""

    territory: Annotated[tuple[Place, ...], Least(1)]


class Regimes(Mapping[str, Regime]):
    """The laws by name. A file is read once, when its law is first asked for.

    Asking for a law raises `BadRegime` where its file is wrong, and `KeyError` where there is none.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[str, Regime] = {}

    @cached_property
    def _files(self) -> Mapping[str, Path]:
        return {path.stem: path for path in sorted(self.folder.glob("*.yaml"))}

    @cached_property
    def _territories(self) -> Mapping[str, tuple[str, ...]]:
        return {name: territory(path) for name, path in self._files.items()}

    def __getitem__(self, name: str) -> Regime:
        if name not in self._read:
            self._read[name] = read(self._files[name])
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def at(self, place: str) -> tuple[Regime, ...]:
        """Return the laws whose territory holds `place`, a country or a region; a region lies in its country, not the other way."""
        here = {place, place.partition("-")[0]}
        return tuple(self[name] for name, places in self._territories.items() if here.intersection(places))

    def has_regions(self, country: str) -> bool:
        """Tell whether some law is for a part of `country` only."""
        return any(place.startswith(f"{country}-") for places in self._territories.values() for place in places)


def territory(path: Path) -> tuple[str, ...]:
    """Return the places of the law in `path`, from the lines before `status`.

    Raises:
        BadRegime: they do not stand there.
    """
    try:
        data: Any = yaml.load((b"\n" + path.read_bytes()).partition(_HEAD_ENDS)[0], yaml.CSafeLoader)  # a safe loader
        head: Head = schema.built(Head, {"territory": data["territory"]}, path.name)
    except schema.BadFile as fault:
        raise BadRegime(fault.mistakes) from None
    except (yaml.YAMLError, TypeError, KeyError) as fault:
        raise BadRegime((f"{path.name}: territory must stand before status",)) from fault
    return head.territory


REGIMES: Final = Regimes(FOLDER)
