from celery import shared_task

from requests_app.ledger import services
from requests_app.ledger.claims import claim
from requests_app.ledger.sweeper import publish_due


@shared_task(name="ledger.run_step")
def run_step(step_id: int) -> None:
    """Claim one due step, run its handler, finish it. Safe to deliver twice: the second finds nothing to claim."""
    if taken := claim(step_id):
        services.run(taken)


@shared_task(name="ledger.sweep")
def sweep() -> None:
    """Wake workers for due steps that nobody woke, should the sweeper itself be away."""
    publish_due()
