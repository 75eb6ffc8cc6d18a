"""`manage.py bench`: servers that keep what they were told (fsync on), to throw away afterwards, and the benchmarks."""

import os
import shutil
import signal
import tempfile
from pathlib import Path

from dsar.launch import databases, supply
from dsar.launch.failure import CannotStart
from dsar.launch.home import Home
from dsar.launch.launch import Launch
from dsar.launch.messages import compile_all
from dsar.launch.packages import DEV
from dsar.launch.processes import Program
from dsar.launch.product import environment
from dsar.launch.testing import mariadb_grants, sweep

_GIVEN = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")


def main(root: Path, words: list[str]) -> int:
    """Run the benchmarks named in `words`, or all, and return 0 when every goal was met.

    Servers of the environment are not used: nothing that somebody needs is emptied, and the figures are those of a server as
    it comes.
    """
    for name in _GIVEN:
        os.environ.pop(name, None)
    folder = root / ".dsar" / "bench"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(folder)
    home = Home(Path(tempfile.mkdtemp(dir=folder)))
    lock = home.open()
    launch = Launch.of(root, home)
    try:
        launch.venv.install(DEV)
        compile_all(root)
        return _measure(launch, words)
    finally:
        launch.processes.stop_all()
        lock.close()
        shutil.rmtree(home.path, ignore_errors=True)


def _measure(launch: Launch, words: list[str]) -> int:
    servers = databases.start(launch, mariadb_grants(launch.home), throw_away=False)
    databases.provision(launch, servers, with_shop=False, fresh=set())
    variables = os.environ | _environment(launch, servers)
    migrate = Program("migrate", launch.manage("migrate"), variables | {"DATABASE_URL": servers.owner}, launch.root)
    if launch.processes.run(migrate)[0]:
        raise CannotStart(f"`manage.py migrate` failed: {launch.processes.last_words('migrate')}")
    command = launch.module("benchmarks.base", *words)
    bench = Program("bench", command, variables, launch.root, ends_by=signal.SIGINT, patience=30, is_shown=True)
    return launch.processes.run(bench)[0]


def _environment(launch: Launch, servers: databases.Servers) -> dict[str, str]:
    """Return the product's own variables, and where a benchmark may make databases and files."""
    home = launch.home
    scratch = home.path / "scratch"
    scratch.mkdir(mode=0o700)
    second = servers.mariadb.url("dsar_test", home.secret("MARIADB_PASSWORD")) if servers.mariadb else ""
    programs = supply.postgres(launch.venv, made_by=None)
    places = [str(programs)] if programs else []
    return environment(home, servers, port=home.port("web")) | {
        "DATABASE_OWNER_URL": servers.owner, "DSAR_DEMO": "0", "DSAR_LOG_LEVEL": "ERROR", "DSAR_BENCH_ADMIN_URL": servers.admin,
        "DSAR_BENCH_MARIADB_URL": second, "DSAR_BENCH_FOLDER": str(scratch),
        "PATH": os.pathsep.join([*places, os.environ.get("PATH", "")]),
    }  # fmt: skip
