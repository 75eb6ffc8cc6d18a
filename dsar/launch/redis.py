"""A Redis or Valkey of one's own: a password, loopback only, nothing on disk."""

import socket
from dataclasses import dataclass

from dsar.launch import supply
from dsar.launch.home import LOOPBACK, write_private
from dsar.launch.launch import Launch
from dsar.launch.processes import Program


@dataclass(frozen=True)
class Redis:
    """A server on loopback, perhaps not ready yet."""

    port: int
    password: str

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answers = connection.makefile("rb")
                return (answers.readline(), answers.readline()) == (b"+OK\r\n", b"+PONG\r\n")
        except OSError:
            return False


def start(launch: Launch) -> Redis:
    """Start the server; the password is in a private file, where `ps` does not show it."""
    home = launch.home
    server = Redis(home.port("redis"), home.secret("REDIS_PASSWORD"))
    settings = home.path / "redis.conf"
    lines = [
        f"bind {LOOPBACK}", f"port {server.port}", "protected-mode yes", f"requirepass {server.password}",
        'save ""', "appendonly no", "maxmemory-policy noeviction", f'dir "{home.path}"',
    ]  # fmt: skip
    write_private(settings, "\n".join(lines) + "\n")
    launch.processes.start(Program("redis", [supply.redis(launch.venv), settings], is_server=True))
    return server


def await_ready(server: Redis, launch: Launch) -> None:
    launch.processes.await_ready("redis", server.answers, within_delay=30)
