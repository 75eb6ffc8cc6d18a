"""Somebody acts for somebody else: each proves the own mailbox, the person agrees, papers are checked, and only then it goes on.

See docs/decisions/025-who-acts-for-somebody-else.md.
"""

import unicodedata
from datetime import timedelta
from hmac import compare_digest
from typing import Final

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.correspondence.addresses import mailbox
from requests_app.correspondence.services import tell_officers, write, written_lately
from requests_app.emails import canonical_email
from requests_app.jurisdictions.identity import agents_need_papers
from requests_app.keys.crypto import keyed_index
from requests_app.officers.models import Officer
from requests_app.values import CUSTOMER, SYSTEM
from requests_app.vault import uploads
from requests_app.vault.models import Upload
from requests_app.vault.uploads import Checked
from requests_app.verification import codes
from requests_app.verification.models import Challenge, Proof, Purpose
from requests_app.verification.papers import destroy
from requests_app.verification.services import (
    CONFIRM_WITHIN,
    LETTERS_A_DAY,
    LINK_LASTS,
    RESEND_AFTER,
    NoSuchLink,
    NotProven,
    Secrets,
    TooSoon,
    begin,
    link,
)
from requests_app.workflow.laws import laws_of
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.parties import Papers, Part, Party
from requests_app.workflow.services import Move, advance, locked
from requests_app.workflow.states import State

MANDATE: Final = "mandate"  # the purpose of an upload that shows authority: it stays with the request


class WrongName(Exception):
    """The name under the statement is not the one of the request. `tries_left` may be 0."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(f"{tries_left} tries left")
        self.tries_left = tries_left


class NotNow(Exception):
    """It was done already, or the request is past it."""


class NotYours(Exception):
    """A second officer must do this."""


@transaction.atomic
def name(dsr: SubjectRequest, part: Part, *, called: str, email: str, wants_answer: bool = False) -> Secrets:
    """Write down who files `dsr` for its person, in the transaction that files it; return what the page shows them once.

    What opens the answer is made later, for whoever is to read it: nobody knows it yet.

    Raises:
        NotAnAddress: no letter can be written to `email`.
    """
    begin(dsr)
    made = Secrets(code=codes.new_code(), claim=codes.new_claim())
    wanted = part.asks_papers or (part.asks_the_person and agents_need_papers(laws_of(dsr)))
    Party.objects.update_or_create(
        dsr=dsr,
        defaults={
            "part": part, "name": called, "email": email, "email_index": keyed_index("email", canonical_email(mailbox(email))),
            "claim_digest": codes.claim_digest(made.claim), "code_digest": codes.code_digest(dsr, made.code),
            "papers": Papers.WANTED if wanted else Papers.NOT_NEEDED, "wants_answer": wants_answer and part.asks_the_person,
        },
    )  # fmt: skip
    record("party.named", by=CUSTOMER, dsr_id=dsr.pk, part=part.value)
    return made


@transaction.atomic
def ask(dsr: SubjectRequest) -> None:
    """Write to the mailbox of whoever acts, and where the person has to agree to theirs. Neither letter holds a typed word."""
    party = Party.objects.acting().select_related("dsr__brand").get(dsr=dsr)
    _ask_party(party)
    if party.acts_as.asks_the_person:
        _ask_person(party)


@transaction.atomic
def ask_again(party: Party) -> None:
    """Write again to whoever acts.

    Raises:
        TooSoon: three went to this mailbox within a day, or one within ten minutes.
    """
    if party.proven_at is not None or not _ask_party(party):
        raise TooSoon


def prove(challenge: Challenge, *, claim: str = "", code: str = "") -> Party:
    """Accept that whoever acts owns the mailbox: the mailed link, with the filing browser's claim code or the code shown there.

    Raises:
        NoSuchLink: somebody used the link first, or it has ended.
        NotProven: the second half is missing or wrong.
    """
    party = of(challenge.dsr)
    if not holds_claim(party, claim):
        _spend_try(party, code)
    with transaction.atomic():
        _use(challenge, Purpose.PROVE_PARTY)
        if not Party.objects.acting().filter(pk=party.pk, proven_at=None).update(proven_at=Now()):
            raise NoSuchLink
        record("party.proven", by=CUSTOMER, dsr_id=party.dsr_id, part=party.part)
        go_on(party.dsr)
    party.refresh_from_db()
    return party


def agree(challenge: Challenge, signed: str) -> Secrets:
    """Let the person agree under their name; return what opens the answer, which nobody has seen before.

    A name that differs is counted in a transaction of its own, so that no rollback gives the try back.

    Raises:
        NoSuchLink: the link was used, has ended, or nobody acts any more.
        WrongName: it is not the name under which the request was filed.
    """
    party = of(challenge.dsr)
    if not same_name(signed, party.dsr.name or ""):
        raise WrongName(_spend_signing(party))
    with transaction.atomic():
        _use(challenge, Purpose.AGREE)
        waiting = Party.objects.acting().filter(pk=party.pk, agreed_at=None, signing_tries_left__gt=0)
        if not waiting.exists():
            raise NoSuchLink
        party.signed = signed
        party.save(update_fields=["signed"])
        waiting.update(agreed_at=Now())
        made = begin(party.dsr)
        record("party.agreed", by=CUSTOMER, dsr_id=party.dsr_id, part=party.part)
        go_on(party.dsr)
    return made


@transaction.atomic
def send_paper(party: Party, checked: Checked, purpose: str = MANDATE) -> Upload:
    """Keep a paper that whoever acts has sent, and let an officer look at it.

    Raises:
        NotNow: the mailbox is not proven, or the papers were decided about.
    """
    proven = Party.objects.acting().filter(pk=party.pk, proven_at__isnull=False)
    wanted = proven.exclude(papers__in=[Papers.ACCEPTED, Papers.REFUSED])
    if party.dsr.stage != State.VERIFYING or party.dsr.uploads.count() >= uploads.MOST or not wanted.update(papers=Papers.SENT):
        raise NotNow
    kept = uploads.keep(party.dsr, checked, by=CUSTOMER, purpose=purpose)
    tell_officers(party.dsr, "officer_papers")
    return kept


@transaction.atomic
def accept(party: Party, *, reason: str, by: Officer, to_party: bool = False) -> None:
    """Accept the papers. `to_party`: they say that the answer may go to whoever acts, too; a second officer has to agree to that.

    Raises:
        NotNow: there is nothing to accept.
    """
    _decide(party, Papers.ACCEPTED, reason, by)
    if party.wants_answer and not to_party:
        Party.objects.filter(pk=party.pk).update(wants_answer=False)
    go_on(party.dsr)


@transaction.atomic
def ask_for_more(party: Party, *, reason: str, by: Officer) -> None:
    """Ask for other papers; what is wrong stands on the page of whoever acts, never in a letter. Raises: NotNow."""
    _decide(party, Papers.ASKED_AGAIN, reason, by)
    _write(party, "party_papers", {"act": link(party.dsr, Purpose.ACT, LINK_LASTS)})


@transaction.atomic
def refuse(party: Party, *, reason: str, by: Officer) -> None:
    """Refuse the papers: nobody goes on in another's name. The person can ask by themselves at any time. Raises: NotNow."""
    _decide(party, Papers.REFUSED, reason, by)
    _write(party, "party_refused", {})
    if Move.WITHDRAW in party.dsr.moves:
        advance(party.dsr, Move.WITHDRAW, by=by.actor, reason=reason)


@transaction.atomic
def second(party: Party, *, by: Officer) -> None:
    """Agree as a second officer that the answer goes to whoever acts.

    Raises:
        NotNow: nobody has accepted papers, or nothing is to be agreed to.
        NotYours: `by` accepted the papers; in a shop of one officer that is enough.
    """
    party = Party.objects.select_for_update(of=("self",)).select_related("dsr__brand").get(pk=party.pk)
    asked = party.wants_answer or party.acts_as.asks_papers
    if not party.acts or not asked or party.papers != Papers.ACCEPTED or party.agreed_by_id is not None:
        raise NotNow
    if party.checked_by_id in {None, by.pk}:
        raise NotYours
    Party.objects.filter(pk=party.pk).update(agreed_by=by)
    record("party.answer_agreed", by=by.actor, dsr_id=party.dsr_id)
    go_on(party.dsr)


@transaction.atomic
def stop(dsr: SubjectRequest) -> bool:
    """Let the person stop whoever acts: their links die. A request that has not begun ends; one that has is the person's own."""
    party = Party.objects.acting().select_related("dsr__brand").filter(dsr=dsr).first()
    if party is None or not Party.objects.acting().filter(pk=party.pk).update(stopped_at=Now()):
        return False
    Challenge.objects.filter(dsr=dsr, purpose__in=[Purpose.PROVE_PARTY, Purpose.ACT]).update(revoked_at=Now())
    record("party.stopped", by=CUSTOMER, dsr_id=dsr.pk)
    _write(party, "party_stopped", {})
    now = locked(dsr)
    if now.stage in (State.RECEIVED, State.VERIFYING):
        advance(now, Move.WITHDRAW, by=CUSTOMER, reason="stopped")
    return True


def go_on(dsr: SubjectRequest) -> bool:
    """Let the request go on once nothing is missing any more; the database asks for the same."""
    dsr = locked(dsr)
    party = of(dsr)
    if dsr.stage != State.VERIFYING or not party.acts or party.waits_for:
        return False
    if not party.acts_as.asks_the_person:
        _hand_key_to(party)
    record("proof.accepted", by=CUSTOMER, dsr_id=dsr.pk, method=party.part)
    advance(dsr, Move.ACCEPT_PROOF, by=CUSTOMER)
    destroy(dsr)
    if party.part == Part.REPORTER:
        write(dsr, "child_reported", links={}, to=(dsr.email, bytes(dsr.email_index)))
    elif party.acts_as.asks_the_person:
        _write(party, "party_goes_on", {"act": link(dsr, Purpose.ACT, LINK_LASTS)})
    return True


def tell_of_answer(dsr: SubjectRequest) -> None:
    """Tell whoever acts that the answer is there, if it goes to them too."""
    party = Party.objects.acting().filter(dsr=dsr, wants_answer=True, agreed_by__isnull=False).first()
    if party is not None:
        party.dsr = dsr
        _write(party, "party_answer", {"act": link(dsr, Purpose.ACT, LINK_LASTS)})


def of(dsr: SubjectRequest) -> Party:
    """Return who acts on `dsr`. Raises: NoSuchLink: nobody does any more."""
    party = Party.objects.acting().select_related("dsr__brand").filter(dsr=dsr).first()
    if party is None:
        raise NoSuchLink
    return party


def holds_claim(party: Party, claim: str) -> bool:
    """Whether `claim` is the one that was shown to whoever acts; compared in constant time."""
    return compare_digest(bytes(party.claim_digest), codes.claim_digest(claim))


def same_name(signed: str, filed: str) -> bool:
    """Whether somebody signed with the name under which the request was filed: same words, whatever their case or accents."""
    return bool(_words(signed)) and _words(signed) == _words(filed)


def _words(text: str) -> list[str]:
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    return sorted("".join(sign if sign.isalnum() else " " for sign in bare).split())


def _ask_party(party: Party) -> bool:
    links = {
        "prove": link(party.dsr, Purpose.PROVE_PARTY, CONFIRM_WITHIN), "disown": link(party.dsr, Purpose.DISOWN, LINK_LASTS)
    }  # fmt: skip
    return _write(party, "party_confirm", links)


def _ask_person(party: Party) -> None:
    """Write to the person, unless enough was written: whoever files in somebody's name must not fill that mailbox."""
    dsr = party.dsr
    if _may_write(bytes(dsr.email_index), "party_asks"):
        links = {"agree": link(dsr, Purpose.AGREE, LINK_LASTS), "disown": link(dsr, Purpose.DISOWN, LINK_LASTS)}
        write(dsr, "party_asks", links=links, to=(dsr.email, bytes(dsr.email_index)))


def _write(party: Party, kind: str, links: dict[str, str]) -> bool:
    index = bytes(party.email_index)
    if not _may_write(index, kind):
        record("letter.withheld", by=SYSTEM, dsr_id=party.dsr_id, kind=kind)
        return False
    write(party.dsr, kind, links=links, to=(party.email, index))
    return True


def _may_write(index: bytes, kind: str) -> bool:
    return written_lately(index, kind, timedelta(days=1)) < LETTERS_A_DAY and not written_lately(index, kind, RESEND_AFTER)


def _decide(party: Party, papers: Papers, reason: str, by: Officer) -> None:
    now = Party.objects.select_for_update(of=("self",)).select_related("dsr__brand").get(pk=party.pk)
    if not now.acts or now.papers != Papers.SENT or now.dsr.stage != State.VERIFYING:
        raise NotNow
    now.papers, now.papers_reason, now.checked_by, now.checked_at = papers, reason, by, Now()
    now.save(update_fields=["papers", "papers_reason", "checked_by", "checked_at"])
    destroy(now.dsr)
    record("party.papers_decided", by=by.actor, dsr_id=now.dsr_id, papers=papers.value)
    party.refresh_from_db()


def _hand_key_to(party: Party) -> None:
    """Let the key that was shown to whoever acts in the person's stead open the answer."""
    Proof.objects.filter(dsr=party.dsr).update(claim_digest=bytes(party.claim_digest))


def _use(challenge: Challenge, purpose: Purpose) -> None:
    dsr = locked(challenge.dsr)
    usable = Challenge.objects.in_force().filter(pk=challenge.pk, purpose=purpose, used_at=None)
    if dsr.stage != State.VERIFYING or not usable.update(used_at=Now()):
        raise NoSuchLink


def _spend_try(party: Party, code: str) -> None:
    """Count a try in the UPDATE that lets it be looked at: of any number of guesses at once, five are."""
    with transaction.atomic(durable=True):
        counted = code.strip() and Party.objects.filter(pk=party.pk, tries_left__gt=0).update(tries_left=F("tries_left") - 1)
    if not counted or not compare_digest(bytes(party.code_digest), codes.code_digest(party.dsr, code)):
        raise NotProven(Party.objects.values_list("tries_left", flat=True).get(pk=party.pk))


def _spend_signing(party: Party) -> int:
    with transaction.atomic(durable=True):
        Party.objects.filter(pk=party.pk, signing_tries_left__gt=0).update(signing_tries_left=F("signing_tries_left") - 1)
    return Party.objects.values_list("signing_tries_left", flat=True).get(pk=party.pk)
