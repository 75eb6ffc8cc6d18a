"""What the clock asks for. Any number of these may run at once."""

from datetime import UTC, datetime

from celery import shared_task

from requests_app.optouts import announcing, guarding, lists


@shared_task(name="optouts.daily")
def daily() -> None:
    """Look for whom an import brought back, write the lists, and look for new purposes: each once a day."""
    today = datetime.now(UTC).date().isoformat()
    guarding.guard_everywhere(today)
    lists.list_everywhere(today)
    announcing.look_everywhere()
