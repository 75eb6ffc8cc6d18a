"""What workers do: look which fields there are, look again, change, and lift a restriction when its day has come."""

from contextlib import suppress

from requests_app.changes import lifting, looking, running, settling
from requests_app.changes.models import Deed, Look, LookState
from requests_app.changes.proposing import NotOpen
from requests_app.changes.running import Intent
from requests_app.correspondence.services import tell_officers
from requests_app.errands.models import Errand
from requests_app.errands.models import Outcome as Answered
from requests_app.errands.services import actor
from requests_app.ledger.claims import Claim
from requests_app.ledger.handlers import ENDURING, Backoff, Done, GoOn, Outcome, StepFailed, handles
from requests_app.sources.models import Source
from requests_app.sources.services import answering
from requests_app.vault.failing import told_to_the_ledger
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State

_LETTER_DELAY = 600.0  # seconds until it is looked again whether the letter has left


def _not_shown(claim: Claim, code: str) -> None:
    look = _look(claim)
    looking.fail(look, look.source.reason(code))


@handles("changes.look", queue="erase", retry=Backoff(first=5, factor=3, ceiling=600, attempts=6), on_dead=_not_shown)
def look(claim: Claim) -> Outcome:
    """Ask one system for the fields that may be changed. Touches nothing."""
    asked = _look(claim)
    if asked.state != LookState.WAITING or asked.dsr.stage != State.COLLECTING:
        return Done(proof={"moved_on": True})
    with told_to_the_ledger():
        found = looking.seen(asked)
    return Done(proof={"fields": len(found.entries)}, commit=lambda: looking.keep(asked, found))


@handles("changes.recheck", queue="erase", retry=Backoff(first=5, factor=3, ceiling=600, attempts=4))
def recheck(claim: Claim) -> Outcome:
    """Look whether the values are still those that the customer saw."""
    dsr, source = _dsr(claim), _source(claim)
    if dsr.stage != State.REVIEWING:
        return Done(proof={"moved_on": True})
    with told_to_the_ledger():
        found = looking.moved(dsr, source)
    return Done(proof={"moved": len(found)}, commit=lambda: looking.keep_moved(dsr, source, found))


def _given_up(claim: Claim, code: str) -> None:
    running.fail(_dsr(claim), _source(claim), Deed(claim.step.param("deed")), code)


@handles("changes.run", queue="erase", retry=ENDURING, on_dead=_given_up)
def run(claim: Claim) -> Outcome:
    """Change what was accepted in one system."""
    dsr, source, deed = _dsr(claim), _source(claim), Deed(claim.step.param("deed"))
    intent, entries = running.intend(dsr, source, deed)
    if intent is Intent.OVER:
        return Done(proof={"moved_on": True})
    with told_to_the_ledger(), answering(source):
        receipts = running.carry_out(dsr, source, entries, again=intent is Intent.AGAIN, hold=claim.hold)
    return Done(proof={"fields": len(receipts)}, commit=lambda: running.finish(dsr, source, entries, receipts))


@handles("changes.by_hand", queue="journey")
def by_hand(claim: Claim) -> Outcome:
    """Take what a person answered who was asked to do it; one who cannot leaves it to the officers."""
    errand = Errand.objects.select_related("answered_by", "dsr__brand").get(pk=claim.step.param("errand"))
    return Done(commit=lambda: _settled_by_hand(errand))


def _settled_by_hand(errand: Errand) -> None:
    if errand.outcome == Answered.CANNOT or errand.answered_by is None:  # or an officer took the task back
        tell_officers(errand.dsr, "officer_change_by_hand")
        return
    with suppress(NotOpen):
        entry = errand.dsr.entries.select_related("source").get(pk=errand.about)
        settling.settle_by_hand(entry, by=actor(errand.answered_by), nothing=errand.outcome == Answered.NONE)


@handles("changes.lift", queue="journey")
def lift(claim: Claim) -> Outcome:
    """Lift a restriction that was announced, once the letter has left."""
    dsr = _dsr(claim)
    if not lifting.lift(dsr):
        return GoOn(claim.step.checkpoint, delay=_LETTER_DELAY)
    return Done()


def _look(claim: Claim) -> Look:
    return Look.objects.select_related("dsr__brand", "source").get(pk=claim.step.param("look"))


def _dsr(claim: Claim) -> SubjectRequest:
    return SubjectRequest.objects.select_related("brand").get(steps=claim.step)


def _source(claim: Claim) -> Source:
    if claim.step.source is None:
        raise StepFailed("no_source", again=False)
    return claim.step.source
