"""Notes between officers, and which of them has a request open at this moment."""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.officers.models import Officer
from requests_app.review.models import Note, Presence
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import locked

EDITED_WITHIN: Final = timedelta(minutes=10)
GONE_AFTER: Final = timedelta(seconds=60)
"""Without a sign for so long, an officer has left the page."""


class NotYours(Exception):
    """Somebody else wrote the note, or it is older than its author may change it."""


@transaction.atomic
def write(dsr: SubjectRequest, text: str, *, by: Officer) -> Note:
    """Keep a note.

    Raises:
        KeyGone: the request was forgotten.
    """
    note = Note.objects.create(dsr=locked(dsr), text=text, by=by)
    record("note.written", by=by.actor, dsr_id=dsr.pk)
    return note


@transaction.atomic
def edit(note: Note, text: str, *, by: Officer) -> None:
    """Change one's own note, within ten minutes.

    Raises:
        NotYours: it is another's, or too old.
    """
    mine = editable(note.dsr, by).select_for_update().filter(pk=note.pk).first()
    if mine is None:
        raise NotYours
    mine.text, mine.edited_at = text, Now()
    mine.save(update_fields=["text", "edited_at"])
    record("note.changed", by=by.actor, dsr_id=note.dsr_id)


def editable(dsr: SubjectRequest, by: Officer) -> QuerySet[Note]:
    """Return the notes that `by` may still change."""
    return dsr.notes.filter(by=by, at__gt=Now() - EDITED_WITHIN)


def here(dsr: SubjectRequest, officer: Officer) -> QuerySet[Presence]:
    """Note that `officer` has the request open, and return who else has. Whoever comes back after a while begins anew."""
    mine = Presence.objects.filter(dsr=dsr, officer=officer)
    if not mine.filter(last_at__gt=Now() - GONE_AFTER).update(last_at=Now()) and not mine.update(since=Now(), last_at=Now()):
        Presence.objects.bulk_create([Presence(dsr=dsr, officer=officer)], ignore_conflicts=True)
    others = Presence.objects.filter(dsr=dsr, last_at__gt=Now() - GONE_AFTER).exclude(officer=officer)
    return others.select_related("officer").order_by(F("since"))
