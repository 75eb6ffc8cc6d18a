"""A PostgreSQL of one's own: made once in the home, loopback only, SCRAM passwords, no personal data in its log."""

import os
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

from dsar.launch import identity, progress, supply
from dsar.launch.failure import CannotStart
from dsar.launch.home import LOOPBACK, write_private
from dsar.launch.launch import Launch
from dsar.launch.packages import Venv
from dsar.launch.privileges import prefix_for
from dsar.launch.processes import Program

_BUILTIN_LOCALE = 17  # the release that brought the locale provider which needs nothing of the machine
_STATUS_LINE = 7  # of postmaster.pid, counted from 0
_QUIET = ("log_min_error_statement=panic", "log_error_verbosity=terse", "log_parameter_max_length_on_error=0")
_THROWN_AWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


@dataclass(frozen=True)
class Postgres:
    """A running server, and how its superuser reaches it."""

    port: int
    password: str

    def url(self, role: str, password: str, database: str) -> str:
        return f"postgresql://{role}:{password}@{LOOPBACK}:{self.port}/{database}"

    @property
    def superuser_url(self) -> str:
        return self.url("postgres", self.password, "postgres")


def start(launch: Launch, *, throw_away: bool) -> Postgres:
    """Make the data folder if there is none, and start the server on it; it may take a moment until it is ready.

    With `throw_away` nothing survives a power cut, and it is quicker.
    """
    home, data = launch.home, launch.home.path / "postgres"
    programs = _programs(launch.venv, data)
    password = home.secret("POSTGRES_PASSWORD")
    if not data.exists():
        _make(programs, launch)
    _forget_a_dead_postmaster(data)
    port = home.port("postgres")
    settings = [f"listen_addresses={LOOPBACK}", f"port={port}", "unix_socket_directories=", "timezone=UTC", "log_timezone=UTC"]
    settings += [*_QUIET, *(_THROWN_AWAY if throw_away else ())]
    command: list[str | Path] = [programs / "postgres", "-D", data, *(word for setting in settings for word in ("-c", setting))]
    launch.processes.start(
        Program("postgres", command, _plain(), data, prefix_for(data), signal.SIGINT, patience=15, is_server=True),
    )
    return Postgres(port, password)


def await_ready(launch: Launch) -> None:
    """Return when the server answers.

    Raises:
        CannotStart: it refused, with the reason that it gave.
    """
    status = launch.home.path / "postgres" / "postmaster.pid"
    launch.processes.await_ready("postgres", lambda: _status(status) == "ready", within_delay=120)


def _programs(venv: Venv, data: Path) -> Path:
    version = data / "PG_VERSION"
    made_by = int(version.read_text(encoding="ascii")) if version.exists() else None
    if programs := supply.postgres(venv, made_by=made_by):
        return programs
    raise CannotStart(
        f"The data in {data} were made by PostgreSQL {made_by}, which is not on this machine any more: "
        f"install it, or delete {data.parent} to start afresh.",
    )


def _make(programs: Path, launch: Launch) -> None:
    """Make the data folder under another name first: what is called `postgres` is whole."""
    home = launch.home
    draft, password = home.path / "postgres.new", home.path / "postgres-password"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    prefix = prefix_for(draft)
    write_private(password, home.secret("POSTGRES_PASSWORD"))
    access = ["--auth=scram-sha-256", f"--pwfile={password}"]
    command: list[str | Path] = [programs / "initdb", "-D", draft, "-U", "postgres", *access, "-E", "UTF8", *_locale(programs)]
    code, _ = launch.processes.run(Program("initdb", command, _plain(), home.path, prefix))
    password.unlink()
    if code:
        raise CannotStart(f"PostgreSQL could not make its data folder: {launch.processes.last_words('initdb')}")
    progress.forget(home)
    draft.rename(home.path / "postgres")


def _locale(programs: Path) -> list[str]:
    if supply.release_of(programs) >= _BUILTIN_LOCALE:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C.UTF-8"] if os.uname().sysname == "Linux" else ["--locale=C"]


def _plain() -> dict[str, str]:
    """The environment without what speaks to PostgreSQL's programs, and with messages in English."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))} | {"LANG": "C"}


def _status(postmaster: Path) -> str:
    try:
        return postmaster.read_text(encoding="utf-8").splitlines()[_STATUS_LINE].strip()
    except (OSError, IndexError):
        return ""


def _forget_a_dead_postmaster(data: Path) -> None:
    """Remove the lock of a postmaster that was killed and whose number another process has by now (Linux).

    PostgreSQL itself would take that process for the postmaster and refuse to start.
    """
    lock = data / "postmaster.pid"
    if not lock.exists() or os.uname().sysname != "Linux":
        return
    pid = int(lock.read_text(encoding="utf-8").split("\n", 1)[0])
    if identity.folder(pid) != data:
        lock.unlink()
