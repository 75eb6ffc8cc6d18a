"""Letters: written in the transaction that decides them, sent by a step."""

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.urls import reverse

from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.correspondence.composing import drafted
from requests_app.correspondence.models import Denial, Letter, Message, RecipientNotice, Statement
from requests_app.keys.crypto import keyed_index
from requests_app.ledger.services import enqueue
from requests_app.officers import policy
from requests_app.officers.models import Officer
from requests_app.values import CUSTOMER, SYSTEM
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.parties import in_the_stead, window_of


@transaction.atomic
def write(dsr: SubjectRequest, kind: str, *, links: Mapping[str, str], to: tuple[str, bytes] | None = None, **facts: Any) -> Letter:
    """Write the letter `kind` to whoever reads for `dsr`, its person above all, in the request's language.

    A step mails it. To a person without an e-mail address it goes `on_paper`: it waits until somebody prints and posts it.

    `to`: another mailbox, with its index.

    `links` and `facts` are what the template says, and `for_another` that whoever reads it acts in the person's stead.
    Nothing that a stranger typed stands in a letter to an address that was not proven (T-1.03).

    Raises:
        LetterLacks: it does not say all that the laws of the request want of it.
    """
    acting = None if to else in_the_stead(dsr)
    on_paper = to is None and acting is None and dsr.is_by_post
    reader = acting or dsr
    address, index = to or (window_of(dsr) if on_paper else reader.email, bytes(reader.email_index))
    context = {"links": links, "for_another": acting is not None, "on_paper": on_paper, **facts}
    return _write(dsr, kind, language=dsr.language, address=address, index=index, context=context, on_paper=on_paper)


@transaction.atomic
def tell_officers(dsr: SubjectRequest, kind: str, *, to: Iterable[Officer] | None = None, **facts: Any) -> None:
    """Write to `to`, else to every officer who answers for the brand.

    The letter holds the reference, a link and `facts`; no personal data.
    """
    pages = {
        "request": reverse("console:detail", args=[dsr.reference]), "reappearances": reverse("console:reappearances"),
        "optouts": reverse("console:refusals"),
    }  # fmt: skip
    links = {name: settings.DSAR_BASE_URL + page for name, page in pages.items()}
    for officer in Officer.objects.filter(policy.answering_for(dsr.brand, dsr.side)).distinct() if to is None else to:
        index = keyed_index("officer", str(officer.pk))
        _write(
            dsr, kind, language=officer.language, address=officer.email, index=index, officer=officer,
            context={"links": links, "officer": officer, **facts},
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
    on_paper: bool = False,
) -> Letter:
    subject, text = said(dsr, kind, language=language, **context)
    letter = Letter.objects.create(
        id=uuid4(), dsr=dsr, officer=officer, kind=kind, language=language, address=address, address_index=index,
        subject=subject, text=text, on_paper=on_paper,
    )  # fmt: skip
    record("letter.written", by=SYSTEM, dsr_id=dsr.pk, letter=str(letter.pk), kind=kind)
    if not on_paper:
        enqueue("correspondence.send", key=f"letter:{letter.pk}", dsr=dsr, letter=str(letter.pk))
    return letter


def said(dsr: SubjectRequest, kind: str, *, language: str, **context: Any) -> tuple[str, str]:
    """Return subject and text of the letter `kind`, as it would be written now.

    Raises:
        LetterLacks: it does not say all that the laws of the request want of it.
    """
    return drafted(dsr.brand, kind, language=language, dsr=dsr, **context).whole()


def worded(brand: Brand, kind: str, *, language: str, **context: Any) -> tuple[str, str]:
    """Return subject and text of a letter, whether it says all or not: to be looked at, never to be sent to a customer."""
    letter = drafted(brand, kind, language=language, **context)
    return letter.subject, letter.text


def say(dsr: SubjectRequest, text: str, *, officer: Officer | None) -> Message:
    """Keep what an officer, or without one the customer, says on the request's page."""
    message = Message.objects.create(dsr=dsr, officer=officer, from_customer=officer is None, text=text)
    record("message.written", by=officer.actor if officer else CUSTOMER, dsr_id=dsr.pk)
    return message


def written_lately(index: bytes, kind: str, within: timedelta) -> int:
    """Return how many letters of `kind` were written to one address within the last while.

    Until the transaction ends, nobody else counts the letters of that address: of two that would write, one sees the other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(index[:8], signed=True)])
    return Letter.objects.filter(address_index=index, kind=kind, written_at__gt=Now() - within).count()


def forget(dsrs: Collection[UUID]) -> None:
    """Keep of the letters, messages, notices and denials of requests whose time is over only that there were some."""
    Letter.objects.filter(dsr__in=dsrs).update(address=None, address_index=b"", subject=None, text=None)
    Message.objects.filter(dsr__in=dsrs).update(text=None)
    Denial.objects.filter(dsr__in=dsrs).update(provision=None, reason=None)
    RecipientNotice.objects.filter(dsr__in=dsrs).update(subject=None, text=None)
    Statement.objects.filter(dsr__in=dsrs).update(about=None, text=None)
