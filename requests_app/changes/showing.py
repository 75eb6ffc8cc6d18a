"""The fields of a request in words: which system, which record, which field, as the descriptions call them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from requests_app.changes.models import Entry
from requests_app.connectors.base import CollectionInfo, FieldInfo
from requests_app.sources.models import Source
from requests_app.sources.services import described


@dataclass(frozen=True, slots=True)
class Title:
    """How a field is called: `Orders and repairs`, `Your addresses 2`, `Street`."""

    system: str
    record: str
    field: str

    @property
    def whole(self) -> str:
        return ", ".join(part for part in (self.system, self.record, self.field) if part)


class Known:
    """What the descriptions of some systems say; nothing where one cannot be read any more."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._known: Mapping[int, Mapping[str, CollectionInfo]] = {source.pk: described(source) for source in sources}

    def field(self, entry: Entry) -> FieldInfo | None:
        info = self.collection(entry)
        return next((one for one in info.fields if one.name == entry.field), None) if info else None

    def collection(self, entry: Entry) -> CollectionInfo | None:
        return self._known.get(entry.source_id, {}).get(entry.collection)

    def categories(self, entry: Entry) -> tuple[str, ...]:
        found = self.field(entry)
        return tuple(sorted(found.categories)) if found else ()

    def title(self, entry: Entry, language: str, *, counts: bool = True) -> Title:
        """Return the words for a field; the number of its record where there is more than one."""
        info, found = self.collection(entry), self.field(entry)
        record = _said(info.title, language) if info else entry.collection
        number = f" {entry.number}" if counts and entry.number else ""
        return Title(entry.source.title_in(language), record + number, _said(found.title, language) if found else entry.field)


def _said(words: Mapping[str, str], language: str) -> str:
    return words.get(language) or words["en"]
