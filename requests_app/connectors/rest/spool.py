"""Text that waits until its answer is known to be whole: in memory while it is little, then sealed in a file without a name.

The file has no name from the start and its key never leaves the process: whatever ends it, nothing of anybody stays readable.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Final, Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FRAME: Final = 256 * 1024  # bytes of text, about
RECORD: Final = 1024 * 1024  # bytes of one record


@dataclass(frozen=True, slots=True)
class _Frame:
    at: int
    size: int
    records: int


class Spool:
    """Takes lines, and gives them back in frames, in their order."""

    def __init__(self) -> None:
        self.records = 0
        self._lines: list[bytes] = []
        self._waiting = 0
        self._frames: list[_Frame] = []
        self._file: IO[bytes] | None = None
        self._cipher = AESGCM(AESGCM.generate_key(bit_length=256))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            with suppress(OSError):
                self._file.close()

    def write(self, line: bytes) -> None:
        self._lines.append(line)
        self._waiting += len(line)
        self.records += 1
        if self._waiting >= FRAME:
            self._seal()

    def frames(self) -> Iterator[tuple[bytes, int]]:
        """Yield text with its number of records; may be asked again."""
        for number, frame in enumerate(self._frames):
            assert self._file is not None  # noqa: S101  # a frame lies nowhere else
            self._file.seek(frame.at)
            yield self._cipher.decrypt(_nonce(number), self._file.read(frame.size), None), frame.records
        if self._lines:
            yield b"".join(self._lines), len(self._lines)

    def _seal(self) -> None:
        if self._file is None:
            self._file = TemporaryFile(buffering=0)  # noqa: SIM115  # closed by __exit__
        sealed = self._cipher.encrypt(_nonce(len(self._frames)), b"".join(self._lines), None)
        at = self._file.seek(0, 2)
        self._file.write(sealed)
        self._frames.append(_Frame(at, len(sealed), len(self._lines)))
        self._lines, self._waiting = [], 0


def _nonce(number: int) -> bytes:
    """Unique under a key that seals one spool only."""
    return number.to_bytes(12, "big")
