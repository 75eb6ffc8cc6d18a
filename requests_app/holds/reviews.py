"""A hold is looked at again before its day comes, and what it says in words goes once it has been over for its time."""

from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Value
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.brands.notices import AUDIENCES
from requests_app.holds.models import Hold
from requests_app.keys import store
from requests_app.ledger.services import enqueue
from requests_app.officers.audiences import audience
from requests_app.values import SYSTEM, Side

AHEAD: Final = timedelta(days=14)
_AT_ONCE: Final = 500


@transaction.atomic
def enqueue_due() -> int:
    """Write down the letters about holds whose review comes near, once for each day of review; return how many holds."""
    near = Hold.objects.to_review(datetime.now(UTC).date() + AHEAD).select_for_update(skip_locked=True, of=("self",))
    due = list(near.select_related("brand")[:_AT_ONCE])
    for hold in due:
        for officer in audience(hold.brand, AUDIENCES, Side(hold.side)):
            key = f"hold:{hold.pk}:{officer.pk}:{hold.review_on}"
            enqueue("holds.remind", key=key, hold=str(hold.pk), officer=officer.pk, day=hold.review_on.isoformat())
        record("hold.review_due", by=SYSTEM, hold=str(hold.pk), brand=hold.brand.slug)
    Hold.objects.filter(pk__in=[hold.pk for hold in due]).update(told_for=F("review_on"))
    return len(due)


def forget() -> int:
    """Let the words of holds go that ended as long ago as a bare record is kept (`Brand.record_days`); return how many.

    That there was a hold, who placed and who ended it stays.
    """
    kept = ExpressionWrapper(F("ended_at") + F("brand__record_days") * Value(timedelta(days=1)), DateTimeField())
    over = Hold.objects.alias(until=kept).filter(until__lt=Now(), matter__isnull=False)
    numbers = list(over.values_list("pk", flat=True)[:_AT_ONCE])
    for pk in numbers:
        store.destroy(pk)
    Hold.objects.filter(pk__in=numbers).update(matter=None, reason=None, release_reason=None)
    return len(numbers)
