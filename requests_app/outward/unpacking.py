"""A packed body, unpacked piece by piece and never much at a time."""

import zlib
from collections.abc import Callable, Iterator
from typing import Final

import httpx

from requests_app.outward.faults import BrokenOff

_PIECE: Final = 64 * 1024


def unpacker(headers: httpx.Headers) -> Callable[[bytes], Iterator[bytes]]:
    """Return what unpacks a body piece by piece, never more than `_PIECE` at a time; an empty piece asks whether it was whole.

    Raises:
        BrokenOff: a packing that we did not ask for.
    """
    packing = headers.get("content-encoding", "identity").strip().lower()
    if packing in {"", "identity"}:
        return lambda piece: iter([piece] if piece else [])
    if packing not in {"gzip", "x-gzip"}:
        raise BrokenOff("the answer is packed in a way that was not asked for")
    return _Gunzip()


class _Gunzip:
    def __init__(self) -> None:
        self._inner = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._began = False

    def __call__(self, piece: bytes) -> Iterator[bytes]:
        if not piece:
            if self._began and not self._inner.eof:
                raise BrokenOff("the packed answer ended before its end")
            return
        self._began = True
        whole = b""
        while piece or len(whole) == _PIECE:
            whole = self._inner.decompress(piece, _PIECE)
            piece = self._inner.unconsumed_tail
            if whole:
                yield whole
        if self._inner.unused_data:
            raise BrokenOff("the packed answer goes on after its end")
