"""A file that lies elsewhere, read as if it lay here."""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_FIRST_LOOK: Final = 256 * 1024  # a page of records is in one frame, often smaller
_FURTHEST: Final = 4 * 1024 * 1024


class Ranged(io.RawIOBase):
    """An object that is read in ranges: what is read on is fetched ahead in ever larger windows, a jump begins small again."""

    def __init__(self, size: int, read: Callable[[int, int], bytes]) -> None:
        """Read `size` bytes; `read` gives those from one place to before another."""
        super().__init__()
        self._size, self._read = size, read
        self._at = self._begins = 0
        self._window = b""
        self._ahead = _FIRST_LOOK

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if at < 0:
            raise ValueError("a file has no place before its beginning")
        self._at = at
        return at

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill `buffer`, or as much of it as there is."""
        view = memoryview(buffer).cast("B")
        wanted, done = min(len(view), max(self._size - self._at, 0)), 0
        while done < wanted:
            piece = self._piece(wanted - done)
            view[done : done + len(piece)] = piece
            done += len(piece)
            self._at += len(piece)
        return done

    def _piece(self, wanted: int) -> bytes:
        if not self._begins <= self._at < self._begins + len(self._window):
            self._fetch(wanted)
        start = self._at - self._begins
        return self._window[start : start + wanted]

    def _fetch(self, wanted: int) -> None:
        reads_on = self._window and self._at == self._begins + len(self._window)
        self._ahead = min(self._ahead * 2, _FURTHEST) if reads_on else _FIRST_LOOK
        ends = min(self._at + max(min(wanted, _FURTHEST), self._ahead), self._size)
        self._window = self._read(self._at, ends)
        self._begins = self._at
