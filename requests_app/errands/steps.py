"""Letters to those who answer for systems: that there is a task, never whom it concerns."""

from django.conf import settings
from django.urls import reverse

from requests_app.correspondence.services import worded
from requests_app.correspondence.steps import PATIENT, Said, as_message, mailed
from requests_app.errands import doors
from requests_app.errands.models import Door, Errand, ErrandState, Keeper
from requests_app.ledger.claims import Claim
from requests_app.ledger.handlers import Backoff, Done, Outcome, handles


@handles("errands.mail", queue="mail", retry=PATIENT)
def mail(claim: Claim) -> Outcome:
    """Send a keeper the link to a task, or a lead word that one is late, unless nobody waits for it any more."""
    errand = Errand.objects.select_related("dsr__brand", "source").get(pk=claim.step.param("errand"))
    keeper = Keeper.objects.select_related("source__brand").get(pk=claim.step.param("keeper"))
    kind = claim.step.param("letter")
    gone = errand.state != ErrandState.OPEN or not errand.dsr.is_open
    if gone or not keeper.is_active or (kind != "lead" and errand.keeper_id != keeper.pk):
        return Done(proof={"nothing_to_say": True})
    token = "" if kind == "lead" else doors.make(keeper, errand if kind == "task" else None)
    others = Errand.objects.open().filter(keeper=keeper).count()
    return _sent(claim, keeper, f"keeper_{kind}", link=_link(keeper, token), errand=errand, open_tasks=others)


@handles("errands.code", queue="mail", retry=Backoff(first=5, factor=3, ceiling=300, attempts=6))
def code(claim: Claim) -> Outcome:
    """Send six figures to the mailbox of whoever answers for the system."""
    door = Door.objects.select_related("keeper__source__brand").filter(pk=claim.step.param("door")).first()
    if door is None:
        return Done(proof={"nothing_to_say": True})
    return _sent(claim, door.keeper, "keeper_code", code=doors.new_code(door))


def _sent(claim: Claim, keeper: Keeper, kind: str, **said: object) -> Outcome:
    brand, system = keeper.source.brand, keeper.source.title_in(keeper.language)
    subject, text = worded(brand, kind, language=keeper.language, keeper=keeper, system=system, **said)
    message = as_message(brand, Said(subject, text, keeper.language), to=keeper.email, name=f"task-{claim.step.pk}-{claim.fence}")
    return mailed(claim, message)


def _link(keeper: Keeper, token: str) -> str:
    brand = keeper.source.brand
    place = {"brand": brand.slug, "language": brand.language_for(keeper.language), "token": token}
    return settings.DSAR_BASE_URL + reverse("portal:task_link", kwargs=place) if token else ""
