"""Which function does which kind of work, how often it is tried, and what it may answer."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from requests_app.ledger.claims import Claim

APART: Final = frozenset({"erase"})
"""Queues whose work only their own workers do: they have accounts that nobody else has."""
LONGEST_WAIT: Final = timedelta(days=3)
"""How long a step may wait for what is paused or stopped before that is a failure: the dates of a law go on meanwhile."""


class StepFailed(Exception):
    """The work did not succeed. `code` is a name without personal data; `again` says whether trying again may help.

    `delay` (seconds) overrides the back-off, where the other side said when to come back. `waits`: nothing was tried, because
    what is needed is paused or stopped; that is no attempt, for as long as `LONGEST_WAIT` after the step was written.
    """

    def __init__(self, code: str, *, again: bool = True, delay: float | None = None, waits: bool = False) -> None:
        super().__init__(code)
        self.code, self.again, self.delay, self.waits = code, again, delay, waits


@dataclass(frozen=True, slots=True)
class Done:
    """The work is done. `commit` runs in the transaction that finishes the step, once, or not at all."""

    proof: Mapping[str, Any] = field(default_factory=dict)
    commit: Callable[[], object] | None = None


@dataclass(frozen=True, slots=True)
class GoOn:
    """A part is done and kept by `commit`; the same step goes on from `checkpoint`, after `delay` seconds."""

    checkpoint: Mapping[str, Any]
    commit: Callable[[], object] | None = None
    delay: float = 0


Outcome = Done | GoOn
Handler = Callable[[Claim], Outcome]
OnDead = Callable[[Claim, str], object]


@dataclass(frozen=True, slots=True)
class Backoff:
    """Delays between attempts: `first` seconds, times `factor` each, at most `ceiling`, each shortened at random by up to half."""

    first: float = 5
    factor: float = 3
    ceiling: float = 3600
    attempts: int = 8

    def delay(self, attempt: int) -> float:
        """Return the seconds to wait after the failure of attempt number `attempt` (from 1)."""
        longest = min(self.ceiling, self.first * self.factor ** (attempt - 1))
        return longest * (1 - random.random() / 2)  # noqa: S311  # spreads load; nothing depends on its secrecy


ENDURING: Final = Backoff(first=5, factor=2, ceiling=300, attempts=30)  # two hours: a killed worker counts as an attempt too


@dataclass(frozen=True, slots=True)
class Kind:
    """One registered kind of work. `on_dead` tells the room, in the same transaction, that it was given up.

    `folds`: nothing outside is done, so that it may be carried out in the transaction that asked for it.
    """

    name: str
    handler: Handler
    queue: str
    retry: Backoff
    on_dead: OnDead | None
    folds: bool = False


KINDS: Final[dict[str, Kind]] = {}


def handles(
    name: str, *, queue: str, retry: Backoff | None = None, on_dead: OnDead | None = None, folds: bool = False,
) -> Callable[[Handler], Handler]:  # fmt: skip
    """Register the decorated function for steps of kind `name`.

    A handler survives running twice: what it does outside is keyed by the step, what it keeps it keeps in `commit`.
    """

    def register(handler: Handler) -> Handler:
        if name in KINDS:
            raise ValueError(f"two handlers for {name}")
        KINDS[name] = Kind(name, handler, queue, retry or Backoff(), on_dead, folds)
        return handler

    return register
