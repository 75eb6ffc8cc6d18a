"""Telling the other companies of a group, and recipients, what was erased, corrected or restricted.

Source: GDPR Art. 19; 11 CCR 7022(b), (c).

What they get names nobody: a fingerprint by which somebody who holds the address knows it again. See docs/decisions.
"""

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.connectors.base import Recipient
from requests_app.correspondence.composing import drafted
from requests_app.correspondence.models import NoticeState, RecipientNotice
from requests_app.emails import canonical_email
from requests_app.ledger.services import enqueue
from requests_app.officers.models import Officer
from requests_app.sources.models import Source
from requests_app.sources.services import described
from requests_app.values import SYSTEM
from requests_app.workflow.models import SubjectRequest


class What(StrEnum):
    """What recipients are told of: the letter's kind."""

    ERASED = "recipient_notice"
    CORRECTED = "recipient_corrected"
    RESTRICTED = "recipient_restricted"


ANSWERS = frozenset({NoticeState.ERASED, NoticeState.HOLDS_NOTHING, NoticeState.KEEPS})


@dataclass(frozen=True, slots=True)
class Company:
    """Somebody to be told."""

    name: str
    email: str


def companies(brand: Brand, recipients: Iterable[Recipient], language: str) -> tuple[Company, ...]:
    """Return who is told of an erasure: the companies of the group that want it, and recipients with an address, each once."""
    return tuple({one.email.lower(): one for one in (*_named(recipients, language), *_group(brand.group))}.values())


@transaction.atomic
def tell(dsr: SubjectRequest, whom: Iterable[Company], what: What = What.ERASED) -> None:
    """Write to each of `whom` what was done with the data of the person of `dsr`; nobody is told twice."""
    known = set(RecipientNotice.objects.filter(dsr=dsr).values_list("email", flat=True))
    for company in whom:
        if company.email not in known:
            _tell(dsr, company, what) if dsr.email else _by_hand(dsr, company)


@transaction.atomic
def mark(notice: RecipientNotice, state: NoticeState, *, by: Officer) -> None:
    """Keep what a recipient answered.

    Raises:
        ValueError: `state` is no answer.
    """
    if state not in ANSWERS:
        raise ValueError(state)
    RecipientNotice.objects.filter(pk=notice.pk).update(state=state, answered_at=Now())
    record("recipient.answered", by=by.actor, dsr_id=notice.dsr_id, notice=str(notice.pk), answer=state.value)


def fingerprint(address: str, salt: str) -> str:
    """Return by what a holder of `address` knows it again: SHA-256, in hexadecimal, of salt, colon and canonical address."""
    return sha256(f"{salt}:{canonical_email(address)}".encode()).hexdigest()


def _tell(dsr: SubjectRequest, company: Company, what: What) -> None:
    salt, language = secrets.token_hex(16), dsr.brand.default_language
    subject, text = drafted(
        dsr.brand, what, language=language, reference=dsr.reference, company=company, salt=salt,
        fingerprint=fingerprint(dsr.email, salt),
    ).whole()  # fmt: skip
    notice = RecipientNotice.objects.create(
        id=uuid4(), dsr=dsr, name=company.name, email=company.email, language=language, subject=subject, text=text
    )
    record("recipient.told", by=SYSTEM, dsr_id=dsr.pk, notice=str(notice.pk), name=company.name)
    enqueue("correspondence.tell_recipient", key=f"recipient:{notice.pk}", dsr=dsr, notice=str(notice.pk))


def _by_hand(dsr: SubjectRequest, company: Company) -> None:
    """Leave it to an officer: who has no e-mail address has no fingerprint by which a recipient would know the person."""
    RecipientNotice.objects.create(
        id=uuid4(), dsr=dsr, name=company.name, email=company.email, language=dsr.brand.default_language, state=NoticeState.FAILED
    )
    record("recipient.by_hand", by=SYSTEM, dsr_id=dsr.pk, name=company.name)


def received(brand: Brand, classes: Mapping[str, Collection[str]]) -> Iterator[Recipient]:
    """Yield who received data of classes, by system, as far as the descriptions can still be read."""
    for source in Source.objects.filter(brand=brand, name__in=list(classes)):
        for info in described(source).values():
            if info.name in classes[source.name]:
                yield from info.receivers


def _named(recipients: Iterable[Recipient], language: str) -> Iterator[Company]:
    for one in recipients:
        if one.email:
            yield Company(one.name.get(language) or one.name["en"], one.email)


def _group(group: Iterable[Mapping[str, Any]]) -> Iterator[Company]:
    for one in group:
        if one.get("email") and one.get("tells_of_erasure", True):
            yield Company(str(one["name"]), str(one["email"]))
