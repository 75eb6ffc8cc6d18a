"""Taking a step, holding it, and letting go: one UPDATE each, by the database's clock."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from django.conf import settings
from django.db import connection, connections
from django.db.utils import Error

from requests_app.ledger.models import Step

_CLAIM = """
UPDATE requests_app_step SET state = 'running', attempts = attempts + 1, fence = fence + 1, owner = %(owner)s,
       lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
 WHERE id = (SELECT id FROM requests_app_step
              WHERE id = %(id)s
                AND (state = 'due' AND not_before <= clock_timestamp()
                     OR state = 'running' AND lease_until < clock_timestamp())
                FOR UPDATE SKIP LOCKED)
RETURNING *"""

_RENEW = """
UPDATE requests_app_step SET lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
 WHERE id = %(id)s AND state = 'running' AND fence = %(fence)s"""


class LeaseLost(Exception):
    """Another worker has taken the step, or it was given up: stop before the next outside effect."""


@dataclass(slots=True)
class Claim:
    """A step in this worker's hands."""

    step: Step
    fence: int
    deadline: float = field(default_factory=lambda: monotonic() + settings.LEDGER_STEP_DELAY)
    lost: threading.Event = field(default_factory=threading.Event)

    def hold(self) -> None:
        """Stop the work here if the lease has gone.

        Raises:
            LeaseLost: it has.
        """
        if self.lost.is_set():
            raise LeaseLost(str(self.step))

    @property
    def hurried(self) -> bool:
        """Whether long work should keep what it has and go on as the next step."""
        return monotonic() > self.deadline


def claim(step_id: int) -> Claim | None:
    """Take step `step_id` if it is due, or if its worker has gone silent; None when there is nothing to take."""
    values: dict[str, str | int | float] = {"id": step_id, "owner": owner(), "lease": settings.LEDGER_LEASE_DELAY}
    taken = list(Step.objects.raw(_CLAIM, values))
    return Claim(taken[0], taken[0].fence) if taken else None


@contextmanager
def held(claim: Claim, *, on_long: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Renew the lease from a thread of its own while the work goes on; set `claim.lost` when that fails.

    `on_long` is called once, by that thread, when the work takes long enough for others to wait.
    """
    ended = threading.Event()
    thread = threading.Thread(target=_beat, args=(claim, ended, on_long), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _beat(claim: Claim, ended: threading.Event, on_long: Callable[[], object]) -> None:
    ours_until = monotonic() + settings.LEDGER_LEASE_DELAY
    try:
        if ended.wait(min(settings.LEDGER_CHAIN_DELAY, settings.LEDGER_HEARTBEAT_DELAY)):
            return
        on_long()
        while not ended.wait(settings.LEDGER_HEARTBEAT_DELAY):
            asked_at = monotonic()
            renewed = _renewed(claim)
            if renewed:
                ours_until = asked_at + settings.LEDGER_LEASE_DELAY
            elif renewed is False or monotonic() > ours_until:
                claim.lost.set()
                return
    finally:
        connections.close_all()


def _renewed(claim: Claim) -> bool | None:
    """Return whether the lease is ours for another term; None while the database does not say."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(_RENEW, {"id": claim.step.pk, "fence": claim.fence, "lease": settings.LEDGER_LEASE_DELAY})
            return bool(cursor.rowcount)
    except Error:
        connection.close()
        return None


def owner() -> str:
    """Return the name of this thread of work in its leases."""
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"[:100]
