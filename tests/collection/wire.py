"""A service of its own between the product and a system: a process that lets through, that breaks off, or that is dead."""

import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from tests.brokers import free_port

_PROGRAM: Final = """
import pathlib, socket, sys, threading
port, host, behind, mode = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), pathlib.Path(sys.argv[4])
server = socket.create_server(("127.0.0.1", port))
def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    for one in (source, target):
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
while True:
    line, _ = server.accept()
    with mode.open("a") as said:
        said.write("asked\\n")
    if "break" in mode.read_text().splitlines()[0]:
        line.close()
        continue
    other = socket.create_connection((host, behind))
    for pair in ((line, other), (other, line)):
        threading.Thread(target=pump, args=pair, daemon=True).start()
"""


@dataclass(slots=True)
class Wire:
    """The process, and how it behaves."""

    url: str
    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Return the system's address by way of this service."""
        self.port = self.port or free_port()
        parts = urlsplit(self.url)
        return urlunsplit(parts._replace(netloc=f"{parts.netloc.rpartition('@')[0]}@127.0.0.1:{self.port}".removeprefix("@")))

    @property
    def asked(self) -> int:
        return self._mode.read_text().count("asked")

    @property
    def _mode(self) -> Path:
        return self.folder / "wire"

    def start(self, behaves: str = "pass") -> None:
        parts = urlsplit(self.url)
        _ = self.address
        self._mode.write_text(f"{behaves}\n")
        told = [str(self.port), parts.hostname or "", str(parts.port or 5432), str(self._mode)]
        self.process = subprocess.Popen([sys.executable, "-c", _PROGRAM, *told])
        for _try in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                break
            time.sleep(0.05)
        while not self.asked:  # by us, a moment ago
            time.sleep(0.05)
        self._mode.write_text(f"{behaves}\n")

    def behave(self, behaves: str) -> None:
        self._mode.write_text(f"{behaves}\n")

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(30)
            self.process = None
