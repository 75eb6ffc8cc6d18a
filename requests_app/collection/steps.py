"""Pull: stream one system's answer into the vault."""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.urls import reverse

from requests_app.collection import services
from requests_app.collection.answer import Answer
from requests_app.collection.leads import Leads, supplied
from requests_app.collection.models import Pull, PullState
from requests_app.collection.scope import scope_of
from requests_app.connectors.base import SourceFault
from requests_app.correspondence.services import worded
from requests_app.correspondence.steps import PATIENT, Said, as_message, mailed
from requests_app.errands import services as errands
from requests_app.errands.findings import found
from requests_app.errands.models import Deed, ErrandState
from requests_app.errands.models import Outcome as Found
from requests_app.ledger.claims import Claim
from requests_app.ledger.handlers import Backoff, Done, Outcome, StepFailed, handles
from requests_app.matching.models import Match
from requests_app.matching.services import identity_of
from requests_app.officers.models import Officer
from requests_app.sources.services import Waits, answering, config, connector, hold, inventory
from requests_app.vault.failing import told_to_the_ledger
from requests_app.workflow.states import State

CANNOT: Final = "cannot"  # the person who was asked cannot answer, on a ground that the task says


def _given_up(claim: Claim, code: str) -> None:
    pull = _pull(claim)
    services.fail(pull, pull.source.reason(code))


@handles("collection.pull", queue="collect", retry=Backoff(first=5, factor=3, ceiling=600, attempts=6), on_dead=_given_up)
def pull(claim: Claim) -> Outcome:
    """Ask one system for everything about the person, in one snapshot."""
    asked = _pull(claim)
    if asked.state == PullState.DONE or asked.dsr.stage != State.COLLECTING:
        return Done(proof={"moved_on": True})
    if asked.source.is_of_people:
        return _asked_of_people(asked, claim)
    with told_to_the_ledger():
        answer, digest = _answer(asked, claim)
    return _kept(asked, answer, digest)


def _kept(asked: Pull, answer: Answer, digest: str, then: Callable[[], object] = lambda: None) -> Done:
    def commit() -> None:
        services.keep(asked, answer.parts, records=answer.records, digest=digest)
        then()

    return Done(proof={"records": answer.records, "parts": len(answer.parts), "description": digest}, commit=commit)


def _asked_of_people(asked: Pull, claim: Claim) -> Outcome:
    """Have a person look; the same step comes again, under another key, with the answer."""
    errand = errands.of(asked.pk, asked.round)
    if errand is None:
        return Done(proof={"asked": True}, commit=lambda: _ask_people(asked))
    if errand.state == ErrandState.OPEN:
        return Done(proof={"waits": True})
    if errand.state == ErrandState.WITHDRAWN or errand.outcome == Found.CANNOT:
        return Done(proof={"cannot": True}, commit=lambda: services.fail(asked, CANNOT))
    with told_to_the_ledger():
        described = inventory(asked.source, scope_of(asked.dsr))
        answer = Answer(asked, claim, described)
        answer.take(found(errand, {info.name: info for info in described.collections}))
    return _kept(asked, answer, described.digest, then=lambda: errands.taken(errand))


def _ask_people(asked: Pull) -> None:
    try:
        errands.ask(asked.dsr, asked.source, Deed.LOOK, about=asked.pk, round=asked.round)
    except errands.NobodyAnswers:
        raise StepFailed("no_keeper", again=False) from None


@handles("collection.check", queue="collect", retry=Backoff(attempts=1))
def check(claim: Claim) -> Outcome:
    """Compare one system with its description, and keep what was found in the step's proof: places and codes, no data."""
    source = claim.step.source
    if source is None:
        raise StepFailed("no_source", again=False)
    try:
        hold(source)
        health = connector(source).check(config(source), supplied(source))
    except Waits:
        return Done(proof={"problems": [], "stopped": True})
    except SourceFault as fault:
        source.failed(fault.code, str(fault))
        raise StepFailed(fault.code, again=False) from None
    problems = [{"code": one.code, "where": one.where, "message": one.message, "fatal": one.fatal} for one in health.problems]
    if health.usable:
        return Done(proof={"problems": problems}, commit=source.answered)
    worst = next(one for one in health.problems if one.fatal)
    return Done(proof={"problems": problems}, commit=lambda: source.failed(worst.code, f"{worst.where}: {worst.message}"))


def _answer(asked: Pull, claim: Claim) -> tuple[Answer, str]:
    """Raises: SourceFault: the system did not answer, or not whole; it is noted at the system too."""
    roots = Match.objects.get(dsr=asked.dsr, source=asked.source).roots
    scope = scope_of(asked.dsr)
    described = inventory(asked.source, scope)
    answer = Answer(asked, claim, described)
    with answering(asked.source):
        given = Leads(asked.dsr).given(asked.source)
        if roots or given:
            answer.take(connector(asked.source).find(config(asked.source, scope), identity_of(asked.dsr), roots, given))
    return answer, described.digest


def _pull(claim: Claim) -> Pull:
    return Pull.objects.select_related("dsr__brand", "source").get(pk=claim.step.param("pull"))


@handles("collection.tell_paused", queue="mail", retry=PATIENT)
def tell_paused(claim: Claim) -> Outcome:
    """Tell one officer that a system keeps failing and is left alone, unless it answers again meanwhile."""
    source, officer = claim.step.source, Officer.objects.get(pk=claim.step.param("officer"))
    if source is None or source.paused_at is None:
        return Done(proof={"nothing_to_say": True})
    links = {"sources": settings.DSAR_BASE_URL + reverse("console:sources")}
    system = source.title_in(officer.language)
    subject, text = worded(source.brand, "officer_paused", language=officer.language, system=system, links=links)
    message = as_message(source.brand, Said(subject, text, officer.language), to=officer.email, name=f"paused-{claim.step.pk}")
    return mailed(claim, message)
