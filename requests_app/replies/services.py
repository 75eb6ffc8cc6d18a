"""Answering in an officer's own words: complaints, appeals, decisions looked at again, instructions for after death, lists."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from requests_app.audit.services import record
from requests_app.correspondence import facts, kinds
from requests_app.correspondence.composing import Draft, drafted
from requests_app.correspondence.services import write
from requests_app.deadlines.dates import APPEAL, COMPLAINT
from requests_app.jurisdictions import REGIMES, Code, required
from requests_app.jurisdictions.vocabulary import EVERY, ClockKind
from requests_app.officers.models import Officer
from requests_app.replies import wills
from requests_app.replies.models import Outcome, Reply
from requests_app.values import CUSTOMER, SYSTEM
from requests_app.verification import services as verification
from requests_app.workflow.laws import laws_of, right_of
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, State, advance

# How each outcome is written.
LETTERS: Final[Mapping[Outcome, str]] = MappingProxyType(
    {Outcome.ANSWERED: "replied", Outcome.GRANTED: "granted", Outcome.DENIED: "denied"},
)
_ENDED: Final = frozenset({State.ANSWERED, State.ANSWERED_IN_PART, State.ERASED_IN_PART, State.REFUSED})


class NoSuchOutcome(Exception):
    """A question is answered, a complaint or an appeal is decided: not the other way round."""


@dataclass(frozen=True, slots=True)
class Words:
    """What an officer answers."""

    outcome: Outcome
    text: str


def outcomes(dsr: SubjectRequest) -> tuple[Outcome, ...]:
    """Return how `dsr` may end."""
    return (Outcome.GRANTED, Outcome.DENIED) if dsr.right in {COMPLAINT, APPEAL} else (Outcome.ANSWERED,)


def to_say(dsr: SubjectRequest, outcome: Outcome) -> tuple[Code, ...]:
    """Return what the laws of `dsr` want said that only the officer's own words can say."""
    letter = kinds.letter_of(LETTERS[outcome])
    needs = required(facts.standing(dsr), right_of(dsr), letter, on=facts.received_on(dsr)) if letter else ()
    return tuple(code for code in needs if code.key in kinds.IN_THE_REPLY)


def shown(dsr: SubjectRequest, words: Words) -> Draft:
    """Return the letter as it would be written; its links are made when it is."""
    links = dict.fromkeys(("follow", "disown"), "…")
    return drafted(dsr.brand, LETTERS[words.outcome], language=dsr.language, dsr=dsr, links=links, **_told(dsr, words))


@transaction.atomic
def answer(dsr: SubjectRequest, words: Words, *, by: Officer) -> Reply:
    """Answer `dsr` with `words`.

    Raises:
        NoSuchOutcome: it cannot end so.
        LetterLacks: the letter would not say all that the laws want.
        DecidedBefore: it is an appeal against what `by` decided.
        MoveNotAllowed, StaleState: the request is not at a point where it can be answered.
    """
    if words.outcome not in outcomes(dsr):
        raise NoSuchOutcome(words.outcome)
    shown(dsr, words).whole()
    reply = Reply.objects.create(dsr=dsr, officer=by, outcome=words.outcome, text=words.text.strip())
    record("reply.written", by=by.actor, dsr_id=dsr.pk, outcome=words.outcome.value)
    advance(dsr, Move.APPROVE, by=by.actor)
    return reply


@transaction.atomic
def carry_out(dsr: SubjectRequest) -> None:
    """Do what an approved answer promises: instructions for after death are kept. Then the letter goes."""
    if dsr.right == wills.RIGHT:
        wills.keep(dsr, wills.asked(dsr), by=CUSTOMER)
    advance(dsr, Move.ANSWER, by=SYSTEM)


def tell(dsr: SubjectRequest) -> None:
    """Write the letter that answers."""
    reply = dsr.reply
    words = Words(Outcome(reply.outcome), reply.text or "")
    write(dsr, LETTERS[words.outcome], links=verification.links(dsr), **_told(dsr, words))


def objections(dsr: SubjectRequest) -> tuple[str, ...]:
    """Return by which rights the person may object to what became of `dsr`: a complaint always, an appeal where a law knows it.

    One appeal at a time, and none against the answer to a complaint or an appeal.
    """
    if dsr.stage not in _ENDED or dsr.verified_at is None:
        return ()
    if dsr.right in {COMPLAINT, APPEAL} or not _appealable(dsr) or dsr.heard.filter(right=APPEAL).exists():
        return (COMPLAINT,)
    return (APPEAL, COMPLAINT)


def _appealable(dsr: SubjectRequest) -> bool:
    today = timezone.localdate(timezone=ZoneInfo(dsr.brand.time_zone))
    return any(REGIMES[name].clock(ClockKind.APPEAL, EVERY, today) for name in laws_of(dsr))


def _told(dsr: SubjectRequest, words: Words) -> dict[str, Any]:
    return {"reply": {"text": words.text.strip(), "outcome": words.outcome.value}, "concerns": dsr.concerns}
