"""Rounds of requests while somebody does damage, and after each the invariants. A seed gives the order of the damage."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Final

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.db.utils import ProgrammingError
from psycopg.errors import InsufficientPrivilege

from requests_app.ledger.models import Step, StepState
from requests_app.sources.models import Source
from requests_app.vault import services as vault
from tests.brokers import Broker
from tests.faults import points, simulators
from tests.faults.invariants import OLDEST_SPOOL, broken
from tests.faults.people import People
from tests.house.tree import ROOT

ROLES: Final = ("worker", "poller", "poller", "sweeper")
PATIENCE: Final = 500.0  # seconds that one round may take; a quiet machine needs a fraction of it
_MINE: Final = "datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"


@dataclass(slots=True)
class Nemesis:
    """Does one piece of damage when told to; what lasts for a while ends by itself with the time."""

    rng: Random
    mother: subprocess.Popen[bytes]
    broker: Broker
    people: People
    folder: Path
    deeds: Counter[str] = field(default_factory=Counter)
    mends: list[tuple[float, Callable[[], object]]] = field(default_factory=list)

    def strike(self) -> int:
        """Do one piece of damage; return 0 where there was nothing to hit."""
        self.mend(time.monotonic())
        deeds: dict[Callable[[], int], int] = {
            self.kill_who_works: 70, self.kill_somebody: 6, self.kill_at_a_point: 10, self.cut_backends: 4,
            self.cut_the_shop: 2, self.flush: 3, self.stop_the_broker: 1, self.freeze_the_broker: 2,
        }  # fmt: skip
        deed = self.rng.choices(list(deeds), list(deeds.values()))[0]
        if times := deed():
            self.deeds[deed.__name__] += times
        return int(times > 0)

    @property
    def kills(self) -> int:
        return self.deeds["kill_who_works"] + self.deeds["kill_somebody"] + len(points.died(self.folder))

    def mend(self, now: float) -> None:
        """End what has lasted long enough by `now`."""
        over = [act for until, act in self.mends if until <= now]
        self.mends = [(until, act) for until, act in self.mends if until > now]
        for act in over:
            act()

    def kill_who_works(self) -> int:
        owners = Step.objects.filter(state=StepState.RUNNING).exclude(owner="").values_list("owner", flat=True)
        at_work = sorted({int(owner.split(":")[1]) for owner in owners} & set(self.children()))
        return _kill(self.rng.choice(at_work)) if at_work else 0

    def kill_somebody(self) -> int:
        children = self.children()
        return _kill(self.rng.choice(children)) if children else 0

    def kill_at_a_point(self) -> int:
        points.order(self.folder, self.rng.choice(list(points.POINTS)))
        return 1

    def cut_backends(self) -> int:
        """End what the product has open to its own database. Of a session that is just ending nobody knows the role."""
        with suppress(ProgrammingError), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = current_user AND {_MINE}"
            )
            return int(cursor.fetchone()[0])
        return 0

    def cut_the_shop(self) -> int:
        with suppress(InsufficientPrivilege):
            self.people.shop.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {_MINE}")
        return 1

    def flush(self) -> int:
        return int(self.broker.says("FLUSHALL") == "+OK")

    def stop_the_broker(self) -> int:
        if self.mends:
            return 0
        self.broker.stop()
        self.mends.append((time.monotonic() + self.rng.uniform(0.2, 2), self.broker.start))
        return 1

    def freeze_the_broker(self) -> int:
        if self.mends:
            return 0
        self.broker.freeze()
        self.mends.append((time.monotonic() + self.rng.uniform(0.2, 3), self.broker.thaw))
        return 1

    def children(self) -> list[int]:
        path = Path(f"/proc/{self.mother.pid}/task/{self.mother.pid}/children")
        return [int(pid) for pid in path.read_text(encoding="ascii").split()]


def _kill(pid: int) -> int:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        return 1
    return 0


@dataclass(slots=True)
class Soak:
    """Rounds of `size` people each, of whom the last is under a hold; `found`: what did not hold, over all rounds."""

    people: People
    nemesis: Nemesis
    log: Path
    size: int
    rounds: int = 0
    asked: int = 0
    found: Counter[str] = field(default_factory=Counter)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def round(self, *, strikes: int) -> dict[str, list[str]]:
        """Let new people ask while up to `strikes` pieces of damage are done; return what does not hold when all are answered."""
        self._file()
        end = time.monotonic() + PATIENCE
        while self.people.go_on() or _open_steps().exists():
            assert time.monotonic() < end, list(_open_steps().values_list("kind", "state", "attempts", "error"))
            Source.objects.update(resting_until=None, failures=0, paused_at=None)
            if strikes > 0:
                strikes -= self.nemesis.strike()
            else:
                self.nemesis.mend(time.monotonic())
            time.sleep(self.nemesis.rng.uniform(0, 0.05))
        self.nemesis.mend(float("inf"))
        vault.tidy(OLDEST_SPOOL)  # no beat runs here that has it done: what the killed had begun
        found = broken(self.people.seen([self.log.read_text(errors="replace")]))
        self.found.update({name: len(what) for name, what in found.items()})
        self.rounds, self.asked = self.rounds + 1, self.asked + len(self.people.filed)
        self.people.forget()
        return found

    def _file(self) -> None:
        for place, number in zip(range(self.size), self._numbers, strict=False):
            simulators.move_in(self.people.shop, number)
            if place == self.size - 1:
                self.people.hold(number)
            self.people.ask(number, "access" if place % 2 == 0 and place < self.size - 1 else "erasure")

    def told(self, *, invariants: Mapping[str, frozenset[str]]) -> str:
        """Return the figures in one line each."""
        sums = ", ".join(f"{word} {sum(self.found[name] for name in names)}" for word, names in invariants.items())
        died = points.died(self.nemesis.folder)
        kills = f"{self.nemesis.kills} kills ({len(died)} at {len(set(died))} named points)"
        return f"{self.rounds} rounds, {self.asked} requests, {kills}\n{dict(self.nemesis.deeds)}\n{sums}"


def _open_steps() -> QuerySet[Step]:
    """Return what is still to be done; what waits for another day is none of it."""
    return Step.objects.exclude(state=StepState.DONE).exclude(not_before__gt=Now() + timedelta(hours=1))


def a_mother(environment: Mapping[str, str], log: Path, *roles: str) -> subprocess.Popen[bytes]:
    """Start the processes that are killed."""
    with log.open("ab") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.faults.erasers", *roles], cwd=ROOT, env=os.environ | environment, stdout=said,
            stderr=said, start_new_session=True,
        )  # fmt: skip


def end(mother: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(mother.pid, signal.SIGKILL)
    mother.wait()
