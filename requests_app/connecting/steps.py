"""Trying a version, and letting one count after a day."""

from requests_app.connecting import services, trials
from requests_app.connecting.models import Trial
from requests_app.connectors.base import SourceFault
from requests_app.ledger.claims import Claim
from requests_app.ledger.handlers import Backoff, Done, Outcome, handles
from requests_app.sources.versions import SourceVersion


def _given_up(claim: Claim, code: str) -> None:
    trials.end(_trial(claim), {}, code)


@handles("connecting.try", queue="collect", retry=Backoff(attempts=2), on_dead=_given_up)
def try_out(claim: Claim) -> Outcome:
    """Try one version, once; what a system refuses is what the trial found."""
    trial = _trial(claim)
    if trial.done_at is not None:
        return Done(proof={"tried_before": True})
    try:
        found = trials.tried(trial)
    except SourceFault as fault:
        code, text = fault.code, str(fault)
        return Done(proof={"fault": code}, commit=lambda: trials.end(trial, {}, code, text))
    return Done(proof={"problems": len(found["problems"])}, commit=lambda: trials.end(trial, found))


@handles("connecting.take_effect", queue="collect")
def take_effect(claim: Claim) -> Outcome:
    """Let a version count that one officer approved alone, a day ago."""
    version = SourceVersion.objects.select_related("source__brand").get(pk=claim.step.param("version"))
    return Done(proof={"version": version.number}, commit=lambda: services.take_effect(version))


def _trial(claim: Claim) -> Trial:
    return Trial.objects.select_related("version__source__brand").get(pk=claim.step.param("trial"))
