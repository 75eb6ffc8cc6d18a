"""The wire under the client: names are resolved here, and exactly the address that was checked is connected to."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, Final

import httpcore

from requests_app.outward.addresses import Address, Reach, literal, reach
from requests_app.outward.faults import Blocked, NotResolved, TimedOut

Resolve = Callable[[str], Sequence[str]]
"""From a name to its addresses, as text."""
CONNECT_TIMEOUT: Final = 5.0  # seconds, for name and connection each
LEAST: Final = 0.001  # seconds: a timeout of 0 would mean something else


@dataclass(slots=True)
class Deadline:
    """When everything must be over, in the seconds of `time.monotonic`."""

    at: float

    def left(self, longest: float | None) -> float:
        """Return how many seconds the next wait may take, at most `longest`.

        Raises:
            TimedOut: none.
        """
        left = self.at - time.monotonic()
        if left <= 0:
            raise TimedOut("the whole took longer than allowed")
        return max(LEAST, left if longest is None else min(left, longest))


def resolve(name: str) -> Sequence[str]:
    """Ask the machine's resolver for the addresses of `name`."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Wire(httpcore.NetworkBackend):
    """Connects to a host by an address that was looked at. `private` are the hosts that may lie in a private network."""

    deadline: Deadline
    private: frozenset[str] = frozenset()
    resolve: Resolve = field(default=resolve)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        last: Exception = NotResolved("the name of the host has no address")
        for address in self.addresses(host):
            wait = self.deadline.left(timeout)
            try:
                stream = _BACKEND.connect_tcp(str(address), port, wait, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as fault:
                last = fault
            else:
                return Stream(stream, self.deadline)
        raise last

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def addresses(self, host: str) -> list[Address]:
        """Return the addresses of `host`, all of them allowed.

        Raises:
            Blocked: one of them is not: who mixes a good address with a bad one means the bad one.
            NotResolved: there is none.
        """
        own = literal(host)
        found = [own] if own else [ip_address(text) for text in self._resolved(host)]
        allowed = {Reach.PUBLIC, Reach.PRIVATE} if host in self.private else {Reach.PUBLIC}
        if any(reach(address) not in allowed for address in found):
            raise Blocked("the host lies in a network that may not be asked")
        return found

    def _resolved(self, host: str) -> Sequence[str]:
        """Ask in a thread of its own: the machine's resolver knows no deadline."""
        answer: list[Sequence[str] | Exception] = []
        thread = threading.Thread(target=self._ask, args=(host, answer), daemon=True)
        thread.start()
        thread.join(self.deadline.left(CONNECT_TIMEOUT))
        if not answer:
            raise TimedOut("the name of the host was not resolved in time")
        if isinstance(answer[0], Exception) or not answer[0]:
            raise NotResolved("the name of the host has no address")
        return answer[0]

    def _ask(self, host: str, answer: list[Sequence[str] | Exception]) -> None:
        try:
            answer.append(self.resolve(host))
        except (OSError, UnicodeError) as fault:
            answer.append(fault)


class Stream(httpcore.NetworkStream):
    """A connection on which no wait outlives the deadline, however slowly it drips."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        wait = self._deadline.left(timeout)
        return Stream(self._inner.start_tls(ssl_context, server_hostname, wait), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


_BACKEND: Final = httpcore.SyncBackend()
