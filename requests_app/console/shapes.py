"""How a collection's records are shown: titles from the system's description, values as words."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from requests_app.brands.policies import Policy, governing, policies
from requests_app.collection.models import Part
from requests_app.console.searched import title
from requests_app.sources.services import described

_WIDEST_TABLE: Final = 8  # columns; more of them are shown record by record, so that nothing scrolls sideways
_LONGEST_VALUE: Final = 500  # characters


@dataclass(frozen=True, slots=True)
class Shape:
    """A collection's titles, in the order of its fields."""

    system: str
    title: str
    fields: tuple[tuple[str, str], ...]
    files: frozenset[str]
    collected: str = ""
    policies: tuple[Policy, ...] = ()

    @property
    def wide(self) -> bool:
        return len(self.labels) > _WIDEST_TABLE

    @property
    def labels(self) -> tuple[str, ...]:
        return (*(label for _name, label in self.fields), *(label for label, _said in self._governed({})))

    def cells(self, records: Sequence[Mapping[str, Any]]) -> list[list[tuple[str, str]]]:
        """Return title and value of each field, record by record."""
        return [
            [*((label, self._said(name, record.get(name))) for name, label in self.fields), *self._governed(record)]
            for record in records
        ]

    def _governed(self, record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Tell which text of the shop's policy governs a record, where both are known."""
        if self.collected and self.policies:
            policy = governing(self.policies, record.get(self.collected))
            yield _("Privacy policy that governs it"), policy.version if policy else "–"

    def _said(self, name: str, value: Any) -> str:
        if value is None:
            return "–"
        return _("a file: {name}").format(name=str(value)[:_LONGEST_VALUE]) if name in self.files else said(value)


def said(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def of(part: Part, records: Sequence[Mapping[str, Any]], language: str) -> Shape:
    """Return the shape of a part; where it is no longer described, the names in `records` stand for titles."""
    source, info = part.pull.source, described(part.pull.source).get(part.collection)
    if info is None:
        names = records[0] if records else ()
        return Shape(title(source), part.collection, tuple((name, name) for name in names), frozenset())
    fields = tuple((field.name, _in(field.title, language)) for field in info.fields)
    return Shape(
        title(source),
        _in(info.title, language),
        fields,
        frozenset(field.name for field in info.fields if field.is_file),
        info.collected,
        policies(source.brand),
    )


def listed(parts: Sequence[Part], files: Mapping[tuple[Any, str], int], language: str) -> list[dict[str, Any]]:
    """Return the systems with their collections, for the table of contents."""
    systems: dict[int, dict[str, Any]] = {}
    for part in parts:
        source = part.pull.source
        entry = systems.setdefault(source.pk, {"title": title(source), "records": part.pull.records, "collections": []})
        info = described(source).get(part.collection)
        entry["collections"].append({
            "title": _in(info.title, language) if info else part.collection,
            "part": part.pk, "records": part.records, "files": files.get((part.pull_id, part.collection), 0),
        })  # fmt: skip
    return list(systems.values())


def _in(words: Mapping[str, str], language: str) -> str:
    return words.get(language) or words["en"]
