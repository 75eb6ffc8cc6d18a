"""What is thrown away when a request ends without an erasure, and when its own time is over."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import Now

from requests_app.erasure.models import Plan
from requests_app.erasure.traces import ErasedIdentity
from requests_app.vault import services as vault
from requests_app.vault.models import StoredFile
from requests_app.workflow.models import SubjectRequest


@transaction.atomic
def discard(dsr: SubjectRequest) -> None:
    """Throw away the lists of records of a request that was taken back; that there was a plan stays."""
    theirs = Q(plan__dsr=dsr) | Q(leads_of__dsr=dsr) | Q(rehearsal__plan__dsr=dsr)
    vault.discard(list(StoredFile.objects.filter(theirs)))


def forget(dsrs: Collection[UUID]) -> None:
    """Keep of the plans of requests whose time is over only counts, rulings and times; the vault forgets the keys of records."""
    Plan.objects.filter(dsr__in=dsrs).update(reason=None)


def tidy() -> int:
    """Delete the traces of erased identities that have stood for as long as the record of a request; return how many."""
    lasts = ExpressionWrapper(F("brand__record_days") * Value(timedelta(days=1)), output_field=DurationField())
    gone, _each = ErasedIdentity.objects.filter(erased_at__lt=Now() - lasts).delete()
    return gone
