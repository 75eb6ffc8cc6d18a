from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from pytest_django import Settings

from requests_app.ledger.claims import Claim, claim
from requests_app.ledger.handlers import KINDS, Backoff, Done, Kind, Outcome
from requests_app.ledger.models import Step
from requests_app.ledger.services import enqueue, run


@dataclass(slots=True)
class Work:
    """A kind of work whose handler a test writes. `ran` are the attempts, `dead` the codes that the room was told."""

    handler: Callable[[Claim], Outcome] = lambda _claim: Done()
    retry: Backoff = field(default_factory=lambda: Backoff(first=100, factor=3, ceiling=1000, attempts=3))
    ran: list[int] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)

    def run(self, claim: Claim) -> Outcome:
        self.ran.append(claim.step.attempts)
        return self.handler(claim)

    def on_dead(self, _claim: Claim, code: str) -> None:
        self.dead.append(code)

    def step(self, key: str = "work:1", **params: Any) -> Step:
        enqueue("test.work", key=key, **params)
        return Step.objects.get(key=key)

    def attempt(self, step: Step) -> Step:
        """Claim and run once; return the step as it then is."""
        taken = claim(step.pk)
        assert taken is not None
        run(taken)
        return Step.objects.get(pk=step.pk)


@pytest.fixture
def work() -> Iterator[Work]:
    made = Work()
    KINDS["test.work"] = Kind("test.work", made.run, "journey", made.retry, made.on_dead)
    yield made
    del KINDS["test.work"]


@pytest.fixture
def quick(settings: Settings) -> Settings:
    """Leases of a second, beats of a tenth."""
    settings.LEDGER_LEASE_DELAY = 1.0
    settings.LEDGER_HEARTBEAT_DELAY = 0.1
    return settings
