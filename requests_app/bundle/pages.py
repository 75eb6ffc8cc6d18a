"""index.html as a stream: a cover, then a section a topic; of a collection at most the first rows, the rest by name of its file."""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from requests_app.brands.policies import governing
from requests_app.bundle.cells import Cell, files_said, is_date, is_empty, is_number, parsed, records_said, shown
from requests_app.bundle.material import CollectionPart, Material, SystemPart, SystemState, opened
from requests_app.bundle.rows import written
from requests_app.connectors.base import CollectionInfo, FieldInfo
from requests_app.connectors.portable import Why, why_not
from requests_app.sources import words
from requests_app.vault.rows import Kind

ROWS_SHOWN: Final = 1000
ROWS_AT_ONCE: Final = 50
WIDEST_TABLE: Final = 7
OPEN_UP_TO: Final = 12
LONG_TEXT: Final = 80
POLICY: Final = "§policy"  # a column of ours: no field of a system is called so


@dataclass(frozen=True)
class Page:
    """One page in the making: every piece is rendered by itself, in the customer's language and time zone."""

    material: Material

    def render(self, template: str, **context: object) -> bytes:
        brand = self.material.brand
        with translation.override(self.material.language), timezone.override(ZoneInfo(brand.time_zone)):
            return render_to_string(f"bundle/{template}", {"material": self.material, "brand": brand, **context}).encode()

    def top(self, name: str, **context: object) -> bytes:
        return self.render(name, style=self.style, policy=self.policy, **context)

    @cached_property
    def style(self) -> SafeString:
        """The stylesheet: ours, then the brand's custom properties. Neither may leave its element."""
        own = render_to_string("bundle/style.css")
        if re.search("[<@]import|<|url\\(|expression", self.material.brand.look):
            raise ValueError("a brand's look holds more than colours and fonts")
        return mark_safe(f"{own}\n{self.material.brand.look}")  # noqa: S308 - both are our own text

    @cached_property
    def policy(self) -> str:
        digest = b64encode(sha256(self.style.encode()).digest()).decode()
        return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"

    def said(self, what: Mapping[str, str]) -> str:
        return words.said(what, self.material.language)


@dataclass(frozen=True, slots=True)
class Entry:
    """A collection that holds something, and the system it lies in."""

    system: SystemPart
    part: CollectionPart


def index(material: Material) -> Iterator[bytes]:
    """Yield index.html piece by piece; memory does not grow with the number of records."""
    page = Page(material)
    topics = by_topic(material)
    yield page.top(
        "index.html",
        systems=list(_searched(page)),
        topics=list(_contents(page, topics)),
        missing=list(_missing(page)),
        person=_person(page),
        left_out=list(_left_out(page)),
        withheld=list(_withheld(page)),
    )
    if material.has_values:
        yield from _sections(page, topics)
    yield page.render("end.html", is_index=True)


def _sections(page: Page, topics: Mapping[str, list[Entry]]) -> Iterator[bytes]:
    for number, (name, entries) in enumerate(topics.items(), 1):
        yield page.render("topic.html", anchor=f"topic-{number}", title=_topic(page, name))
        for entry in entries:
            yield from collection(page, entry)
        yield b"</section>\n"


def left_out(material: Material) -> Iterator[tuple[SystemPart, CollectionInfo]]:
    """Yield the collections of which something stays out of the copy, because it may not be taken elsewhere."""
    for system in material.systems:
        if system.state is not SystemState.FAILED:
            yield from ((system, info) for info in system.inventory.collections if info.left_out)


def _left_out(page: Page) -> Iterator[dict[str, object]]:
    """Yield each reason for which something stays out, with what: whole collections by title, single fields by theirs."""
    found: dict[Why, list[str]] = {}
    for _system, info in left_out(page.material):
        by_reason: dict[Why, list[str]] = {}
        for field in info.left_out:
            by_reason.setdefault(why_not(field, info) or Why.UNSTATED, []).append(page.said(field.title))
        for why, titles in by_reason.items():
            whole = not info.fields and len(by_reason) == 1
            told = page.said(info.title) if whole else f"{page.said(info.title)} ({', '.join(titles)})"
            found.setdefault(why, []).append(told)
    for why, what in found.items():
        with translation.override(page.material.language):
            yield {"why": words.why_left_out(why), "what": what}


def _withheld(page: Page) -> Iterator[dict[str, object]]:
    """Yield what officers withheld: where, what, why, and by which provision."""
    for system in page.material.systems:
        for part in system.collections:
            yield from ({"title": page.said(part.info.title), "one": one} for one in part.withheld)


def by_topic(material: Material) -> dict[str, list[Entry]]:
    """Group the collections that hold something by topic, in the order of the descriptions."""
    topics: dict[str, list[Entry]] = {}
    for system in material.systems:
        for part in system.collections:
            if part.records:
                topics.setdefault(part.info.topic, []).append(Entry(system, part))
    return topics


def _topic(page: Page, name: str) -> str:
    with translation.override(page.material.language):
        return words.topic(name)


def _person(page: Page) -> list[tuple[str, str]]:
    with translation.override(page.material.language):
        return [(str(words.CLAIMS.get(kind) or words.spelled(kind)), value) for kind, value in page.material.person if value]


def _contents(page: Page, topics: Mapping[str, list[Entry]]) -> Iterator[dict[str, object]]:
    for number, (name, entries) in enumerate(topics.items(), 1):
        collections = [page.said(entry.part.info.title) for entry in entries]
        with translation.override(page.material.language):
            count = records_said(sum(entry.part.records for entry in entries)) if page.material.has_values else ""
        yield {"anchor": f"topic-{number}", "title": _topic(page, name), "collections": collections, "count": count}


def _searched(page: Page) -> Iterator[dict[str, object]]:
    for system in page.material.systems:
        with translation.override(page.material.language):
            yield {
                "title": page.said(system.inventory.title),
                "failed": system.state is SystemState.FAILED,
                "records": records_said(system.records) if system.records else "",
                "files": files_said(system.files) if system.files else "",
                "answered_at": system.answered_at,
                "by_person": system.by_person,
            }


def _missing(page: Page) -> Iterator[dict[str, object]]:
    for system in page.material.missing:
        with translation.override(page.material.language):
            yield {"title": page.said(system.inventory.title), "why": words.fault(system.fault), "reason": system.reason}


@dataclass(frozen=True, slots=True)
class Shape:
    """How a collection is shown: the fields in which anything stands, those that are amounts, those in which nothing stands.

    Record numbers, which mean something to the system only, come last. `files` says which file belongs in a cell, by
    number of the record and name of the field.
    """

    fields: tuple[FieldInfo, ...]
    numbers: frozenset[str]
    empty: tuple[FieldInfo, ...]
    files: Mapping[tuple[int, str], int]

    def layout(self, records: int) -> str:
        if records == 1:
            return "sheet"
        return "table" if len(self.fields) <= WIDEST_TABLE else "cards"


def collection(page: Page, entry: Entry) -> Iterator[bytes]:
    """Yield the section of one collection: heading, its first rows, and where the rest is."""
    part, shape = entry.part, _shape(page, entry.part)
    layout = shape.layout(part.records)
    context = {"title": page.said(part.info.title), "system": page.said(entry.system.inventory.title), "layout": layout}
    yield page.render("collection.html", **context, **_head(page, entry, shape))
    for first, rows in _groups(part):
        yield "".join(written(layout, _cells(page, entry, shape, first, rows))).encode()
    yield page.render("collection_end.html", layout=layout, **_foot(page, entry, shape))


def _head(page: Page, entry: Entry, shape: Shape) -> dict[str, object]:
    with translation.override(page.material.language):
        count = records_said(entry.part.records)
    columns = [(page.said(field.title), field.name in shape.numbers) for field in shape.fields]
    return {"count": count, "columns": columns, "is_open": entry.part.records <= OPEN_UP_TO}


def _foot(page: Page, entry: Entry, shape: Shape) -> dict[str, object]:
    part, material = entry.part, page.material
    with translation.override(material.language):
        total = records_said(part.records)
        files = files_said(len(part.files)) if part.files else ""
    return {
        "cut": total if part.records > ROWS_SHOWN else "",
        "files": files,
        "csv": material.path("data", entry.system, part, ".csv") if part.csv else "",
        "json": material.path("data", entry.system, part, ".json") if part.json else "",
        "empty": [page.said(field.title) for field in shape.empty],
        "withheld": [page.said(field.title) for field in part.info.withheld],
    }


def _records(part: CollectionPart) -> Iterator[dict[str, Any]]:
    if part.json:
        with opened(part.json, Kind.JSON, part.records) as reader:
            yield from (parsed(part.redactor.json(one) if part.redactor else one) for one in reader.records(0, ROWS_SHOWN))


def _groups(part: CollectionPart) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    records, first = _records(part), 0
    while rows := list(islice(records, ROWS_AT_ONCE)):
        yield first, rows
        first += len(rows)


def _shape(page: Page, part: CollectionPart) -> Shape:
    """Look through the rows to be shown once, so that columns without anything in them do not take their room."""
    used = {file.field for file in part.files}
    words_seen: set[str] = set()
    for record in _records(part):
        filled = {name for name, value in record.items() if not is_empty(value)}
        used |= filled
        words_seen |= {name for name in filled if not is_number(record[name])}
    numbers = {
        field.name for field in part.info.fields if field.name in used - words_seen and not _is_id(field) and not field.is_file
    }
    fields = tuple(sorted((field for field in part.info.fields if field.name in used), key=_is_id)) + _governed(page, part)
    empty = tuple(field for field in part.info.fields if field.name not in used)
    files = {(file.record, file.field): at for at, file in enumerate(part.files) if file.record < ROWS_SHOWN}
    return Shape(fields, frozenset(numbers), empty, files)


def _governed(page: Page, part: CollectionPart) -> tuple[FieldInfo, ...]:
    """Return a column for the policy that governs each record, where the shop has told its policies and the records their day."""
    if not (page.material.brand.policies and part.info.collected):
        return ()
    with translation.override(page.material.language):
        return (FieldInfo(POLICY, {"en": _("Privacy policy that governs it")}, (), ""),)


def _value(page: Page, part: CollectionPart, field: FieldInfo, record: Mapping[str, Any]) -> Any:
    if field.name != POLICY:
        return record.get(field.name)
    policy = governing(page.material.brand.policies, record.get(part.info.collected))
    return policy.version if policy else None


def _is_id(field: FieldInfo) -> bool:
    return field.data_type == "integer" and any(category.startswith("user.unique_id") for category in field.categories)


def _cells(page: Page, entry: Entry, shape: Shape, first: int, rows: list[dict[str, Any]]) -> list[list[Cell]]:
    fields = [(field, page.said(field.title)) for field in shape.fields]
    with translation.override(page.material.language), timezone.override(ZoneInfo(page.material.brand.time_zone)):
        return [
            [_cell(page, entry, shape, (first + at, *field), _value(page, entry.part, field[0], row)) for field in fields]
            for at, row in enumerate(_once(row, fields[0][0]) if entry.part.redactor else row for row in rows)
        ]


def _once(row: dict[str, Any], first: FieldInfo) -> dict[str, Any]:
    """Of a record that is withheld whole, say so once."""
    return {first.name: row[first.name]} if len(row) > 1 and len(set(map(str, row.values()))) == 1 else row


def _cell(page: Page, entry: Entry, shape: Shape, place: tuple[int, FieldInfo, str], value: object) -> Cell:
    number, field, title = place
    file = shape.files.get((number, field.name))
    if file is None:
        text = shown(value, field)
        return Cell(title, text, _look(field, value, text, shape))
    kind = words.file_type(entry.part.files[file].media_type)
    return Cell(title, kind, href=page.material.file_path(entry.system, entry.part, file))


def _look(field: FieldInfo, value: object, text: str, shape: Shape) -> str:
    if field.name in shape.numbers:
        return "number"
    if is_date(value):
        return "date"
    if _is_id(field):
        return "id"
    return "long" if len(text) > LONG_TEXT else ""
