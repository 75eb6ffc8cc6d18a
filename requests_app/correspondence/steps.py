"""Sending a letter: an outside effect with a fixed Message-ID, so that a second copy is known as one."""

import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils.translation import override

from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.correspondence import house, warning
from requests_app.correspondence.addresses import mailbox
from requests_app.correspondence.composing import drafted
from requests_app.correspondence.linking import linked
from requests_app.correspondence.models import Letter, LetterState, NoticeState, RecipientNotice
from requests_app.correspondence.witnessing import as_mail
from requests_app.ledger.claims import Claim
from requests_app.ledger.handlers import Backoff, Done, Outcome, StepFailed, handles
from requests_app.officers.models import Officer
from requests_app.values import SYSTEM

_PERMANENT = 500
# Half a minute at first, an hour at last: a mail server that is away for days loses no letter.
PATIENT = Backoff(first=20, factor=2, ceiling=3600, attempts=120)


def _failed(claim: Claim, code: str) -> None:
    letter = Letter.objects.get(pk=claim.step.param("letter"))
    Letter.objects.filter(pk=letter.pk).update(state=LetterState.FAILED)
    record("letter.failed", by=SYSTEM, dsr_id=letter.dsr_id, letter=str(letter.pk), code=code)


@handles("correspondence.send", queue="mail", retry=PATIENT, on_dead=_failed)
def send(claim: Claim) -> Outcome:
    """Send one letter, unless it went out before or its words are gone with its request."""
    letter = Letter.objects.select_related("dsr__brand").get(pk=claim.step.param("letter"))
    if letter.state == LetterState.SENT or letter.text is None:
        return Done()
    message = composed(letter)
    return mailed(claim, message, commit=lambda: _sent(letter))


def _notice_failed(claim: Claim, code: str) -> None:
    notice = RecipientNotice.objects.get(pk=claim.step.param("notice"))
    RecipientNotice.objects.filter(pk=notice.pk).update(state=NoticeState.FAILED)
    record("recipient.failed", by=SYSTEM, dsr_id=notice.dsr_id, notice=str(notice.pk), code=code)


@handles("correspondence.tell_recipient", queue="mail", retry=PATIENT, on_dead=_notice_failed)
def tell_recipient(claim: Claim) -> Outcome:
    """Send what one recipient is told, unless it went out before or its words are gone with its request."""
    notice = RecipientNotice.objects.select_related("dsr__brand").get(pk=claim.step.param("notice"))
    if notice.sent_at is not None or notice.text is None:
        return Done()
    said = Said(str(notice.subject), str(notice.text), notice.language)
    message = as_message(notice.dsr.brand, said, to=mailbox(notice.email), name=str(notice.pk))
    return mailed(claim, message, commit=lambda: _notice_sent(notice))


@handles("correspondence.remind_recipient", queue="mail", retry=PATIENT)
def remind_recipient(claim: Claim) -> Outcome:
    """Send a recipient the letter once more, with a line before it, unless it has answered or the words are gone meanwhile."""
    notice = RecipientNotice.objects.select_related("dsr__brand").get(pk=claim.step.param("notice"))
    if notice.state != NoticeState.SENT or notice.text is None:
        return Done(proof={"nothing_to_say": True})
    subject, text = drafted(notice.dsr.brand, "recipient_reminder", language=notice.language, notice=notice).whole()
    message = as_message(
        notice.dsr.brand, Said(subject, text, notice.language), to=mailbox(notice.email), name=f"reminder-{notice.pk}"
    )
    return mailed(claim, message)


@handles("correspondence.warn", queue="mail", retry=PATIENT)
def warn(claim: Claim) -> Outcome:
    """Tell an officer what became of the own sign-in, unless the officer has left."""
    officer = Officer.objects.filter(pk=claim.step.param("officer"), is_active=True).first()
    if officer is None:
        return Done()
    message = warning.as_mail(officer, claim.step.param("change"), name=f"sign-in-{claim.step.pk}")
    return mailed(claim, message)


@handles("correspondence.witness", queue="mail", retry=PATIENT)
def witness(claim: Claim) -> Outcome:
    """Mail the head of the audit trail to one of the persons who keep it."""
    message = as_mail(int(claim.step.param("person")), int(claim.step.param("stretch")))
    if message is None:
        return Done(proof={"nothing_to_say": True})
    return mailed(claim, message)


def _notice_sent(notice: RecipientNotice) -> None:
    waiting = RecipientNotice.objects.filter(pk=notice.pk)
    waiting.update(sent_at=Now())
    waiting.filter(state__in=[NoticeState.WAITING, NoticeState.FAILED]).update(state=NoticeState.SENT)


def mailed(claim: Claim, message: EmailMultiAlternatives, commit: Callable[[], object] | None = None) -> Done:
    """Hand `message` over while the step is surely ours, and return what is kept of it. `commit`: see `Done`.

    Raises:
        StepFailed: it was not taken.
    """
    claim.hold()
    hand_over(message)
    return Done(proof={"message_id": message.extra_headers["Message-ID"]}, commit=commit)


def hand_over(message: EmailMultiAlternatives) -> None:
    """Give `message` to the mail server.

    Raises:
        StepFailed: it was not taken; the code says why, and whether trying again may help.
    """
    try:
        message.send(fail_silently=False)
    except smtplib.SMTPRecipientsRefused as fault:
        code = max(code for code, _ in fault.recipients.values())
        raise StepFailed("address_refused", again=code < _PERMANENT) from None
    except smtplib.SMTPNotSupportedError:
        raise StepFailed("address_needs_utf8", again=False) from None
    except (smtplib.SMTPException, OSError) as fault:
        raise StepFailed(f"mail_away:{type(fault).__name__}") from None


def composed(letter: Letter) -> EmailMultiAlternatives:
    """Return the letter as a message."""
    to = letter.address if letter.officer_id else mailbox(letter.address)
    said = Said(str(letter.subject), str(letter.text), letter.language)
    return as_message(letter.dsr.brand, said, to=to, name=str(letter.pk))


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a letter, and their language."""

    subject: str
    text: str
    language: str


def as_message(brand: Brand, letter: Said, *, to: str, name: str) -> EmailMultiAlternatives:
    """Return the words as a message from `brand`: plain text, and the same as HTML; no tracking, no attachment.

    `name` is the letter's own: a second copy of it is known as one.
    """
    message = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        from_email=formataddr((brand.name, settings.DEFAULT_FROM_EMAIL)),
        to=[to],
        reply_to=[brand.privacy_email],
        headers={"Message-ID": f"<{name}@{house.host()}>", "Auto-Submitted": "auto-generated"},
    )
    with override(letter.language):
        message.attach_alternative(
            render_to_string("letters/base.html", {"letter": letter, "brand": brand, "words": linked(letter.text)}), "text/html"
        )
    return message


def _sent(letter: Letter) -> None:
    Letter.objects.filter(pk=letter.pk).update(state=LetterState.SENT, sent_at=Now())
