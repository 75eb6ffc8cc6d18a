"""Look through what was collected, once everything is there."""

from requests_app.ledger.claims import Claim
from requests_app.ledger.handlers import Backoff, Done, GoOn, Outcome, handles
from requests_app.review import looking
from requests_app.review.models import Scan, ScanState
from requests_app.vault.failing import told_to_the_ledger
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State


def _given_up(claim: Claim, _code: str) -> None:
    Scan.objects.filter(dsr__steps=claim.step, state=ScanState.WAITING).update(state=ScanState.FAILED)


@handles("review.scan", queue="collect", retry=Backoff(first=5, factor=3, ceiling=600, attempts=6), on_dead=_given_up)
def scan(claim: Claim) -> Outcome:
    """Look through one collection after the other; each pass is kept before the next begins."""
    dsr = SubjectRequest.objects.select_related("brand").get(steps=claim.step)
    waiting = dsr.scans.filter(state=ScanState.WAITING).select_related("part__file", "part__pull__source", "dsr__brand")
    first = waiting.order_by("pk").first()
    if first is None or dsr.stage != State.REVIEWING:
        return Done(proof={"scans": dsr.scans.filter(state=ScanState.DONE).count()})
    with told_to_the_ledger():
        looked = looking.look(first, claim)
    return GoOn({"scan": first.pk, "records": looked.until}, commit=lambda: looking.keep(looked))
