"""Ask every system who this is; one clear match goes on, everything else waits for an officer."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.jurisdictions.identity import Needed, needed
from requests_app.ledger.services import enqueue
from requests_app.matching.judgement import SIGNED, Weighed, again, is_clear
from requests_app.matching.models import Match, MatchState
from requests_app.officers.models import Officer
from requests_app.sources.models import Source
from requests_app.values import SYSTEM, Claim, Identity
from requests_app.workflow.laws import laws_of
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.parties import party_of
from requests_app.workflow.services import Move, StaleState, State, advance, locked

_TO_PUT_FIRST = ("postcode", "order_number", "birth_date", "street", "city")
# By which a person without an e-mail address may be found, as it was typed: an officer decides on whatever meets it.
_TYPED_CLAIMS = {SIGNED: "customer_number", "phone_number": "phone_number", "order_number": "order_number"}


class NotDecided(Exception):
    """A doubtful system was left out of the decision, or a choice names no candidate."""


def identity_of(dsr: SubjectRequest) -> Identity:
    """Return what is proven of the person: by nothing else may a record be theirs.

    Without an e-mail address nothing is proven by itself: the numbers that were typed lead to records, of which an officer
    says which are the person's.
    """
    if not dsr.email or dsr.postal_address:  # whoever was proven by post stays so, wherever letters go later
        typed = dsr.facts or {}
        return Identity(tuple(Claim(kind, typed[fact]) for kind, fact in _TYPED_CLAIMS.items() if typed.get(fact)))
    signed = (Claim(SIGNED, dsr.customer_id),) if dsr.customer_id else ()
    return Identity((Claim("email", dsr.email), *signed))


def clues_of(dsr: SubjectRequest) -> Identity:
    """Return what is proven, and what was typed: with it a system finds, among many, the evidence that agrees."""
    typed, known = dsr.facts or {}, identity_of(dsr)
    also = (Claim(kind, typed[kind]) for kind in _TO_PUT_FIRST if typed.get(kind) and not known.of(kind))
    return Identity((*known.claims, *also))


def typed_by(dsr: SubjectRequest) -> dict[str, str]:
    """Return the facts that the person typed, the name with them; and the customer number, where the shop signed it."""
    facts = dict(dsr.facts or {})
    number = facts.pop("customer_number", "") if dsr.is_by_post else ""
    return {"name": dsr.name or "", **facts, SIGNED: dsr.customer_id or number}


@transaction.atomic
def start(dsr: SubjectRequest) -> None:
    """Ask every system of the brand that has not answered yet. One that no longer takes part is no longer missing."""
    dsr.matches.filter(state=MatchState.FAILED, source__enabled=False).delete()
    sources = list(Source.objects.searched().of(dsr.brand, dsr.side))
    known = set(dsr.matches.values_list("source", flat=True))
    Match.objects.bulk_create(
        [Match(dsr=dsr, source=source, state=_first(source)) for source in sources if source.pk not in known],
        ignore_conflicts=True,
    )
    matches = {match.source_id: match for match in dsr.matches.all()}
    for source in sources:
        match = matches[source.pk]
        if match.state == MatchState.FAILED:
            Match.objects.filter(pk=match.pk).update(state=MatchState.ASKING, fault="", round=F("round") + 1, asked_at=Now())
            match.refresh_from_db()
        if match.state == MatchState.ASKING:
            enqueue("matching.ask", key=f"match:{match.pk}:{match.round}", dsr=dsr, source=source, match=str(match.pk))
    settle(dsr)


def is_asked(dsr: SubjectRequest) -> bool:
    """Whether systems are asked who this is: a person without an e-mail address is looked for before the proof.

    What a system holds says where the proof may go; it is seen by officers alone.
    """
    return dsr.stage == State.MATCHING or (dsr.stage == State.VERIFYING and dsr.is_by_post)


@transaction.atomic
def look_again(dsr: SubjectRequest, facts: Mapping[str, str], *, by: Officer) -> None:
    """Look for a person without an e-mail address by what is known besides; what systems said before is gone.

    Raises:
        StaleState: the person is proven, or nobody is looked for any more.
    """
    dsr = locked(dsr)
    if dsr.stage != State.VERIFYING or not dsr.is_by_post:
        raise StaleState(f"{dsr.reference} is past that")
    dsr.facts = {**(dsr.facts or {}), **facts}
    dsr.save(update_fields=["facts"])
    dsr.matches.update(state=MatchState.FAILED, fault="", candidates=None, chosen=None)
    record("person.looked_again", by=by.actor, dsr_id=dsr.pk, facts=sorted(facts))
    start(dsr)


def _first(source: Source) -> MatchState:
    """Where no program looks, nobody chooses among candidates: a person is asked for what is held."""
    return MatchState.BY_PEOPLE if source.is_of_people else MatchState.ASKING


@transaction.atomic
def keep(match: Match, weighed: Sequence[Weighed]) -> None:
    """Keep what a system answered, and settle the request if it was the last one. Nothing is kept of a stopped request."""
    dsr = locked(match.dsr)
    if not dsr.is_open:
        return
    match.state = _verdict(dsr, weighed)
    match.candidates = [one.plain for one in weighed]
    match.chosen = [one["root"] for one in match.candidates] if match.state == MatchState.CLEAR else []
    match.save(update_fields=["state", "candidates", "chosen"])
    record("match.answered", by=SYSTEM, dsr_id=match.dsr_id, source=match.source.name, state=match.state, candidates=len(weighed))
    settle(dsr)


@transaction.atomic
def fail(match: Match, code: str) -> None:
    """Note that a system could not be asked; the others are not stopped by it."""
    Match.objects.filter(pk=match.pk).update(state=MatchState.FAILED, fault=code)
    settle(locked(match.dsr))


def settle(dsr: SubjectRequest) -> None:
    """Move the request on once no system is being asked. It is locked: the last of two that end together sees the other."""
    matches = list(dsr.matches.select_related("source"))
    if Move.SEARCH not in dsr.moves or any(match.state == MatchState.ASKING for match in matches):
        return
    unsure = [match.pk for match in _unsure(dsr, matches)]
    dsr.matches.filter(pk__in=unsure).update(state=MatchState.DOUBTFUL)
    doubtful = unsure or any(match.state == MatchState.DOUBTFUL for match in matches)
    advance(dsr, Move.DOUBT if doubtful else Move.SEARCH, by=SYSTEM)


@transaction.atomic
def decide(
    dsr: SubjectRequest, choices: Mapping[str, Sequence[int]], *, by: Officer, reason: str,
    whys: Mapping[str, Mapping[int, str]] | None = None,
) -> None:  # fmt: skip
    """Choose, for every doubtful system, which of its candidates are this person: none, one or several.

    `choices` maps a match's id to the numbers of its candidates, from 0; `whys` what was said of single ones, chosen or not.

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
        said = (whys or {}).get(str(match.pk), {})
        match.candidates = [one | ({"why": said[number]} if number in said else {}) for number, one in enumerate(candidates)]
        match.chosen = [candidates[number]["root"] for number in sorted(set(numbers))]
        match.state, match.reason, match.decided_by, match.decided_at = MatchState.DECIDED, reason, by, Now()
        match.save()
        record("match.decided", by=by.actor, dsr_id=dsr.pk, source=match.source.name, chosen=len(match.chosen))
    advance(dsr, Move.DECIDE, by=by.actor, reason=reason)


@transaction.atomic
def weigh_again(dsr: SubjectRequest) -> None:
    """Weigh what the systems showed by what the person says now. Nothing moves: an officer decides, and sees it."""
    dsr = locked(dsr)
    if dsr.stage != State.DECIDING:
        return
    typed = typed_by(dsr)
    for match in dsr.matches.filter(state=MatchState.DOUBTFUL):
        match.candidates = [again(one, typed) for one in match.candidates or []]
        match.save(update_fields=["candidates"])


def forget(dsrs: Collection[UUID]) -> None:
    """Keep of the matches of requests whose time is over only how they were settled."""
    Match.objects.filter(dsr__in=dsrs).update(candidates=None, chosen=None, reason=None)


def _verdict(dsr: SubjectRequest, weighed: Sequence[Weighed]) -> MatchState:
    if not weighed:
        return MatchState.NOBODY
    if not dsr.email or dsr.postal_address:
        return MatchState.DOUBTFUL
    return MatchState.CLEAR if is_clear(weighed, dsr.email) else MatchState.DOUBTFUL


def proof_needed(dsr: SubjectRequest) -> Needed:
    """Return how many facts must agree, and whether the person has to have signed: by the strictest law and the shop's rule."""
    return needed(dsr.right, laws_of(dsr), least=dsr.brand.facts_required)


def lacks_declaration(dsr: SubjectRequest) -> bool:
    """Whether a law wants a signed statement that nobody signed."""
    proof = getattr(dsr, "proof", None)
    return proof_needed(dsr).declares and (proof is None or not proof.declared)


def _unsure(dsr: SubjectRequest, matches: Sequence[Match]) -> list[Match]:
    """Return the clear matches that hang on the mailbox alone, so that an officer looks (T-3.01).

    As many facts must agree, over all systems, as the law or the brand asks for; an officer's decision stands for them, and
    so does the shop's own word that the person was signed in. Where any system shows several people behind the mailbox, each
    other one must show by itself which of them its record is. The mailbox of whoever acts in the person's stead shows nothing.
    Of a request that came by e-mail everything hangs on one mailbox, so an officer looks whatever agrees (decision 008).
    """
    clear = [match for match in matches if match.state == MatchState.CLEAR]
    decided = any(match.state == MatchState.DECIDED for match in matches)
    if dsr.is_by_mail and not decided:
        return clear
    required = proof_needed(dsr).facts
    if any(len(match.candidates or []) > 1 for match in matches):
        needed_each = max(1, required)
        return [match for match in clear if len(agreeing([match])) < needed_each and SIGNED not in agreeing([match])]
    if decided:
        return []
    party = party_of(dsr)
    if party is not None and not party.acts_as.asks_the_person:
        return clear
    if dsr.customer_id or (len(agreeing(clear)) >= required and not lacks_declaration(dsr)):
        return []
    return clear


def agreeing(matches: Sequence[Match]) -> set[str]:
    return {kind for match in matches for one in match.candidates or [] for kind in one["agrees"] if kind != "name"}
