"""The product itself: its environment, what prepares its database, and its four processes."""

import os
from collections.abc import Sequence
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from dsar.launch import progress
from dsar.launch.databases import Servers
from dsar.launch.failure import CannotStart
from dsar.launch.home import LOOPBACK, Home
from dsar.launch.launch import Launch
from dsar.launch.processes import Program

OFFICER = "officer.json"  # in the home, written by `demo_officer`: email, password and the second factor's secret
STAGES = ("migrate", "loadbrands", "demo_officer")
READING = "journey,match,collect,bundle,mail,housekeeping"
ERASING = "erase"  # of workers that have the accounts which may erase; elsewhere than here they stand alone
QUEUES = f"{READING},{ERASING}"
_SCHEMA = ("requests_app/migrations/*.py", "dsar/settings/*.py", "requirements/lock.txt")
_LAW = ("requests_app/jurisdictions/**/*.yaml", "requests_app/duties/**/*.yaml")  # `migrate` checks them


def environment(home: Home, servers: Servers, *, port: int) -> dict[str, str]:
    """Return the variables that the product reads. The owner's URL is not among them: it is for `migrate` only."""
    return {
        "DJANGO_SETTINGS_MODULE": "dsar.settings.dev",
        "DATABASE_URL": servers.app,
        "REDIS_URL": servers.redis,
        "SECRET_KEY": home.secret("SECRET_KEY"),
        "DSAR_MASTER_KEY": home.secret("DSAR_MASTER_KEY"),
        "DSAR_SIGNING_KEY": home.secret("DSAR_SIGNING_KEY"),
        "DSAR_KEY_STORE": _folder(home, "keys"),
        "DSAR_VAULT": _folder(home, "vault"),
        "DSAR_BASE_URL": f"http://{LOOPBACK}:{port}",
        "EMAIL_URL": f"file://{_folder(home, 'mail')}",
        "ALLOWED_HOSTS": f"{LOOPBACK},localhost",
        "DSAR_DEMO": "1",
        "DSAR_DEMO_HOME": str(home.path),
    }


def prepare(launch: Launch, servers: Servers, variables: dict[str, str]) -> None:
    """Migrate as the owner, load the brands, make the demo's officers: each once, and again when its files changed.

    Raises:
        CannotStart: one of them failed.
    """
    root, home = launch.root, launch.home
    schema, laws = progress.digest(root, _SCHEMA), progress.digest(root, [*_SCHEMA, *_LAW])
    brands = progress.digest(root, ["brands/*.yaml", "demo/*.yaml", *_SCHEMA])
    steps = (
        ("migrate", laws, "Preparing the database …", variables | {"DATABASE_URL": servers.owner}),
        ("loadbrands", brands, "Loading the example brands …", variables),
        ("demo_officer", schema, "", variables),
    )
    for command, inputs, words, variables_of_step in steps:
        if progress.is_done(home, command, inputs):
            continue
        if words:
            print(words, flush=True)
        code, _ = launch.processes.run(Program(command, launch.manage(command), os.environ | variables_of_step, root))
        if code:
            raise CannotStart(f"`manage.py {command}` failed: {launch.processes.last_words(command)}")
        progress.note(home, command, inputs)


def start_web(launch: Launch, variables: dict[str, str], *, port: int) -> None:
    """Start the web process, which may take a moment until it is ready."""
    place = ["--bind", f"{LOOPBACK}:{port}", "--no-control-socket"]
    size = ["--worker-class", "gthread", "--workers", "1", "--threads", "8", "--graceful-timeout", "5"]
    _start(launch, variables, "web", launch.module("gunicorn", "dsar.wsgi", *place, *size))


def start_others(launch: Launch, variables: dict[str, str], erasing: dict[str, str]) -> None:
    """Start worker, clock and sweeper. `erasing`: the accounts that may erase, for who runs steps."""
    celery = launch.module("celery", "-A", "dsar")
    schedule = Path(_folder(launch.home, "beat")) / "schedule"
    worker = ["worker", "-Q", QUEUES, "-c", "2", "-n", "demo@%h", "--without-gossip", "--without-mingle", "-l", "INFO"]
    _start(launch, variables | erasing, "worker", [*celery, *worker])
    _start(launch, variables, "beat", [*celery, "beat", "-s", schedule, "--pidfile=", "-l", "INFO"])
    _start(launch, variables | erasing, "sweeper", launch.manage("sweep"))


def await_ready(launch: Launch, *, port: int) -> None:
    """Return when the web process says that all is up.

    Raises:
        CannotStart: it ended, or was silent for two minutes.
    """
    launch.processes.await_ready("web", lambda: _is_ready(port), within_delay=120, every_delay=0.2)


def _start(launch: Launch, variables: dict[str, str], name: str, command: Sequence[str | Path]) -> None:
    launch.processes.start(Program(name, command, os.environ | variables, launch.root))


def _is_ready(port: int) -> bool:
    connection = HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == HTTPStatus.OK
    except (HTTPException, OSError):
        return False
    finally:
        connection.close()


def _folder(home: Home, name: str) -> str:
    folder = home.path / name
    folder.mkdir(mode=0o700, exist_ok=True)
    return str(folder)
