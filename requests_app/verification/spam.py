"""Spam: a request that nobody has proven is put aside, and after ten minutes closed as unconfirmed.

Whoever has proven an address is a person who asks: such a request is answered or refused with a ground, never closed in silence.
Until the ten minutes are over it can be taken back, and no letter goes; afterwards its sender may still take it up again by the
link in the letter, as with any request that lapsed.
"""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.ledger.services import enqueue
from requests_app.officers.models import Officer
from requests_app.values import Actor
from requests_app.verification.asides import Aside
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance, locked
from requests_app.workflow.states import State

TIME_TO_THINK: Final = timedelta(minutes=10)
REASON: Final = "spam"


class PersonAsks(Exception):
    """The address was proven, or somebody acts for a person: this is no spam."""


class AsideAlready(Exception):
    """Somebody put it aside before."""


class NotAside(Exception):
    """It is not put aside, or was closed already."""


def may_be_spam(dsr: SubjectRequest) -> bool:
    return dsr.stage == State.VERIFYING and dsr.verified_at is None


@transaction.atomic
def put_aside(dsr: SubjectRequest, *, by: Officer) -> Aside:
    """Let `dsr` be closed as unconfirmed in ten minutes, unless that is taken back or its sender proves the address.

    Raises:
        PersonAsks, AsideAlready: it cannot be.
    """
    dsr = locked(dsr)
    if not may_be_spam(dsr):
        raise PersonAsks
    if Aside.objects.standing().filter(dsr=dsr).exists():
        raise AsideAlready
    aside = Aside.objects.create(dsr=dsr, officer=by, until=Now() + TIME_TO_THINK)
    aside.refresh_from_db(fields=["until"])
    record("request.put_aside", by=by.actor, dsr_id=dsr.pk)
    enqueue("verification.close_aside", key=f"aside:{aside.pk}", dsr=dsr, delay=TIME_TO_THINK.total_seconds(), aside=str(aside.pk))
    return aside


@transaction.atomic
def take_back(dsr: SubjectRequest, *, by: Actor) -> None:
    """Go on with `dsr` as if nothing had been.

    Raises:
        NotAside: there is nothing to take back any more.
    """
    dsr = locked(dsr)
    if not Aside.objects.standing().filter(dsr=dsr).update(ended_at=Now()):
        raise NotAside
    record("request.taken_back", by=by, dsr_id=dsr.pk)


@transaction.atomic
def close(aside: Aside) -> bool:
    """Close what was put aside, in the name of whoever did; False where it was taken back, or somebody proved the address."""
    dsr = locked(aside.dsr)
    if not Aside.objects.standing().filter(pk=aside.pk).update(ended_at=Now()) or not may_be_spam(dsr):
        return False
    actor = aside.officer.actor if aside.officer else Actor("officer", "officer:0")
    advance(dsr, Move.LAPSE, by=actor, reason=REASON)
    return True
