"""What an inventory leaves unsaid: fields without a category, collections without a purpose or a term of keeping."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from requests_app.connectors import CONNECTORS
from requests_app.connectors.base import Config, Inventory, SourceFault, Written
from requests_app.connectors.people import PEOPLE_ENTRY
from requests_app.sources.models import PEOPLE, Source
from requests_app.sources.services import inventory


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a description says what the law asks about it; the names are those of the file."""

    fields: int
    without_category: tuple[str, ...]
    without_purpose: tuple[str, ...]
    without_retention: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        return not (self.without_category or self.without_purpose or self.without_retention)

    @property
    def percent(self) -> int:
        """How many fields in a hundred have category, purpose and retention; a field lacks what its collection lacks."""
        lacking = set(self.without_category) | set(self.without_purpose) | set(self.without_retention)
        return 100 if not self.fields else (self.fields - len(lacking)) * 100 // self.fields


def told_of(name: str, kind: str, text: str) -> dict[str, Any]:
    """Return what a dataset's text says and leaves unsaid, to be kept beside it; empty where it cannot be used."""
    entry = PEOPLE_ENTRY if kind == PEOPLE else CONNECTORS.get(kind)
    try:
        return asdict(_of(entry.inventory(Config(name, "", Written(name, text.encode()))))) if entry else {}
    except SourceFault:
        return {}


def kept(told: Mapping[str, Any]) -> Coverage | None:
    """Return what `told_of` kept."""
    if not told:
        return None
    return Coverage(told["fields"], *(tuple(told[name]) for name in ("without_category", "without_purpose", "without_retention")))


def coverage(source: Source) -> Coverage | None:
    """Return what the description of `source` says and leaves unsaid; None where it cannot be used."""
    try:
        return _of(inventory(source))
    except SourceFault:
        return None


def _of(known: Inventory) -> Coverage:
    every = [(info, one, f"{info.name}.{one.name}") for info in known.collections for one in info.described]
    return Coverage(
        len(every),
        tuple(name for _info, one, name in every if not one.categories),
        tuple(name for info, one, name in every if not (one.purposes or info.purposes)),
        tuple(name for info, _one, name in every if not info.retention_class),
    )
