"""PostgreSQL servers of a test's own, with a standby: made, killed, promoted."""

import os
import re
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psycopg

from dsar.launch import supply
from dsar.launch.home import Home
from dsar.launch.launch import Launch
from dsar.launch.privileges import prefix_for
from tests.brokers import free_port
from tests.house.tree import ROOT

_QUICK: Final = (
    "fsync=off",
    "full_page_writes=off",
    "shared_buffers=16MB",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
)
_PATIENCE: Final = 120.0  # seconds


def programs(folder: Path) -> Path:
    """Return the folder of PostgreSQL's programs that the launcher would take."""
    found = supply.postgres(Launch.of(ROOT, Home(folder)).venv, made_by=None)
    assert found is not None
    return found


def run(*words: str | Path, prefix: Sequence[str] = (), **variables: str) -> str:
    """Run one of PostgreSQL's programs to its end and return what it printed."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PG")} | variables
    done = subprocess.run([*prefix, *words], check=False, capture_output=True, text=True, env=plain)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@dataclass(slots=True)
class Cluster:
    """One server; `data` is its folder. Nothing it holds survives a power cut, and everything survives a kill."""

    bin: Path
    data: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        self.data.mkdir(mode=0o700)
        words: list[str | Path] = ["-D", self.data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        run(self.bin / "initdb", *words, prefix=prefix_for(self.data))

    def start(self, *settings: str) -> None:
        words = [word for one in (*_QUICK, f"port={self.port}", *settings) for word in ("-c", one)]
        self.process = subprocess.Popen(
            [*prefix_for(self.data), self.bin / "postgres", "-D", self.data, *words],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.data,
        )  # fmt: skip
        self.wait_for("SELECT 1")

    def standby(self, data: Path) -> "Cluster":
        """Return a copy of this server that follows it; to be started."""
        data.mkdir(mode=0o700)
        made = Cluster(self.bin, data)
        words: list[str | Path] = [
            "-D",
            data,
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
            "--no-sync",
            "-d",
            f"{self.url('postgres')}?application_name=standby",
        ]
        run(self.bin / "pg_basebackup", *words, prefix=prefix_for(data))
        return made

    def kill(self) -> None:
        """End it as a failing machine does, and all of its backends with it."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        self.process = None

    def promote(self) -> None:
        self.ask("SELECT pg_promote(true, 60)")
        self.wait_for("SELECT 1 WHERE NOT pg_is_in_recovery()")

    def url(self, role: str, database: str = "postgres") -> str:
        return f"postgresql://{role}@127.0.0.1:{self.port}/{database}"

    def ask(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        with psycopg.connect(self.url("postgres", database), autocommit=True, connect_timeout=5) as session:
            asked = session.execute(statement.encode())
            return asked.fetchall() if asked.description else []

    def wait_for(self, statement: str) -> None:
        """Return when `statement` returns a row."""
        end = time.monotonic() + _PATIENCE
        while True:
            with suppress(psycopg.OperationalError):
                if self.ask(statement):
                    return
            assert time.monotonic() < end, f"PostgreSQL does not come to {statement}"
            time.sleep(0.1)


def copied(source: str, to: str, bin_folder: Path, *, data: bool = True) -> None:
    """Copy the database at the URL `source` into the empty one at `to`, by a dump; without `data` the schema alone."""
    dump = run(bin_folder / "pg_dump", "--no-owner", *(() if data else ("--schema-only",)), plain(source))
    dump = re.sub(r"(?m)^SET (transaction_timeout|.*summarize).*$", "", dump)
    done = subprocess.run(
        [bin_folder / "psql", "-q", "-v", "ON_ERROR_STOP=1", plain(to)], input=dump, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]


def plain(url: str) -> str:
    return url.replace("+psycopg", "")
