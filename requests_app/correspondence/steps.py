"""Sending a letter: an outside effect with a fixed Message-ID, so that a second copy is known as one."""

import smtplib
from email.utils import formataddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils.translation import override

from requests_app.audit.services import record
from requests_app.correspondence.addresses import mailbox
from requests_app.correspondence.models import Letter, LetterState
from requests_app.ledger.claims import Claim
from requests_app.ledger.handlers import Backoff, Done, Outcome, StepFailed, handles
from requests_app.values import SYSTEM

_PERMANENT = 500
# Half a minute at first, an hour at last: a mail server that is away for days loses no letter.
_PATIENT = Backoff(first=20, factor=2, ceiling=3600, attempts=120)


def _failed(claim: Claim, code: str) -> None:
    letter = Letter.objects.get(pk=claim.step.param("letter"))
    Letter.objects.filter(pk=letter.pk).update(state=LetterState.FAILED)
    record("letter.failed", by=SYSTEM, dsr_id=letter.dsr_id, letter=str(letter.pk), code=code)


@handles("correspondence.send", queue="mail", retry=_PATIENT, on_dead=_failed)
def send(claim: Claim) -> Outcome:
    """Send one letter, unless it went out before or its words are gone with its request."""
    letter = Letter.objects.select_related("dsr__brand").get(pk=claim.step.param("letter"))
    if letter.state == LetterState.SENT or letter.text is None:
        return Done()
    message = composed(letter)
    claim.hold()
    try:
        message.send(fail_silently=False)
    except smtplib.SMTPRecipientsRefused as fault:
        code = max(code for code, _ in fault.recipients.values())
        raise StepFailed("address_refused", again=code < _PERMANENT) from None
    except smtplib.SMTPNotSupportedError:
        raise StepFailed("address_needs_utf8", again=False) from None
    except (smtplib.SMTPException, OSError) as fault:
        raise StepFailed(f"mail_away:{type(fault).__name__}") from None
    return Done(proof={"message_id": message.extra_headers["Message-ID"]}, commit=lambda: _sent(letter))


def composed(letter: Letter) -> EmailMultiAlternatives:
    """Return the letter as a message: plain text, and the same words as HTML; no tracking, no attachment."""
    brand = letter.dsr.brand
    host = urlsplit(settings.DSAR_BASE_URL).hostname
    message = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        from_email=formataddr((brand.name, settings.DEFAULT_FROM_EMAIL)),
        to=[letter.address if letter.officer_id else mailbox(letter.address)],
        reply_to=[brand.privacy_email],
        headers={"Message-ID": f"<{letter.pk}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    with override(letter.language):
        message.attach_alternative(render_to_string("letters/base.html", {"letter": letter, "brand": brand}), "text/html")
    return message


def _sent(letter: Letter) -> None:
    Letter.objects.filter(pk=letter.pk).update(state=LetterState.SENT, sent_at=Now())
