"""A part of the vault: compressed, encrypted, readable in pages, copyable into a ZIP without compressing again.

A part is a file header and a sequence of frames. A frame holds at most 1 MiB of plain text of whole records, as one
full-flushed raw-deflate block, encrypted by itself with AES-256-GCM under a key of the part's own. Part id, frame number
and a mark on the last frame are authenticated, and so is the index, which carries checksums only in encrypted form: of a
part whose key is destroyed nothing can be guessed, not even from the database.
"""

import binascii
import hashlib
import os
import struct
import zlib
from base64 import b64decode, b64encode
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, islice
from types import TracebackType
from typing import Final, Protocol, Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from requests_app.vault.rows import FOOTS, HEADS, Kind, pieces, split

FRAME_BYTES: Final = 1 << 20
MAGIC: Final = b"VAULT\0\0\1"
SALT_BYTES: Final = 32
TAG_BYTES: Final = 16
KEY_BYTES: Final = 32
INDEX_NONCE: Final = b"\xff" * 12  # a frame number never gets there


class Unreadable(Exception):
    """A part is not what its writer sealed: damaged, shortened, reordered, another's, or under another key."""


class Sink(Protocol):
    """Where a part goes."""

    def write(self, data: bytes, /) -> object: ...


class Source(Protocol):
    """Where a part comes from: a seekable binary file."""

    def seek(self, offset: int, /) -> int: ...
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: how many records begin in it, its stored length and the length of its plain text, in bytes."""

    records: int
    stored: int
    length: int


@dataclass(frozen=True, slots=True)
class Block:
    """A full-flushed raw-deflate block with the CRC-32 and the length of its plain text."""

    deflated: bytes
    crc: int
    length: int


@dataclass(frozen=True)
class PartIndex:
    """What the database keeps about a part. Without the key it tells sizes and counts, nothing of the content."""

    kind: Kind
    frames: tuple[Frame, ...]
    seal: bytes

    @cached_property
    def records(self) -> int:
        return sum(frame.records for frame in self.frames)

    @cached_property
    def length(self) -> int:
        """Bytes of plain text, without the head and foot that make it a file."""
        return sum(frame.length for frame in self.frames)

    @cached_property
    def firsts(self) -> tuple[int, ...]:
        """The number of the first record that begins in each frame, from 0."""
        return tuple(accumulate((frame.records for frame in self.frames[:-1]), initial=0))

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """Where each frame begins in the stored file; one more at the end: the file's whole length."""
        return tuple(accumulate((frame.stored for frame in self.frames), initial=len(MAGIC) + SALT_BYTES))

    def as_json(self) -> dict[str, object]:
        """Return the index as plain JSON values; frames as `[records, stored, length]`."""
        frames = [[frame.records, frame.stored, frame.length] for frame in self.frames]
        return {"version": 1, "kind": str(self.kind), "frames": frames, "seal": b64encode(self.seal).decode()}

    @classmethod
    def from_json(cls, value: Mapping[str, object]) -> Self:
        """Return the index that `as_json` gave.

        Raises:
            Unreadable: `value` is no index.
        """
        try:
            if value["version"] != 1:
                raise Unreadable("an index of an unknown version")
            frames = tuple(Frame(*map(int, frame)) for frame in value["frames"])  # type: ignore[attr-defined]
            return cls(Kind(str(value["kind"])), frames, b64decode(str(value["seal"]), validate=True))
        except (KeyError, TypeError, ValueError, binascii.Error) as wrong:
            raise Unreadable("not an index") from wrong


@dataclass(frozen=True, slots=True)
class _Secrets:
    """The part of the index that only the key opens."""

    sha256: bytes
    header: bytes
    crcs: tuple[int, ...]

    def packed(self) -> bytes:
        head = struct.pack(">32sI", self.sha256, len(self.header)) + self.header
        return head + struct.pack(f">{len(self.crcs)}I", *self.crcs)

    @classmethod
    def unpacked(cls, data: bytes) -> Self:
        sha256, length = struct.unpack_from(">32sI", data)
        count = (len(data) - 36 - length) // 4
        return cls(sha256, data[36 : 36 + length], struct.unpack_from(f">{count}I", data, 36 + length))


def _cipher(key: bytes, part: UUID, salt: bytes) -> AESGCM:
    """Return the cipher of one part: a fresh salt makes a fresh key, so frame numbers can serve as nonces."""
    if len(key) != KEY_BYTES:
        raise ValueError("a vault key has 32 bytes")
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt, b"vault part 1" + part.bytes).derive(key))


def _frame_data(part: UUID, number: int, *, last: bool) -> bytes:
    return part.bytes + struct.pack(">Q?", number, last)


def _index_data(part: UUID, kind: Kind, frames: tuple[Frame, ...]) -> bytes:
    rows = b"".join(struct.pack(">QII", frame.records, frame.stored, frame.length) for frame in frames)
    return part.bytes + kind.encode().ljust(8, b"\0") + rows


class PartWriter:
    """Writes one part; `index` is there once the `with` block ended well. Holds about two frames in memory.

    `header` is the text before the first record that makes the part a file of its own (CSV: `csv_header`).
    `level` is that of zlib: 1 for text, 0 for what is compressed already.
    """

    index: PartIndex

    def __init__(  # noqa: PLR0913 - the facts of one part, most of them optional
        self, sink: Sink, key: bytes, part: UUID, kind: Kind = Kind.JSON, *, header: bytes = b"", level: int = 1
    ) -> None:
        salt = os.urandom(SALT_BYTES)
        self._sink, self._part, self._kind = sink, part, kind
        self._cipher = _cipher(key, part, salt)
        self._deflate = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
        self._header = HEADS[kind] + header
        self._digest = hashlib.sha256(self._header)
        self._frames: list[Frame] = []
        self._crcs: list[int] = []
        self._texts: list[bytes] = []
        self._length = self._records = 0
        self._begun = self._cut = False
        sink.write(MAGIC + salt)

    def write(self, text: bytes, records: int = 0) -> None:
        """Add `records` whole records, each ended by a line feed; of a file, any bytes and no records.

        Raises:
            NotWholeRecords: the text holds another number of records, or half a record.
        """
        for piece, begun in pieces(self._kind, text, records, self._room(records)):
            self._add(self._separated(piece, begun), begun)

    def _room(self, records: int) -> int:
        """Return how many bytes of text surely fit a frame once commas are in; no JSON record is shorter than 3 bytes."""
        return max(FRAME_BYTES - records - 2, FRAME_BYTES // 2) if self._kind is Kind.JSON else FRAME_BYTES

    def _separated(self, piece: bytes, begun: int) -> bytes:
        """Put the comma of a JSON array between records; other kinds stay as they are."""
        if self._kind is not Kind.JSON:
            return piece
        lead = b",\n" if begun and self._begun else b""
        self._begun = True
        return lead + piece.removesuffix(b"\n").replace(b"\n", b",\n")

    def _add(self, text: bytes, records: int) -> None:
        if self._texts and (self._cut or self._length + len(text) > FRAME_BYTES):
            self._flush(last=False)
        # The rest of a record that began in an earlier frame shares its frame with nothing: a page starts at a frame.
        self._cut = not records and self._kind is not Kind.FILE
        self._texts.append(text)
        self._length += len(text)
        self._records += records

    def _flush(self, *, last: bool) -> None:
        plain = b"".join(self._texts)
        deflated = self._deflate.compress(plain) + self._deflate.flush(zlib.Z_FULL_FLUSH)
        number = len(self._frames)
        sealed = self._cipher.encrypt(number.to_bytes(12), deflated, _frame_data(self._part, number, last=last))
        self._sink.write(sealed)
        self._digest.update(plain)
        self._crcs.append(zlib.crc32(plain))
        self._frames.append(Frame(self._records, len(sealed), len(plain)))
        self._texts, self._length, self._records = [], 0, 0

    def close(self) -> PartIndex:
        """Write the last frame and seal the index."""
        self._flush(last=True)
        self._digest.update(FOOTS[self._kind])
        frames = tuple(self._frames)
        secrets = _Secrets(self._digest.digest(), self._header, tuple(self._crcs))
        seal = self._cipher.encrypt(INDEX_NONCE, secrets.packed(), _index_data(self._part, self._kind, frames))
        self.index = PartIndex(self._kind, frames, seal)
        return self.index

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self.close()


class PartReader:
    """Reads one part, whole or in pages, one frame in memory.

    Raises:
        Unreadable: here for an index, file header or key that do not belong together; in every method for a bad frame.
    """

    def __init__(self, source: Source, key: bytes, part: UUID, index: PartIndex) -> None:
        self._source, self._part, self.index = source, part, index
        source.seek(0)
        head = source.read(len(MAGIC) + SALT_BYTES)
        if not head.startswith(MAGIC) or len(head) != len(MAGIC) + SALT_BYTES or not index.frames:
            raise Unreadable(f"part {part} is no part of the vault")
        self._cipher = _cipher(key, part, head[len(MAGIC) :])
        secrets = self._open(INDEX_NONCE, index.seal, _index_data(part, index.kind, index.frames))
        self._secrets = _Secrets.unpacked(secrets)

    @property
    def header(self) -> bytes:
        """What stands before the first block in the part's file."""
        return self._secrets.header

    @property
    def footer(self) -> bytes:
        return FOOTS[self.index.kind]

    @property
    def sha256(self) -> str:
        """The digest of the part's file: header, plain text, footer; hexadecimal."""
        return self._secrets.sha256.hex()

    @property
    def size(self) -> int:
        """Bytes of the part's file: header, plain text, footer."""
        return len(self.header) + self.index.length + len(self.footer)

    def blocks(self) -> Iterator[Block]:
        """Yield the frames still deflated, for copying into a ZIP."""
        for number in range(len(self.index.frames)):
            yield self._block(number)

    def facts(self) -> Iterator[tuple[int, int, int]]:
        """Yield CRC-32, plain and deflated length of every block without reading any."""
        for crc, frame in zip(self._secrets.crcs, self.index.frames, strict=True):
            yield crc, frame.length, frame.stored - TAG_BYTES

    def plain(self, start: int = 0) -> Iterator[bytes]:
        """Yield the plain text from byte `start` on, without header and footer."""
        at = 0
        for number, frame in enumerate(self.index.frames):
            if at + frame.length > start:
                yield self._plain(number)[max(start - at, 0) :]
            at += frame.length

    def records(self, first: int, count: int) -> Iterator[bytes]:
        """Yield the text of at most `count` records from number `first` (from 0), reading only the frames that hold them."""
        stop = min(first + count, self.index.records)
        if first < 0 or first >= stop:
            return
        number = bisect_right(self.index.firsts, first) - 1
        skipped = self.index.firsts[number]
        yield from islice(split(self.index.kind, self._from(number)), first - skipped, stop - skipped)

    def _from(self, number: int) -> Iterator[bytes]:
        first = self._plain(number)
        yield first.removeprefix(b",\n") if self.index.kind is Kind.JSON else first
        for later in range(number + 1, len(self.index.frames)):
            yield self._plain(later)

    def _plain(self, number: int) -> bytes:
        block = self._block(number)
        try:
            plain = zlib.decompressobj(-zlib.MAX_WBITS).decompress(block.deflated, block.length + 1)
        except zlib.error as wrong:
            raise Unreadable(f"frame {number} of part {self._part}") from wrong
        if len(plain) != block.length or zlib.crc32(plain) != block.crc:
            raise Unreadable(f"frame {number} of part {self._part}")
        return plain

    def _block(self, number: int) -> Block:
        frame, last = self.index.frames[number], number == len(self.index.frames) - 1
        self._source.seek(self.index.offsets[number])
        sealed = self._source.read(frame.stored)
        deflated = self._open(number.to_bytes(12), sealed, _frame_data(self._part, number, last=last))
        return Block(deflated, self._secrets.crcs[number], frame.length)

    def _open(self, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        try:
            return self._cipher.decrypt(nonce, sealed, bound)
        except (InvalidTag, ValueError) as wrong:
            raise Unreadable(f"part {self._part} is not what was sealed, or not under this key") from wrong
