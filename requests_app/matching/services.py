"""Ask every system who this is; one clear match goes on, everything else waits for an officer."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

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
from requests_app.workflow.services import Move, StaleState, State, advance, locked

_TO_PUT_FIRST = ("postcode", "order_number", "birth_date")


class NotDecided(Exception):
    """A doubtful system was left out of the decision, or a choice names no candidate."""


def identity_of(dsr: SubjectRequest) -> Identity:
    """Return what is proven of the person: by nothing else may a record be theirs."""
    return Identity((Claim("email", dsr.email),))


def clues_of(dsr: SubjectRequest) -> Identity:
    """Return what is proven, and what was typed: with it a system finds, among many, the evidence that agrees."""
    typed = dsr.facts or {}
    return Identity((*identity_of(dsr).claims, *(Claim(kind, typed[kind]) for kind in _TO_PUT_FIRST if typed.get(kind))))


def typed_by(dsr: SubjectRequest) -> dict[str, str]:
    """Return the facts that the person typed, the name with them."""
    return {"name": dsr.name or "", **(dsr.facts or {})}


@transaction.atomic
def start(dsr: SubjectRequest) -> None:
    """Ask every system of the brand that has not answered yet. One that no longer takes part is no longer missing."""
    dsr.matches.filter(state=MatchState.FAILED, source__enabled=False).delete()
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
    """Keep what a system answered, and settle the request if it was the last one. Nothing is kept of a stopped request."""
    if not locked(match.dsr).is_open:
        return
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
    unsure = [match.pk for match in _unsure(dsr, matches)]
    dsr.matches.filter(pk__in=unsure).update(state=MatchState.DOUBTFUL)
    doubtful = unsure or any(match.state == MatchState.DOUBTFUL for match in matches)
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
    if dsr.stage != State.DECIDING:
        raise StaleState(f"{dsr.reference} was decided already")
    for match in dsr.matches.filter(state=MatchState.DOUBTFUL).select_related("source"):
        numbers, candidates = choices.get(str(match.pk)), match.candidates or []
        if numbers is None or not set(numbers) <= set(range(len(candidates))):
            raise NotDecided(match.source.name)
        match.chosen = [candidates[number]["root"] for number in sorted(set(numbers))]
        match.state, match.reason, match.decided_by, match.decided_at = MatchState.DECIDED, reason, by, Now()
        match.save()
        record("match.decided", by=by.actor, dsr_id=dsr.pk, source=match.source.name, chosen=len(match.chosen))
    advance(dsr, Move.DECIDE, by=by.actor, reason=reason)


def forget(dsrs: Collection[UUID]) -> None:
    """Keep of the matches of requests whose time is over only how they were settled."""
    Match.objects.filter(dsr__in=dsrs).update(candidates=None, chosen=None, reason=None)


def _verdict(dsr: SubjectRequest, weighed: Sequence[Weighed]) -> MatchState:
    if not weighed:
        return MatchState.NOBODY
    return MatchState.CLEAR if is_clear(weighed, dsr.email) else MatchState.DOUBTFUL


def _unsure(dsr: SubjectRequest, matches: Sequence[Match]) -> list[Match]:
    """Return the clear matches that hang on the mailbox alone, so that an officer looks (T-3.01).

    As many facts must agree, over all systems, as the brand asks for; an officer's decision stands for them. Where any
    system shows several people behind the mailbox, each other one must show by itself which of them its record is.
    """
    clear = [match for match in matches if match.state == MatchState.CLEAR]
    if any(len(match.candidates or []) > 1 for match in matches):
        needed = max(1, dsr.brand.facts_required)
        return [match for match in clear if len(_agreeing([match])) < needed]
    decided = any(match.state == MatchState.DECIDED for match in matches)
    return [] if decided or len(_agreeing(clear)) >= dsr.brand.facts_required else clear


def _agreeing(matches: Sequence[Match]) -> set[str]:
    return {kind for match in matches for one in match.candidates or [] for kind in one["agrees"] if kind != "name"}
