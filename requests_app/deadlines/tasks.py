from celery import shared_task

from requests_app.deadlines import digest as digests
from requests_app.deadlines import recomputing, reminders


@shared_task(name="deadlines.remind")
def remind() -> None:
    """Settle the reminders whose moment has come. Any number of these may run at once."""
    reminders.sweep()


@shared_task(name="deadlines.digest")
def digest() -> None:
    """Write down the digests of brands where it is morning."""
    digests.enqueue_due()
    digests.tidy()


@shared_task(name="deadlines.recompute")
def recompute() -> int:
    """Compute dates anew that a law or calendar of another edition gave; costs one look at an index where nothing changed."""
    return recomputing.recompute()
