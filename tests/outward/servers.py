"""Servers that answer exactly the bytes they are told, and keep what they were asked."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

Reply = Callable[[socket.socket, bytes], None]
OK: Final = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"


@dataclass
class Server:
    port: int
    asked: list[bytes] = field(default_factory=list)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


def says(*pieces: bytes, delay: float = 0) -> Reply:
    """Answer with these bytes, with a pause between the pieces, and close."""

    def reply(peer: socket.socket, _: bytes) -> None:
        for piece in pieces:
            peer.sendall(piece)
            time.sleep(delay)

    return reply


@contextmanager
def serving(reply: Reply, *, family: socket.AddressFamily = socket.AF_INET) -> Iterator[Server]:
    """Answer every connection with `reply`, each in a thread."""
    listener = socket.create_server(("127.0.0.1" if family == socket.AF_INET else "::1", 0), family=family)
    server, ended = Server(listener.getsockname()[1]), threading.Event()

    def answer(peer: socket.socket) -> None:
        with peer, suppress(OSError):
            peer.settimeout(10)
            asked = _request(peer)
            if asked:
                server.asked.append(asked)
                reply(peer, asked)

    def listen() -> None:
        while not ended.is_set():
            with suppress(OSError):
                threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        ended.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _request(peer: socket.socket) -> bytes:
    came = b""
    while b"\r\n\r\n" not in came:
        piece = peer.recv(65_536)
        if not piece:
            return came
        came += piece
    return came
