"""The one way out: every question that the product asks another machine over HTTP goes through `Client`."""

import os
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Self
from urllib.parse import urljoin

import httpcore
import httpx

from requests_app.outward import wire
from requests_app.outward.addresses import Target, target
from requests_app.outward.allowed import Allowed
from requests_app.outward.faults import Blocked, LedAway, TooLarge
from requests_app.outward.translation import translating
from requests_app.outward.unpacking import unpacker

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
HOPS: Final = 5
HEADERS: Final = 100  # lines; their bytes are bounded by the reader of HTTP itself
RATIO: Final = 100  # bytes unpacked for each that came
SMALL: Final = 1024 * 1024  # bytes that may be unpacked from however few


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes. `total_delay` and `total_bytes` hold for the whole life of a client."""

    connect_delay: float = wire.CONNECT_TIMEOUT
    read_delay: float = 30
    total_delay: float = 600
    body_bytes: int = 8 * 1024 * 1024
    total_bytes: int = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Ask:
    """One question. `secret` headers go to the origin of `url` alone; `follow`: a redirect may be followed."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    secret: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    sent: Iterator[bytes] | None = field(default=None, repr=False)  # in place of `body`, in pieces of `sent_bytes` together
    sent_bytes: int = 0
    follow: bool = False
    body_bytes: int = 0  # 0: as the client's limits say


class Answer:
    """What came back: status and headers at once, the body as it is read. Reading twice gives nothing."""

    def __init__(self, status: int, headers: httpx.Headers, pieces: Iterator[bytes]) -> None:
        self.status, self.headers = status, headers
        self._pieces = pieces

    def chunks(self) -> Iterator[bytes]:
        """Yield the unpacked body in pieces.

        Raises:
            Outward: it does not come whole.
        """
        yield from self._pieces

    def body(self) -> bytes:
        return b"".join(self._pieces)


@lru_cache(maxsize=4)
def _trusting(_certificates: str) -> ssl.SSLContext:
    """Trust whom the machine trusts, or the authorities that SSL_CERT_FILE names."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class Client:
    """Asks allowed hosts, one question at a time, within limits that hold for all of them together.

    Nothing of the environment counts: no proxy, no .netrc. No exception holds an address, a header or a body.
    """

    def __init__(self, allowed: Allowed, limits: Limits = Limits(), *, resolve: wire.Resolve = wire.resolve) -> None:
        self.allowed, self.limits = allowed, limits
        self._deadline = wire.Deadline(time.monotonic() + limits.total_delay)
        self._left = limits.total_bytes
        self._pool = httpcore.ConnectionPool(
            ssl_context=_trusting(os.environ.get("SSL_CERT_FILE", "")),
            max_connections=2,
            keepalive_expiry=5,
            network_backend=wire.Wire(self._deadline, allowed.private, resolve),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.close()

    def left(self) -> float:
        """Return how many seconds are left of the whole.

        Raises:
            TimedOut: none.
        """
        return self._deadline.left(None)

    @contextmanager
    def ask(self, ask: Ask) -> Iterator[Answer]:
        """Ask, and give the answer while the connection is open.

        Raises:
            Outward: named for what happened.
        """
        with ExitStack() as open_until_read:
            yield next(translating(self._answered(ask, open_until_read)))

    def _answered(self, ask: Ask, open_until_read: ExitStack) -> Iterator[Answer]:
        home = here = target(ask.url)
        for _ in range(HOPS + 1):
            self.allowed.check(here)
            asked = self._pool.stream(
                ask.method,
                here.url,
                headers=_headers(ask, here, secret=here.origin == home.origin),
                content=ask.sent if ask.sent is not None else ask.body or None,
                extensions={"timeout": self._timeouts()},
            )
            raw = open_until_read.enter_context(asked)
            headers = httpx.Headers(raw.headers)
            if len(raw.headers) > HEADERS:
                raise TooLarge("the answer has too many headers")
            if not (ask.follow and raw.status in REDIRECTS):
                pieces = self._pieces(raw, headers, ask.body_bytes or self.limits.body_bytes)
                yield Answer(raw.status, headers, translating(pieces))
                return
            here = self._next(here, headers)
            open_until_read.close()
        raise LedAway("the answer leads from one address to the next without end")

    def _next(self, here: Target, headers: httpx.Headers) -> Target:
        try:
            there = target(urljoin(here.url, headers.get("location", "")))
            self.allowed.check(there)
        except (Blocked, ValueError):
            there = None
        if there is None or there.scheme != here.scheme:
            raise LedAway("the answer leads to an address that may not be asked")
        return there

    def _timeouts(self) -> dict[str, float]:
        limits = self.limits
        return {"connect": limits.connect_delay, "read": limits.read_delay, "write": limits.read_delay, "pool": limits.read_delay}

    def _pieces(self, raw: httpcore.Response, headers: httpx.Headers, most: int) -> Iterator[bytes]:
        unpack, came, given = unpacker(headers), 0, 0
        for piece in raw.iter_stream():
            came += len(piece)
            for whole in unpack(piece):
                given += len(whole)
                self._left -= len(whole)
                if given > most or self._left < 0:
                    raise TooLarge("the answer is larger than allowed")
                if given > SMALL and given > RATIO * came:
                    raise TooLarge("the answer unpacks to far more than what came")
                yield whole
        yield from unpack(b"")


def _headers(ask: Ask, here: Target, *, secret: bool) -> list[tuple[str, str]]:
    told = {"host": here.netloc, "user-agent": "dsar", "accept-encoding": "gzip", "accept": "*/*"}
    told |= {name.lower(): value for name, value in ask.headers.items()}
    told |= {name.lower(): value for name, value in ask.secret.items()} if secret else {}
    if ask.body or ask.sent is not None:
        told["content-length"] = str(len(ask.body) if ask.sent is None else ask.sent_bytes)
    return list(told.items())
