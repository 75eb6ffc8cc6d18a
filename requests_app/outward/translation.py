"""What a fault of the wire is called on our side; neither its text nor itself travels on."""

import ssl
import zlib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, TypeVar

import httpcore

from requests_app.outward.faults import BrokenOff, NotReached, NotTrusted, Outward, TimedOut

T = TypeVar("T")


def translating(source: Iterator[T]) -> Iterator[T]:
    """Pass on what `source` yields; a fault of the wire becomes one of ours, which carries neither its text nor itself."""
    try:
        yield from source
    except Outward as known:
        fault = known
    except tuple(_FAULTS) as error:
        fault = _translated(error)
    else:
        return
    fault.__context__ = fault.__cause__ = None
    raise fault


def _translated(error: Exception) -> Outward:
    for kind, (fault, words) in _FAULTS.items():
        if isinstance(error, kind):
            if fault is NotReached and isinstance(error.__cause__ or error.__context__, ssl.SSLError):
                return NotTrusted("the other side cannot prove over TLS who it is")
            return fault(words)
    raise error


_FAULTS: Final[Mapping[type[Exception], tuple[type[Outward], str]]] = MappingProxyType(
    {
        httpcore.TimeoutException: (TimedOut, "the other side did not answer in time"),
        httpcore.ConnectError: (NotReached, "nobody answers at the address"),
        ssl.SSLError: (NotTrusted, "the other side cannot prove over TLS who it is"),
        httpcore.NetworkError: (BrokenOff, "the connection broke off"),
        httpcore.ProtocolError: (BrokenOff, "the answer is no HTTP, or ended before its end"),
        zlib.error: (BrokenOff, "the packed answer is damaged"),
        OSError: (BrokenOff, "the connection broke off"),
    }
)
