"""More time: only where the law gives it, in time, with a reason, and once the letter that says so has gone out."""

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.correspondence.services import tell_officers, write
from requests_app.deadlines import dates
from requests_app.deadlines.dates import Dates
from requests_app.deadlines.models import Extension
from requests_app.ledger.services import enqueue
from requests_app.values import SYSTEM, Actor
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import locked, today_of


class NoExtension(Exception):
    """No law of the request gives more time that would help, it was taken already, or the request is not worked on."""


class TooLateToExtend(Exception):
    """The day has passed by which the customer had to be told."""


class ReasonMissing(Exception):
    """An extension without a reason is none (GDPR Art. 12(3))."""


@transaction.atomic
def extend(dsr: SubjectRequest, *, by: Actor, reason: str, links: Mapping[str, str]) -> Extension:
    """Write the letter that takes the longer term. The dates move when it has gone out, and not before.

    Raises:
        NoExtension, TooLateToExtend, ReasonMissing: it is not possible.
    """
    dsr = locked(dsr)
    if not reason.strip():
        raise ReasonMissing
    found = dates.of(dsr)
    may_extend(dsr, found)
    letter = write(dsr, "extension", links=links, reason=reason.strip(), until=found.longest)
    extension = Extension.objects.create(dsr=dsr, letter=letter)
    record("deadline.extension_asked", by=by, dsr_id=dsr.pk, letter=str(letter.pk))
    enqueue("deadlines.extend", key=f"extend:{extension.pk}", dsr=dsr, extension=str(extension.pk))
    return extension


def may_extend(dsr: SubjectRequest, found: Dates) -> None:
    """Return if the request, whose dates are `found`, may still be given more time.

    Raises:
        NoExtension, TooLateToExtend: it may not.
    """
    if not dsr.is_open or dsr.verified_at is None or Extension.objects.filter(dsr=dsr).exists():
        raise NoExtension
    if found.longer_on is None or found.notice_by is None:
        raise NoExtension
    if today_of(dsr.brand) > found.notice_by:
        raise TooLateToExtend


@transaction.atomic
def told_elsewhere(dsr: SubjectRequest, until: date, *, by: Actor) -> None:
    """Let the longer term hold, but not beyond `until`: another tool told the person of it before the request came here."""
    dsr = locked(dsr)
    Extension.objects.create(dsr=dsr, until=until, holds_from=Now())
    dates.keep(dsr, by=by, because="extended")
    record("deadline.extended", by=by, dsr_id=dsr.pk, legal=str(dsr.due_legal_on), safe=str(dsr.due_safe_on))


@transaction.atomic
def hold(extension: Extension) -> None:
    """Let the longer term hold: its letter went out, and in time. What is told too late takes nothing."""
    dsr = locked(extension.dsr)
    if not dsr.is_open:
        return
    notice_by, sent_at = dates.of(dsr).notice_by, extension.letter.sent_at if extension.letter else None
    if notice_by is None or sent_at is None or sent_at.astimezone(ZoneInfo(dsr.brand.time_zone)).date() > notice_by:
        void(extension)
        return
    Extension.objects.filter(pk=extension.pk).update(holds_from=sent_at)
    dates.keep(dsr, by=SYSTEM, because="extended")
    record("deadline.extended", by=SYSTEM, dsr_id=dsr.pk, legal=str(dsr.due_legal_on), safe=str(dsr.due_safe_on))


@transaction.atomic
def void(extension: Extension) -> None:
    """Take an extension back whose letter could not go, or went too late; the officers learn that the old dates stand."""
    dsr = locked(extension.dsr)
    if Extension.objects.filter(pk=extension.pk, holds_from=None).delete()[0]:
        record("deadline.extension_void", by=SYSTEM, dsr_id=dsr.pk)
        if dsr.is_open:
            tell_officers(dsr, "officer_not_extended")
