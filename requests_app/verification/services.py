"""Proof that the person who asks is the one who answers for the address on record.

Opening a link changes nothing. The button works in the browser that filed the request (it holds the claim code);
elsewhere the short code that the page showed at filing is typed. See docs/decisions/008-proof-of-address.md.
"""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final
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
from requests_app.values import CUSTOMER, SYSTEM, Actor
from requests_app.verification import codes
from requests_app.verification.models import Challenge, Proof, Purpose
from requests_app.workflow.models import BY_MAIL, IMPORTED, SubjectRequest
from requests_app.workflow.parties import Party, party_of, reader_of
from requests_app.workflow.services import Move, advance, locked
from requests_app.workflow.states import State

CONFIRM_WITHIN: Final = timedelta(hours=24)
LINK_LASTS: Final = timedelta(days=60)
RESEND_AFTER: Final = timedelta(minutes=10)
LETTERS_A_DAY: Final = 3
TRIES: Final = 5
CODES: Final = 10
BY_AN_OFFICER: Final = frozenset({BY_MAIL, IMPORTED, "phone", "post"})
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


def begin(dsr: SubjectRequest, *, declared: str = "") -> Secrets:
    """Make the two secrets of a new request, in the transaction that files it. Only digests are kept; `declared`: who signed.

    When one filing is sent twice (a double click), the second answer's secrets take the place of the first's.
    """
    made = Secrets(code=codes.new_code(), claim=codes.new_claim())
    digests = {"claim_digest": codes.claim_digest(made.claim), "code_digest": codes.code_digest(dsr, made.code)}
    Proof.objects.update_or_create(dsr=dsr, defaults=digests | ({"declared": declared} if declared else {}))
    return made


@transaction.atomic
def ask(dsr: SubjectRequest) -> bool:
    """Write the address confirmation, the same for a known and an unknown address. False when enough were written.

    Where somebody acts for the person, the letter in which the person agrees takes its place.
    """
    dsr = locked(dsr)
    if dsr.stage != State.VERIFYING or party_of(dsr):
        return False
    kind = "confirm_written" if dsr.is_by_mail else "confirm_address"
    if not may_write(dsr, kind):
        record("letter.withheld", by=SYSTEM, dsr_id=dsr.pk, kind=kind)
        return False
    # Whoever wrote a mail saw no page: the figures come along. They prove no more than the link, but no program types them.
    confirmation(dsr, kind, **({"code": new_code(dsr)} if dsr.is_by_mail else {}))
    return True


def key_for(dsr: SubjectRequest) -> str:
    """Return a new key of the request for the browser in which the person confirmed it; nobody was shown the one before.

    For what an officer filed: whoever files on a page has the key from there.
    """
    claim = codes.new_claim()
    Proof.objects.filter(dsr=dsr).update(claim_digest=codes.claim_digest(claim))
    return claim


def confirmation(dsr: SubjectRequest, kind: str, **facts: Any) -> None:
    """Write a letter whose link confirms the address, in place of every earlier such link; the caller holds `dsr`."""
    _revoke(dsr, Purpose.CONFIRM)
    confirm_and_disown = {"confirm": link(dsr, Purpose.CONFIRM, CONFIRM_WITHIN), "disown": link(dsr, Purpose.DISOWN, LINK_LASTS)}
    letter = write(dsr, kind, links=confirm_and_disown, **facts)
    Challenge.objects.filter(dsr=dsr, purpose=Purpose.CONFIRM, revoked_at=None).update(letter=letter)


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

    Where somebody acts for the person, the mailbox in which the person agreed is the proven one: nothing takes its place.

    Raises:
        NoMoreCorrections: the request is past that, somebody acts for the person, or it was corrected three times.
        NotAnAddress: no letter can be written to `address`.
    """
    index = keyed_index("email", canonical_email(mailbox(address)))
    allowed = Proof.objects.filter(dsr=dsr, corrections_left__gt=0)
    if locked(dsr).stage not in _UNPROVEN or party_of(dsr) or not allowed.update(corrections_left=F("corrections_left") - 1):
        raise NoMoreCorrections
    dsr.email, dsr.email_index = address, index
    dsr.save(update_fields=["email", "email_index"])
    Challenge.objects.filter(dsr=dsr).update(revoked_at=Now())
    record("address.corrected", by=CUSTOMER, dsr_id=dsr.pk)
    ask_soon(dsr)


def link(dsr: SubjectRequest, purpose: Purpose, lasts: timedelta, *, on_paper: bool | None = None) -> str:
    """Return a new link of 256 random bits, good for one purpose; only its digest is kept.

    On paper, where letters to this person go unless something else is said, it is the address of a page, and a code of 80
    bits to type there beside the reference.
    """
    printed = dsr.is_by_post if on_paper is None else on_paper
    token = codes.new_token() if printed else secrets.token_urlsafe(32)
    kept = codes.plain(token) if printed else token
    Challenge.objects.create(dsr=dsr, purpose=purpose, digest=sha256(kept.encode()).digest(), ends_at=Now() + lasts)
    if printed:
        return f"{code_page(dsr)}  {token}"
    return settings.DSAR_BASE_URL + reverse("portal:link", args=[dsr.brand.slug, dsr.language, token])


def code_page(dsr: SubjectRequest) -> str:
    """Return the address of the page on which whoever has a letter on paper types the reference and the code."""
    return settings.DSAR_BASE_URL + reverse("portal:coded", args=[dsr.brand.slug, dsr.language])


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


def confirm(challenge: Challenge, *, claim: str = "", code: str = "", by: Actor = CUSTOMER) -> SubjectRequest:
    """Accept the proof: the mailed link, together with the filing browser's claim code or the code shown there.

    A wrong code is counted in a transaction of its own, so that no rollback gives the try back. `by`: who typed it, where an
    officer does for the person.

    Raises:
        NoSuchLink: somebody used the link first, or it has ended.
        NotProven: the second half is missing or wrong.
    """
    if not holds_claim(challenge.dsr, claim):
        spend_try(challenge.dsr, code)
    with transaction.atomic():
        dsr = locked(challenge.dsr)
        usable = Challenge.objects.in_force().filter(pk=challenge.pk, purpose=Purpose.CONFIRM, used_at=None)
        if not usable.update(used_at=Now()) or dsr.stage != State.VERIFYING:
            raise NoSuchLink
        advance(dsr, Move.ACCEPT_PROOF, by=by)
    return dsr


@transaction.atomic
def vouched(dsr: SubjectRequest, proven: SubjectRequest) -> None:
    """Accept for `dsr` the proof of `proven`, beside which the same person filed it: one key opens both, no letter is needed."""
    theirs = Proof.objects.filter(dsr=proven).first()
    if theirs is None or proven.verified_at is None or dsr.stage != State.RECEIVED:
        return
    Proof.objects.update_or_create(
        dsr=dsr, defaults={"claim_digest": bytes(theirs.claim_digest), "code_digest": codes.code_digest(dsr, codes.new_code())}
    )
    advance(dsr, Move.ASK_FOR_PROOF, by=SYSTEM)
    record("proof.accepted", by=CUSTOMER, dsr_id=dsr.pk, method="beside", other=str(proven.pk))
    advance(dsr, Move.ACCEPT_PROOF, by=CUSTOMER)


@transaction.atomic
def disown(challenge: Challenge) -> None:
    """Say for the mailbox's owner that somebody else filed the request: its links die, and what is open is closed.

    Whoever may say yes may say no: the link that confirms the address serves too.

    Raises:
        NoSuchLink: the link is good for nothing.
    """
    dsr = locked(challenge.dsr)
    may_say_no = (Purpose.DISOWN, Purpose.CONFIRM, Purpose.AGREE)
    if not Challenge.objects.in_force().filter(pk=challenge.pk, purpose__in=may_say_no).exists():
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


@transaction.atomic
def add_facts(dsr: SubjectRequest, facts: Mapping[str, str]) -> bool:
    """Keep more by which the person may be recognised, while an officer decides; False when that was done often enough.

    Whether it agrees is looked at by a step, and said to nobody but an officer: right and wrong get one answer, after one work.
    """
    now = locked(dsr)
    allowed = Proof.objects.filter(dsr=dsr, additions_left__gt=0)
    if now.stage != State.DECIDING or not allowed.update(additions_left=F("additions_left") - 1):
        return False
    now.facts = {**(now.facts or {}), **facts}
    now.save(update_fields=["facts"])
    record("facts.added", by=CUSTOMER, dsr_id=dsr.pk)
    enqueue("matching.weigh", key=f"weigh:{uuid4()}", dsr=dsr)
    return True


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
    if dsr.verified_at is None or not may_write(dsr, "follow"):
        return False
    write(dsr, "follow", links=links(dsr))
    return True


def tidy() -> None:
    """Remove finished questions after requests of an address: they hold its digest, and belong to no request that ends."""
    asked = Step.objects.filter(kind="verification.follow", dsr=None)
    asked.filter(finished_at__lt=Now() - timedelta(days=1)).delete()


def forget(dsrs: Collection[UUID]) -> None:
    """Remove what is known here of requests whose time is over."""
    Challenge.objects.filter(dsr__in=dsrs).delete()
    Proof.objects.filter(dsr__in=dsrs).delete()
    nobody: dict[str, Any] = {"name": None, "email": None, "email_index": b"", "signed": None, "papers_reason": None}
    Party.objects.filter(dsr__in=dsrs).update(**nobody)


def spend_try(dsr: SubjectRequest, code: str) -> None:
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


def may_write(dsr: SubjectRequest, kind: str) -> bool:
    """Return whether one more letter of `kind` may go to the mailbox that reads it: three a day, one in ten minutes."""
    _address, index = reader_of(dsr)
    return written_lately(index, kind, timedelta(days=1)) < LETTERS_A_DAY and not written_lately(index, kind, RESEND_AFTER)
