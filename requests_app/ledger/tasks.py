from celery import shared_task

from requests_app.ledger.carrying import carry
from requests_app.ledger.sweeper import publish_due


@shared_task(name="ledger.run_step")
def run_step(step_id: int) -> None:
    """Claim one due step, run its handler, finish it, and go on with what follows from it, as far as this worker's queues go.

    Safe to deliver twice: the second finds nothing to claim.
    """
    carry(step_id, frozenset(run_step.app.amqp.queues.consume_from))


@shared_task(name="ledger.sweep")
def sweep() -> None:
    """Wake workers for due steps that nobody woke, should the sweeper itself be away."""
    publish_due()
