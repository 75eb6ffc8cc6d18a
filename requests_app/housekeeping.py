"""What the clock asks for: small sweeps over what the database says is due. Running one twice does nothing twice."""

from datetime import timedelta
from typing import Final

from celery import shared_task
from django.db import transaction

from requests_app.api import services as api
from requests_app.arrivals import services as arrivals
from requests_app.audit.services import record
from requests_app.autopilot import services as autopilot
from requests_app.bundle import services as bundle
from requests_app.changes import services as changes
from requests_app.correspondence import services as correspondence
from requests_app.erasure import services as erasure
from requests_app.errands import services as errands
from requests_app.holds.restrictions import Restriction
from requests_app.intake import limits, mailroom
from requests_app.keys import store
from requests_app.ledger.claims import Claim
from requests_app.ledger.handlers import Done, Outcome, handles
from requests_app.ledger.services import enqueue
from requests_app.matching import services as matching
from requests_app.officers import leftovers
from requests_app.optouts import services as optouts
from requests_app.review import services as review
from requests_app.values import SYSTEM
from requests_app.vault import services as vault
from requests_app.verification import handover, lapses
from requests_app.verification import services as verification
from requests_app.workflow import assigning, naming
from requests_app.workflow import services as workflow
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import locked

_LEFTOVER: Final = timedelta(minutes=15)
_AT_ONCE: Final = 500
_NAMES_AT_ONCE: Final = 20_000


@shared_task(name="housekeeping.lapse")
def lapse() -> None:
    lapses.lapse()


@shared_task(name="housekeeping.tidy")
def tidy() -> None:
    bundle.expire()
    vault.tidy(_LEFTOVER)
    verification.tidy()
    handover.tidy()
    api.tidy()
    leftovers.tidy()
    limits.tidy()
    mailroom.tidy()
    arrivals.tidy()
    assigning.tidy()
    naming.index_names(_NAMES_AT_ONCE)


@shared_task(name="housekeeping.forget")
def forget() -> int:
    """Write down that requests are to be forgotten whose own term of keeping is over; return how many."""
    standing = Restriction.objects.standing().values("dsr")  # what sets it aside is needed to set it free
    over = list(SubjectRequest.objects.to_forget().exclude(pk__in=standing)[:_AT_ONCE])
    for dsr in over:
        enqueue("housekeeping.forget", key=f"forget:{dsr.pk}:{dsr.closed_at:%Y%m%d%H%M%S}", dsr=dsr)
    return len(over)


@shared_task(name="housekeeping.remove")
def remove() -> int:
    """Delete the bare records of requests that have stood for their time; return how many."""
    return workflow.remove(_AT_ONCE)


@handles("housekeeping.forget", queue="housekeeping")
def shred(claim: Claim) -> Outcome:
    """Destroy the key of a request, so that no old dump of the database can be read, then empty its rows."""
    dsr = SubjectRequest.objects.get(steps=claim.step)
    with transaction.atomic():
        if locked(dsr).is_open:  # taken up again meanwhile; whoever would do so now waits, and finds no key
            return Done(proof={"moved_on": True})
        claim.hold()
        store.destroy(dsr.pk)
    return Done(proof={"key_destroyed": True}, commit=lambda: _empty(dsr))


@transaction.atomic
def _empty(dsr: SubjectRequest) -> None:
    """Let every room forget what it keeps of the person. The record that there was a request stays."""
    bundle.withdraw(dsr)
    rooms = (
        vault, arrivals, autopilot, review, erasure, errands, optouts, changes, matching, correspondence, verification,
        mailroom, workflow,
    )  # fmt: skip
    for room in rooms:
        room.forget([dsr.pk])
    record("request.forgotten", by=SYSTEM, dsr_id=dsr.pk)
