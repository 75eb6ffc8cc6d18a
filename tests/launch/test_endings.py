"""However a start ends, nothing that it ran outlives it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dsar.launch import identity
from dsar.launch.failure import CannotStart
from dsar.launch.launch import Launch
from dsar.launch.processes import Program
from tests.launch.conftest import ROOT, begin, eventually

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc, which only Linux has")
STUBBORN = "trap '' TERM INT; sleep 600 & echo $! > grandchild; echo here; while true; do sleep 1; done"

START = """
import sys, time
sys.path.insert(0, {root!r})
from pathlib import Path
from dsar.launch.home import Home
from dsar.launch.launch import Launch
from dsar.launch.processes import Program
home = Home(Path({home!r}))
lock = home.open()
launch = Launch.of(Path({root!r}), home)
try:
    for name in ("one", "two"):
        launch.processes.start(Program(name, ["sleep", "600"]))
    print("started", flush=True)
    while True:
        launch.processes.check()
        time.sleep(0.05)
finally:
    launch.processes.stop_all()
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A start with two children, in a process of its own."""
    program = START.format(root=str(ROOT), home=str(tmp_path / "home"))
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "started\n"
        yield process
        process.kill()


def _children(home: Path) -> list[int]:
    return [json.loads(record.read_text())["pid"] for record in (home / "run").glob("*.json")]


def _is_gone(pid: int) -> bool:
    return identity.born(pid) is None


def test_what_a_killed_start_ran_ends_with_it(start: subprocess.Popen[str], tmp_path: Path) -> None:
    children = _children(tmp_path / "home")
    assert len(children) == 2

    start.kill()

    assert eventually(lambda: all(_is_gone(child) for child in children))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything(start: subprocess.Popen[str], tmp_path: Path, number: signal.Signals) -> None:
    children = _children(tmp_path / "home")

    start.send_signal(number)
    start.wait(timeout=60)

    assert all(_is_gone(child) for child in children)
    assert not _children(tmp_path / "home")


def test_a_folder_is_used_by_one_start_at_a_time(start: subprocess.Popen[str], tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=f"It is already running from {tmp_path / 'home'}"), begin(tmp_path / "home"):
        pass
    assert start.poll() is None


def test_ctrl_c_in_the_middle_of_a_step_ends_the_step(launch: Launch) -> None:
    os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(CannotStart, match=r"^Stopped\.$") as caught:
        launch.processes.run(Program("install", ["sleep", "600"]))

    assert caught.value.code == 130
    assert not _children(launch.home.path)


def test_the_stubborn_and_their_children_are_ended_by_force(launch: Launch, tmp_path: Path) -> None:
    launch.processes.start(Program("stubborn", ["sh", "-c", STUBBORN], folder=tmp_path, patience=0.2))
    assert eventually(lambda: launch.processes.printed("stubborn") == "here")
    grandchild = int((tmp_path / "grandchild").read_text())

    launch.processes.stop_all()

    assert eventually(lambda: _is_gone(grandchild))


def test_a_second_signal_does_not_wait(launch: Launch, tmp_path: Path) -> None:
    launch.processes.start(Program("stubborn", ["sh", "-c", STUBBORN], folder=tmp_path, patience=600))
    assert eventually(lambda: launch.processes.printed("stubborn") == "here")
    os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGTERM)
    began = time.monotonic()

    launch.processes.stop_all()

    assert time.monotonic() - began < 60


def test_the_next_start_ends_what_was_left_behind(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with begin(home) as launch:
        mark = {**os.environ, "DSAR_LAUNCH_HOME": str(home)}
        with subprocess.Popen(["sh", "-c", STUBBORN], cwd=tmp_path, env=mark, start_new_session=True) as orphan:
            assert eventually((tmp_path / "grandchild").exists)
            record = {"pid": orphan.pid, "born": identity.born(orphan.pid), "ends_by": signal.SIGINT}
            (home / "run/orphan.json").write_text(json.dumps(record))
            launch.processes.clear_leftovers(patience=0.2)

            assert orphan.wait(timeout=60) == -signal.SIGKILL
        assert eventually(lambda: _is_gone(int((tmp_path / "grandchild").read_text())))


def test_grandchildren_are_found_although_their_parent_is_gone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with begin(home) as launch:
        mark = {**os.environ, "DSAR_LAUNCH_HOME": str(home)}
        with subprocess.Popen(["sh", "-c", STUBBORN], cwd=tmp_path, env=mark, start_new_session=True) as orphan:
            assert eventually((tmp_path / "grandchild").exists)
            record = {"pid": orphan.pid, "born": identity.born(orphan.pid), "ends_by": signal.SIGTERM}
            orphan.kill()
        (home / "run/orphan.json").write_text(json.dumps(record))

        launch.processes.clear_leftovers()

    assert eventually(lambda: _is_gone(int((tmp_path / "grandchild").read_text())))


def test_a_stranger_who_has_the_number_by_now_is_spared(launch: Launch) -> None:
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as stranger:
        record = {"pid": stranger.pid, "born": "another time", "ends_by": signal.SIGTERM}
        (launch.home.records / "web.json").write_text(json.dumps(record))

        launch.processes.clear_leftovers()

        assert stranger.poll() is None
        stranger.kill()
    assert not list(launch.home.records.iterdir())


def test_a_program_that_ends_at_once_is_quoted(launch: Launch) -> None:
    launch.processes.start(Program("web", ["sh", "-c", "echo starting; echo Error: no such port; echo bye; exit 3"]))

    with pytest.raises(CannotStart, match=r"web ended at once \(exit code 3\): Error: no such port \(the whole of it: "):
        launch.processes.await_ready("web", lambda: False, within_delay=60)


def test_a_program_that_stays_silent_is_given_up(launch: Launch) -> None:
    launch.processes.start(Program("web", ["sleep", "600"]))

    with pytest.raises(CannotStart, match="web was not ready after 0 seconds: it said nothing"):
        launch.processes.await_ready("web", lambda: False, within_delay=0.2)


def test_what_ended_is_started_again(launch: Launch) -> None:
    launch.processes.start(Program("worker", ["sleep", "600"]))
    (first,) = _children(launch.home.path)
    os.kill(first, signal.SIGKILL)
    assert eventually(lambda: launch.processes.ended == ["worker"])

    launch.processes.restart("worker")

    (second,) = _children(launch.home.path)
    assert second != first
    assert not launch.processes.ended
