"""`manage.py demo`, from nothing to Ctrl-C and back, with the real product."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from demo.people import CLAIRE
from dsar.launch.demo import CUSTOMER
from dsar.launch.home import free_port
from tests.launch.conftest import NAMED_SERVERS, Terminal, eventually

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc, which only Linux has")
START_DELAY = 200  # seconds, on a busy machine
SLOW = ("Making", "Installing", "Building", "Preparing", "Loading")


class Shown:
    """What a demo prints, as it prints it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        self.lines.extend(iter(self.process.stdout.readline, ""))

    def awaits(self, words: str) -> None:
        assert eventually(
            lambda: any(words in line for line in self.lines) or self.process.poll() is not None, within_delay=START_DELAY
        )
        assert self.process.poll() is None, self.process.stderr and self.process.stderr.read()


@dataclass(frozen=True)
class First:
    lines: list[str]
    code: int
    left_processes: list[str]
    left_records: list[Path]


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def first(terminal: Terminal, port: int) -> First:
    """A demo that came up from nothing and was ended with Ctrl-C."""
    with _begin(terminal, port) as process:
        shown = Shown(process)
        shown.awaits("/demo/mail/")
        process.send_signal(signal.SIGINT)
        code = process.wait(timeout=60)
    return First(shown.lines, code, terminal.processes(), list((terminal.folder / ".dsar/run").iterdir()))


@pytest.fixture(scope="module")
def demo(first: First, terminal: Terminal, port: int) -> Iterator[Shown]:
    """The second start, on the data of the first; it is killed in the end."""
    with _begin(terminal, port) as process:
        shown = Shown(process)
        shown.awaits("/demo/mail/")
        yield shown
        process.kill()
    assert eventually(lambda: not terminal.processes(), within_delay=30)


def _begin(terminal: Terminal, port: int) -> subprocess.Popen[str]:
    with pytest.MonkeyPatch.context() as patch:
        for name in NAMED_SERVERS:
            patch.delenv(name, raising=False)
        return terminal.begin("demo", "--port", str(port))


def _status(port: int, path: str) -> int:
    """Return the status of the page at `path`, or of where it sends us."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    elsewhere = answer.getheader("Location")
    connection.close()
    return _status(port, elsewhere) if elsewhere else answer.status


def _pid(terminal: Terminal, name: str) -> int | None:
    """Return the number of the process that runs as `name`: none between its end and the next start."""
    try:
        return int(json.loads((terminal.folder / ".dsar/run" / f"{name}.json").read_text())["pid"])
    except FileNotFoundError:
        return None


def test_a_second_start_does_nothing_twice_and_keeps_the_officer(demo: Shown, terminal: Terminal) -> None:
    officer = json.loads((terminal.folder / ".dsar/officer.json").read_text())

    assert not [line for line in demo.lines if line.startswith(SLOW)]
    assert any(officer["password"] in line for line in demo.lines)


def test_the_customer_that_one_is_told_to_be_is_in_the_shop() -> None:
    assert f"{CLAIRE.email}, order {CLAIRE.order_number}" == CUSTOMER


@pytest.mark.parametrize("path", ["/o-jewels/", "/console/", "/demo/mail/", "/demo/code/", "/readyz", "/healthz"])
def test_the_printed_pages_answer(demo: Shown, port: int, path: str) -> None:
    assert _status(port, path) == 200


def test_no_answer_tells_a_version(port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/healthz")
    headers = connection.getresponse().headers
    connection.close()

    assert not re.search("[0-9]", headers.get("Server", ""))
    assert not {"X-Powered-By", "Via", "X-Runtime"} & set(headers)


def test_another_command_works_beside_it(demo: Shown, terminal: Terminal) -> None:
    code, said, _ = terminal.run("showmigrations", "requests_app", DJANGO_SETTINGS_MODULE="dsar.settings.dev")

    assert code == 0
    assert "[X] 0001_initial" in said
    assert "[ ]" not in said


def test_a_second_demo_of_the_same_folder_says_where_the_first_is(demo: Shown, terminal: Terminal, port: int) -> None:
    code, _, complained = terminal.run("demo")

    assert (code, complained) == (1, f"It is already running from {terminal.folder}/.dsar, at http://127.0.0.1:{port}.\n")


def test_a_killed_worker_is_replaced(demo: Shown, terminal: Terminal) -> None:
    assert eventually(lambda: _pid(terminal, "worker") is not None)
    killed = _pid(terminal, "worker")
    assert killed

    os.kill(killed, signal.SIGKILL)
    demo.awaits("worker ended; starting it again.")

    assert eventually(lambda: _pid(terminal, "worker") not in {None, killed})


def test_what_it_keeps_is_closed_to_others(demo: Shown, terminal: Terminal) -> None:
    home = terminal.folder / ".dsar"
    private = ("", "environment.json", "officer.json", "state.json", "keys", "vault", "mail", "secrets")

    assert not [name for name in private if (home / name).stat().st_mode & 0o077]


def test_ctrl_c_ends_every_child_and_counts_as_a_good_end(first: First) -> None:
    assert first.lines[0].startswith("Building the demo shop")
    assert (first.code, first.left_processes, first.left_records) == (0, [], [])
