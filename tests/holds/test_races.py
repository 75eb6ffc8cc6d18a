"""Placing a hold and beginning to erase, at the same moment, DSAR_RACES times: whichever commits first is seen by the other."""

import os
import time
from collections import Counter
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Final

import pytest
from django.db import connection, connections, transaction
from django.db.models.functions import Now

from requests_app.erasure.models import Plan, RecordSet
from requests_app.holds import services
from requests_app.keys.crypto import keyed_index
from requests_app.officers.models import Officer
from requests_app.sources.models import Source
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.holds.placing import an_officer, asked, begun
from tests.making import a_dsr, a_source

ROUNDS: Final = int(os.environ.get("DSAR_RACES", "120"))
_WAIT: Final = 30  # seconds; nobody waits that long for the other
_STEPS: Final = 0.0004  # seconds by which one of the two starts later, in turn


class Race:
    """Two threads that meet anew in each round. What each saw of the other is all that counts: no lock of the product is asked."""

    def __init__(self, dsr: SubjectRequest, source: Source, officer: Officer) -> None:
        self.dsr, self.source, self.officer = dsr, source, officer
        self.meet, self.said, self.seen = Barrier(2, timeout=_WAIT), Counter[str](), {"refused": False, "told": False}
        self.faults: list[str] = []

    def run(self, rounds: int) -> Counter[str]:
        threads = [Thread(target=self._of, args=[act, rounds]) for act in (self._place, self._begin)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert self.faults == []
        return self.said

    def _of(self, act: Callable[[int], None], rounds: int) -> None:
        later = _STEPS if act == self._place else -_STEPS
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET synchronous_commit TO off")  # who sees what does not hang on the disk
            for number in range(rounds):
                if act == self._begin:
                    self._renew(number)
                self.meet.wait()
                time.sleep(max(0, (number % 9 - 4) * later))
                act(number)
                self.meet.wait()
                if act == self._begin:
                    self._count()
        except Exception as fault:  # noqa: BLE001  # told to the test, not to a dying thread
            self.faults.append(f"{type(fault).__name__}: {fault}")
            self.meet.abort()
        finally:
            connections.close_all()

    @transaction.atomic
    def _renew(self, number: int) -> None:
        """Let the request be somebody's whom no earlier hold concerns, and nothing have begun."""
        index = keyed_index("email", f"p{number}@example.com")
        SubjectRequest.objects.filter(pk=self.dsr.pk).update(email_index=index)
        Plan.objects.update(intent_at=None, state="ready")
        RecordSet.objects.update(intent_at=None)

    def _place(self, number: int) -> None:
        found = services.place(self.dsr.brand, asked(named=[f"p{number}@example.com"]), by=self.officer)
        self.seen["told"] = bool(found.too_late)

    @transaction.atomic
    def _begin(self, _number: int) -> None:
        """Do as a worker does before an erasure: the holds are asked in the transaction that writes the intent."""
        services.lock(self.dsr.brand)
        dsr = SubjectRequest.objects.get(pk=self.dsr.pk)
        self.seen["refused"] = bool(services.stand_against(dsr, self.source))
        if not self.seen["refused"]:
            Plan.objects.update(intent_at=Now(), state="running")
            RecordSet.objects.update(intent_at=Now())

    def _count(self) -> None:
        saw = (self.seen["refused"], self.seen["told"])
        self.said[{(True, False): "hold first", (False, True): "intent first"}.get(saw, "neither saw the other")] += 1


def a_race() -> Race:
    dsr, source = a_dsr(State.REVIEWING), a_source()
    begun(dsr, source)
    return Race(dsr, source, an_officer())


@pytest.mark.promise("S21")
@pytest.mark.django_db(transaction=True)
def test_in_every_race_the_intent_finds_the_hold_or_is_told_to_whoever_placed_it() -> None:
    said = a_race().run(ROUNDS)

    assert said["hold first"] + said["intent first"] == ROUNDS, said
    assert min(said["hold first"], said["intent first"]) > ROUNDS / 50, said


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_same_race_is_lost_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge of the race can see: what it must never find is found once the lock is away."""
    monkeypatch.setattr(services, "lock", lambda _brand, *, placing=False: time.sleep(0.002 if placing else 0))

    assert a_race().run(60)["neither saw the other"]
