"""The small process that finds due steps: woken by NOTIFY, and by a clock in case a notice was lost.

It hands steps to Celery; while the broker is away it runs them itself, but for those of workers that stand apart.
See docs/decisions/002-celery-only-wakes.md.
"""

from collections.abc import Callable, Sequence
from time import monotonic, sleep

import psycopg
import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import InterfaceError, OperationalError
from kombu.exceptions import OperationalError as BrokerAway

from dsar.celery import app
from requests_app.ledger import services
from requests_app.ledger.claims import claim
from requests_app.ledger.handlers import APART

_DUE = """
UPDATE requests_app_step SET woken_at = clock_timestamp()
 WHERE id IN (SELECT id FROM requests_app_step
               WHERE (state = 'due' AND not_before <= clock_timestamp() OR state = 'running' AND lease_until < clock_timestamp())
                 AND (woken_at IS NULL OR woken_at < clock_timestamp() - make_interval(secs => %(patience)s))
               ORDER BY not_before LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING id, queue"""

_LIMIT = 500
_BROKER_REST = 10.0  # seconds in which a broker that failed is not asked again
log = structlog.get_logger(__name__)


def due() -> Sequence[tuple[int, str]]:
    """Return due steps (id, queue) that nobody woke lately, and mark them woken."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_DUE, {"patience": settings.LEDGER_WAKE_DELAY, "limit": _LIMIT})
        return list(cursor.fetchall())


def publish_due() -> int:
    """Send every due step to its queue; return how many.

    Raises:
        BrokerAway: the broker did not take a message; the step is found again later.
    """
    steps = due()
    for step_id, queue in steps:
        wake(step_id, queue)
    return len(steps)


def wake(step_id: int, queue: str) -> None:
    app.send_task("ledger.run_step", args=[step_id], queue=queue, retry=False)


class Sweeper:
    """Publish or run due steps until told to stop."""

    def __init__(self, stopped: Callable[[], bool]) -> None:
        self.stopped = stopped
        self.broker_rests_until = 0.0

    def run(self) -> None:
        while not self.stopped():
            try:
                self._listen()
            except (OperationalError, InterfaceError, psycopg.Error):
                log.warning("sweeper_lost_database")
                connection.close()
                sleep(settings.LEDGER_PATIENCE)

    def _listen(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {services.CHANNEL}")
        raw = connection.connection
        while not self.stopped():
            self.once()
            for _ in raw.notifies(timeout=settings.LEDGER_POLL_DELAY, stop_after=1):
                break

    def once(self) -> None:
        """Deal with all that is due now."""
        for step_id, queue in due():
            if not self._published(step_id, queue) and queue not in APART and (taken := claim(step_id)):
                services.run(taken)

    def _published(self, step_id: int, queue: str) -> bool:
        if monotonic() < self.broker_rests_until:
            return False
        try:
            wake(step_id, queue)
        except BrokerAway:
            log.warning("sweeper_broker_away")
            self.broker_rests_until = monotonic() + _BROKER_REST
            return False
        return True
