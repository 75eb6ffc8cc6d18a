"""What is withheld, taken out of a record's two text forms. Pure: rulings go in, bytes come out, all others stay as they were.

What cannot be placed any more is withheld with the whole field around it: a mistake withholds too much, never too little.
"""

import hmac
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Final

from requests_app.review.detectors import Kind, Known, Span, detect
from requests_app.vault.rows import BLANKS, GUARDED

_BLANK: Final = re.compile(r"[ \t\n\r]*")
_CELL: Final = re.compile(r'"(?:[^"]|"")*"|[^,]*')
_DECODER: Final = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Rule:
    """One ruling on one record. `span` is a passage of the field; without a field the whole record is meant.

    `seen` is the digest of the field as it was; a passage of what has changed is not looked for.
    """

    marker: str
    field: str = ""
    span: Span | None = None
    seen: bytes = b""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Every passage of a kind in a field, but for `kept`: the digest of a record and a place in it."""

    kind: Kind
    marker: str
    kept: frozenset[tuple[bytes, Span]] = frozenset()


@dataclass(frozen=True, slots=True)
class Edit:
    """What becomes of a value: as a whole it is `marker`, or passages of it are, each with its own."""

    marker: str = ""
    spans: tuple[tuple[Span, str], ...] = ()

    def of(self, text: str) -> str:
        """Return `text` without what is withheld."""
        if self.marker:
            return self.marker
        pieces, at = [], 0
        for (start, end), marker in self.spans:
            pieces += [text[at:start], f"[{marker}]"]
            at = end
        return "".join([*pieces, text[at:]])


@dataclass(frozen=True, slots=True)
class Member:
    """One field of a record as it stands in its JSON: where its value begins and ends, and what it is."""

    name: str
    start: int
    end: int
    value: object


def members(record: str) -> Iterator[Member]:
    """Yield the fields of a JSON object, each with its place in the text."""
    at = record.index("{") + 1
    while record[at := _BLANK.match(record, at).end()] == '"':  # type: ignore[union-attr]
        name, at = scanstring(record, at + 1)
        start = _BLANK.match(record, record.index(":", at) + 1).end()  # type: ignore[union-attr]
        value, end = _DECODER.raw_decode(record, start)
        yield Member(name, start, end, value)
        at = _BLANK.match(record, end).end()  # type: ignore[union-attr]
        if record[at] != ",":
            return
        at += 1


@dataclass(frozen=True)
class Digests:
    """Digests that nobody can guess back who has not the request's own key."""

    key: bytes = field(repr=False)

    def of(self, text: str) -> bytes:
        return hmac.new(self.key, text.encode(), sha256).digest()

    def of_record(self, text: str, fields: Sequence[Member], keys: Sequence[str]) -> bytes:
        """Return by what a record is known again: its key, or where it has none, all that stands in it."""
        values = [text[one.start : one.end] for one in fields if one.name in keys]
        return self.of(json.dumps(values) if values and len(values) == len(keys) else text)


@dataclass(frozen=True)
class Redactor:
    """What is withheld of one collection: `names` in the order of the CSV, `keys` the fields by which a record is known."""

    names: tuple[str, ...]
    keys: tuple[str, ...]
    digests: Digests
    rules: Mapping[bytes, tuple[Rule, ...]]
    columns: Mapping[str, str]
    patterns: Mapping[str, tuple[Pattern, ...]]
    known: Known = field(default_factory=Known, repr=False)

    @property
    def fields(self) -> frozenset[str]:
        """The fields in which something may be withheld."""
        rules = [rule for those in self.rules.values() for rule in those]
        if not all(rule.field for rule in rules):
            return frozenset(self.names)
        return frozenset({*(rule.field for rule in rules), *self.columns, *self.patterns})

    def edits(self, record: bytes) -> dict[str, Edit]:
        """Return what becomes of each field of a record from which something is withheld."""
        text = record.decode()
        fields = list(members(text))
        known_by = self.digests.of_record(text, fields, self.keys)
        rules = self.rules.get(known_by, ())
        whole = next((rule.marker for rule in rules if not rule.field), "")
        found = {one.name: Edit(whole) if whole else self._edit(one, text, known_by, rules) for one in fields}
        return {name: edit for name, edit in found.items() if edit}

    def _edit(self, one: Member, text: str, known_by: bytes, rules: Sequence[Rule]) -> Edit | None:
        if one.value is None and not any(rule.field == one.name for rule in rules):
            return None
        if marker := self.columns.get(one.name):
            return Edit(marker)
        here = [rule for rule in rules if rule.field == one.name]
        seen = self.digests.of(text[one.start : one.end]) if here else b""
        for rule in here:
            if rule.span is None or rule.seen != seen or not isinstance(one.value, str):
                return Edit(rule.marker)
        spans = [(rule.span, rule.marker) for rule in here if rule.span]
        for pattern in self.patterns.get(one.name, ()):
            told = one.value if isinstance(one.value, str) else text[one.start : one.end]
            matches = [span for span in detect(pattern.kind, told, self.known) if (known_by, span) not in pattern.kept]
            if matches and not isinstance(one.value, str):
                return Edit(pattern.marker)
            spans += [(span, pattern.marker) for span in matches]
        return Edit(spans=_joined(spans)) if spans else None

    def json(self, record: bytes) -> bytes:
        """Return a record in JSON without what is withheld."""
        edits = self.edits(record)
        if not edits:
            return record
        text, pieces, at = record.decode(), [], 0
        for one in members(text):
            if edit := edits.get(one.name):
                value = edit.of(one.value if isinstance(one.value, str) else "")
                pieces += [text[at : one.start], json.dumps(value, ensure_ascii=False)]
                at = one.end
        return "".join([*pieces, text[at:]]).encode()

    def csv(self, row: bytes, record: bytes) -> bytes:
        """Return the row of the same record without what is withheld. A cell that says something else than the JSON goes whole."""
        edits = self.edits(record)
        if not edits:
            return row
        values = {one.name: one.value for one in members(record.decode())}
        cells = _cells(row.decode())
        return ",".join(
            _cell(edits[name], cell, values.get(name)) if name in edits else cell
            for name, cell in zip(self.names, cells, strict=True)
        ).encode()


def _joined(spans: list[tuple[Span, str]]) -> tuple[tuple[Span, str], ...]:
    """Put passages in order; those that overlap become one, under the marker of the first."""
    joined: list[tuple[Span, str]] = []
    for (start, end), marker in sorted(spans):
        if joined and start < joined[-1][0][1]:
            (first, last), told = joined[-1]
            joined[-1] = (first, max(last, end)), told
        else:
            joined.append(((start, end), marker))
    return tuple(joined)


def _cells(row: str) -> list[str]:
    """Cut a row of RFC 4180 into its cells, as they stand there."""
    cells, at = [], 0
    while True:
        found = _CELL.match(row, at)
        cells.append(found[0])  # type: ignore[index]
        at = found.end() + 1  # type: ignore[union-attr]
        if at > len(row):
            return cells


def _cell(edit: Edit, cell: str, value: object) -> str:
    plain = cell[1:-1].replace('""', '"') if cell.startswith('"') else cell
    text = plain.removeprefix("'") if _is_guarded(plain) else plain
    said = edit.of(text) if edit.marker or text == value else edit.spans[0][1]
    guarded = f"'{said}" if said.lstrip(BLANKS)[:1] in GUARDED else said
    return '"' + guarded.replace('"', '""') + '"'


def _is_guarded(plain: str) -> bool:
    return plain.startswith("'")
