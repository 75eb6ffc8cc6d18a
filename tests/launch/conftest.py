import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from dsar.launch.home import Home
from dsar.launch.launch import Launch

ROOT = Path(__file__).resolve().parent.parent.parent
NAMED_SERVERS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No server of the surrounding test run is meant here."""
    for name in (*NAMED_SERVERS, "DJANGO_SETTINGS_MODULE"):
        monkeypatch.delenv(name, raising=False)


@contextmanager
def begin(path: Path) -> Iterator[Launch]:
    """Begin a start whose home is `path`; whatever it starts ends with the block."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    home = Home(path)
    with home.open():
        launch = Launch.of(ROOT, home)
        try:
            yield launch
        finally:
            launch.processes.stop_all()
            for number, handler in handlers.items():
                signal.signal(number, handler)


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    with begin(tmp_path / "home") as begun:
        yield begun


@dataclass(frozen=True)
class Terminal:
    """A person's terminal in a folder that holds the project."""

    folder: Path

    def begin(self, *words: str, python: str = sys.executable, **variables: str) -> subprocess.Popen[str]:
        environment = {name: value for name, value in os.environ.items() if name not in NAMED_SERVERS} | variables
        return subprocess.Popen(
            [python, "manage.py", *words],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, **variables: str) -> tuple[int, str, str]:
        """Return exit code, stdout and stderr."""
        with self.begin(*words, **variables) as process:
            said, complained = process.communicate(timeout=240)
        return process.returncode, said, complained

    def processes(self) -> list[str]:
        """The command lines of the living processes that belong to this folder."""
        return [line for line in _command_lines() if str(self.folder) in line]


def _command_lines() -> Iterator[str]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                environment = (entry / "environ").read_bytes()
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            mark = b"DSAR_LAUNCH_HOME="
            home = next((word.removeprefix(mark) for word in environment.split(b"\0") if word.startswith(mark)), b"")
            if command and home:
                yield (command.replace(b"\0", b" ") + home).decode(errors="replace")


@pytest.fixture(scope="session")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """A copy of the project, with the packages that are installed already."""
    folder = tmp_path_factory.mktemp("project") / "copy"
    ignored = shutil.ignore_patterns(".venv", ".dsar", ".git", "__pycache__", ".*_cache", "staticfiles")
    shutil.copytree(ROOT, folder, ignore=ignored)
    (folder / ".venv").symlink_to(sys.prefix)
    return Terminal(folder)


def eventually(condition: Callable[[], bool], *, within_delay: float = 60) -> bool:
    latest = time.monotonic() + within_delay
    while not condition():
        if time.monotonic() > latest:
            return False
        time.sleep(0.05)
    return True
