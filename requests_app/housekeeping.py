"""What the clock asks for: small sweeps over what the database says is due. Running one twice does nothing twice."""

from datetime import timedelta
from typing import Final

from celery import shared_task
from django.db import transaction

from requests_app.audit.services import record
from requests_app.bundle import services as bundle
from requests_app.correspondence import services as correspondence
from requests_app.keys import store
from requests_app.ledger.claims import Claim
from requests_app.ledger.handlers import Done, Outcome, handles
from requests_app.ledger.services import enqueue
from requests_app.matching import services as matching
from requests_app.values import SYSTEM
from requests_app.vault import services as vault
from requests_app.verification import services as verification
from requests_app.workflow import services as workflow
from requests_app.workflow.models import SubjectRequest

_LEFTOVER: Final = timedelta(minutes=15)
_AT_ONCE: Final = 500


@shared_task(name="housekeeping.lapse")
def lapse() -> None:
    verification.lapse()


@shared_task(name="housekeeping.tidy")
def tidy() -> None:
    bundle.expire()
    vault.tidy(_LEFTOVER)
    verification.tidy()


@shared_task(name="housekeeping.forget")
def forget() -> int:
    """Write down that requests are to be forgotten whose own term of keeping is over; return how many."""
    over = list(SubjectRequest.objects.to_forget()[:_AT_ONCE])
    for dsr in over:
        enqueue("housekeeping.forget", key=f"forget:{dsr.pk}", dsr=dsr)
    return len(over)


@handles("housekeeping.forget", queue="housekeeping")
def shred(claim: Claim) -> Outcome:
    """Destroy the key of a request, so that no old dump of the database can be read, then empty its rows."""
    dsr = SubjectRequest.objects.get(steps=claim.step)
    claim.hold()
    store.destroy(dsr.pk)
    return Done(proof={"key_destroyed": True}, commit=lambda: _empty(dsr))


@transaction.atomic
def _empty(dsr: SubjectRequest) -> None:
    """Let every room forget what it keeps of the person. The record that there was a request stays."""
    bundle.withdraw(dsr)
    for room in (vault, matching, correspondence, verification, workflow):
        room.forget([dsr.pk])
    record("request.forgotten", by=SYSTEM, dsr_id=dsr.pk)
