"""Ask every system who this is; one clear match goes on, everything else waits for an officer."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.ledger.services import enqueue
from requests_app.matching.judgement import Weighed, is_clear
from requests_app.matching.models import Match, MatchState
from requests_app.officers.models import Officer
from requests_app.sources.models import Source
from requests_app.values import SYSTEM, Claim, Identity
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance, locked

_FOUND = (MatchState.CLEAR, MatchState.DECIDED)


class NotDecided(Exception):
    """A doubtful system was left out of the decision, or a choice names no candidate."""


def identity_of(dsr: SubjectRequest) -> Identity:
    return Identity((Claim("email", dsr.email),))


def typed_by(dsr: SubjectRequest) -> dict[str, str]:
    """Return the facts that the person typed, the name with them."""
    return {"name": dsr.name or "", **(dsr.facts or {})}


@transaction.atomic
def start(dsr: SubjectRequest) -> None:
    """Ask every system of the brand that has not answered yet."""
    for source in Source.objects.searched().filter(brand=dsr.brand):
        match, made = Match.objects.get_or_create(dsr=dsr, source=source)
        if not made and match.state == MatchState.FAILED:
            Match.objects.filter(pk=match.pk).update(state=MatchState.ASKING, fault="", round=F("round") + 1, asked_at=Now())
            match.refresh_from_db()
        if match.state == MatchState.ASKING:
            enqueue("matching.ask", key=f"match:{match.pk}:{match.round}", dsr=dsr, source=source, match=str(match.pk))
    settle(dsr)


@transaction.atomic
def keep(match: Match, weighed: Sequence[Weighed]) -> None:
    """Keep what a system answered, and settle the request if it was the last one."""
    match.state = _verdict(match.dsr, weighed)
    match.candidates = [one.plain for one in weighed]
    match.chosen = [one["root"] for one in match.candidates] if match.state == MatchState.CLEAR else []
    match.save(update_fields=["state", "candidates", "chosen"])
    record("match.answered", by=SYSTEM, dsr_id=match.dsr_id, source=match.source.name, state=match.state, candidates=len(weighed))
    settle(match.dsr)


@transaction.atomic
def fail(match: Match, code: str) -> None:
    """Note that a system could not be asked; the others are not stopped by it."""
    Match.objects.filter(pk=match.pk).update(state=MatchState.FAILED, fault=code)
    settle(match.dsr)


def settle(dsr: SubjectRequest) -> None:
    """Move the request on once no system is being asked. The lock makes the last of two that end together see the other."""
    dsr = locked(dsr)
    matches = list(dsr.matches.select_related("source"))
    if Move.SEARCH not in dsr.moves or any(match.state == MatchState.ASKING for match in matches):
        return
    if not _enough_facts(dsr, matches):
        dsr.matches.filter(state=MatchState.CLEAR).update(state=MatchState.DOUBTFUL)
        matches = list(dsr.matches.all())
    doubtful = any(match.state == MatchState.DOUBTFUL for match in matches)
    advance(dsr, Move.DOUBT if doubtful else Move.SEARCH, by=SYSTEM)


@transaction.atomic
def decide(dsr: SubjectRequest, choices: Mapping[str, Sequence[int]], *, by: Officer, reason: str) -> None:
    """Choose, for every doubtful system, which of its candidates are this person: none, one or several.

    `choices` maps a match's id to the numbers of its candidates, from 0.

    Raises:
        NotDecided: a doubtful system is missing, or a number is no candidate's.
        StaleState: somebody else decided first.
    """
    dsr = locked(dsr)
    for match in dsr.matches.filter(state=MatchState.DOUBTFUL).select_related("source"):
        numbers, candidates = choices.get(str(match.pk)), match.candidates or []
        if numbers is None or not set(numbers) <= set(range(len(candidates))):
            raise NotDecided(match.source.name)
        match.chosen = [candidates[number]["root"] for number in sorted(set(numbers))]
        match.state, match.reason, match.decided_by, match.decided_at = MatchState.DECIDED, reason, by, Now()
        match.save()
        record("match.decided", by=by.actor, dsr_id=dsr.pk, source=match.source.name, chosen=len(match.chosen))
    advance(dsr, Move.DECIDE, by=by.actor, reason=reason)


def _verdict(dsr: SubjectRequest, weighed: Sequence[Weighed]) -> MatchState:
    if not weighed:
        return MatchState.NOBODY
    return MatchState.CLEAR if is_clear(weighed, dsr.email) else MatchState.DOUBTFUL


def _enough_facts(dsr: SubjectRequest, matches: Sequence[Match]) -> bool:
    """Whether, over all systems, as many facts agree as the brand asks for; an officer's decision stands for them."""
    if any(match.state == MatchState.DECIDED for match in matches) or not any(match.state in _FOUND for match in matches):
        return True
    agree = {kind for match in matches for one in match.candidates or [] for kind in one["agrees"] if kind != "name"}
    return len(agree) >= dsr.brand.facts_required
