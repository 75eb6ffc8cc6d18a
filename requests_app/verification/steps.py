"""Looking up, out of the web's sight, whether somebody who wants to follow a request has one."""

from requests_app.ledger.claims import Claim
from requests_app.ledger.handlers import Done, Outcome, handles
from requests_app.verification import services
from requests_app.workflow.models import SubjectRequest


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
