"""What is thrown away when a request ends without a change, and when its own time is over."""

from collections.abc import Collection
from uuid import UUID

from requests_app.changes.models import Entry
from requests_app.workflow.models import SubjectRequest

_SAID = dict.fromkeys(("key", "old", "new", "found", "why", "answer", "checked"))


def discard(dsr: SubjectRequest) -> None:
    """Throw away the fields of a request that was taken back."""
    Entry.objects.filter(dsr=dsr).delete()


def forget(dsrs: Collection[UUID]) -> None:
    """Keep of requests whose time is over only which fields were changed, and when."""
    Entry.objects.filter(dsr__in=dsrs).update(**_SAID)
