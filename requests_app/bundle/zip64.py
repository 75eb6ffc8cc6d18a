"""A ZIP as a stream, of any size, in constant memory; members are compressed here or copied as they lie in the vault.

Layout: APPNOTE.TXT 6.3.9, ZIP64 where a figure needs it. A copied member has its lengths and CRC-32 in its local header,
a compressed one in a data descriptor behind it. Names are `names.safe`; every time stamp is the one given.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from requests_app.bundle.crc import combine
from requests_app.bundle.names import safe
from requests_app.vault.frames import Block

LIMIT: Final = 0xFFFFFFFF
MANY: Final = 0xFFFF
END_OF_DEFLATE: Final = b"\x03\x00"
DEFLATED: Final = 8
UTF8: Final = 0x800
DESCRIPTOR: Final = 0x08
PLAIN_VERSION: Final = 20
ZIP64_VERSION: Final = 45
UNIX: Final = 3
READABLE_FILE: Final = 0o100644 << 16


class TooBig(Exception):
    """A member that was announced as small is not."""


class NotAsAnnounced(Exception):
    """A copied member is not what its facts say; the archive begun is void."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """CRC-32 of the plain text, its length, and its deflated length, in bytes."""

    crc: int
    length: int
    deflated: int

    def plus(self, crc: int, length: int, deflated: int) -> "Sizes":
        return Sizes(combine(self.crc, crc, length), self.length + length, self.deflated + deflated)

    @property
    def is_big(self) -> bool:
        return max(self.length, self.deflated) >= LIMIT


def _block(text: bytes) -> Block:
    deflate = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    deflated = deflate.compress(text) + deflate.flush(zlib.Z_FULL_FLUSH) if text else b""
    return Block(deflated, zlib.crc32(text), len(text))


def _total(facts: Iterable[tuple[int, int, int]]) -> Sizes:
    sizes = Sizes(0, 0, 0)
    for crc, length, deflated in facts:
        sizes = sizes.plus(crc, length, deflated)
    return sizes


class Archive:
    """One archive. Every method yields bytes that must go out, whole and in order, before the next is called."""

    def __init__(self, made_at: datetime) -> None:
        self._stamp = (
            made_at.hour << 11 | made_at.minute << 5 | made_at.second // 2,
            max(made_at.year - 1980, 0) << 9 | made_at.month << 5 | made_at.day,
        )
        self._at = 0
        self._names: set[str] = set()
        self._directory = bytearray()

    def pack(self, name: str, content: Iterable[bytes], *, small: bool = False) -> Iterator[bytes]:
        """Compress a member. `small` promises less than 4 GiB and spares old programs the ZIP64 form.

        Raises:
            UnsafeName, ValueError: the name may not stand here, or stands here already.
            TooBig: the promise was broken.
        """
        offset, flags = self._begin(name), UTF8 | DESCRIPTOR
        yield self._sent(self._local(name, flags, Sizes(0, 0, 0), wide=not small))
        deflate, crc, length, start = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS), 0, 0, self._at
        for text in content:
            crc, length = zlib.crc32(text, crc), length + len(text)
            if packed := deflate.compress(text):
                yield self._sent(packed)
        yield self._sent(deflate.flush())
        sizes = Sizes(crc, length, self._at - start)
        if small and sizes.is_big:
            raise TooBig("a member that was announced as small has 4 GiB or more")
        yield self._sent(struct.pack("<4sIII" if small else "<4sIQQ", b"PK\7\x08", crc, sizes.deflated, length))
        self._list(name, flags, sizes, offset, wide=not small)

    def copy(
        self, name: str, blocks: Iterable[Block], facts: Iterable[tuple[int, int, int]], *, header: bytes = b"", footer: bytes = b""
    ) -> Iterator[bytes]:
        """Copy blocks that are deflated already, between `header` and `footer`.

        `facts` gives CRC-32, plain and deflated length of every block beforehand.

        Raises:
            UnsafeName, ValueError: the name may not stand here, or stands here already.
            NotAsAnnounced: the blocks differ from the facts.
        """
        offset, head, foot = self._begin(name), _block(header), _block(footer)
        outer = [(block.crc, block.length, len(block.deflated)) for block in (head, foot)]
        sizes = _total([outer[0], *facts, outer[1], (0, 0, len(END_OF_DEFLATE))])
        yield self._sent(self._local(name, UTF8, sizes, wide=sizes.is_big) + head.deflated)
        start, copied = self._at - len(head.deflated), Sizes(head.crc, head.length, 0)
        for block in blocks:
            copied = copied.plus(block.crc, block.length, 0)
            yield self._sent(block.deflated)
        yield self._sent(foot.deflated + END_OF_DEFLATE)
        if copied.plus(foot.crc, foot.length, self._at - start) != sizes:
            raise NotAsAnnounced("the copied blocks differ from their facts")
        self._list(name, UTF8, sizes, offset, wide=sizes.is_big)

    def close(self) -> Iterator[bytes]:
        """Yield the directory: the archive is whole after it."""
        start, size, count = self._at, len(self._directory), len(self._names)
        yield self._sent(bytes(self._directory))
        if start >= LIMIT or size >= LIMIT or count >= MANY:
            end = self._at
            body = (b"PK\6\6", 44, UNIX << 8 | ZIP64_VERSION, ZIP64_VERSION, 0, 0, count, count, size, start)
            yield struct.pack("<4sQ2H2I4Q", *body) + struct.pack("<4sIQI", b"PK\6\7", 0, end, 1)
        count = min(count, MANY)
        yield struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, min(size, LIMIT), min(start, LIMIT), 0)

    def _begin(self, name: str) -> int:
        if safe(name) in self._names:
            raise ValueError("two members of one name")
        self._names.add(name)
        return self._at

    def _sent(self, data: bytes) -> bytes:
        self._at += len(data)
        return data

    def _local(self, name: str, flags: int, sizes: Sizes, *, wide: bool) -> bytes:
        extra = struct.pack("<2H2Q", 1, 16, sizes.length, sizes.deflated) if wide else b""
        shown = (LIMIT, LIMIT) if wide else (sizes.deflated, sizes.length)
        version = ZIP64_VERSION if wide else PLAIN_VERSION
        fields = (b"PK\3\4", version, flags, DEFLATED, *self._stamp, sizes.crc, *shown, len(name), len(extra))
        return struct.pack("<4s5H3I2H", *fields) + name.encode() + extra

    def _list(self, name: str, flags: int, sizes: Sizes, offset: int, *, wide: bool) -> None:
        big = [figure for figure in (sizes.length, sizes.deflated, offset) if figure >= LIMIT]
        extra = struct.pack(f"<2H{len(big)}Q", 1, 8 * len(big), *big) if big else b""
        version = ZIP64_VERSION if wide or big else PLAIN_VERSION
        shown = (sizes.crc, min(sizes.deflated, LIMIT), min(sizes.length, LIMIT))
        fields = (b"PK\1\2", UNIX << 8 | ZIP64_VERSION, version, flags, DEFLATED, *self._stamp, *shown)
        rest = (len(name), len(extra), 0, 0, 0, READABLE_FILE, min(offset, LIMIT))
        self._directory += struct.pack("<4s6H3I5H2I", *fields, *rest) + name.encode() + extra
