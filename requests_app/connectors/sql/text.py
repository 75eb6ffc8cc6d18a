"""The text forms of a record, where the engine does not write them itself.

JSON: one object a line. CSV: RFC 4180, text always quoted, NULL an empty cell, the empty text `""`. A text that a
spreadsheet could take for a formula gets one leading apostrophe, and so does one that begins with an apostrophe: who
reads the CSV back removes exactly one.
"""

import json
import math
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from json.encoder import encode_basestring as json_text
from mimetypes import guess_extension
from typing import Any, Final

from requests_app.connectors.base import Form

BATCH: Final = 256 * 1024  # bytes of text in one batch, about
BLANKS: Final = " \v\f\x85\xa0\u1680\u2000-\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
STARTS: Final = "=+@\t\r\n\0'\uff1d\uff0b\uff0d\uff20\uff07\ufe62\ufe63\ufe66\ufe6b\u2212-"
"""What makes a formula, or hides one, at the beginning of a cell; both stand inside the brackets of a regular expression."""

_LIVE: Final = re.compile(f"[{BLANKS}]*[{STARTS}]")

Cell = Callable[[Any], str]
Line = Callable[[Sequence[Any]], bytes]


class Family(StrEnum):
    """Kinds of column, as far as reading and comparing differ."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"
    MOMENT = "moment"
    BINARY = "binary"
    JSON = "json"
    UUID = "uuid"
    OTHER = "other"


def guarded(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return "'" + text if _LIVE.match(text) else text


def unguarded(text: str) -> str:
    """Undo `guarded`."""
    return text.removeprefix("'")


def file_name(field: str, media_type: str) -> str:
    """Return the name under which the content of a binary column travels; its cell holds the same."""
    return field + (guess_extension(media_type) or ".bin")


def line_of(names: Sequence[str], families: Sequence[Family], form: Form) -> Line:
    """Return what writes one record in a form."""
    return _json_line(names, families) if form is Form.JSON else _csv_line(families)


def written(rows: Iterable[Sequence[Any]], line: Line) -> Iterator[tuple[bytes, int]]:
    """Write rows as text of about `BATCH` bytes, each with its number of records."""
    lines: list[bytes] = []
    size = 0
    for row in rows:
        lines.append(line(row))
        size += len(lines[-1])
        if size >= BATCH:
            yield b"".join(lines), len(lines)
            lines, size = [], 0
    if lines:
        yield b"".join(lines), len(lines)


def _json_line(names: Sequence[str], families: Sequence[Family]) -> Line:
    keys = [json_text(name) + ":" for name in names]
    cells = [_JSON.get(family, _JSON_VALUE) for family in families]

    def line(row: Sequence[Any]) -> bytes:
        parts = (key + ("null" if value is None else cell(value)) for key, cell, value in zip(keys, cells, row, strict=True))
        return ("{" + ",".join(parts) + "}\n").encode()

    return line


def _csv_line(families: Sequence[Family]) -> Line:
    cells = [_CSV.get(family, _CSV_VALUE) for family in families]

    def line(row: Sequence[Any]) -> bytes:
        return (",".join("" if value is None else cell(value) for cell, value in zip(cells, row, strict=True)) + "\n").encode()

    return line


def _plain(value: Any) -> str:
    """Text of a value that has no form of its own: bytes in base64."""
    return b64encode(value).decode("ascii") if isinstance(value, bytes) else str(value)


def _number(value: Any) -> str | None:
    """The number as the source writes it; None for what JSON has no number for."""
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else None
    text = str(value)
    return text if not isinstance(value, bytes) and _NUMBER.fullmatch(text) else None


def _any_number(value: Any) -> str | None:
    return None if isinstance(value, str) else _number(value)


def _truth(value: Any) -> str | None:
    return _TRUTHS.get(str(value)) or _number(value)


def _moment(value: Any) -> str | None:
    """ISO 8601 of what reads as a date, a time or both."""
    return value.replace(" ", "T", 1) if isinstance(value, str) and _MOMENT.fullmatch(value) else None


def document(value: Any) -> str | None:
    """A JSON column's own text on one line: between its values, line feeds mean nothing. None where it is no JSON."""
    text = _plain(value)
    try:
        json.loads(text, parse_constant=_refuse)
    except ValueError:
        return None
    return text.translate(_ONE_LINE)


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def _json(bare: Callable[[Any], str | None]) -> Cell:
    return lambda value: bare(value) or json_text(_plain(value))


def _csv(bare: Callable[[Any], str | None]) -> Cell:
    return lambda value: bare(value) or _quoted(guarded(_plain(value)))


def _json_moment(value: Any) -> str:
    return json_text(_moment(value) or _plain(value))


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


_ONE_LINE: Final = str.maketrans("\n\r\t", "   ")
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9:.]+)?(Z|[+-][0-9:]+)?|-?[0-9]{2,3}:[0-9]{2}(:[0-9.]+)?")
_TRUTHS: Final = {"0": "false", "1": "true", "False": "false", "True": "true"}
_JSON: Final[dict[Family, Cell]] = {
    Family.NUMBER: _json(_number),
    Family.BOOLEAN: _json(_truth),
    Family.MOMENT: _json_moment,
    Family.JSON: _json(document),
}
_CSV: Final[dict[Family, Cell]] = {
    Family.NUMBER: _csv(_number),
    Family.BOOLEAN: _csv(_truth),
    Family.MOMENT: _csv(_moment),
    Family.JSON: lambda value: _quoted(guarded(document(value) or _plain(value))),
}
_JSON_VALUE: Final = _json(_any_number)
_CSV_VALUE: Final = _csv(_any_number)


def json_line_of_texts(names: Sequence[str]) -> Line:
    """Return what writes a record whose cells are JSON already."""
    keys = [json_text(name) + ":" for name in names]
    return lambda row: ("{" + ",".join(key + (cell or "null") for key, cell in zip(keys, row, strict=True)) + "}\n").encode()


def csv_line_of_texts(quoted: Sequence[bool], live: Sequence[bool]) -> Line:
    """Return what writes a record whose cells are the texts of CSV cells; those that are `live` get the guard here."""

    def cell(text: Any, quotes: bool, is_live: bool) -> str:  # noqa: FBT001  # taken from three rows side by side
        if text is None:
            return ""
        return _quoted(guarded(text) if is_live else text) if quotes else text

    return lambda row: (",".join(map(cell, row, quoted, live)) + "\n").encode()
