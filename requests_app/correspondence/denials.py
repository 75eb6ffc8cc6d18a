"""Decisions against the person: each names its ground, provision and reason, and leaves only with a letter that says them."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from requests_app.audit.services import record
from requests_app.correspondence import grounds
from requests_app.correspondence.composing import Draft, drafted
from requests_app.correspondence.history import earlier
from requests_app.correspondence.models import Denial, DenialKind
from requests_app.officers.models import Officer
from requests_app.workflow.models import SubjectRequest, Transition
from requests_app.workflow.services import advance
from requests_app.workflow.states import Move


class NoSuchGround(Exception):
    """Nobody may refuse on that ground: no law of the request knows it, or it asks for proof of identity where none may be."""


class NoEarlierRequest(Exception):
    """Repetition is measured by an earlier request of the same person at the same shop, and none such is named."""


@dataclass(frozen=True, slots=True)
class Rests:
    """What a denial rests on. `earlier`: the reference of the request that a repeated or excessive one is measured by."""

    ground: str
    provision: str
    reason: str
    earlier: str = ""


def refusal(dsr: SubjectRequest) -> dict[str, Any]:
    """Return what the letter of refusal says; nothing where nobody said on what it rests, and then there is no letter."""
    denial = dsr.denials.filter(kind=DenialKind.REFUSAL).order_by("decided_at").last()
    return {"denial": denial} if denial else {}


def shown(dsr: SubjectRequest, rests: Rests) -> Draft:
    """Return the letter of refusal as it would be written; its links are made when it is."""
    links = dict.fromkeys(("follow", "disown"), "…")
    return drafted(dsr.brand, "refused", language=dsr.language, dsr=dsr, links=links, denial=rests)


@transaction.atomic
def refuse(dsr: SubjectRequest, rests: Rests, *, by: Officer) -> Transition:
    """Refuse `dsr`.

    Raises:
        NoSuchGround, NoEarlierRequest: it cannot rest on that.
        LetterLacks: the letter would not say all that the laws want, its reason, authority or remedy among it.
        MoveNotAllowed, StaleState: the request is not at a point where it can be refused.
    """
    check(dsr, rests)
    shown(dsr, rests).whole()
    moved = advance(dsr, Move.REFUSE, by=by.actor, reason=rests.reason.strip())
    keep(dsr, rests, kind=DenialKind.REFUSAL, by=by)
    return moved


def check(dsr: SubjectRequest, rests: Rests) -> None:
    """Raises: NoSuchGround, NoEarlierRequest: a denial of `dsr` cannot rest on that."""
    if rests.ground not in {ground.code for ground in grounds.grounds(dsr)}:
        raise NoSuchGround(rests.ground)
    if rests.ground in grounds.NEED_AN_EARLIER and not rests.earlier:
        raise NoEarlierRequest
    if rests.earlier and not earlier(dsr).filter(reference=rests.earlier).exists():
        raise NoEarlierRequest


def keep(dsr: SubjectRequest, rests: Rests, *, kind: DenialKind, by: Officer) -> Denial:
    """Write down what a denial rests on."""
    denial = Denial.objects.create(dsr=dsr, officer=by, kind=kind, **asdict(rests))
    record("request.denied", by=by.actor, dsr_id=dsr.pk, kind=kind.value, ground=rests.ground, earlier=rests.earlier)
    return denial
