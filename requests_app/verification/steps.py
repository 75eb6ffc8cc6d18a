"""Letters that are decided out of the web's sight: held back ones, and links for somebody who wants to follow a request."""

from requests_app.ledger.claims import Claim
from requests_app.ledger.handlers import Done, Outcome, handles
from requests_app.verification import services, spam
from requests_app.verification.asides import Aside
from requests_app.workflow.models import SubjectRequest


@handles("verification.ask", queue="mail")
def ask(claim: Claim) -> Outcome:
    """Write the confirmation that was held back, unless one went out meanwhile."""
    dsr = SubjectRequest.objects.get(steps=claim.step)
    if services.waits_for_answer(dsr):
        return Done(proof={"moved_on": True})
    return Done(commit=lambda: services.ask(dsr))


@handles("verification.follow", queue="mail")
def follow(claim: Claim) -> Outcome:
    """Write to the person of the newest proven request of an address; to nobody else."""
    index = bytes.fromhex(claim.step.param("index"))
    of_address = SubjectRequest.objects.proven().filter(brand__slug=claim.step.param("brand"), email_index=index)
    dsr = of_address.select_related("brand").order_by("-received_at").first()
    if dsr is None or dsr.email is None:
        return Done()
    newest = dsr
    return Done(commit=lambda: services.send_follow_link(newest))


@handles("verification.close_aside", queue="mail")
def close_aside(claim: Claim) -> Outcome:
    """Close a request that was put aside as spam, unless that was taken back."""
    aside = Aside.objects.select_related("dsr", "officer").get(pk=claim.step.param("aside"))
    return Done(commit=lambda: spam.close(aside))
