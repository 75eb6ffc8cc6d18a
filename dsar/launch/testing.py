"""`manage.py test`: servers to throw away, and pytest."""

import os
import shutil
import signal
import tempfile
from pathlib import Path

from dsar.launch import databases
from dsar.launch.failure import CannotStart
from dsar.launch.home import Home
from dsar.launch.launch import Launch
from dsar.launch.messages import compile_all
from dsar.launch.packages import DEV
from dsar.launch.processes import Processes, Program

# Neighbours stay with one worker, so that what they share is made once; who has nothing left takes from the other.
SPREAD = ("-n", "2", "--dist", "worksteal")

SOAK = ("tests/faults/test_soak.py", "-s", "-x", "-q")
ASKED = {"--soak": "DSAR_SOAK", "--seed": "DSAR_FAULTS_SEED"}


def main(root: Path, words: list[str]) -> int:
    """Run pytest with `words` (without any: on two processors) against servers of its own and return its exit code.

    `--soak MINUTES` does damage for that long instead of running the suite; `--seed NUMBER` does the same damage again.

    Raises:
        CannotStart: what follows one of these is no number.
    """
    words, soaking = soaked(words)
    folder = root / ".dsar" / "test"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(folder)
    home = Home(Path(tempfile.mkdtemp(dir=folder)))
    lock = home.open()
    launch = Launch.of(root, home)
    try:
        launch.venv.install(DEV)
        compile_all(root)
        servers = databases.start(launch, mariadb_grants(home), throw_away=True)
        databases.provision(launch, servers, with_shop=False, fresh=set())
        command = launch.module("pytest", *(words or SPREAD))
        variables = os.environ | _environment(home, servers) | soaking
        pytest = Program("pytest", command, variables, root, ends_by=signal.SIGINT, patience=30, is_shown=True)
        return launch.processes.run(pytest)[0]
    finally:
        launch.processes.stop_all()
        lock.close()
        shutil.rmtree(home.path, ignore_errors=True)


def soaked(words: list[str]) -> tuple[list[str], dict[str, str]]:
    """Return what pytest shall be told, and what the soak's test reads, where `words` ask for a soak."""
    left, found = list(words), dict[str, str]()
    for word, name in ASKED.items():
        if word in left:
            at = left.index(word)
            value = "".join(left[at + 1 : at + 2])
            if not value.isdecimal():
                raise CannotStart(f"{word} takes a number: python3 manage.py test --soak 10 --seed 7")
            found[name] = value
            del left[at : at + 2]
    return ([*SOAK, *left] if "DSAR_SOAK" in found else left), found


def sweep(folder: Path) -> None:
    """Remove what killed runs left; a run that is still going holds its lock."""
    for path in folder.iterdir():
        home = Home(path)
        try:
            lock = home.open()
        except CannotStart:
            continue
        Processes(home).clear_leftovers()
        lock.close()
        shutil.rmtree(path, ignore_errors=True)


def mariadb_grants(home: Home) -> list[str]:
    """What MariaDB runs before it listens: the tests make databases and users of their own."""
    user = "dsar_test@'127.0.0.1'"
    return [
        f"CREATE OR REPLACE USER {user} IDENTIFIED BY '{home.secret('MARIADB_PASSWORD')}'",
        f"GRANT ALL ON *.* TO {user} WITH GRANT OPTION",
    ]


def _environment(home: Home, servers: databases.Servers) -> dict[str, str]:
    product = home.path / "product"
    second = servers.mariadb.url("dsar_test", home.secret("MARIADB_PASSWORD")) if servers.mariadb else ""
    return {
        "DJANGO_SETTINGS_MODULE": "dsar.settings.test",
        "DATABASE_URL": servers.app,
        "DATABASE_OWNER_URL": servers.owner,
        "REDIS_URL": servers.redis,
        "SECRET_KEY": home.secret("SECRET_KEY"),
        "DSAR_MASTER_KEY": home.secret("DSAR_MASTER_KEY"),
        "DSAR_SIGNING_KEY": home.secret("DSAR_SIGNING_KEY"),
        "DSAR_TEST_HOME": str(product),
        "DSAR_KEY_STORE": str(product / "keys"),
        "DSAR_VAULT": str(product / "vault"),
        **({"DSAR_TEST_MARIADB_URL": second} if second else {}),
    }
