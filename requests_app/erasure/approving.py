"""Two people say yes to one plan. What they approve is its digest: another plan is another question."""

from datetime import timedelta
from hashlib import sha256
from typing import Final

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.brands.models import SOLO_DELAY, Brand
from requests_app.brands.notices import LEADS
from requests_app.connectors.erasing import Deed
from requests_app.correspondence.services import tell_officers
from requests_app.erasure.draft import BY_HAND
from requests_app.erasure.freezing import Frozen, Limited, check_limits, freeze
from requests_app.erasure.models import Approval, CoolingOff, Plan, PlanState, RecordSet
from requests_app.erasure.planning import SETTLED, current, round_of
from requests_app.ledger.services import enqueue
from requests_app.officers.audiences import audience
from requests_app.officers.models import Officer
from requests_app.officers.policy import Action
from requests_app.rights.erasure import Ground
from requests_app.sources.models import Source, Stop
from requests_app.workflow import lending
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, State, advance, locked

_POST: Final = timedelta(days=10)  # until a letter is there, and one is back
_PROMPT: Final = 24  # hours, where the data of a child shall go


class NotYours(Exception):
    """This officer approved it already, or may not: somebody else must."""


class PlanStale(Exception):
    """The plan is no longer the one that was read."""


class NotReady(Exception):
    """There is no plan that could be approved: `reason` is a code (`state`, `unfinished`, `undecided`, `copy`, `stopped` …)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def plan_digest(dsr: SubjectRequest) -> bytes:
    """Return the digest of the whole plan: of every system what is to become of which record, under which holds, sorted."""
    lines = sorted(
        f"{plan.source_id}\t{plan.round}\t{_settled(plan)}\t{bytes(plan.digest).hex()}\t{bytes(plan.holds_digest).hex()}\n"
        for plan in current(dsr)
    )
    return sha256("".join(lines).encode()).digest()


def needed(brand: Brand) -> int:
    """Return how many officers must approve."""
    return 1 if brand.solo_mode else 2


def approve(dsr: SubjectRequest, *, by: Officer, digest: bytes) -> Approval:
    """Let `by` approve the plan whose digest was shown to them. With the last one that is needed the request goes on.

    Raises:
        NotYours: this officer approved it already, or may not answer for the brand.
        PlanStale: the plan is another one now.
        NotReady: the request does not wait for this, a system is not planned, or a question is open.
        Frozen: too much was approved for this brand lately; the leads were told.
    """
    try:
        return _approve(dsr, by, digest)
    except Limited:  # outside the transaction that was rolled back: the freeze must stay
        freeze(dsr)
        raise Frozen from None


@transaction.atomic
def _approve(dsr: SubjectRequest, by: Officer, digest: bytes) -> Approval:
    dsr = locked(dsr)
    check_approvable(dsr)
    if not lending.may(by, Action.ANSWER, dsr):
        raise NotYours
    if plan_digest(dsr) != digest:
        raise PlanStale
    check_limits(dsr.brand)
    number = round_of(dsr)
    if dsr.approvals.filter(round=number, officer=by).exists():
        raise NotYours
    approval = Approval.objects.create(dsr=dsr, round=number, digest=digest, officer=by)
    record("erasure.approved", by=by.actor, dsr_id=dsr.pk, round=number, digest=digest.hex())
    if len(standing(dsr, digest)) >= needed(dsr.brand):
        _go_on(dsr, by)
    return approval


def check_approvable(dsr: SubjectRequest) -> None:
    """Raises: NotReady: the plan of `dsr` cannot be approved as it stands."""
    if dsr.stage != State.REVIEWING or Move.APPROVE_ERASURE not in dsr.moves:
        raise NotReady("state")
    plans = list(current(dsr))
    if not plans or any(plan.state not in (PlanState.READY, *SETTLED) for plan in plans):
        raise NotReady("unfinished")
    if undecided(dsr):
        raise NotReady("undecided")
    if dsr.waits_for_copy:
        raise NotReady("copy")
    _check_systems([plan.source for plan in plans if plan.state == PlanState.READY])


def _check_systems(sources: list[Source]) -> None:
    """Raises: NotReady: a system that would be changed is stopped, or keeps failing: a backlog of approvals helps nobody."""
    stopped = Stop.objects.standing().filter(Q(source__in=sources) | Q(source=None, brand__in={one.brand_id for one in sources}))
    if found := stopped.first():
        raise NotReady("stopped" if found.source_id else "all_stopped")
    if any(one.is_paused for one in sources):
        raise NotReady("paused")


def undecided(dsr: SubjectRequest) -> list[RecordSet]:
    """Return the sets about which the rules ask a person. Where a person erases by hand, nothing is asked before."""
    open_ones = current(dsr).filter(state=PlanState.READY)
    return list(RecordSet.objects.filter(plan__in=open_ones, deed=Deed.ASK).exclude(reason=BY_HAND.reason).select_related("plan"))


def standing(dsr: SubjectRequest, digest: bytes) -> list[Approval]:
    """Return the approvals of this very plan by officers who may still answer for the brand."""
    ours = dsr.approvals.filter(round=round_of(dsr), digest=digest).select_related("officer")
    return [one for one in ours if lending.may(one.officer, Action.ANSWER, dsr)]


def still_approved(dsr: SubjectRequest) -> bool:
    """Whether enough people approved the newest round of planning, and may still do so. A plan never changes within a round."""
    digests = {bytes(one) for one in dsr.approvals.filter(round=round_of(dsr)).values_list("digest", flat=True)}
    return any(len(standing(dsr, digest)) >= needed(dsr.brand) for digest in digests)


def _go_on(dsr: SubjectRequest, by: Officer) -> None:
    """Begin the time in which the customer may think it over; a day at most about a child; none a second time."""
    most = _PROMPT if dsr.ground == Ground.CHILD else dsr.brand.cooling_off_hours
    hours = timedelta(hours=0 if dsr.erasing_at else min(dsr.brand.cooling_off_hours, most))
    hours += _POST if hours and dsr.is_by_post else timedelta()
    earliest = SOLO_DELAY if dsr.brand.solo_mode else timedelta()
    CoolingOff.objects.update_or_create(
        dsr=dsr, defaults={"until": Now() + max(hours, earliest), "earliest": Now() + earliest, "waived_at": None}
    )
    advance(dsr, Move.APPROVE_ERASURE, by=by.actor)
    begin_later(dsr)
    if dsr.brand.solo_mode:
        tell_officers(dsr, "officer_erases_alone", to=audience(dsr.brand, [LEADS], dsr.side))


def begin_later(dsr: SubjectRequest) -> None:
    """Write down that the erasing begins when the time to think it over has ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT greatest(0, extract(epoch FROM until - clock_timestamp()))::float"
            "  FROM requests_app_coolingoff WHERE dsr_id = %s",
            [dsr.pk],
        )
        (seconds,) = cursor.fetchone()
    waived = dsr.cooling_off.waived_at is not None
    enqueue("erasure.begin", key=f"begin:{dsr.pk}:{round_of(dsr)}:{int(waived)}", dsr=dsr, delay=seconds, round=round_of(dsr))


def _settled(plan: Plan) -> str:
    return plan.state if plan.state in SETTLED else "open"


__all__ = ["Frozen", "NotReady", "NotYours", "PlanStale", "approve", "plan_digest"]
