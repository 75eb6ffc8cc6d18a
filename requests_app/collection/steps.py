"""Pull: stream one system's answer into the vault."""

from requests_app.collection import services
from requests_app.collection.answer import Answer
from requests_app.collection.models import Pull, PullState
from requests_app.connectors.base import SourceFault
from requests_app.keys.store import KeyGone
from requests_app.ledger.claims import Claim
from requests_app.ledger.handlers import Backoff, Done, Outcome, StepFailed, handles
from requests_app.matching.models import Match
from requests_app.matching.services import identity_of
from requests_app.sources.services import answering, config, connector, inventory
from requests_app.vault.storage import NoSpace
from requests_app.workflow.states import State


def _given_up(claim: Claim, code: str) -> None:
    pull = _pull(claim)
    services.fail(pull, pull.source.reason(code))


@handles("collection.pull", queue="collect", retry=Backoff(first=5, factor=3, ceiling=600, attempts=6), on_dead=_given_up)
def pull(claim: Claim) -> Outcome:
    """Ask one system for everything about the person, in one snapshot."""
    asked = _pull(claim)
    if asked.state == PullState.DONE or asked.dsr.stage != State.COLLECTING:
        return Done(proof={"moved_on": True})
    try:
        answer, digest = _answer(asked, claim)
    except SourceFault as fault:
        raise StepFailed(fault.code, again=fault.passing) from None
    except NoSpace:
        raise StepFailed("no_space") from None
    except KeyGone:
        raise StepFailed("key_gone", again=False) from None
    return Done(
        proof={"records": answer.records, "parts": len(answer.parts), "description": digest},
        commit=lambda: services.keep(asked, answer.parts, records=answer.records, digest=digest),
    )


@handles("collection.check", queue="collect", retry=Backoff(attempts=1))
def check(claim: Claim) -> Outcome:
    """Compare one system with its description, and keep what was found in the step's proof: places and codes, no data."""
    source = claim.step.source
    if source is None:
        raise StepFailed("no_source", again=False)
    try:
        health = connector(source).check(config(source))
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
    described = inventory(asked.source)
    answer = Answer(asked, claim, described)
    if roots:
        with answering(asked.source):
            answer.take(connector(asked.source).find(config(asked.source), identity_of(asked.dsr), roots))
    return answer, described.digest


def _pull(claim: Claim) -> Pull:
    return Pull.objects.select_related("dsr__brand", "source").get(pk=claim.step.param("pull"))
