"""Heads of the audit trail go by mail to named persons: who keeps such a mail can tell whether the trail was cut or forked."""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _
from django.utils.translation import override

from requests_app.audit import anchors, heads
from requests_app.correspondence import house
from requests_app.ledger.services import enqueue


def enqueue_due(now: datetime) -> None:
    """Write down the mails of this stretch of hours, one for each person; asking again changes nothing."""
    if heads.latest() is None:
        return
    stretch = int(now.timestamp() // (max(1, settings.DSAR_ANCHOR_MAIL_HOURS) * 3600))
    for person in range(len(settings.DSAR_ANCHOR_MAIL)):
        enqueue("correspondence.witness", key=f"witness:{stretch}:{person}", stretch=stretch, person=person)


def as_mail(person: int, stretch: int) -> EmailMultiAlternatives | None:
    """Return the mail with the newest head for a person of the setting; None where there is no such person any more."""
    head = heads.latest()
    if head is None or person >= len(settings.DSAR_ANCHOR_MAIL):
        return None
    with override(settings.LANGUAGE_CODE):
        told = _(
            "Please keep this mail. Its last line is the signed head of the audit trail of %(address)s: %(events)d events, sealed "
            "at %(at)s. Should the trail ever be cut or changed, this line shows it: save it in a file, and give that to "
            "tools/verify.py with --anchors."
        ) % {"address": settings.DSAR_BASE_URL, "events": head.size, "at": head.at}
        subject = _("Head of the audit trail: %(events)d events") % {"events": head.size}
    line = anchors.as_line(head).decode()
    return house.mail(subject, f"{told}\n\n{line}", to=settings.DSAR_ANCHOR_MAIL[person], name=f"head-{stretch}-{person}")
