"""Making, keeping and handing over a certificate."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from requests_app.audit.models import AuditEvent
from requests_app.audit.proofs import proven
from requests_app.audit.services import record
from requests_app.erasure import letters
from requests_app.erasure.account import account
from requests_app.erasure.certificates import Certificate
from requests_app.erasure.sealing import sealed
from requests_app.erasure.telling import told
from requests_app.keys.store import KeyGone
from requests_app.values import CUSTOMER, SYSTEM
from requests_app.vault import services as vault
from requests_app.vault.frames import Unreadable
from requests_app.vault.models import StoredFile
from requests_app.vault.rows import Kind
from requests_app.vault.storage import Missing
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import locked


class NotAvailable(Exception):
    """The certificate's time is over, or it cannot be read any more."""


@dataclass(frozen=True, slots=True)
class Made:
    """A certificate that lies in the vault and has no row yet."""

    file: StoredFile
    said: dict[str, Any]
    digest: str
    size: int


def make(dsr: SubjectRequest, made_at: datetime) -> Made:
    """Write the certificate of `dsr` into the vault.

    Raises:
        KeyGone: the request's key was destroyed.
        NoSpace: the vault is full.
        Away: the vault cannot be reached.
    """
    from requests_app.erasure.paper import paper  # reads the tables of fonts, which most processes never need

    said = account(dsr, told(dsr), number=Certificate.objects.filter(dsr=dsr).count() + 1, made_at=made_at)
    key = Ed25519PrivateKey.from_private_bytes(settings.DSAR_SIGNING_KEY)
    archive = sealed(said, paper(said, dsr.brand.time_zone), proven(_deeds(dsr)), key)
    with vault.writing(dsr, Kind.FILE, level=0) as draft:
        draft.writer.write(archive)
    return Made(draft.file, said, sha256(archive).hexdigest(), len(archive))


def _deeds(dsr: SubjectRequest) -> list[int]:
    """Return the events that the certificate proves: what was erased and kept, and the end. They name systems, and nobody."""
    events = AuditEvent.objects.filter(dsr_id=dsr.pk, actor_kind=SYSTEM.kind)
    ended = events.filter(action="request.moved").order_by("-pk")[:1]
    deeds = events.filter(action__in=("erasure.done", "erasure.kept"))
    return sorted(one.pk for found in (deeds, ended) for one in found)


@transaction.atomic
def keep(dsr: SubjectRequest, made: Made) -> None:
    """Keep a certificate for as long as the shop keeps a request, and answer the person.

    Raises:
        LetterLacks: the letter does not say all that the laws of the request want of it.
    """
    dsr = locked(dsr)
    made.file.save(force_insert=True)
    certificate = Certificate.objects.create(
        dsr=dsr, number=made.said["number"], said=made.said, file=made.file, digest=made.digest, size=made.size,
        available_until=Now() + timedelta(days=dsr.brand.retention_days),
    )  # fmt: skip
    record("certificate.sealed", by=SYSTEM, dsr_id=dsr.pk, number=certificate.number, digest=made.digest)
    letters.answer(dsr)


def latest(dsr: SubjectRequest) -> Certificate | None:
    """Return the certificate that can be fetched now."""
    return Certificate.objects.available().filter(dsr=dsr).order_by("-number").first()


@contextmanager
def handed_over(certificate: Certificate) -> Iterator[Iterator[bytes]]:
    """Open the archive as a stream of bytes.

    Raises:
        NotAvailable: its time is over, or it is not what was sealed.
    """
    offered = Certificate.objects.available().select_related("file").filter(pk=certificate.pk).first()
    if offered is None or offered.file is None:
        raise NotAvailable
    try:
        with vault.reading(offered.file) as reader:
            record("certificate.downloaded", by=CUSTOMER, dsr_id=offered.dsr_id, number=offered.number)
            yield reader.plain()
    except (Missing, Unreadable, KeyGone) as fault:
        raise NotAvailable from fault
