"""The end of a restriction: first a letter that says when and why, then the deed. Source: GDPR Art. 18(3)."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from requests_app.audit.services import record
from requests_app.changes.asking import RESTRICTION
from requests_app.changes.models import Deed, Entry, Stand
from requests_app.changes.proposing import NotOpen
from requests_app.changes.running import begin, settle_lift
from requests_app.correspondence.models import Letter
from requests_app.correspondence.services import write
from requests_app.holds.restrictions import Restriction
from requests_app.ledger.services import enqueue
from requests_app.officers.models import Officer
from requests_app.sources.services import described
from requests_app.values import SYSTEM
from requests_app.verification import services as verification
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import State, locked

NOTICE: Final = timedelta(days=7)
"""How long before the deed the person is told at least: long enough to object."""
LETTER: Final = "restriction_lifts"


def standing(dsr: SubjectRequest) -> Restriction | None:
    """Return the restriction that stands for `dsr`; None where there is none, or it was lifted."""
    return Restriction.objects.standing().filter(dsr=dsr).first()


@transaction.atomic
def announce(dsr: SubjectRequest, *, reason: str, lifts_at: datetime, by: Officer) -> None:
    """Tell the person when and why the restriction is lifted; the deed follows when that day has come and the letter has left.

    Raises:
        NotOpen: nothing is restricted, or it was announced.
        ValueError: that is too soon.
    """
    dsr = locked(dsr)
    if dsr.right != RESTRICTION or dsr.stage != State.ANSWERED or (stands := standing(dsr)) is None or stands.announced_at:
        raise NotOpen
    wait = (lifts_at - timezone.now()).total_seconds()
    if wait < NOTICE.total_seconds() - 60:
        raise ValueError(lifts_at)
    Restriction.objects.filter(pk=stands.pk).update(announced_at=Now(), lifts_at=lifts_at, announced_by=by)
    record("restriction.lift_announced", by=by.actor, dsr_id=dsr.pk)
    write(dsr, LETTER, links=verification.links(dsr), lifts_at=lifts_at, reason=reason)
    enqueue("changes.lift", key=f"lift:{dsr.pk}", dsr=dsr, delay=wait)


@transaction.atomic
def lift(dsr: SubjectRequest) -> bool:
    """Begin to lift; False where the letter has not left yet."""
    dsr = locked(dsr)
    stands = standing(dsr)
    if stands is None or dsr.entries.filter(deed=Deed.LIFT).exists():
        return True
    if not Letter.objects.filter(dsr=dsr, kind=LETTER, sent_at__isnull=False).exists():
        return False
    Entry.objects.bulk_create(_way_back(entry) for entry in dsr.entries.filter(deed=Deed.RESTRICT, stand=Stand.DONE))
    record("restriction.lift_began", by=SYSTEM, dsr_id=dsr.pk)
    begin(dsr, Deed.LIFT)
    settle_lift(dsr)
    return True


def _way_back(entry: Entry) -> Entry:
    """A restricted field gets what the description says, else what it was. What a person did, a person undoes."""
    info = described(entry.source).get(entry.collection)
    release = info.restriction.release if info and info.restriction else ""
    before = release or entry.old
    return Entry(
        dsr=entry.dsr, source=entry.source, deed=Deed.LIFT, stand=Stand.ACCEPTED, position=entry.position,
        collection=entry.collection, number=entry.number, field=entry.field, rule=entry.rule, shared=entry.shared,
        limit=entry.limit, key=entry.key, old=entry.new, new=before, empties=before is None, decided_at=Now(),
    )  # fmt: skip
