"""The customer's copy: decide that it is built, offer it, hand it over, take it back."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import override

from requests_app.audit.models import AuditEvent
from requests_app.audit.services import record
from requests_app.bundle.models import Bundle
from requests_app.collection.models import PullState
from requests_app.correspondence.services import write
from requests_app.deadlines.models import Notice
from requests_app.deadlines.reminders import schedule
from requests_app.keys.store import KeyGone
from requests_app.ledger.services import enqueue
from requests_app.review.summary import told
from requests_app.sources import words
from requests_app.values import CUSTOMER, SYSTEM
from requests_app.vault import services as vault
from requests_app.vault.frames import PartReader, Unreadable
from requests_app.vault.models import StoredFile
from requests_app.vault.storage import Missing
from requests_app.verification import services as verification
from requests_app.verification.models import Purpose
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, State, advance, locked

WARNED_BEFORE: Final = timedelta(days=3)
SUPPLEMENT_DELAY: Final = 24 * 3600  # seconds until the missing systems are asked again


class NotAvailable(Exception):
    """The copy has expired, was downloaded often enough, or was replaced."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is known of a finished copy: SHA-256 in hexadecimal, bytes, records."""

    digest: str
    size: int
    records: int


@transaction.atomic
def start(dsr: SubjectRequest) -> None:
    """Have the copy built. Each approval builds one."""
    enqueue("bundle.build", key=f"bundle:{dsr.pk}:{dsr.transitions.count()}", dsr=dsr)


@transaction.atomic
def keep(dsr: SubjectRequest, file: StoredFile, sealed: Sealed) -> None:
    """Keep a finished copy, in place of an earlier one, and answer; unless the request was stopped meanwhile."""
    dsr = locked(dsr)
    if dsr.stage != State.FULFILLING:
        vault.discard([file])
        return
    missing = [pull.source.name for pull in dsr.pulls.exclude(state=PullState.DONE).select_related("source")]
    withdraw(dsr)
    file.save(force_insert=True)
    brand = dsr.brand
    bundle = Bundle.objects.create(
        dsr=dsr, number=dsr.bundles.count() + 1, file=file, missing=missing, **asdict(sealed),
        available_until=Now() + timedelta(days=brand.bundle_days), downloads_left=brand.bundle_downloads,
    )  # fmt: skip
    if timedelta(days=brand.bundle_days) > WARNED_BEFORE:
        schedule(dsr, Notice.BUNDLE_EXPIRES, Now() + timedelta(days=brand.bundle_days) - WARNED_BEFORE)
    record("bundle.sealed", by=SYSTEM, dsr_id=dsr.pk, number=bundle.number, missing=missing, **asdict(sealed))
    advance(dsr, Move.ANSWER_IN_PART if missing else Move.ANSWER, by=SYSTEM)


def links(dsr: SubjectRequest) -> dict[str, str]:
    """Return the links of the letter that offers the copy."""
    lasts = timedelta(days=dsr.brand.bundle_days)
    return verification.links(dsr) | {"download": verification.link(dsr, Purpose.DOWNLOAD, lasts)}


def facts(dsr: SubjectRequest) -> dict[str, Any]:
    """Return what the letter says about the copy."""
    approval = dsr.transitions.filter(move=Move.APPROVE).order_by("-number").first()
    reason = (approval.reason or "") if approval else ""
    return {"bundle": dsr.bundles.latest("number"), "parts": parts(dsr), "reason": reason, "withheld": told(dsr)}


def parts(dsr: SubjectRequest) -> list[dict[str, str]]:
    """Return each part that the answer lacks, in the customer's words: its title, and why it is not there."""
    missing = dsr.pulls.exclude(state=PullState.DONE).select_related("source")
    with override(dsr.language):
        return [{"title": pull.source.title_in(dsr.language), "why": words.fault(pull.fault)} for pull in missing]


@transaction.atomic
def promise_supplement(dsr: SubjectRequest) -> None:
    """Write down that the missing systems are searched again, without anybody having to remember."""
    enqueue("bundle.supplement", key=f"supplement:{dsr.pk}:{dsr.transitions.count()}", dsr=dsr, delay=SUPPLEMENT_DELAY)


@transaction.atomic
def warn(dsr: SubjectRequest) -> bool:
    """Write that the copy can soon no longer be fetched; False when there is none, or the customer has it already.

    By post nobody fetches anything.
    """
    if dsr.is_by_post:
        return False
    waits = dsr.bundles.available().filter(file__isnull=False, available_until__lte=Now() + WARNED_BEFORE).last()
    if waits is None or AuditEvent.objects.filter(dsr_id=dsr.pk, action="bundle.downloaded", facts__number=waits.number).exists():
        return False
    write(dsr, "copy_expires", links=links(dsr), bundle=waits)
    return True


@contextmanager
def handed_over(bundle: Bundle) -> Iterator[Iterator[bytes]]:
    """Open the copy as a stream of bytes, and count a download.

    Raises:
        NotAvailable: it has expired, was downloaded often enough, was taken back, or is not what was sealed.
    """
    with opened(bundle) as reader:
        with transaction.atomic():
            if not Bundle.objects.available().filter(pk=bundle.pk).update(downloads_left=F("downloads_left") - 1):
                raise NotAvailable
            record("bundle.downloaded", by=CUSTOMER, dsr_id=bundle.dsr_id, number=bundle.number)
        yield reader.plain()


@contextmanager
def opened(bundle: Bundle) -> Iterator[PartReader]:
    """Open a copy that can still be had, without counting a download.

    Raises:
        NotAvailable: it has expired, was downloaded often enough, was taken back, or is not what was sealed.
    """
    offered = Bundle.objects.available().select_related("file").filter(pk=bundle.pk, file__isnull=False).first()
    if offered is None or offered.file is None:
        raise NotAvailable
    with ExitStack() as stack:
        try:
            reader = stack.enter_context(vault.reading(offered.file))
        except (Missing, Unreadable, KeyGone) as fault:
            record("bundle.unreadable", by=SYSTEM, dsr_id=bundle.dsr_id, number=bundle.number, fault=type(fault).__name__)
            raise NotAvailable from fault
        yield reader


def withdraw(dsr: SubjectRequest) -> None:
    """Take back the copies of `dsr`: their bytes go with the commit, the rows stay for the record."""
    for bundle in dsr.bundles.filter(file__isnull=False).select_related("file"):
        file = bundle.file
        Bundle.objects.filter(pk=bundle.pk).update(file=None, withdrawn_at=Now())
        if file is not None:
            vault.discard([file])


def expire() -> int:
    """Take back copies whose time is over; return how many."""
    over = Bundle.objects.filter(available_until__lt=Now(), file__isnull=False).select_related("dsr")[:500]
    for bundle in over:
        with transaction.atomic():
            withdraw(bundle.dsr)
            record("bundle.expired", by=SYSTEM, dsr_id=bundle.dsr_id, number=bundle.number)
    return len(over)
