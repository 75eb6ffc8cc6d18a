"""Recipients who do not answer: reminded once, then left to the officers. Source: GDPR Art. 19."""

from typing import Final

from django.db import transaction
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.correspondence.models import RecipientNotice
from requests_app.correspondence.services import tell_officers
from requests_app.ledger.services import enqueue
from requests_app.values import SYSTEM

REMINDED_AFTER: Final = 14  # days since the letter
ESCALATED_AFTER: Final = 30
_AT_ONCE: Final = 500


@transaction.atomic
def look() -> int:
    """Write down the reminders that are due, and tell officers of those that stay silent; return how many. Each happens once."""
    return _remind() + _escalate()


def _remind() -> int:
    silent = RecipientNotice.objects.silent(REMINDED_AFTER).filter(reminded_at=None, escalated_at=None)
    due = list(silent.select_for_update(skip_locked=True, of=("self",)).select_related("dsr")[:_AT_ONCE])
    for notice in due:
        enqueue("correspondence.remind_recipient", key=f"recipient_reminder:{notice.pk}", dsr=notice.dsr, notice=str(notice.pk))
        record("recipient.reminded", by=SYSTEM, dsr_id=notice.dsr_id, notice=str(notice.pk), name=notice.name)
    RecipientNotice.objects.filter(pk__in=[one.pk for one in due]).update(reminded_at=Now())
    return len(due)


def _escalate() -> int:
    silent = RecipientNotice.objects.silent(ESCALATED_AFTER).filter(escalated_at=None)
    due = list(silent.select_for_update(skip_locked=True, of=("self",)).select_related("dsr__brand")[:_AT_ONCE])
    for notice in due:
        tell_officers(notice.dsr, "officer_recipient_silent", company=notice.name, told_at=notice.sent_at)
        record("recipient.silent", by=SYSTEM, dsr_id=notice.dsr_id, notice=str(notice.pk), name=notice.name)
    RecipientNotice.objects.filter(pk__in=[one.pk for one in due]).update(escalated_at=Now())
    return len(due)
