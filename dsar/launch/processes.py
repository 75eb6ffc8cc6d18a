"""Everything that a start runs, and the promise that none of it outlives the start."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from dsar.launch import identity
from dsar.launch.failure import CannotStart
from dsar.launch.home import Home, write_private

LEASH = Path(__file__).with_name("leash.py")
MARK = "DSAR_LAUNCH_HOME"
_POLL_DELAY = 0.02  # seconds


@dataclass(frozen=True)
class Program:
    """What to run. A server is ended after everything that is none; `patience` is in seconds.

    `is_shown`: it prints on the terminal rather than into a log, and the terminal is its own while it runs.
    """

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    folder: Path | None = None
    prefix: Sequence[str] = ()  # what gives up root's rights first
    ends_by: signal.Signals = signal.SIGTERM
    patience: float = 10
    is_server: bool = False
    is_shown: bool = False

    @property
    def shares_terminal(self) -> bool:
        """Ctrl-C reaches it without our help."""
        return self.is_shown and sys.stdin is not None and sys.stdin.isatty()


class Processes:
    """The processes of one start, each the leader of a group of its own.

    Ctrl-C, SIGTERM and SIGHUP are noted and noticed at the next `check`; a second one makes the end abrupt.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        self._running: dict[str, tuple[Program, subprocess.Popen[bytes]]] = {}
        self._log_began: dict[str, int] = {}
        self._foreground = False
        self.signals = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup means what it says
                signal.signal(number, self._note)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        if not (self._foreground and number == signal.SIGINT):
            self.signals += 1

    def check(self) -> None:
        if self.signals:
            raise CannotStart("Stopped.", code=130)

    def start(self, program: Program) -> None:
        """Start `program`; what it prints goes to the log of its name."""
        with self.home.log(program.name).open("ab") as log:
            self._log_began[program.name] = log.tell()
            child = subprocess.Popen(
                [*program.prefix, *_leashed(program)],
                env={**program.environment, MARK: str(self.home.path)},
                cwd=program.folder,
                stdin=None if program.shares_terminal else subprocess.DEVNULL,
                stdout=None if program.is_shown else log,
                stderr=None if program.is_shown else subprocess.STDOUT,
                start_new_session=not program.shares_terminal,
            )
        self._running[program.name] = (program, child)
        record = {"pid": child.pid, "born": identity.born(child.pid), "ends_by": program.ends_by}
        write_private(self.home.records / f"{program.name}.json", json.dumps(record))

    def run(self, program: Program) -> tuple[int, str]:
        """Run `program` to its end and return its exit code and what it printed.

        Raises:
            CannotStart: the person stopped it.
        """
        self._foreground = program.shares_terminal
        self.start(program)
        try:
            while self.exit_code(program.name) is None:
                self.check()
                time.sleep(_POLL_DELAY)
            code = self.exit_code(program.name)
        finally:
            self.stop([program.name])
            self._foreground = False
        return code or 0, self.printed(program.name)

    def printed(self, name: str) -> str:
        """Return what `name` printed since this start."""
        with (self.home.logs / f"{name}.log").open("rb") as log:
            log.seek(self._log_began[name])
            return log.read().decode(errors="replace").strip()

    def exit_code(self, name: str) -> int | None:
        """Return the exit code of a program that was started, None while it runs."""
        return self._running[name][1].poll()

    def await_ready(
        self, name: str, is_ready: Callable[[], bool], *, within_delay: float, every_delay: float = _POLL_DELAY
    ) -> None:
        """Return as soon as `is_ready`, asked every `every_delay` seconds for `within_delay` seconds.

        Raises:
            CannotStart: the program ended or stayed silent, or the person stopped it.
        """
        latest = time.monotonic() + within_delay
        while not is_ready():
            self.check()
            if (code := self.exit_code(name)) is not None:
                raise CannotStart(f"{name} ended at once (exit code {code}): {self.last_words(name)}")
            if time.monotonic() > latest:
                raise CannotStart(f"{name} was not ready after {within_delay:.0f} seconds: {self.last_words(name)}")
            time.sleep(every_delay)

    def last_words(self, name: str) -> str:
        """Return the line of the log of `name` that says most, and where the log lies."""
        return f"{telling_line(self.printed(name))} (the whole of it: {self.home.logs / name}.log)"

    def restart(self, name: str) -> None:
        """Start again a program that ended, after ending what it left."""
        program = self._running[name][0]
        self.stop([name])
        self.start(program)

    @property
    def ended(self) -> list[str]:
        """The names of those that were started, not stopped, and ended all the same."""
        return [name for name, (_, child) in self._running.items() if child.poll() is not None]

    def stop(self, names: Iterable[str]) -> None:
        """End these programs and all that they started; after its patience, or a second signal, by force."""
        ending = [(name, *self._running[name]) for name in names if name in self._running]
        for _, program, child in ending:
            if child.poll() is None:
                _signal_group(child.pid, program.ends_by, whole=False)
        began = time.monotonic()
        for name, program, child in ending:
            while child.poll() is None and self.signals < 2 and time.monotonic() < began + program.patience:  # noqa: PLR2004
                time.sleep(_POLL_DELAY)
            _signal_group(child.pid, signal.SIGKILL)
            child.wait()
            del self._running[name]
            (self.home.records / f"{name}.json").unlink(missing_ok=True)

    def stop_all(self) -> None:
        """End everything: first what uses the servers, then the servers."""
        for of_servers in (False, True):
            self.stop([name for name, (program, _) in self._running.items() if program.is_server is of_servers])

    def clear_leftovers(self, *, patience: float = 5) -> None:
        """End what an earlier start left behind because it was killed itself; after `patience` seconds by force.

        Strangers who have one of the numbers by now are spared.
        """
        for record in self.home.records.glob("*.json"):
            leader = json.loads(record.read_text(encoding="utf-8"))
            if leader["born"] and identity.born(leader["pid"]) == leader["born"]:
                _end(leader["pid"], signal.Signals(leader["ends_by"]), patience)
            for pid in identity.group(leader["pid"], f"{MARK}={self.home.path}"):
                os.kill(pid, signal.SIGKILL)
            record.unlink()


def telling_line(printed: str) -> str:
    """Return the last line that names an error, else the last line."""
    lines = [line.strip() for line in printed.splitlines()[-60:] if line.strip()]
    errors = [line for line in lines if any(word in line for word in ("FATAL", "ERROR", "Error", "error:"))]
    return (errors or lines or ["it said nothing"])[-1]


def _leashed(program: Program) -> list[str | Path]:
    if sys.platform != "linux":
        return list(program.command)
    return [sys.executable, "-I", "-S", LEASH, str(int(program.ends_by)), str(os.getpid()), *program.command]


def _end(pid: int, ends_by: signal.Signals, patience: float) -> None:
    _signal_group(pid, ends_by, whole=False)
    latest = time.monotonic() + patience
    while identity.born(pid) and time.monotonic() < latest:
        time.sleep(_POLL_DELAY)
    _signal_group(pid, signal.SIGKILL)


def _signal_group(leader: int, number: signal.Signals, *, whole: bool = True) -> None:
    """Send `number` to the leader, or with `whole` to its group; whoever is gone already does not mind."""
    try:
        (os.killpg if whole else os.kill)(leader, number)
    except (ProcessLookupError, PermissionError):
        return
