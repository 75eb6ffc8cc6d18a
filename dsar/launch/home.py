"""The folder in which a start keeps its data, secrets, ports and the record of what it runs."""

import fcntl
import json
import os
import secrets
import socket
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from dsar.launch.failure import CannotStart

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Home:
    """One folder, readable by its owner only."""

    path: Path

    def open(self) -> IO[str]:
        """Make the folder and lock it; the lock lasts as long as the returned file, or the process, lives.

        Raises:
            CannotStart: another start holds it, or the folder cannot be written.
        """
        try:
            for folder in (self.path, self.secrets_folder, self.logs, self.records):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.chmod(0o700)
            lock = (self.path / "lock").open("a+", encoding="utf-8")
        except OSError as fault:
            raise CannotStart(f"The folder {self.path} cannot be written ({fault.strerror}): is it another user's?") from fault
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            lock.close()
            raise CannotStart(self._already_running()) from fault
        return lock

    def _already_running(self) -> str:
        where = self.state.get("address")
        return f"It is already running from {self.path}" + (f", at {where}." if where else ".")

    @property
    def secrets_folder(self) -> Path:
        return self.path / "secrets"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def records(self) -> Path:
        return self.path / "run"

    def log(self, name: str) -> Path:
        """Return the log file of `name`; beyond 10 MB the old one is put aside first."""
        log = self.logs / f"{name}.log"
        if log.exists() and log.stat().st_size > 10_000_000:  # noqa: PLR2004  # bytes
            log.replace(log.with_suffix(".log.1"))
        return log

    @property
    def state(self) -> dict[str, Any]:
        """What earlier starts remembered: ports, and the digests of what they finished."""
        try:
            return dict(json.loads((self.path / "state.json").read_text(encoding="utf-8")))
        except FileNotFoundError:
            return {}
        except ValueError as fault:
            raise CannotStart(f"{self.path}/state.json is damaged: delete that file and start again.") from fault

    def remember(self, name: str, value: object) -> None:
        write_private(self.path / "state.json", json.dumps(self.state | {name: value}, indent=1))

    def forget(self, names: Iterable[str]) -> None:
        gone = set(names)
        kept = {name: value for name, value in self.state.items() if name not in gone}
        write_private(self.path / "state.json", json.dumps(kept, indent=1))

    def secret(self, name: str) -> str:
        """Return the secret of that name, made at the first call: 32 random bytes in base64 for a `…_KEY`, else 32 letters."""
        file = self.secrets_folder / name
        if not file.exists():
            made = b64encode(secrets.token_bytes(32)).decode() if name.endswith("_KEY") else secrets.token_hex(16)
            write_private(file, made, outlives_power_cut=True)
        return file.read_text(encoding="utf-8")

    def port(self, name: str) -> int:
        """Return the port that `name` had last time if it is free, else a free one, and remember it."""
        last = int(self.state.get("ports", {}).get(name, 0))
        port = last if last and is_free(last) else free_port()
        self.remember("ports", self.state.get("ports", {}) | {name: port})
        return port


def write_environment(home: Home, variables: dict[str, str]) -> None:
    """Keep the variables of a running demo, for other commands of manage.py beside it."""
    write_private(home.path / "environment.json", json.dumps(variables, indent=1))


def write_private(file: Path, text: str, *, outlives_power_cut: bool = False) -> None:
    """Put `text` into `file`, readable by its owner only; a start killed half-way leaves the old content."""
    draft = file.with_name(f".{file.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
        handle.write(text)
        if outlives_power_cut:
            handle.flush()
            os.fsync(handle.fileno())
    draft.replace(file)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
