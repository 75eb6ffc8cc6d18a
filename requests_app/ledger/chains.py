"""What a worker does at once: the steps that follow from its own work, without a message for each.

A step that is written while a worker carries a chain is born in that worker's hands: with its lease and its fence, as if
it had been claimed. Should the worker die, the lease runs out and somebody else takes it. A step of which nothing but a
decision is asked (`folds`) is carried out in the transaction that wrote it. A chain that takes too long lets go of what it
has not begun. See docs/decisions/018-steps-follow-at-once.md.
"""

import threading
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from requests_app.ledger.claims import Claim, owner

_RELEASE = """
UPDATE requests_app_step SET state = 'due', attempts = 0, lease_until = NULL, owner = '', woken_at = NULL
 WHERE id = ANY (%(ids)s) AND state = 'running' AND fence = 1 AND owner = %(owner)s"""


@dataclass(slots=True)
class Fold:
    """A step to be carried out in the transaction that decided it: what `enqueue` was asked for."""

    kind: str
    key: str
    asked: dict[str, Any]


@dataclass(slots=True)
class Chain:
    """What one worker has in hands. `queues` are those that it serves; `owner` is the name in its leases."""

    queues: Collection[str]
    owner: str = field(default_factory=owner)
    until: float = field(default_factory=lambda: monotonic() + settings.LEDGER_CHAIN_DELAY)
    folds: deque[Fold] = field(default_factory=deque)
    is_finishing: bool = False
    _waiting: deque[Claim] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def takes(self, queue: str) -> bool:
        return queue in self.queues and monotonic() < self.until

    def add(self, claim: Claim) -> None:
        """Take a step that was born in our hands, once the transaction that wrote it is kept."""
        transaction.on_commit(lambda: self._append(claim))

    def _append(self, claim: Claim) -> None:
        with self._lock:
            self._waiting.append(claim)

    def next(self) -> Claim | None:
        """Return what to do next; None when nothing is left, or others shall do the rest."""
        if monotonic() > self.until:
            self.release()
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def release(self) -> None:
        """Let go of what was not begun: other workers take it."""
        with self._lock:
            ids = [claim.step.pk for claim in self._waiting]
            self._waiting.clear()
        if ids:
            with connection.cursor() as cursor:
                cursor.execute(_RELEASE, {"ids": ids, "owner": self.owner})
                cursor.execute("SELECT pg_notify('step_due', '')")


_current: ContextVar[Chain | None] = ContextVar("chain", default=None)


def current() -> Chain | None:
    return _current.get()


@contextmanager
def carried(queues: Collection[str]) -> Iterator[Chain]:
    """Let this worker do at once what follows from its work, as far as it belongs to `queues`."""
    chain = Chain(queues)
    token = _current.set(chain)
    try:
        yield chain
    finally:
        _current.reset(token)
        chain.release()
