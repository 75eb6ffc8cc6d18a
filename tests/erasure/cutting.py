"""A wire to PostgreSQL that is cut when the server has committed, and before it can say so."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Final
from urllib.parse import urlsplit, urlunsplit

_COMMIT: Final = b"Q\x00\x00\x00\x0bCOMMIT\x00"
_READ: Final = 65536
_WAIT: Final = 20  # seconds; no test is that long


class Wire:
    """Passes on what a client and a server say; of the next `cuts` commits the server's answer is lost, and the line with it."""

    def __init__(self, url: str) -> None:
        at = urlsplit(url)
        self._server = (at.hostname or "", at.port or 5432)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._lines: list[socket.socket] = [self._door]
        self.cuts = self.lost = 0
        who = at.netloc.rpartition("@")[0]
        self.url = urlunsplit(at._replace(netloc=f"{who}@127.0.0.1:{self._door.getsockname()[1]}"))
        Thread(target=self._open, daemon=True).start()

    def close(self) -> None:
        for line in self._lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def _open(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                server = socket.create_connection(self._server, timeout=_WAIT)
                self._lines += [client, server]
                for one, other in ((client, server), (server, client)):
                    Thread(target=self._pass, args=[one, other], daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while said := one.recv(_READ):
                if self.cuts and _COMMIT in said:
                    self.cuts, self.lost = self.cuts - 1, self.lost + 1
                    self._cut(one, other, said)
                    return
                other.sendall(said)
        for line in (one, other):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def _cut(self, client: socket.socket, server: socket.socket, said: bytes) -> None:
        """Hang up on the client, give the commit to the server, and say nothing more to either."""
        client.shutdown(socket.SHUT_RDWR)
        server.sendall(said)
        server.shutdown(socket.SHUT_WR)


@contextmanager
def wired(url: str) -> Iterator[Wire]:
    wire = Wire(url)
    try:
        yield wire
    finally:
        wire.close()
