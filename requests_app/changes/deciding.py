"""The officer's part: accept, ask or refuse, one by one; then the whole."""

from django.db import transaction
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.changes.asking import RESTRICTION
from requests_app.changes.models import Entry, Stand
from requests_app.changes.proposing import NotOpen
from requests_app.officers.models import Officer
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, State, advance, locked

_OPEN = (Stand.PROPOSED, Stand.ASKED, Stand.ACCEPTED, Stand.REFUSED)


class NotChecked(Exception):
    """The field is one that is changed only after a check: the officer has to say how it was checked."""


class NothingAccepted(Exception):
    """All was refused: that is a refusal of the request, and its letter says more."""


class Undecided(Exception):
    """A proposal has no decision yet."""


def needs_check(entry: Entry) -> bool:
    """Whether somebody has to say how it was checked: a rule says so, or another person has the same record."""
    return entry.rule == "officer" or entry.shared


@transaction.atomic
def accept(entry: Entry, *, by: Officer, checked: str = "", seen: str | None = None) -> None:
    """Accept a proposal, against what stands in the system now, which the officer has `seen`.

    Raises:
        NotOpen: it was decided by somebody else, or the request has gone on.
        NotChecked: it has to be said how it was checked.
    """
    now = _taken(entry)
    if needs_check(now) and not checked:
        raise NotChecked
    if now.found is not None and seen != now.found:
        raise NotOpen
    old = now.old if now.found is None else now.found
    _decide(now, Stand.ACCEPTED, by=by, old=old, found=None, checked=checked or None, answer=None)


@transaction.atomic
def refuse(entry: Entry, *, reason: str, by: Officer) -> None:
    """Refuse a proposal, with the reason that the customer reads.

    Raises:
        NotOpen: it was decided by somebody else, or the request has gone on.
    """
    _decide(_taken(entry), Stand.REFUSED, by=by, answer=reason)


@transaction.atomic
def ask(entry: Entry, *, question: str, by: Officer) -> None:
    """Note what the customer is to be asked about a proposal; `ask_back` asks.

    Raises:
        NotOpen: it was decided by somebody else, or the request has gone on.
    """
    _decide(_taken(entry), Stand.ASKED, by=by, answer=question)


@transaction.atomic
def ask_back(dsr: SubjectRequest, *, by: Officer) -> None:
    """Hand the request back to the customer with the questions that were noted.

    Raises:
        NotOpen: there is no question, or the request has gone on.
    """
    dsr = locked(dsr)
    if Move.ASK_BACK not in dsr.moves or not dsr.entries.filter(stand=Stand.ASKED).exists():
        raise NotOpen
    advance(dsr, Move.ASK_BACK, by=by.actor)


@transaction.atomic
def approve(dsr: SubjectRequest, *, by: Officer) -> None:
    """Let what was accepted be carried out. What a restriction would reach counts as accepted unless it was refused.

    Raises:
        NotOpen: the request has gone on.
        Undecided: a proposal waits for a decision.
        NothingAccepted: something was proposed, and all of it was refused.
    """
    dsr = locked(dsr)
    if dsr.stage != State.REVIEWING:
        raise NotOpen
    if dsr.right == RESTRICTION:
        for entry in dsr.entries.filter(stand=Stand.PROPOSED):
            _decide(entry, Stand.ACCEPTED, by=by)
    asked = dsr.entries.asked()
    if asked.undecided().exists():
        raise Undecided
    if asked.exists() and not asked.filter(stand=Stand.ACCEPTED).exists():
        raise NothingAccepted
    advance(dsr, Move.APPROVE, by=by.actor)


def _taken(entry: Entry) -> Entry:
    """Return the proposal as it is now, its request locked."""
    dsr = locked(entry.dsr)
    now = Entry.objects.select_related("source").get(pk=entry.pk)
    if dsr.stage != State.REVIEWING or now.stand not in _OPEN:
        raise NotOpen
    return now


def _decide(entry: Entry, stand: Stand, *, by: Officer, **words: str | None) -> None:
    entry.stand, entry.decided_by, entry.decided_at = stand, by, Now()
    for name, value in words.items():
        setattr(entry, name, value)
    entry.save(update_fields=["stand", "decided_by", "decided_at", *words])
    record("changes.decided", by=by.actor, dsr_id=entry.dsr_id, source=entry.source.name, field=entry.field, as_=stand.value)
