"""Filing the rows of a confirmed file, some at a time."""

from uuid import UUID

from requests_app.arrivals import services
from requests_app.ledger.claims import Claim
from requests_app.ledger.handlers import ENDURING, Done, GoOn, Outcome, handles


@handles("arrivals.file", queue="journey", retry=ENDURING)
def file(claim: Claim) -> Outcome:
    """File some rows, each in a transaction of its own; what was filed before is filed no more."""
    return GoOn({}) if services.file_some(UUID(claim.step.param("batch"))) else Done()
