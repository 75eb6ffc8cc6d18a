"""Requests that nobody confirms: a word before they lapse, a letter when they have, and a way back from it."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Case, ExpressionWrapper, F, QuerySet, Value, When
from django.db.models import DateTimeField as Moment
from django.db.models import DurationField as Length
from django.db.models.functions import Coalesce, Now

from requests_app.correspondence.services import write
from requests_app.deadlines.dates import keep
from requests_app.deadlines.models import Notice
from requests_app.deadlines.reminders import schedule
from requests_app.keys.store import KeyGone
from requests_app.values import CUSTOMER, SYSTEM
from requests_app.verification.models import Challenge, Purpose
from requests_app.verification.services import NoSuchLink, confirmation, link, may_write
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.parties import Party
from requests_app.workflow.services import Move, StaleState, advance, locked
from requests_app.workflow.states import State

WARNED_BEFORE: Final = timedelta(days=2)
BY_POST: Final = timedelta(days=60)  # letters to and fro take their time
_DAY: Final = timedelta(days=1)
# The link back dies with the secrets of its request, when that is forgotten; what the brand keeps how long may change till then.
_UNTIL_FORGOTTEN: Final = timedelta(days=36_500)
_AT_ONCE: Final = 500


def waiting() -> "QuerySet[Any, Any]":
    """Return the requests whose address is still to be confirmed, with `lapses_at`, when the brand's term ends.

    While an officer has to look at papers, nobody is waited for.
    """
    lasts = Case(When(email=None, then=Value(BY_POST)), default=ExpressionWrapper(F("brand__lapse_days") * Value(_DAY), Length()))
    lapses_at = ExpressionWrapper(Coalesce("taken_over_at", "received_at") + lasts, Moment())
    asked = SubjectRequest.objects.filter(state=State.VERIFYING).exclude(pk__in=Party.objects.to_check().values("dsr"))
    return asked.annotate(lapses_at=lapses_at)


def lapse() -> int:
    """Close requests whose address nobody confirmed within the brand's term; return how many."""
    closed = 0
    for dsr in waiting().filter(lapses_at__lt=Now()).select_related("brand").order_by("received_at")[:_AT_ONCE]:
        with suppress(StaleState):  # somebody confirms in this very moment
            advance(dsr, Move.LAPSE, by=SYSTEM)
            closed += 1
    return closed


@transaction.atomic
def warn_in_time(dsr: SubjectRequest) -> None:
    """Let the customer hear of it before `dsr` lapses, where the brand's term leaves time for that."""
    lapses_at = _lapses_at(dsr)
    if lapses_at is not None and timedelta(days=dsr.brand.lapse_days) > WARNED_BEFORE:
        schedule(dsr, Notice.PROOF_LAPSES, lapses_at - WARNED_BEFORE)


@transaction.atomic
def warn(dsr: SubjectRequest) -> bool:
    """Write that the request is about to lapse, with a fresh link to confirm; False when it is not, or enough was said."""
    lapses_at = _lapses_at(dsr)
    if lapses_at is None or not _was_asked(dsr) or not may_write(dsr, "lapses_soon"):
        return False
    confirmation(dsr, "lapses_soon", lapses_at=lapses_at)
    return True


@transaction.atomic
def tell_of_lapse(dsr: SubjectRequest) -> bool:
    """Write that the request was closed, and how it goes on; False when no confirmation had been written, or enough was said."""
    if not _was_asked(dsr) or not may_write(dsr, "lapsed"):
        return False
    write(dsr, "lapsed", links={"revive": link(dsr, Purpose.REVIVE, _UNTIL_FORGOTTEN)})
    return True


def revive(challenge: Challenge) -> SubjectRequest:
    """Take a request up again that lapsed, on the word of the mailbox's owner: its address is asked for once more.

    Raises:
        NoSuchLink: it was taken up already, is being forgotten, or the link is good for nothing.
    """
    with transaction.atomic():
        dsr = locked(challenge.dsr)
        usable = Challenge.objects.in_force().filter(pk=challenge.pk, purpose=Purpose.REVIVE, used_at=None)
        if dsr.stage != State.LAPSED or not _is_kept(dsr) or not usable.update(used_at=Now()):
            raise NoSuchLink
        advance(dsr, Move.REVIVE, by=CUSTOMER)
        _restart(dsr)
    return dsr


def _restart(dsr: SubjectRequest) -> None:
    """Count the request as received now: while it was closed nobody was asking. The trail keeps when it came first."""
    SubjectRequest.objects.filter(pk=dsr.pk).update(received_at=Now(), taken_over_at=None)
    dsr.refresh_from_db(fields=["received_at", "taken_over_at"])
    keep(dsr, by=CUSTOMER, because="revived")


def _lapses_at(dsr: SubjectRequest) -> datetime | None:
    return waiting().filter(pk=dsr.pk).values_list("lapses_at", flat=True).first()


def _was_asked(dsr: SubjectRequest) -> bool:
    return dsr.letters.filter(kind="confirm_address", address_index=dsr.email_index).exists()


def _is_kept(dsr: SubjectRequest) -> bool:
    """Return whether there is still somebody to write to: the key goes before the row is emptied."""
    try:
        return dsr.email is not None or dsr.is_by_post
    except KeyGone:
        return False
