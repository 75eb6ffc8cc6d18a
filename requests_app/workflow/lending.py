"""Lending one request to a colleague who needs to know it, and taking it back."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.officers import policy
from requests_app.officers.models import Officer
from requests_app.officers.policy import Action
from requests_app.workflow.delegations import LENT, Delegation
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import locked, today_of


class NotToLend(Exception):
    """The request is closed, the day has passed, or the one who lends may not answer it."""


class SeesItAnyway(Exception):
    """The colleague answers for this shop and side already, or the request is lent to them."""


def may(user: Officer, action: Action, dsr: SubjectRequest) -> bool:
    """Whether `user` may do `action` with `dsr`: by a role, or because it was lent."""
    if policy.may(user, action, dsr.brand, dsr.side):
        return True
    return action in LENT and dsr.is_open and Delegation.objects.of(user).filter(dsr=dsr).exists()


@transaction.atomic
def lend(dsr: SubjectRequest, officer: Officer, *, by: Officer, until: date | None = None) -> Delegation:
    """Let `officer` see and work `dsr` until it closes, or through the day `until`. Who was lent it does not lend it on.

    Raises:
        NotToLend, SeesItAnyway: it cannot be.
    """
    dsr = locked(dsr)
    if not dsr.is_open or not officer.is_active or not policy.may(by, Action.ANSWER, dsr.brand, dsr.side):
        raise NotToLend
    if until is not None and until < today_of(dsr.brand):
        raise NotToLend
    if policy.may(officer, Action.ANSWER, dsr.brand, dsr.side) or Delegation.objects.of(officer).filter(dsr=dsr).exists():
        raise SeesItAnyway
    dsr.delegations.filter(officer=officer, ended_at=None).update(ended_at=Now())  # over, though nobody said so
    zone = ZoneInfo(dsr.brand.time_zone)
    ends_at = datetime.combine(until + timedelta(days=1), time(), zone) if until else None
    lent = Delegation.objects.create(dsr=dsr, officer=officer, by=by, ends_at=ends_at)
    record("delegation.made", by=by.actor, dsr_id=dsr.pk, officer=officer.pk, until=str(until) if until else None)
    return lent


@transaction.atomic
def take_back(lent: Delegation, *, by: Officer) -> None:
    """End a delegation; one that is over stays as it is."""
    if Delegation.objects.filter(pk=lent.pk, ended_at=None).update(ended_at=Now()):
        record("delegation.ended", by=by.actor, dsr_id=lent.dsr_id, officer=lent.officer_id)
