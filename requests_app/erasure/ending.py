"""The end of an erasure: what is kept gets a record of its own, what is gone leaves a trace that says nothing to anybody."""

from collections.abc import Iterator
from datetime import date

from django.db import connection

from requests_app.audit.services import record
from requests_app.connectors.erasing import Deed, Key
from requests_app.erasure.models import Plan, PlanState, RecordSet
from requests_app.erasure.pages import planned
from requests_app.erasure.planning import current
from requests_app.erasure.remains import Kept, KeptPage
from requests_app.erasure.traces import RECORD, STAYING, ErasedIdentity, trace, trace_of
from requests_app.erasure.within import mark_of
from requests_app.ledger.services import enqueue
from requests_app.matching.models import Match
from requests_app.matching.services import identity_of
from requests_app.values import SYSTEM, Root
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance

UNASKED = "out_of_scope"
NOT_OURS_TO_END = frozenset({UNASKED, "shared", "about_others", "suppression"})  # no later day ends these
_PAGE = 5000  # keys
_LOOKED_AT_EVERY = 30  # days, where no last day is known: a contract that runs, a dispute


def close(dsr: SubjectRequest) -> None:
    """Answer `dsr`: whole, or in part where a law keeps something or a system was given up with a reason."""
    plans = list(current(dsr))
    sets = RecordSet.objects.filter(plan__in=plans, deed=Deed.KEEP).exclude(reason=UNASKED)
    in_part = sets.exists() or any(plan.state == PlanState.GIVEN_UP for plan in plans)
    marks: dict[int, set[bytes]] = {}
    for plan in dsr.plans.filter(done_at__isnull=False).select_related("source"):
        _keep_what_stays(dsr, plan, marks.setdefault(plan.source_id, set()))
        _leave_traces(dsr, plan)
    advance(dsr, Move.FINISH_IN_PART if in_part else Move.FINISH_ERASURE, by=SYSTEM)


def _keep_what_stays(dsr: SubjectRequest, plan: Plan, marks: set[bytes]) -> None:
    """Give what stays its own record; `marks` are of what an earlier round of the same system has kept already."""
    sets = plan.sets.filter(deed=Deed.KEEP).exclude(reason__in=NOT_OURS_TO_END)
    for reason, until in sorted({(one.reason, one.until) for one in sets}, key=str):
        part = _kept(dsr, plan, reason, until)
        part.save(force_insert=True)
        part.records = _write_keys(part, plan, marks)
        if not part.records:
            part.delete()
            continue
        part.save(update_fields=["records"])
        record("erasure.kept", by=SYSTEM, dsr_id=dsr.pk, source=plan.source.name, reason=reason, records=part.records)
        look_later(part, 0)


def _kept(dsr: SubjectRequest, plan: Plan, reason: str, until: date | None) -> Kept:
    return Kept(
        brand=dsr.brand, source=plan.source, dsr=dsr, reference=dsr.reference, right=dsr.right, regime=dsr.regime,
        reason=reason, until=until, records=0, address=dsr.email, language=dsr.language,
        identity=[[claim.kind, claim.value] for claim in identity_of(dsr).claims],
    )  # fmt: skip


def _write_keys(part: Kept, plan: Plan, marks: set[bytes]) -> int:
    """Write the keys of a part, those apart that are kept already; return how many."""
    written = 0
    for number, (collection, keys) in enumerate(_pages(part, plan)):
        new = [key for key in keys if mark_of(collection, key) not in marks]
        marks.update(mark_of(collection, key) for key in new)
        written += len(new)
        if new:
            KeptPage.objects.create(kept=part, number=number, keys={collection: new})
    return written


def _pages(part: Kept, plan: Plan) -> Iterator[tuple[str, tuple[Key, ...]]]:
    for some in planned(plan.file):
        if (some.ruling.deed, some.ruling.reason, some.ruling.until) == (Deed.KEEP, part.reason, part.until):
            for start in range(0, len(some.keys), _PAGE):
                yield some.collection, some.keys[start : start + _PAGE]


def look_later(part: Kept, times: int) -> None:
    """Write down that what is kept is looked at again: in the morning after its last day, or in a month where none is known."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT greatest(0, extract(epoch FROM coalesce((k.until + 1 + b.morning) AT TIME ZONE b.time_zone,"
            " now() + make_interval(days => %s)) - now()))::float"
            " FROM requests_app_kept k JOIN requests_app_brand b ON b.id = k.brand_id WHERE k.id = %s",
            [_LOOKED_AT_EVERY, part.pk],
        )
        (seconds,) = cursor.fetchone()
    delay = max(seconds, 86400.0) if times else seconds
    enqueue("erasure.later", key=f"later:{part.pk}:{times}", source=part.source, delay=delay, kept=str(part.pk), times=times)


def _leave_traces(dsr: SubjectRequest, plan: Plan) -> None:
    if not plan.sets.filter(deed=Deed.ERASE).exists():
        return
    match = Match.objects.filter(dsr=dsr, source=plan.source).first()
    looked_at = {Root(one["root"][0], tuple(one["root"][1])) for one in (match.candidates if match else None) or []}
    looked_at |= set(match.roots if match else ())
    gone = set(match.roots if match else ()) if plan.by_hand else set(_erased(plan, looked_at))
    traces = [(one.kind, trace(one)) for one in identity_of(dsr).claims]
    traces += [(RECORD if one in gone else STAYING, trace_of(one)) for one in looked_at if one.key]
    ErasedIdentity.objects.bulk_create(
        [
            ErasedIdentity(brand=dsr.brand, source=plan.source, reference=dsr.reference, kind=kind, digest=digest)
            for kind, digest in traces
        ],
        ignore_conflicts=True,
    )


def _erased(plan: Plan, looked_at: set[Root]) -> Iterator[Root]:
    for some in planned(plan.file):
        if some.ruling.deed is Deed.ERASE:
            yield from (root for key in some.keys if (root := Root(some.collection, key)) in looked_at)
