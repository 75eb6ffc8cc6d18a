"""What holds let happen outside: a letter to those who answer, before a review is due."""

from datetime import date
from typing import Final

from django.conf import settings
from django.urls import reverse

from requests_app.brands.notices import AUDIENCES
from requests_app.correspondence.services import worded
from requests_app.correspondence.steps import Said, as_message, mailed
from requests_app.holds.models import Hold
from requests_app.ledger.claims import Claim
from requests_app.ledger.handlers import Backoff, Done, Outcome, handles
from requests_app.officers.audiences import audience
from requests_app.values import Side

_FOR_A_WEEK: Final = Backoff(first=60, factor=2, ceiling=21_600, attempts=40)


@handles("holds.remind", queue="mail", retry=_FOR_A_WEEK)
def remind(claim: Claim) -> Outcome:
    """Send one officer the letter about one review, unless the hold is over or somebody has looked meanwhile."""
    day = date.fromisoformat(claim.step.param("day"))
    hold = Hold.objects.standing().select_related("brand").filter(pk=claim.step.param("hold"), review_on=day).first()
    officer = hold and audience(hold.brand, AUDIENCES, Side(hold.side)).filter(pk=claim.step.param("officer")).first()
    if not hold or not officer:
        return Done(proof={"nothing_to_say": True})
    link = settings.DSAR_BASE_URL + reverse("console:holds")
    subject, text = worded(hold.brand, "officer_hold_review", language=officer.language, hold=hold, links={"holds": link})
    message = as_message(hold.brand, Said(subject, text, officer.language), to=officer.email, name=f"hold-{claim.step.pk}")
    return mailed(claim, message)
