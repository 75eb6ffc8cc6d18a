"""A file of open cases, row by row: which signs it is written in, what separates its cells, which columns it has.

Nothing here keeps more than one row, and nothing writes to a disk.
"""

import csv
import io
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import BinaryIO, Final

COLUMNS: Final = (
    "external_reference", "received", "right", "email", "name", "street", "postcode", "city", "postal_country", "residence",
    "language", "law", "proof", "proof_note", "extended_until", "notes",
)  # fmt: skip
REQUIRED: Final = ("external_reference", "received", "right")
MOST: Final = 10_000
_MARKS: Final = MappingProxyType({BOM_UTF8: "utf-8-sig", BOM_UTF16_LE: "utf-16", BOM_UTF16_BE: "utf-16"})
_SEPARATORS: Final = ",;\t"
_BLOCK: Final = 1 << 16


class Unreadable(Exception):
    """The file as a whole cannot be read; `code` says why, `named` which columns are meant."""

    def __init__(self, code: str, named: Sequence[str] = ()) -> None:
        super().__init__(code)
        self.code, self.named = code, tuple(named)


@dataclass(frozen=True, slots=True)
class Raw:
    """One row: its number in the file, its cells by column, and why it has none."""

    number: int
    cells: dict[str, str] = field(repr=False)
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file, to be taken once; `left_out`: columns that nobody here reads."""

    rows: Iterator[Raw]
    left_out: tuple[str, ...]


def table(file: BinaryIO) -> Table:
    """Return what stands in `file`.

    Raises:
        Unreadable: it is empty, written in no known signs, or lacks a column.
    """
    signs = encoding(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=signs, newline="")
    try:
        names, separator = _head(text)
    except Unreadable:
        text.detach()
        raise
    left_out = tuple(name[:30] for name in names if name and name not in COLUMNS)
    return Table(_rows(text, names, separator), left_out)


def _head(text: io.TextIOWrapper) -> tuple[list[str], str]:
    """Return the names of the columns, and what separates them.

    Raises:
        Unreadable: there are none, one lacks, or one stands there twice.
    """
    head = text.readline(_BLOCK)
    if not head.strip():
        raise Unreadable("empty")
    separator = max(_SEPARATORS, key=lambda sign: len(set(_names(head, sign)) & set(COLUMNS)))
    names = _names(head, separator)
    if lacking := [name for name in REQUIRED if name not in names]:
        raise Unreadable("columns", lacking)
    if twice := sorted({name for name in names if name in COLUMNS and names.count(name) > 1}):
        raise Unreadable("twice", twice)
    return names, separator


def encoding(file: BinaryIO) -> str:
    """Return how `file` is written: by its mark, else UTF-8 where all of it is that, else Windows-1252.

    Raises:
        Unreadable: it is written in none of them.
    """
    head = file.read(3)
    marked = next((name for mark, name in _MARKS.items() if head.startswith(mark)), None)
    for name in (marked,) if marked else ("utf-8", "cp1252"):
        if _is(file, name):
            return name
    raise Unreadable("signs")


def _is(file: BinaryIO, name: str) -> bool:
    file.seek(0)
    decoder = getincrementaldecoder(name)()
    try:
        while block := file.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _names(head: str, separator: str) -> list[str]:
    try:
        cells = next(csv.reader([head], delimiter=separator), [])
    except csv.Error:
        return []
    named = ["_".join(cell.strip().lower().replace("-", "_").split()) for cell in cells]
    return ["email" if name == "e_mail" else name for name in named]


def _rows(text: io.TextIOWrapper, names: list[str], separator: str) -> Iterator[Raw]:
    """Yield the rows after the head, which is row 1. After one that cannot be read nobody knows where the next begins."""
    reader = csv.reader(text, delimiter=separator, strict=True)
    number = 1
    try:
        for number, cells in enumerate(reader, start=2):
            if number > MOST + 1:
                yield Raw(number, {}, "too_many")
                return
            if any(cell.strip() for cell in cells):
                yield _row(number, cells, names)
    except csv.Error:
        yield Raw(number + 1, {}, "unreadable")
    finally:
        text.detach()


def _row(number: int, cells: list[str], names: list[str]) -> Raw:
    if any(cell.strip() for cell in cells[len(names) :]):
        return Raw(number, {}, "more_cells")
    told = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name in COLUMNS and cell.strip(" \t\r\n")}
    return Raw(number, told)
