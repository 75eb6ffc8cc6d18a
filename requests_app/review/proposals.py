"""A person's word on what the detectors found: one by one, all of a kind in a field, or having looked at a field."""

from collections.abc import Collection

from django.db import transaction
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.officers.models import Officer
from requests_app.review.grounds import OTHERS
from requests_app.review.models import Answer, Extent, Flag, Proposal, Ruling
from requests_app.review.services import Decided, Spot, reviewing, withhold
from requests_app.workflow.models import SubjectRequest


@transaction.atomic
def accept(proposal: Proposal, *, by: Officer, ground: str = OTHERS, note: str = "") -> Ruling | None:
    """Withhold what a proposal names. None where somebody has withheld the same by another way.

    Raises:
        Decided: somebody has decided on it.
        StaleState: the answer is not under review any more.
    """
    dsr = reviewing(proposal.dsr)
    _take(proposal, Answer.ACCEPTED, by)
    flag, place = proposal.flag, proposal.place
    extent = Extent.PASSAGE if place else Extent.FIELD
    spot = Spot(flag.part, extent, proposal.number, flag.field, (place["start"], place["end"]) if place else None)
    try:
        ruling = withhold(dsr, spot, ground=ground, note=note, by=by)
    except Decided:
        ruling = None
    Proposal.objects.filter(pk=proposal.pk).update(ruling=ruling)
    _settle(flag, by)
    return ruling


@transaction.atomic
def dismiss(proposal: Proposal, *, by: Officer) -> None:
    """Let what a proposal names go into the answer.

    Raises:
        Decided: somebody has decided on it.
        StaleState: the answer is not under review any more.
    """
    dsr = reviewing(proposal.dsr)
    _take(proposal, Answer.DISMISSED, by)
    record("review.kept", by=by.actor, dsr_id=dsr.pk, field=proposal.flag.field, kind=proposal.flag.kind)
    _settle(proposal.flag, by)


@transaction.atomic
def accept_all(flag: Flag, *, by: Officer, ground: str = OTHERS, note: str = "") -> Ruling:
    """Withhold everything of the flag's kind in its field, whether it stands as a proposal or is only counted; not what was kept.

    Raises:
        Decided: somebody has done so.
        StaleState: the answer is not under review any more.
    """
    dsr = reviewing(flag.dsr)
    ruling = withhold(dsr, Spot(flag.part, Extent.KIND, field=flag.field, kind=flag.kind), ground=ground, note=note, by=by)
    flag.proposals.filter(answer=Answer.OPEN).update(answer=Answer.ACCEPTED, ruling=ruling, by=by, at=Now())
    kept = flag.proposals.filter(answer=Answer.DISMISSED).count()
    Ruling.objects.filter(pk=ruling.pk).update(records=flag.found - kept)
    Flag.objects.filter(pk=flag.pk).update(seen_by=by, seen_at=Now())
    return ruling


@transaction.atomic
def looked_at(dsr: SubjectRequest, flags: Collection[int], *, by: Officer) -> int:
    """Note that an officer has looked at flagged fields; what is still proposed in them goes into the answer. Return how many.

    Raises:
        StaleState: the answer is not under review any more.
    """
    dsr = reviewing(dsr)
    seen = dsr.flags.filter(pk__in=flags, seen_at=None)
    Proposal.objects.filter(flag__in=seen, answer=Answer.OPEN).update(answer=Answer.DISMISSED, by=by, at=Now())
    for flag in seen.select_related("part__pull__source"):
        record("review.looked_at", by=by.actor, dsr_id=dsr.pk, source=flag.part.pull.source.name, field=flag.field, kind=flag.kind)
    return seen.update(seen_by=by, seen_at=Now())


def _take(proposal: Proposal, answer: Answer, by: Officer) -> None:
    if not Proposal.objects.filter(pk=proposal.pk, answer=Answer.OPEN).update(answer=answer, by=by, at=Now()):
        proposal.refresh_from_db()
        raise Decided(proposal.by, proposal.at)


def _settle(flag: Flag, by: Officer) -> None:
    """With the last of its proposals a flag is looked at, unless more was found than stands there."""
    if flag.found == flag.kept and not flag.proposals.filter(answer=Answer.OPEN).exists():
        Flag.objects.filter(pk=flag.pk, seen_at=None).update(seen_by=by, seen_at=Now())
