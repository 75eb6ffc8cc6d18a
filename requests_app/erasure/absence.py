"""After the run every system is searched again, by every identity and by the key of every record that was to go."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.connectors.erasing import Deed, Key
from requests_app.erasure.asking import eraser
from requests_app.erasure.ending import close
from requests_app.erasure.models import Plan, PlanState
from requests_app.erasure.pages import planned
from requests_app.erasure.planning import current
from requests_app.erasure.proving import left
from requests_app.ledger.claims import Claim
from requests_app.matching.models import Match, MatchState
from requests_app.matching.services import identity_of
from requests_app.sources import services as sources
from requests_app.sources.models import PEOPLE, Source
from requests_app.sources.services import answering, connector, writing_config
from requests_app.values import SYSTEM, Root
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, State, advance, locked

FOUND = "found_again"


def search(dsr: SubjectRequest, claim: Claim) -> list[Source]:
    """Return the systems in which something is found that nobody planned, or that should have gone.

    Raises:
        SourceFault: one of them did not answer.
        LeaseLost: another worker has taken over.
    """
    plans = {plan.source_id: plan for plan in current(dsr)}
    found = []
    for source in Source.objects.searched().of(dsr.brand, dsr.side).exclude(connector=PEOPLE):
        claim.hold()
        with answering(source):
            if _holds_more(dsr, source, plans.get(source.pk)):
                found.append(source)
    return found


def _holds_more(dsr: SubjectRequest, source: Source, plan: Plan | None) -> bool:
    if plan is not None and plan.state == PlanState.GIVEN_UP:
        return False  # the answer names it
    seen = {one.root for one in connector(source).candidates(sources.config(source), identity_of(dsr))}
    if seen - _settled(dsr, source, plan, seen):
        return True
    able = eraser(source)
    return bool(plan and plan.file and able and left(plan, able, writing_config(source)))


def _settled(dsr: SubjectRequest, source: Source, plan: Plan | None, seen: set[Root]) -> set[Root]:
    """Return those of `seen` that may be there: somebody else's, as an officer decided, and what the plan keeps."""
    match = Match.objects.filter(dsr=dsr, source=source).first()
    if match is None:
        return set()
    known = {Root(collection, tuple(key)) for collection, key in (one["root"] for one in match.candidates or [])}
    others = known - set(match.roots)
    if not seen - others or plan is None:
        return others
    return others | {Root(collection, key) for collection, key in _staying(plan) if Root(collection, key) in seen}


def _staying(plan: Plan) -> Iterator[tuple[str, Key]]:
    for some in planned(plan.file):
        if some.ruling.deed in (Deed.KEEP, Deed.BLANK):
            for key in some.keys:
                yield some.collection, key


@transaction.atomic
def settle(dsr: SubjectRequest, found: list[Source]) -> None:
    """End the request when nothing more is there; else have whom it belongs to decided, and planned, as at the beginning."""
    dsr = locked(dsr)
    if dsr.stage != State.ERASING:
        return
    record("erasure.searched", by=SYSTEM, dsr_id=dsr.pk, found=[source.name for source in found])
    if found:
        _look_again(dsr, found)
    else:
        current(dsr).filter(state=PlanState.DONE).update(absent_at=Now())
        close(dsr)


def _look_again(dsr: SubjectRequest, found: list[Source]) -> None:
    for source in found:
        Match.objects.get_or_create(dsr=dsr, source=source)
        Match.objects.filter(dsr=dsr, source=source).update(state=MatchState.FAILED, fault=FOUND, round=F("round") + 1)
    Plan.objects.filter(pk__in=[plan.pk for plan in current(dsr) if plan.source in found]).update(
        state=PlanState.STALE, fault=FOUND
    )
    advance(dsr, Move.SEARCH_AGAIN, by=SYSTEM)
