from celery import shared_task
from django.utils.timezone import now

from requests_app.correspondence import witnessing


@shared_task(name="correspondence.mail_heads")
def mail_heads() -> None:
    """Write down the mails with the head of the audit trail that are due."""
    witnessing.enqueue_due(now())
