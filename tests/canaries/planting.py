"""Marks that nothing else looks like, one for each person, system and field; a search finds them however they are written."""

import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from urllib.parse import unquote_to_bytes

_HEAD: Final = b"cnry+"
_IN_A_ROW: Final = re.compile(rb"[A-Za-z0-9+/_-]{16,}")
_PLAIN: Final = re.compile(rb"cnry(?:\+|%2b|%252b)[0-9a-f]{4,}", re.IGNORECASE)  # a mark that was cut is found too
_HEX: Final = re.compile(rb"(?:%s)(?:3[0-9]|6[1-6]){4,}" % _HEAD.hex().encode(), re.IGNORECASE)


def _in_base64() -> re.Pattern[bytes]:
    """What the head of a mark looks like in base64, wherever in a group of three bytes it begins."""
    shifted = (b64encode(b"\0" * shift + _HEAD).rstrip(b"=")[(0, 2, 3)[shift] : -1] for shift in range(3))
    return re.compile(b"|".join(re.escape(one) for one in shifted))


_BASE64: Final = _in_base64()


@dataclass(slots=True)
class Marks:
    """Every mark that was planted, and where."""

    planted: dict[str, str] = field(default_factory=dict)

    def mark(self, *where: str) -> str:
        """Return the mark of one person, system and field. A `+` is in it, so that its plain and its URL-encoded form differ."""
        place = "/".join(where)
        made = f"{_HEAD.decode()}{sha256(place.encode()).hexdigest()[:12]}"
        self.planted[made] = place
        return made

    def places(self, content: bytes) -> list[str]:
        """Return where the marks were planted that stand in `content`: plain, URL-encoded, hexadecimal or in base64."""
        return sorted({self._place(found) for found in _found(content)})

    def _place(self, found: str) -> str:
        return next((place for mark, place in self.planted.items() if mark.startswith(found[:17])), found)


def _found(content: bytes) -> Iterator[str]:
    for found in _PLAIN.finditer(content):
        yield unquote_to_bytes(unquote_to_bytes(found[0])).decode().lower()
    for found in _HEX.finditer(content):
        yield bytes.fromhex(found[0].decode()[: len(found[0]) // 2 * 2]).decode()
    for row in _IN_A_ROW.finditer(content):
        if _BASE64.search(row[0]):
            yield from _in_row(row[0].translate(bytes.maketrans(b"-_", b"+/")))


def _in_row(row: bytes) -> Iterator[str]:
    for start in range(4):
        part = row[start:]
        for found in _PLAIN.finditer(b64decode(part[: len(part) // 4 * 4])):
            yield found[0].decode().lower()


def unfolded(content: bytes) -> bytes:
    """Return `content`, and behind it what any of its first bytes begins to inflate to: a mark may lie there compressed."""
    return content + b"".join(_inflated(content[start:]) for start in range(min(len(content), 48)))


def _inflated(content: bytes) -> bytes:
    inflating, out = zlib.decompressobj(-15), b""
    try:
        out = inflating.decompress(content, 1 << 20)
    except zlib.error:
        return b""
    return out
