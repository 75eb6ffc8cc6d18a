"""Proof that the person who asks is the one who answers for the address on record.

Opening a link changes nothing. The button works in the browser that filed the request (it holds the claim code);
elsewhere the short code that the page showed at filing is typed. See docs/decisions/008-proof-of-address.md.
"""

import secrets
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.urls import reverse

from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.correspondence.addresses import mailbox
from requests_app.correspondence.services import write, written_lately
from requests_app.emails import canonical_email
from requests_app.keys.crypto import keyed_index
from requests_app.ledger.models import Step
from requests_app.ledger.services import enqueue
from requests_app.values import CUSTOMER, SYSTEM
from requests_app.verification import codes
from requests_app.verification.models import Challenge, Proof, Purpose
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, StaleState, advance, locked
from requests_app.workflow.states import State

CONFIRM_WITHIN: Final = timedelta(hours=24)
LAPSES_AFTER: Final = timedelta(days=7)
LINK_LASTS: Final = timedelta(days=60)
RESEND_AFTER: Final = timedelta(minutes=10)
LETTERS_A_DAY: Final = 3
TRIES: Final = 5
CODES: Final = 10
_UNPROVEN: Final = (State.RECEIVED, State.VERIFYING)


class NoSuchLink(Exception):
    """The link is unknown, was used or revoked, has ended, or is for another purpose: one answer for all."""


class NotProven(Exception):
    """Neither the filing browser's claim code nor the right code was given. `tries_left` may be 0."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(f"{tries_left} tries left")
        self.tries_left = tries_left


class TooSoon(Exception):
    """Enough letters went to this address for now."""


class NoMoreCorrections(Exception):
    """The address was corrected too often, or the request is past that stage."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the page shows once at filing: six figures, and the claim code of 128 bits in groups of four."""

    code: str
    claim: str


def begin(dsr: SubjectRequest) -> Secrets:
    """Make the two secrets of a new request, in the transaction that files it. Only digests are kept.

    When one filing is sent twice (a double click), the second answer's secrets take the place of the first's.
    """
    made = Secrets(code=codes.new_code(), claim=codes.new_claim())
    digests = {"claim_digest": codes.claim_digest(made.claim), "code_digest": codes.code_digest(dsr, made.code)}
    Proof.objects.update_or_create(dsr=dsr, defaults=digests)
    return made


@transaction.atomic
def ask(dsr: SubjectRequest) -> bool:
    """Write the address confirmation, the same for a known and an unknown address. False when enough were written."""
    dsr = locked(dsr)
    if dsr.stage != State.VERIFYING:
        return False
    if not _may_write(dsr, "confirm_address"):
        record("letter.withheld", by=SYSTEM, dsr_id=dsr.pk, kind="confirm_address")
        return False
    _revoke(dsr, Purpose.CONFIRM)
    confirm_and_disown = {"confirm": link(dsr, Purpose.CONFIRM, CONFIRM_WITHIN), "disown": link(dsr, Purpose.DISOWN, LINK_LASTS)}
    letter = write(dsr, "confirm_address", links=confirm_and_disown)
    Challenge.objects.filter(dsr=dsr, purpose=Purpose.CONFIRM, revoked_at=None).update(letter=letter)
    return True


@transaction.atomic
def ask_soon(dsr: SubjectRequest) -> None:
    """Write the confirmation now, or try once more when the last letter to this address is old enough.

    Whoever files for somebody else's address must not keep its owner from a letter for a request of their own.
    """
    if not ask(dsr):
        enqueue("verification.ask", key=f"ask:{uuid4()}", dsr=dsr, delay=RESEND_AFTER.total_seconds())


@transaction.atomic
def resend(dsr: SubjectRequest) -> None:
    """Write the confirmation again.

    Raises:
        TooSoon: three went to this address within a day, or one within ten minutes.
    """
    if not ask(dsr):
        raise TooSoon


@transaction.atomic
def correct(dsr: SubjectRequest, address: str) -> None:
    """Replace a mistyped address before it is proven. Links to the old one die.

    Raises:
        NoMoreCorrections: the request is past that, or was corrected three times.
        NotAnAddress: no letter can be written to `address`.
    """
    index = keyed_index("email", canonical_email(mailbox(address)))
    allowed = Proof.objects.filter(dsr=dsr, corrections_left__gt=0)
    if locked(dsr).stage not in _UNPROVEN or not allowed.update(corrections_left=F("corrections_left") - 1):
        raise NoMoreCorrections
    dsr.email, dsr.email_index = address, index
    dsr.save(update_fields=["email", "email_index"])
    Challenge.objects.filter(dsr=dsr).update(revoked_at=Now())
    record("address.corrected", by=CUSTOMER, dsr_id=dsr.pk)
    ask_soon(dsr)


def link(dsr: SubjectRequest, purpose: Purpose, lasts: timedelta) -> str:
    """Return a new link of 256 random bits, good for one purpose; only its digest is kept."""
    token = secrets.token_urlsafe(32)
    Challenge.objects.create(dsr=dsr, purpose=purpose, digest=sha256(token.encode()).digest(), ends_at=Now() + lasts)
    return settings.DSAR_BASE_URL + reverse("portal:link", args=[dsr.brand.slug, dsr.language, token])


def links(dsr: SubjectRequest) -> dict[str, str]:
    """Return the links that every letter carries: to the status page, and to say that it was not me."""
    return {"follow": link(dsr, Purpose.FOLLOW, LINK_LASTS), "disown": link(dsr, Purpose.DISOWN, LINK_LASTS)}


def opened(token: str) -> Challenge:
    """Return what the mailed `token` stands for. Changes nothing: scanners open links too (T-2.05).

    Raises:
        NoSuchLink: in every case in which it is good for nothing.
    """
    found = Challenge.objects.in_force().filter(digest=sha256(token.encode()).digest()).first()
    if found is None:
        raise NoSuchLink
    return found


def in_force(challenge_id: str, purpose: Purpose) -> Challenge:
    """Return the challenge that a browser opened before, if it is still good for `purpose`.

    Raises:
        NoSuchLink: it is not.
    """
    found = Challenge.objects.in_force().filter(pk=challenge_id, purpose=purpose).first()
    if found is None:
        raise NoSuchLink
    return found


def waits_for_answer(dsr: SubjectRequest) -> bool:
    """Whether a letter went out whose link can still confirm the address."""
    return Challenge.objects.in_force().filter(dsr=dsr, purpose=Purpose.CONFIRM, used_at=None).exists()


def confirm(challenge: Challenge, *, claim: str = "", code: str = "") -> SubjectRequest:
    """Accept the proof: the mailed link, together with the filing browser's claim code or the code shown there.

    A wrong code is counted in a transaction of its own, so that no rollback gives the try back.

    Raises:
        NoSuchLink: somebody used the link first, or it has ended.
        NotProven: the second half is missing or wrong.
    """
    if not holds_claim(challenge.dsr, claim):
        _spend_try(challenge.dsr, code)
    with transaction.atomic():
        dsr = locked(challenge.dsr)
        usable = Challenge.objects.in_force().filter(pk=challenge.pk, purpose=Purpose.CONFIRM, used_at=None)
        if not usable.update(used_at=Now()) or dsr.stage != State.VERIFYING:
            raise NoSuchLink
        advance(dsr, Move.ACCEPT_PROOF, by=CUSTOMER)
    return dsr


@transaction.atomic
def disown(challenge: Challenge) -> None:
    """Say for the mailbox's owner that somebody else filed the request: its links die, and what is open is closed.

    Whoever may say yes may say no: the link that confirms the address serves too.

    Raises:
        NoSuchLink: the link is good for nothing.
    """
    dsr = locked(challenge.dsr)
    if not Challenge.objects.in_force().filter(pk=challenge.pk, purpose__in=[Purpose.DISOWN, Purpose.CONFIRM]).exists():
        raise NoSuchLink
    record("request.disowned", by=CUSTOMER, dsr_id=dsr.pk)
    Challenge.objects.filter(dsr=dsr).update(revoked_at=Now())
    enqueue("journey.disowned", key=f"disowned:{challenge.pk}", dsr=dsr)
    if Move.WITHDRAW in dsr.moves:
        advance(dsr, Move.WITHDRAW, by=CUSTOMER, reason="not me")


def holds_claim(dsr: SubjectRequest, claim: str) -> bool:
    """Whether `claim` is the request's claim code; compared in constant time."""
    proof = Proof.objects.filter(dsr=dsr).first()
    return proof is not None and compare_digest(bytes(proof.claim_digest), codes.claim_digest(claim))


@transaction.atomic
def new_code(dsr: SubjectRequest) -> str:
    """Return a fresh code for the filing browser to show, in place of one that was guessed away.

    Raises:
        TooSoon: ten codes were made.
    """
    code = codes.new_code()
    made = Proof.objects.filter(dsr=dsr, codes_made__lt=CODES).update(
        code_digest=codes.code_digest(dsr, code), tries_left=TRIES, codes_made=F("codes_made") + 1, code_made_at=Now(),
    )  # fmt: skip
    if not made:
        raise TooSoon
    return code


def ask_to_follow(brand: Brand, address: str) -> None:
    """Write down that somebody wants to follow a request filed with `address`.

    Whether there is one is looked up by a step: the web does the same work for every address (T-1.02).

    Raises:
        NotAnAddress: `address` cannot be one.
    """
    index = keyed_index("email", canonical_email(address)).hex()
    enqueue("verification.follow", key=f"follow-link:{uuid4()}", brand=brand.slug, index=index)


@transaction.atomic
def send_follow_link(dsr: SubjectRequest) -> bool:
    """Mail a link to the status page to the proven address; False when enough were written."""
    if dsr.verified_at is None or not _may_write(dsr, "follow"):
        return False
    write(dsr, "follow", links=links(dsr))
    return True


def lapse() -> int:
    """Close requests whose address nobody confirmed for a week; return how many."""
    waiting = SubjectRequest.objects.filter(state=State.VERIFYING, received_at__lt=Now() - LAPSES_AFTER)
    closed = 0
    for dsr in waiting.select_related("brand").order_by("received_at")[:500]:
        with suppress(StaleState):  # somebody confirms in this very moment
            advance(dsr, Move.LAPSE, by=SYSTEM)
            closed += 1
    return closed


@transaction.atomic
def tell_of_lapse(dsr: SubjectRequest) -> bool:
    """Write that the request was closed, where a confirmation had been written; False when none was, or enough was said."""
    asked = dsr.letters.filter(kind="confirm_address", address_index=dsr.email_index).exists()
    if not asked or not _may_write(dsr, "lapsed"):
        return False
    write(dsr, "lapsed", links={})
    return True


def tidy() -> None:
    """Remove finished questions after requests of an address: they hold its digest, and belong to no request that ends."""
    asked = Step.objects.filter(kind="verification.follow", dsr=None)
    asked.filter(finished_at__lt=Now() - timedelta(days=1)).delete()


def forget(dsrs: Collection[UUID]) -> None:
    """Remove what is known here of requests whose time is over."""
    Challenge.objects.filter(dsr__in=dsrs).delete()
    Proof.objects.filter(dsr__in=dsrs).delete()


def _spend_try(dsr: SubjectRequest, code: str) -> None:
    """Count a try in the UPDATE that reads the code: of any number of guesses at once, five are looked at (T-2.02)."""
    if not code.strip():
        raise NotProven(_tries_left(dsr))
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE requests_app_proof SET tries_left = tries_left - 1 WHERE dsr_id = %s AND tries_left > 0 RETURNING code_digest",
            [dsr.pk],
        )
        row = cursor.fetchone()
    if row is None or not compare_digest(bytes(row[0]), codes.code_digest(dsr, code)):
        raise NotProven(_tries_left(dsr))


def _tries_left(dsr: SubjectRequest) -> int:
    return Proof.objects.values_list("tries_left", flat=True).filter(dsr=dsr).first() or 0


def _revoke(dsr: SubjectRequest, purpose: Purpose) -> None:
    Challenge.objects.filter(dsr=dsr, purpose=purpose, revoked_at=None).update(revoked_at=Now())


def _may_write(dsr: SubjectRequest, kind: str) -> bool:
    index = bytes(dsr.email_index)
    return written_lately(index, kind, timedelta(days=1)) < LETTERS_A_DAY and not written_lately(index, kind, RESEND_AFTER)
