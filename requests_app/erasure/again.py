"""What was erased and is there again, from an import or a backup: found by the keys of what was erased, erased only as approved."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.connectors.naming import Namer
from requests_app.erasure.asking import eraser, judge, whom
from requests_app.erasure.by_hand import NotOpen
from requests_app.erasure.deed import erased_or_rest
from requests_app.erasure.models import Plan, PlanState
from requests_app.erasure.named_again import named_again
from requests_app.erasure.proving import check_gone, counted, left
from requests_app.erasure.traces import ErasedIdentity, Outcome, Reappearance
from requests_app.ledger.models import Step
from requests_app.ledger.services import enqueue
from requests_app.matching.models import Match
from requests_app.matching.services import identity_of
from requests_app.officers import policy
from requests_app.officers.models import Officer
from requests_app.sources import services as sources
from requests_app.sources.models import Source
from requests_app.sources.services import answering, connector, writing_config
from requests_app.values import SYSTEM, Actor, Side
from requests_app.workflow.models import SubjectRequest


def done_since(moment: datetime | None = None) -> QuerySet[Plan]:
    """Return what was erased, since `moment` or ever, and can still be found again by its keys; the oldest first."""
    done = Plan.objects.filter(done_at__isnull=False, file__isnull=False, by_hand=False, dsr__forgotten_at=None)
    found = done.select_related("dsr__brand", "source", "file", "leads").order_by("done_at", "pk")
    return found.filter(done_at__gte=moment) if moment else found


def reapply(plan: Plan, *, by: Actor) -> int:
    """Erase again what of an approved and done plan is there again; return of how many records. Nothing else is touched.

    Raises:
        PlanChanged: other records than the approved ones would go too: a person must decide.
        NotErased: the system said that it was done, and it was not.
        SourceFault: the system did not answer.
    """
    able = eraser(plan.source)
    if able is None:
        return 0
    reached = writing_config(plan.source)
    back = left(plan, able, reached)
    if back:
        changed = counted(plan, erased_or_rest(plan, able, reached, whom(plan), judge(plan)))
        check_gone(plan, able, reached)
        record("erasure.reapplied", by=by, dsr_id=plan.dsr_id, source=plan.source.name, changed=sum(changed.values()))
    return back


@dataclass(frozen=True, slots=True)
class Seen:
    """Something erased that is there again; `known` and `newer` as in `Reappearance`."""

    reference: str
    records: int
    known: bool
    newer: bool = False


def look(source: Source) -> Iterator[Seen]:
    """Yield each erasure of which something is in `source` again: by the keys of what was erased, else by whom its records name.

    A record with another key that meets the person's identity may be a new account as well: a person is asked.

    Raises:
        SourceFault: the system did not answer.
    """
    by_key = set[str]()
    with answering(source):
        for one in _by_key(source):
            by_key |= {one.reference} if one.known else set()
            yield one
        for back in named_again(source):
            if back.reference not in by_key and (others := back.doubtful + back.newer) + back.known:
                yield Seen(back.reference, back.known or others, bool(back.known), newer=not back.known + back.doubtful)


def _by_key(source: Source) -> Iterator[Seen]:
    able = eraser(source)
    if able is None:
        return
    asks_all = not isinstance(connector(source), Namer)
    for plan in done_since().filter(source=source).exclude(state=PlanState.STALE).iterator(chunk_size=100):
        if back := left(plan, able, writing_config(source)):
            yield Seen(plan.dsr.reference, back, known=True)
        elif asks_all and (new := _strangers(plan)):
            yield Seen(plan.dsr.reference, new, known=False)


def _strangers(plan: Plan) -> int:
    """Return how many records meet the identity of somebody erased, and were not known when it was decided who that is."""
    match = Match.objects.filter(dsr=plan.dsr, source=plan.source).first()
    known = [one["root"] for one in (match.candidates if match else None) or []]
    seen = connector(plan.source).candidates(sources.config(plan.source), identity_of(plan.dsr))
    return sum(1 for one in seen if [one.root.collection, list(one.root.key)] not in known)


@transaction.atomic
def look_everywhere(today: str) -> int:
    """Write down that every system from which something was erased is looked at, once a day; return how many."""
    by_key = Q(pk__in=done_since().values("source")) & ~Q(erase_secret="")
    found = Source.objects.searched().filter(by_key | Q(pk__in=ErasedIdentity.objects.values("source")))
    for source in found:
        enqueue("erasure.reappearance", key=f"reappearance:{source.pk}:{today}", source=source)
    return len(found)


@transaction.atomic
def tell(source: Source, seen: Seen) -> bool:
    """Write down that something is there again, and tell the officers, once until it is settled."""
    asked = Reappearance.objects.filter(source=source, reference=seen.reference)
    alike = asked.filter(known=seen.known, newer=seen.newer)
    if asked.filter(settled_at=None).exists() or _answered(alike, seen.records).exists():
        return False
    found = Reappearance.objects.create(
        brand=source.brand, source=source, reference=seen.reference, known=seen.known, newer=seen.newer, records=seen.records
    )
    record(
        "erasure.reappeared", by=SYSTEM, dsr_id=_dsr_id(found), source=source.name, records=seen.records, known=seen.known,
        newer=seen.newer,
    )  # fmt: skip
    for officer in Officer.objects.filter(policy.answering_for(source.brand, Side(source.side))).distinct():
        key = f"reappeared:{found.pk}:{officer.pk}"
        enqueue("erasure.tell_reappeared", key=key, source=source, reappearance=found.pk, officer=officer.pk)
    return True


def _answered(asked: QuerySet[Reappearance], records: int) -> QuerySet[Reappearance]:
    """Narrow to what an officer has answered already; records known by their keys are asked about again when they grow more."""
    answers = asked.filter(outcome__in=[Outcome.NEW_ACCOUNT, Outcome.FILED])
    return answers.filter(Q(known=False) | Q(records__gte=records))


@transaction.atomic
def ask_again(found: Reappearance, *, by: Officer) -> None:
    """Have what is there again erased as it was approved once; a worker does it.

    Raises:
        NotOpen: it is settled or being erased, or it is known by an identity only: of such records nothing was approved.
    """
    if not _open(found).filter(known=True).update(outcome=Outcome.ERASING):
        raise NotOpen
    record("erasure.again_asked", by=by.actor, dsr_id=_dsr_id(found), source=found.source.name, records=found.records)
    tries = Step.objects.filter(key__startswith=f"again:{found.pk}:").count()
    enqueue("erasure.again", key=f"again:{found.pk}:{tries}", source=found.source, reappearance=found.pk, by=by.pk)


def erase_again(found: Reappearance, *, by: Actor, hold: Callable[[], None]) -> int | None:
    """Erase again what was approved once and is there again; return of how many records, None where no approved plan is left.

    Raises:
        PlanChanged, NotErased, SourceFault: as `reapply`.
    """
    plans = list(done_since().filter(source=found.source, dsr__brand=found.brand, dsr__reference=found.reference))
    back = 0
    for plan in plans:
        hold()
        back += reapply(plan, by=by)
    return back if plans else None


@transaction.atomic
def finish(found: Reappearance, *, by: Officer) -> None:
    """Settle what a worker has erased again, and read back."""
    _settle(_erasing(found), found, Outcome.ERASED_AGAIN, by=by)


@transaction.atomic
def stop(found: Reappearance, why: Outcome) -> None:
    """Give back to the officers what could not be erased again; it stays open."""
    if _erasing(found).update(outcome=why):
        record("erasure.again_stopped", by=SYSTEM, dsr_id=_dsr_id(found), source=found.source.name, why=why.value)


@transaction.atomic
def settle(found: Reappearance, outcome: Outcome, *, by: Officer) -> None:
    """Settle what is there again without erasing it: `NEW_ACCOUNT`, which is no reappearance (A9); `FILED`, as a new request.

    Raises:
        NotOpen: it is settled, or being erased.
    """
    if not _settle(_open(found), found, outcome, by=by):
        raise NotOpen


def _settle(these: QuerySet[Reappearance], found: Reappearance, outcome: Outcome, *, by: Officer) -> bool:
    if not these.update(outcome=outcome, settled_at=Now(), settled_by=by):
        return False
    record(
        "erasure.reappearance_settled", by=by.actor, dsr_id=_dsr_id(found), source=found.source.name, outcome=outcome.value
    )  # fmt: skip
    return True


def _open(found: Reappearance) -> QuerySet[Reappearance]:
    return Reappearance.objects.filter(pk=found.pk, settled_at=None).exclude(outcome=Outcome.ERASING)


def _erasing(found: Reappearance) -> QuerySet[Reappearance]:
    return Reappearance.objects.filter(pk=found.pk, settled_at=None, outcome=Outcome.ERASING)


def _dsr_id(found: Reappearance) -> UUID | None:
    return SubjectRequest.objects.filter(brand=found.brand, reference=found.reference).values_list("pk", flat=True).first()
