"""The virtual environment and the packages of a lock file, every one checked against its hash."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from dsar.launch.failure import CannotStart
from dsar.launch.home import write_private
from dsar.launch.processes import Processes, Program

RUN, DEMO, DEV = "lock.txt", "lock-demo.txt", "lock-dev.txt"
_STRICT = ("--require-hashes", "--only-binary", ":all:")  # nothing unchecked, and nobody's build script runs here
# Two judges of the tests come as source alone; their build scripts run where tests are run, and nowhere else.
_AS_SOURCE = {DEV: ("--no-binary", "django-haystack", "--no-binary", "localstripe")}
_UNREACHABLE = (
    "connect", "resolve", "network", "timed out", "could not find a version", "no matching distribution",
    "dns error", "not found in the package registry", "failed to fetch", "unreachable", "proxy",
)  # fmt: skip


class Venv:
    """The folder `.venv` beside manage.py."""

    def __init__(self, root: Path, processes: Processes) -> None:
        self._root = root
        self._processes = processes
        self.path = root / ".venv"
        self.python = self.path / "bin" / "python"

    @property
    def site_packages(self) -> Path:
        """Where the packages lie."""
        return next((self.path / "lib").glob("python3.*/site-packages"), self.path / "lib")

    def has(self, lock: str) -> bool:
        """Tell whether `lock`, as it is now, was installed to the end."""
        return self._digest(lock) in self._installed() and self.python.exists()

    def install(self, lock: str) -> None:
        """Install requirements/`lock` unless that was done; make the virtual environment first.

        Raises:
            CannotStart: no `venv` module, no network, a hash that does not match, no room.
        """
        with self._alone():
            if not self.has(lock):
                self._install(lock)

    def _install(self, lock: str) -> None:
        if not _runs(self.python):
            self._make()
        print(f"Installing requirements/{lock} …", flush=True)
        code, said = self._processes.run(Program("install", self._install_command(lock), os.environ, self._root))
        if code:
            raise CannotStart(_why(said, self._processes.home.logs))
        locks = (RUN, DEMO, DEV) if lock == DEV else (lock,)  # the lock of the developers holds the others
        write_private(self.path / "installed", "\n".join(sorted({*self._installed(), *map(self._digest, locks)})))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two starts at the same moment do not install into the same folder."""
        folder = self._root / ".dsar"
        folder.mkdir(mode=0o700, exist_ok=True)
        with (folder / "install.lock").open("w", encoding="utf-8") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError:
                    self._processes.check()
                    time.sleep(0.1)
            yield

    def _make(self) -> None:
        print("Making .venv …", flush=True)
        if shutil.which("uv") is None and not (find_spec("venv") and find_spec("ensurepip")):
            raise CannotStart("Python's venv module is missing: on Debian or Ubuntu, `apt-get install python3-venv` brings it.")
        uv: list[str | Path] = ["uv", "venv", "--clear", "--python", sys.executable, self.path]
        own: list[str | Path] = [sys.executable, "-m", "venv", "--clear", self.path]
        code, said = self._processes.run(Program("venv", uv if shutil.which("uv") else own))
        if code:
            raise CannotStart(f"The virtual environment {self.path} could not be made: {_last_line(said)}")

    def _install_command(self, lock: str) -> Sequence[str | Path]:
        file, strict = self._root / "requirements" / lock, (*_STRICT, *_AS_SOURCE.get(lock, ()))
        if shutil.which("uv"):
            return ["uv", "pip", "install", "--python", self.python, *strict, "--compile-bytecode", "-r", file]
        pip: list[str | Path] = [self.python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--retries", "1"]
        return [*pip, *strict, "-r", file]

    def _digest(self, lock: str) -> str:
        return hashlib.sha256((self._root / "requirements" / lock).read_bytes()).hexdigest()

    def _installed(self) -> list[str]:
        marker = self.path / "installed"
        return marker.read_text(encoding="utf-8").split() if marker.exists() else []


def _runs(python: Path) -> bool:
    try:
        works = subprocess.run([python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"], capture_output=True, check=False)
    except OSError:
        return False
    return works.returncode == 0 and (shutil.which("uv") is not None or _has_pip(python))


def _has_pip(python: Path) -> bool:
    return subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0


def _why(said: str, logs: Path) -> str:
    where = f"the whole of what it said: {logs}/install.log"
    lowered = said.lower()
    if "do not match the hashes" in lowered or "hash mismatch" in lowered:
        return f"A downloaded package is not the one that requirements/ names (its hash differs); nothing was started; {where}"
    if "no space left" in lowered:
        return f"The disk is full: the packages could not be installed; {where}"
    if any(sign in lowered for sign in _UNREACHABLE):
        return f"The packages could not be downloaded: the first start needs the network; {where}"
    return f"The packages could not be installed: {_last_line(said)}; {where}"


def _last_line(said: str) -> str:
    return next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "it said nothing")
