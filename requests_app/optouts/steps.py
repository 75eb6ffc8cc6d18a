"""What workers do: switch off, find whom an import brought back, write the list's file, look for new purposes."""

from typing import Final

from django.conf import settings
from django.urls import reverse

from requests_app.brands.models import Brand
from requests_app.connectors.suppressing import Stopped
from requests_app.correspondence.services import worded
from requests_app.correspondence.steps import Said, as_message, mailed
from requests_app.ledger.claims import Claim
from requests_app.ledger.handlers import Backoff, Done, Outcome, handles
from requests_app.officers.models import Officer
from requests_app.optouts import announcing, guarding, lists, services
from requests_app.optouts.models import Effect, EffectState
from requests_app.sources.services import answering
from requests_app.vault.failing import told_to_the_ledger
from requests_app.workflow.states import State

_ENDURING: Final = Backoff(first=5, factor=2, ceiling=1800, attempts=30)
_FOR_A_WEEK: Final = Backoff(first=60, factor=2, ceiling=21_600, attempts=40)


def _given_up(claim: Claim, code: str) -> None:
    effect = _effect(claim)
    services.fail(effect, effect.source.reason(code))


@handles("optouts.suppress", queue="erase", retry=_ENDURING, on_dead=_given_up)
def suppress(claim: Claim) -> Outcome:
    """Switch off in one system what the person refused. Done twice it finds nothing more to do."""
    effect = _effect(claim)
    if effect.state != EffectState.ASKED or effect.dsr.stage != State.FULFILLING:
        return Done(proof={"moved_on": True})
    stopped: list[Stopped] = []
    with told_to_the_ledger(), answering(effect.source):
        stopped += guarding.switched_off(effect.source, services.whom(effect.dsr), effect.channels)
    proof = [
        {"collection": one.collection, "channel": one.channel, "found": one.records, "changed": one.changed} for one in stopped
    ]
    return Done(proof={"stopped": proof}, commit=lambda: services.finish(effect, stopped))


@handles("optouts.guard", queue="erase", retry=Backoff(first=60, factor=3, ceiling=3600, attempts=6))
def guard(claim: Claim) -> Outcome:
    """Look in one system for people who refused and are reached all the same, and switch them off."""
    source = claim.step.source
    if source is None:
        return Done(proof={"no_source": True})
    with told_to_the_ledger(), answering(source):
        found = guarding.guard(source, hold=claim.hold)
    return Done(proof={"found": found})


def _effect(claim: Claim) -> Effect:
    return Effect.objects.select_related("dsr__brand", "source").get(pk=claim.step.param("effect"))


@handles("optouts.list", queue="housekeeping")
def write_list(claim: Claim) -> Outcome:
    """Write the list of one brand as a file."""
    try:
        into = lists.folder()
    except lists.NoFolder:
        return Done(proof={"no_folder": True})
    entries, digest = lists.write(Brand.objects.get(pk=claim.step.param("brand")), claim.step.param("day"), into)
    return Done(proof={"entries": entries, "digest": digest})


@handles("optouts.announce", queue="mail", retry=_FOR_A_WEEK)
def announce(claim: Claim) -> Outcome:
    """Tell one officer that a purpose is new, unless somebody has dealt with it meanwhile."""
    officer, source = Officer.objects.get(pk=claim.step.param("officer")), claim.step.source
    found = [one for one in announcing.waiting_for(officer) if one.source_id == claim.step.source_id]
    if source is None or not found or not officer.is_active:
        return Done(proof={"nothing_to_say": True})
    link = settings.DSAR_BASE_URL + reverse("console:refusals")
    said = {"titles": [one.title for one in found], "system": source.title_in(officer.language), "links": {"optouts": link}}
    subject, text = worded(source.brand, "officer_new_purpose", language=officer.language, **said)
    message = as_message(source.brand, Said(subject, text, officer.language), to=officer.email, name=f"purpose-{claim.step.pk}")
    return mailed(claim, message)
