"""What looks for new mail."""

from celery import shared_task

from requests_app.intake import fetching


@shared_task(name="intake.fetch")
def fetch() -> int:
    return fetching.fetch_all()
