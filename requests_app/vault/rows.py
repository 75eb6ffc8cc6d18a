"""How records look as text, and where one ends: JSON by line, CSV by line outside quotes. Pure."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a part holds: records in one of two text forms, or the bytes of one file."""

    JSON = "json"
    CSV = "csv"
    FILE = "file"


HEADS: Final = {Kind.JSON: b"[\n", Kind.CSV: b"", Kind.FILE: b""}
FOOTS: Final = {Kind.JSON: b"\n]\n", Kind.CSV: b"", Kind.FILE: b""}
BLANKS: Final = " \u00a0\u2007\u202f\u3000"
GUARDED: Final = frozenset("=+-@\t\r\n\0'＝＋－＠＇")


class NotWholeRecords(ValueError):
    """The text is not the stated number of whole records. Carries counts only."""


def csv_header(names: Iterable[str]) -> bytes:
    """Return the first line of a CSV file: every name quoted, UTF-8, ended by a line feed."""
    return (",".join(f'"{_guarded(name).replace(chr(34), chr(34) * 2)}"' for name in names) + "\n").encode()


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.lstrip(BLANKS)[:1] in GUARDED else cell


def pieces(kind: Kind, text: bytes, records: int, room: int) -> Iterator[tuple[bytes, int]]:
    """Cut `text` into pieces of at most `room` bytes of whole records, each with the number of records that begin in it.

    A record longer than `room` is cut; its later pieces begin no record.

    Raises:
        NotWholeRecords: `text` does not hold `records` records, each ended by a line feed.
    """
    if kind is Kind.FILE:
        yield from ((text[at : at + room], 0) for at in range(0, len(text), room))
        return
    ends = text.count(b"\n")
    if not text.endswith(b"\n") or ends < records or (kind is Kind.JSON and ends != records):
        raise NotWholeRecords(f"{records} records announced, {ends} line feeds in {len(text)} bytes")
    if len(text) <= room:
        yield text, records
    else:
        yield from _whole(text, records, room, quoted=ends != records)


def _whole(text: bytes, records: int, room: int, *, quoted: bool) -> Iterator[tuple[bytes, int]]:
    at, left = 0, records
    while len(text) - at > room:
        end = _last_end(text, at, at + room, quoted=quoted)
        if end == at:
            end = _first_end(text, at, quoted=quoted)
            yield from ((text[cut : min(cut + room, end)], int(cut == at)) for cut in range(at, end, room))
            left -= 1
        else:
            count = _ends(text[at:end], quoted=quoted)
            yield text[at:end], count
            left -= count
        at = end
    rest = _ends(text[at:], quoted=quoted)
    if rest != left:
        raise NotWholeRecords(f"{records} records announced, {records - left + rest} found")
    if at < len(text):
        yield text[at:], rest


def _last_end(text: bytes, start: int, stop: int, *, quoted: bool) -> int:
    """Return where the last record that ends before `stop` ends, or `start`."""
    end = text.rfind(b"\n", start, stop) + 1
    odd = quoted and text.count(b'"', start, end) % 2
    while end and odd:
        earlier = text.rfind(b"\n", start, end - 1) + 1
        odd ^= text.count(b'"', earlier, end) % 2
        end = earlier
    return max(end, start)


def _first_end(text: bytes, start: int, *, quoted: bool) -> int:
    end = text.index(b"\n", start) + 1
    odd = quoted and text.count(b'"', start, end) % 2
    while odd:
        later = text.find(b"\n", end) + 1
        if not later:
            raise NotWholeRecords(f"a quote is not closed in {len(text)} bytes")
        odd ^= text.count(b'"', end, later) % 2
        end = later
    return end


def _ends(text: bytes, *, quoted: bool) -> int:
    return (b"".join(text.split(b'"')[::2]) if quoted else text).count(b"\n")


def split(kind: Kind, plain: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the records of a part's plain text one by one, without separators. `plain` begins where a record begins."""
    pending: list[bytes] = []
    odd = 0
    for text in plain:
        *lines, tail = text.split(b"\n")
        for line in lines:
            pending.append(line)
            odd ^= kind is Kind.CSV and line.count(b'"') % 2
            if odd:
                pending.append(b"\n")
            else:
                yield _bare(kind, b"".join(pending))
                pending = []
        pending.append(tail)
        odd ^= kind is Kind.CSV and tail.count(b'"') % 2
    if last := b"".join(pending):
        yield _bare(kind, last)


def _bare(kind: Kind, line: bytes) -> bytes:
    return line.removesuffix(b",") if kind is Kind.JSON else line
