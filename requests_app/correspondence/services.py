"""Letters: written in the transaction that decides them, sent by a step."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from requests_app.audit.services import record
from requests_app.correspondence.models import Letter
from requests_app.keys.crypto import keyed_index
from requests_app.ledger.services import enqueue
from requests_app.officers import policy
from requests_app.officers.models import Officer
from requests_app.values import SYSTEM
from requests_app.workflow.models import SubjectRequest


@transaction.atomic
def write(dsr: SubjectRequest, kind: str, *, links: Mapping[str, str], **facts: Any) -> Letter:
    """Write the letter `kind` to the person of `dsr` in the person's language, and the step that sends it.

    `links` and `facts` are what the template says. Nothing that a stranger typed stands in a letter to an
    address that was not proven (T-1.03).
    """
    address = dsr.email
    return _write(
        dsr, kind, language=dsr.language, address=address, index=bytes(dsr.email_index), context={"links": links, **facts}
    )


@transaction.atomic
def tell_officers(dsr: SubjectRequest, kind: str) -> None:
    """Write to every officer who answers for the brand. The letter holds the reference and a link, no personal data."""
    link = settings.DSAR_BASE_URL + reverse("console:detail", args=[dsr.reference])
    for officer in Officer.objects.filter(policy.answering_for(dsr.brand)).distinct():
        index = keyed_index("officer", str(officer.pk))
        _write(
            dsr, kind, language=officer.language, address=officer.email, index=index, officer=officer,
            context={"links": {"request": link}, "officer": officer},
        )  # fmt: skip


def _write(  # noqa: PLR0913  # the facts of one letter
    dsr: SubjectRequest,
    kind: str,
    *,
    language: str,
    address: str,
    index: bytes,
    context: Mapping[str, Any],
    officer: Officer | None = None,
) -> Letter:
    subject, text = said(dsr, kind, language=language, **context)
    letter = Letter.objects.create(
        id=uuid4(), dsr=dsr, officer=officer, kind=kind, language=language, address=address, address_index=index,
        subject=subject, text=text,
    )  # fmt: skip
    record("letter.written", by=SYSTEM, dsr_id=dsr.pk, letter=str(letter.pk), kind=kind)
    enqueue("correspondence.send", key=f"letter:{letter.pk}", dsr=dsr, letter=str(letter.pk))
    return letter


def said(dsr: SubjectRequest, kind: str, *, language: str, **context: Any) -> tuple[str, str]:
    """Return subject and text of the letter `kind`, as it would be written now, in the language and at the clock of the shop."""
    with override(language), timezone.override(ZoneInfo(dsr.brand.time_zone)):
        letter = render_to_string(
            [f"letters/{language}/{kind}.txt", f"letters/en/{kind}.txt"], {"dsr": dsr, "brand": dsr.brand, **context},
        )  # fmt: skip
    subject, _, text = letter.strip().partition("\n")
    return subject.removeprefix("Subject:").strip(), text.strip() + "\n"


def written_lately(index: bytes, kind: str, within: timedelta) -> int:
    """Return how many letters of `kind` were written to one address within the last while.

    Until the transaction ends, nobody else counts the letters of that address: of two that would write, one sees the other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(index[:8], signed=True)])
    return Letter.objects.filter(address_index=index, kind=kind, written_at__gt=Now() - within).count()


def forget(dsrs: Collection[UUID]) -> None:
    """Keep of the letters of requests whose time is over only that they were written and sent."""
    Letter.objects.filter(dsr__in=dsrs).update(address=None, address_index=b"", subject=None, text=None)
