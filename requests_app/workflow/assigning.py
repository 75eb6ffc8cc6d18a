"""Who works on a request. Whoever does may answer for its shop and side; when that ends, nobody works on it any more."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from requests_app.audit.services import record
from requests_app.officers import policy
from requests_app.officers.models import Membership, Officer, Sees
from requests_app.officers.policy import MAY, Action
from requests_app.values import CUSTOMER_KIND, SYSTEM, Actor, Side
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import locked


class MayNotAnswer(Exception):
    """The officer may not answer for the shop and side of the request."""


class NotOpen(Exception):
    """Nobody works on what is closed."""


@transaction.atomic
def assign(dsr: SubjectRequest, officer: Officer | None, *, by: Actor) -> bool:
    """Let `officer` work on `dsr`, or nobody; return whether that is new.

    Raises:
        MayNotAnswer, NotOpen: it cannot be.
    """
    dsr = locked(dsr)
    if not dsr.is_open:
        raise NotOpen
    if officer and not Officer.objects.filter(policy.answering_for(dsr.brand, dsr.side), pk=officer.pk).exists():
        raise MayNotAnswer
    if dsr.assignee_id == (officer.pk if officer else None):
        return False
    _write(dsr, officer, by)
    return True


@transaction.atomic
def release(officer: Officer, *, by: Actor) -> int:
    """Let nobody work on what `officer` worked on; return how many requests that were."""
    theirs = list(SubjectRequest.objects.open().filter(assignee=officer).select_for_update(no_key=True))
    for dsr in theirs:
        _write(dsr, None, by)
    return len(theirs)


@transaction.atomic
def tidy() -> int:
    """Let nobody work on requests whose officer has left, or may no longer answer for their shop and side."""
    answering = [role for role, actions in MAY.items() if Action.ANSWER in actions]
    theirs = Membership.objects.filter(officer=OuterRef("assignee"), brand=OuterRef("brand"), role__in=answering)
    of_customers = Q(person_kind=CUSTOMER_KIND) & Q(Exists(theirs.filter(sees__in=_seeing(Side.CUSTOMERS))))
    of_staff = ~Q(person_kind=CUSTOMER_KIND) & Q(Exists(theirs.filter(sees__in=_seeing(Side.STAFF))))
    held = SubjectRequest.objects.open().filter(assignee__isnull=False).exclude(of_customers | of_staff, assignee__is_active=True)
    over = list(held.select_for_update(of=("self",), no_key=True, skip_locked=True))
    for dsr in over:
        _write(dsr, None, SYSTEM)
    return len(over)


def _write(dsr: SubjectRequest, officer: Officer | None, by: Actor) -> None:
    before, now = dsr.assignee_id, officer.pk if officer else None
    SubjectRequest.objects.filter(pk=dsr.pk).update(assignee=now)
    dsr.assignee = officer
    record("request.assigned", by=by, dsr_id=dsr.pk, officer=now, before=before)


def _seeing(side: Side) -> list[Sees]:
    return [sees for sees in Sees if side in sees.sides]
