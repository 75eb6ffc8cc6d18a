"""The processes that carry requests, and somebody who kills them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Event, RLock
from typing import Final

from django.db import connection

from dsar.launch.product import QUEUES
from requests_app.ledger.models import Step, StepState
from tests.brokers import Broker
from tests.house.tree import ROOT

CHILDREN: Final = 2
SIZE: Final = ("-c", str(CHILDREN), "--without-gossip", "--without-mingle", "-l", "ERROR")
WORKER: Final = ("celery", "-A", "dsar", "worker", "-Q", QUEUES, *SIZE)
SWEEPER: Final = ("manage.py", "sweep")


@dataclass(slots=True)
class Crew:
    """A worker with two children, and a sweeper; `log` takes what they say."""

    environment: Mapping[str, str]
    log: Path
    worker: subprocess.Popen[bytes] | None = None
    sweeper: subprocess.Popen[bytes] | None = None
    killed: int = 0
    hands: RLock = field(default_factory=RLock)

    def start(self) -> None:
        self.worker = self._run("-m", *WORKER)
        self.sweeper = self._run(*SWEEPER)

    def stop(self) -> None:
        with self.hands:
            for process in (self.worker, self.sweeper):
                if process is not None:
                    _end(process)

    def kill_who_works(self, rng: Random) -> None:
        """Kill a process that holds a step at this moment: one of the worker's children, or the sweeper."""
        end = time.monotonic() + 5
        while time.monotonic() < end:
            holders = {
                int(owner.split(":")[1]) for owner in Step.objects.filter(state=StepState.RUNNING).values_list("owner", flat=True)
            }
            if held := sorted(holders & set(self._children())):
                self._kill(rng.choice(held))
                return
            time.sleep(rng.uniform(0, 0.05))

    def kill_a_child(self, rng: Random) -> None:
        """Kill one of the worker's children, whatever it does."""
        if children := self._children():
            self._kill(rng.choice(children))

    def _kill(self, pid: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            self.killed += 1

    def kill_the_worker(self, _rng: Random) -> None:
        with self.hands:
            assert self.worker is not None
            _end(self.worker)
            self.killed += 1
            self.worker = self._run("-m", *WORKER)

    def kill_the_sweeper(self, _rng: Random) -> None:
        assert self.sweeper is not None
        _end(self.sweeper)
        self.sweeper = self._run(*SWEEPER)

    def supervise(self) -> None:
        """Start again what ended by itself, as whoever runs the product does: a worker whose first child dies gives up."""
        with self.hands:
            if self.worker is not None and self.worker.poll() is not None:
                _end(self.worker)
                self.worker = self._run("-m", *WORKER)

    def _children(self) -> list[int]:
        """Return the worker's children, once it has all of them."""
        assert self.worker is not None
        asked = subprocess.run(["pgrep", "-P", str(self.worker.pid)], check=False, capture_output=True, text=True)
        children = [int(pid) for pid in asked.stdout.split()]
        return children if len(children) == CHILDREN else []

    def _run(self, *command: str) -> subprocess.Popen[bytes]:
        environment = os.environ | self.environment
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process with all its children: nobody says goodbye."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@dataclass(slots=True)
class Nemesis:
    """Does damage at random moments until told to stop. The same seed does the same damage in the same order."""

    crew: Crew
    broker: Broker
    seed: int
    stopped: Event = field(default_factory=Event)
    deeds: dict[str, int] = field(default_factory=dict)

    def run(self) -> None:
        rng = Random(self.seed)
        deeds = {
            self.crew.kill_who_works: 76, self.crew.kill_a_child: 8, self.crew.kill_the_worker: 3, self.crew.kill_the_sweeper: 3,
            self.flush_the_broker: 7, self.stop_the_broker: 3,
        }  # fmt: skip
        try:
            while not self.stopped.wait(rng.uniform(0, 0.3)):
                deed = rng.choices(list(deeds), list(deeds.values()))[0]
                deed(rng)
                self.deeds[deed.__name__] = self.deeds.get(deed.__name__, 0) + 1
        finally:
            connection.close()

    def flush_the_broker(self, _rng: Random) -> None:
        self.broker.says("FLUSHALL")

    def stop_the_broker(self, rng: Random) -> None:
        self.broker.stop()
        time.sleep(rng.uniform(0.2, 3))
        self.broker.start()
