"""The text forms of a record, where the engine does not write them itself.

JSON: one object a line. CSV: RFC 4180, text always quoted, NULL an empty cell, the empty text `""`. A text that a
spreadsheet could take for a formula gets one leading apostrophe, and so does one that begins with an apostrophe: who
reads the CSV back removes exactly one.
"""

import math
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from json.encoder import encode_basestring as json_text
from mimetypes import guess_extension
from typing import Any, Final

from requests_app.connectors.base import Form
from requests_app.connectors.sql.session import BATCH, Family

BLANKS: Final = " \v\f\x85\xa0\u1680\u2000-\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
STARTS: Final = "=+@\t\r\n\0'\uff1d\uff0b\uff0d\uff20\uff07\ufe62\ufe63\ufe66\ufe6b\u2212-"
"""What makes a formula, or hides one, at the beginning of a cell; both stand inside the brackets of a regular expression."""

_LIVE: Final = re.compile(f"[{BLANKS}]*[{STARTS}]")

Cell = Callable[[Any], str]


def guarded(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return "'" + text if _LIVE.match(text) else text


def unguarded(text: str) -> str:
    """Undo `guarded`."""
    return text.removeprefix("'")


def file_name(field: str, media_type: str) -> str:
    """Return the name under which the content of a binary column travels; its cell holds the same."""
    return field + (guess_extension(media_type) or ".bin")


def written(
    rows: Iterable[Sequence[Any]], names: Sequence[str], families: Sequence[Family], form: Form
) -> Iterator[tuple[bytes, int]]:
    """Write rows as text of about `BATCH` bytes, each with its number of records."""
    line = _json_line(names, families) if form is Form.JSON else _csv_line(families)
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


def _json_line(names: Sequence[str], families: Sequence[Family]) -> Callable[[Sequence[Any]], bytes]:
    keys = [json_text(name) + ":" for name in names]
    cells = [_JSON.get(family, _json_value) for family in families]

    def line(row: Sequence[Any]) -> bytes:
        parts = (key + ("null" if value is None else cell(value)) for key, cell, value in zip(keys, cells, row, strict=True))
        return ("{" + ",".join(parts) + "}\n").encode()

    return line


def _csv_line(families: Sequence[Family]) -> Callable[[Sequence[Any]], bytes]:
    cells = [_CSV.get(family, _csv_value) for family in families]

    def line(row: Sequence[Any]) -> bytes:
        return (",".join("" if value is None else cell(value) for cell, value in zip(cells, row, strict=True)) + "\n").encode()

    return line


def _plain(value: Any) -> str:
    """Text of a value that is no number, truth or text by itself: bytes in base64, moments in ISO 8601."""
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    return str(value)


def _number(value: Any) -> str | None:
    """The number as it is written; None for what JSON has no number for."""
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else None
    return str(value) if isinstance(value, (int, Decimal)) else None


def _json_value(value: Any) -> str:
    return _number(value) or json_text(_plain(value))


def _csv_value(value: Any) -> str:
    return _number(value) or _quoted(guarded(_plain(value)))


def _json_truth(value: Any) -> str:
    return ("true" if value else "false") if value in (0, 1) else _json_value(value)


def _csv_truth(value: Any) -> str:
    return ("true" if value else "false") if value in (0, 1) else _csv_value(value)


def _json_document(value: Any) -> str:
    """A JSON column's own text, on one line: between its values, line feeds mean nothing."""
    return _plain(value).translate(_ONE_LINE)


def _csv_moment(value: Any) -> str:
    return _moment(value) if _is_moment(value) else _csv_value(value)


def _json_moment(value: Any) -> str:
    return json_text(_moment(value)) if _is_moment(value) else _json_value(value)


def _is_moment(value: Any) -> bool:
    return isinstance(value, str) and bool(_MOMENT.fullmatch(value))


def _moment(value: str) -> str:
    return value.replace(" ", "T", 1)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


_ONE_LINE: Final = str.maketrans("\n\r\t", "   ")
_MOMENT: Final = re.compile(r"-?[0-9]{1,4}[-:][0-9]{2}[-:][0-9]{2}([ T][0-9:.]+)?(Z|[+-][0-9:]+)?(\.[0-9]+)?")
_JSON: Final[dict[Family, Cell]] = {Family.BOOLEAN: _json_truth, Family.JSON: _json_document, Family.MOMENT: _json_moment}
_CSV: Final[dict[Family, Cell]] = {
    Family.BOOLEAN: _csv_truth,
    Family.JSON: lambda value: _quoted(guarded(_json_document(value))),
    Family.MOMENT: _csv_moment,
}
