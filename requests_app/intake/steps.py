"""The one answer that a mail gets by itself: where the form is."""

from django.db.models.functions import Now

from requests_app.correspondence.addresses import mailbox
from requests_app.correspondence.services import worded
from requests_app.correspondence.steps import PATIENT, Said, as_message, mailed
from requests_app.intake.mailroom import form_link
from requests_app.intake.models import Draft
from requests_app.ledger.claims import Claim
from requests_app.ledger.handlers import Done, Outcome, handles


@handles("intake.point_to_form", queue="mail", retry=PATIENT)
def point_to_form(claim: Claim) -> Outcome:
    """Write to the sender where the form is, once; no word of the mail comes back in it."""
    draft = Draft.objects.select_related("brand").get(pk=claim.step.param("draft"))
    if draft.pointed_at is not None or draft.sender is None:
        return Done()
    subject, text = worded(draft.brand, "form_link", language=draft.language, links={"form": form_link(draft)})
    message = as_message(draft.brand, Said(subject, text, draft.language), to=mailbox(draft.sender), name=str(draft.pk))
    message.extra_headers["Auto-Submitted"] = "auto-replied"
    done = Draft.objects.filter(pk=draft.pk)
    return mailed(claim, message, commit=lambda: done.update(pointed_at=Now()))
