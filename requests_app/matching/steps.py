from requests_app.connectors.base import SourceFault
from requests_app.ledger.claims import Claim
from requests_app.ledger.handlers import Backoff, Done, Outcome, StepFailed, handles
from requests_app.matching import services
from requests_app.matching.judgement import weigh
from requests_app.matching.models import Match, MatchState
from requests_app.sources.services import answering, config, connector
from requests_app.workflow.models import SubjectRequest


def _given_up(claim: Claim, code: str) -> None:
    match = _match(claim)
    services.fail(match, match.source.reason(code))


@handles("matching.ask", queue="match", retry=Backoff(first=5, factor=3, ceiling=300, attempts=5), on_dead=_given_up)
def ask(claim: Claim) -> Outcome:
    """Ask one system for the records that may stand for the person."""
    match = _match(claim)
    if match.state != MatchState.ASKING or not services.is_asked(match.dsr):
        return Done(proof={"moved_on": True})
    try:
        with answering(match.source):
            found = list(connector(match.source).candidates(config(match.source), services.clues_of(match.dsr)))
    except SourceFault as fault:
        raise StepFailed(fault.code, again=fault.passing, delay=fault.delay, waits=fault.costs_nothing) from None
    weighed = [weigh(candidate, services.typed_by(match.dsr)) for candidate in found]
    return Done(proof={"candidates": len(found)}, commit=lambda: services.keep(match, weighed))


@handles("matching.weigh", queue="match")
def weigh_again(claim: Claim) -> Outcome:
    """Compare anew what the systems showed, after the person has said more. It stays an officer's decision."""
    dsr = SubjectRequest.objects.select_related("brand").get(steps=claim.step)
    return Done(commit=lambda: services.weigh_again(dsr))


def _match(claim: Claim) -> Match:
    return Match.objects.select_related("dsr__brand", "source").get(pk=claim.step.param("match"))
