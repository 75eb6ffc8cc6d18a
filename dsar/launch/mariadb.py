"""A MariaDB of one's own for the second demo system and the connectors' tests, where the machine has the program."""

import os
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from dsar.launch import progress, supply
from dsar.launch.failure import CannotStart
from dsar.launch.home import LOOPBACK, write_private
from dsar.launch.launch import Launch
from dsar.launch.privileges import namespace
from dsar.launch.processes import Program


@dataclass(frozen=True)
class MariaDB:
    """A server on loopback, perhaps not ready yet."""

    port: int

    def url(self, user: str, password: str, database: str = "") -> str:
        return f"mysql+pymysql://{user}:{password}@{LOOPBACK}:{self.port}/{database}"

    def answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as connection:
                connection.settimeout(1)
                return b"MariaDB" in connection.recv(128)  # the greeting names the server
        except OSError:
            return False


def start(launch: Launch, grants: list[str], *, throw_away: bool) -> MariaDB | None:
    """Start the server, which runs the statements `grants` before it listens; None where the machine has no MariaDB."""
    program = supply.mariadb()
    if program is None:
        return None
    home, data = launch.home, launch.home.path / "mariadb"
    if not data.exists():
        _make(program, launch)
    first = data / "grants.sql"
    write_private(first, "".join(f"{grant};\n" for grant in grants))
    server = MariaDB(home.port("mariadb"))
    command: list[str | Path] = [
        program, "--no-defaults", f"--datadir={data}", f"--bind-address={LOOPBACK}", f"--port={server.port}", "--socket=socket",
        f"--pid-file={data}/pid", f"--init-file={first}", "--skip-name-resolve", "--skip-log-bin", "--character-set-server=utf8mb4",
        "--max-allowed-packet=64M", *_as_root(), *(["--innodb-flush-log-at-trx-commit=0"] if throw_away else []),
    ]  # fmt: skip
    launch.processes.start(Program("mariadb", command, folder=data, prefix=namespace(), patience=15, is_server=True))
    return server


def await_ready(server: MariaDB, launch: Launch) -> None:
    launch.processes.await_ready("mariadb", server.answers, within_delay=120)


def _make(program: Path, launch: Launch) -> None:
    """Make the data folder under another name first: what is called `mariadb` is whole. Its root has no way in but the socket."""
    home = launch.home
    draft = home.path / "mariadb.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    command: list[str | Path] = [
        supply.mariadb_installer(), "--no-defaults", f"--datadir={draft}", "--skip-test-db",
        "--auth-root-authentication-method=socket", *_as_root(),
    ]  # fmt: skip
    code, _ = launch.processes.run(Program("mariadb-install", command, folder=draft, prefix=namespace()))
    if code:
        raise CannotStart(f"MariaDB ({program}) could not make its data folder: {launch.processes.last_words('mariadb-install')}")
    progress.forget(home, "shop")
    draft.rename(home.path / "mariadb")


def _as_root() -> list[str]:
    """What MariaDB wants to hear before it runs as root, where root cannot be left."""
    return ["--user=root"] if os.geteuid() == 0 and not namespace() else []
