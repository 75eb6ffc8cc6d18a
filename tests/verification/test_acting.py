"""Nothing goes on before each has said yes: the mailbox of whoever acts, the person, the papers, a second officer."""

import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.db.utils import InternalError
from pytest_django import Settings

from requests_app.audit.models import AuditEvent
from requests_app.correspondence.models import Letter
from requests_app.correspondence.services import write
from requests_app.values import SYSTEM
from requests_app.vault import uploads
from requests_app.vault.models import StoredFile
from requests_app.verification import acting
from requests_app.verification import services as verification
from requests_app.verification.acting import NotNow, NotYours, WrongName
from requests_app.verification.models import Challenge, Purpose
from requests_app.verification.papers import IDENTITY
from requests_app.verification.services import LINK_LASTS, NoSuchLink, NotProven, Secrets
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.parties import Papers, Part, Party, reader_of
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.making import ADDRESS, a_brand, a_dsr, an_officer

pytestmark = pytest.mark.django_db
AGENT = "agent@office.example"


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DSAR_VAULT = tmp_path / "vault"


def acts(part: Part = Part.AGENT, *, regimes: tuple[str, ...] = ("us-ca-ccpa",), **said: Any) -> tuple[Party, Secrets]:
    """File a request for somebody else, and let it wait for what has to be there."""
    dsr = a_dsr(regimes=list(regimes), **said.pop("dsr", {}))
    made = acting.name(dsr, part, called="Mia Agent", email=AGENT, **said)
    advance(dsr, Move.ASK_FOR_PROOF, by=SYSTEM)
    return acting.of(dsr), made


def a_link(party: Party, purpose: Purpose) -> Challenge:
    token = verification.link(party.dsr, purpose, LINK_LASTS).rstrip("/").rsplit("/", 1)[-1]
    return verification.opened(token)


def a_paper(party: Party, purpose: str = acting.MANDATE) -> None:
    acting.send_paper(party, uploads.check(b"%PDF-1.7 signed", "mandate.pdf"), purpose)
    party.refresh_from_db()


def state_of(party: Party) -> str:
    return SubjectRequest.objects.get(pk=party.dsr_id).state


def proves(party: Party, made: Secrets) -> None:
    acting.prove(a_link(party, Purpose.PROVE_PARTY), claim=made.claim)
    party.refresh_from_db()


def agrees(party: Party, signed: str = "Ada Example") -> Secrets:
    return acting.agree(a_link(party, Purpose.AGREE), signed)


@pytest.mark.promise("A8")
@pytest.mark.parametrize(("mailbox", "person", "paper"), list(product([False, True], repeat=3)))
def test_only_all_of_it_lets_an_agents_request_go_on(*, mailbox: bool, person: bool, paper: bool) -> None:
    party, made = acts()
    if mailbox:
        proves(party, made)
    if person:
        agrees(party)
    if paper and mailbox:
        a_paper(party)
        acting.accept(party, reason="signed", by=an_officer())

    assert state_of(party) == (State.MATCHING if mailbox and person and paper else State.VERIFYING)


@pytest.mark.promise("A8")
@pytest.mark.parametrize(
    ("part", "regimes", "papers"),
    [
        (Part.AGENT, ("us-ca-ccpa",), Papers.WANTED), (Part.AGENT, ("eu-gdpr", "eu-gdpr-fr"), Papers.NOT_NEEDED),
        (Part.AGENT, ("eu-gdpr", "us-ca-ccpa"), Papers.WANTED), (Part.AGENT, ("uk-gdpr",), Papers.NOT_NEEDED),
        (Part.GUARDIAN, ("eu-gdpr",), Papers.WANTED), (Part.HEIR, ("eu-gdpr",), Papers.WANTED),
        (Part.REPORTER, ("us-ca-ccpa",), Papers.NOT_NEEDED),
    ],
)  # fmt: skip
def test_papers_are_asked_for_where_the_law_or_the_part_wants_them(part: Part, regimes: tuple[str, ...], papers: Papers) -> None:
    assert acts(part, regimes=regimes)[0].papers == papers


@pytest.mark.promise("S6")
@pytest.mark.parametrize("missing", ["mailbox", "person", "papers"])
def test_the_database_lets_no_request_past_that_lacks_something(missing: str) -> None:
    party, _made = acts()
    there: dict[str, Any] = {
        "mailbox": {"proven_at": Now()}, "person": {"agreed_at": Now()}, "papers": {"papers": Papers.ACCEPTED},
    }  # fmt: skip
    for name, values in there.items():
        Party.objects.filter(pk=party.pk).update(**values if name != missing else {"tries_left": 5})

    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        SubjectRequest.objects.filter(pk=party.dsr_id).update(state=State.MATCHING, verified_at=Now())
    for values in there.values():
        Party.objects.filter(pk=party.pk).update(**values)
    SubjectRequest.objects.filter(pk=party.dsr_id).update(state=State.MATCHING, verified_at=Now())


def test_the_link_to_confirm_an_address_confirms_nothing_where_somebody_acts() -> None:
    party, made = acts()
    challenge = a_link(party, Purpose.CONFIRM)

    with pytest.raises(NotProven):
        verification.confirm(challenge, claim=made.claim, code=made.code)
    assert state_of(party) == State.VERIFYING


@pytest.mark.threat("2.02")
def test_of_the_code_five_guesses_are_looked_at() -> None:
    party, made = acts()
    challenge = a_link(party, Purpose.PROVE_PARTY)
    wrong = "000000" if made.code != "000000" else "111111"

    for left in (4, 3, 2, 1, 0):
        with pytest.raises(NotProven) as caught:
            acting.prove(challenge, code=wrong)
        assert caught.value.tries_left == left
    with pytest.raises(NotProven):
        acting.prove(challenge, code=made.code)


@pytest.mark.parametrize("signed", ["ada example", "Example Ada", "ADA  EXAMPLE"])
def test_the_person_signs_with_the_own_name_however_it_is_written(signed: str) -> None:
    party, _made = acts()
    agrees(party, signed)
    party.refresh_from_db()

    assert (party.agreed_at is not None, party.signed) == (True, signed)


@pytest.mark.threat("1.12")
def test_another_name_agrees_to_nothing_and_is_counted() -> None:
    party, _made = acts()
    challenge = a_link(party, Purpose.AGREE)

    for left in (4, 3, 2, 1, 0, 0):
        with pytest.raises(WrongName) as caught:
            acting.agree(challenge, "Mia Agent")
        assert caught.value.tries_left == left
    with pytest.raises(NoSuchLink):
        acting.agree(challenge, "Ada Example")


@pytest.mark.promise("A8")
@pytest.mark.threat("1.01")
def test_what_opens_the_answer_is_known_to_the_person_alone() -> None:
    party, made = acts()
    assert not verification.holds_claim(party.dsr, made.claim)

    key = agrees(party).claim

    assert verification.holds_claim(party.dsr, key)
    assert not verification.holds_claim(party.dsr, made.claim)
    assert reader_of(party.dsr)[0] == ADDRESS


@pytest.mark.promise("A8")
def test_the_answer_goes_to_the_agent_too_only_when_a_second_officer_agreed() -> None:
    party, made = acts(wants_answer=True)
    first, second = an_officer(), an_officer("second@desk.example")
    proves(party, made)
    a_paper(party)
    acting.accept(party, reason="it says so", by=first, to_party=True)
    party.refresh_from_db()
    assert not party.receives

    with pytest.raises(NotYours):
        acting.second(party, by=first)
    with pytest.raises(IntegrityError), transaction.atomic():
        Party.objects.filter(pk=party.pk).update(agreed_by=first)
    acting.second(party, by=second)

    party.refresh_from_db()
    assert party.receives
    acting.tell_of_answer(party.dsr)
    assert Letter.objects.filter(kind="party_answer").exists()


def test_an_agent_whose_mandate_does_not_say_so_gets_no_answer() -> None:
    party, made = acts(wants_answer=True)
    proves(party, made)
    a_paper(party)
    acting.accept(party, reason="only to ask", by=an_officer())

    with pytest.raises(NotNow):
        acting.second(acting.of(party.dsr), by=an_officer("second@desk.example"))
    acting.tell_of_answer(party.dsr)
    assert not Letter.objects.filter(kind="party_answer").exists()


@pytest.mark.promise("A8")
@pytest.mark.parametrize("begun", [False, True])
def test_the_person_stops_the_agent_at_any_time(*, begun: bool) -> None:
    party, made = acts(regimes=("eu-gdpr",))
    act = a_link(party, Purpose.ACT)
    if begun:
        proves(party, made)
        agrees(party)

    assert acting.stop(party.dsr)

    assert state_of(party) == (State.MATCHING if begun else State.WITHDRAWN)
    with pytest.raises(NoSuchLink):
        verification.in_force(str(act.pk), Purpose.ACT)
    with pytest.raises(NoSuchLink):
        acting.of(party.dsr)
    assert Letter.objects.filter(kind="party_stopped").exists()
    assert not acting.stop(party.dsr)


@pytest.mark.promise("O3")
@pytest.mark.parametrize("part", [Part.HEIR, Part.GUARDIAN])
def test_whoever_acts_in_the_persons_stead_needs_papers_and_two_officers_and_reads_the_answer(part: Part) -> None:
    party, made = acts(part, regimes=("eu-gdpr",))
    proves(party, made)
    with pytest.raises(NotNow):
        acting.second(party, by=an_officer())
    a_paper(party)
    acting.accept(party, reason="a certificate", by=an_officer())
    assert state_of(party) == State.VERIFYING

    acting.second(acting.of(party.dsr), by=an_officer("second@desk.example"))

    assert state_of(party) == State.MATCHING
    assert reader_of(party.dsr)[0] == AGENT
    assert verification.holds_claim(party.dsr, made.claim)


@pytest.mark.parametrize(
    ("language", "theirs", "yours"),
    [
        ("en", "the person for whom you act", "your data|about you"),
        ("fr", "la personne pour laquelle vous agissez", "vos données|à votre sujet"),
    ],
)
@pytest.mark.parametrize(("kind", "right"), [("proven", "access"), ("answered", "access"), ("erased", "erasure")])
def test_letters_to_whoever_acts_in_the_persons_stead_speak_of_that_person(
    kind: str, right: str, language: str, theirs: str, yours: str
) -> None:
    stead, beside = (
        acts(part, regimes=("eu-gdpr",), dsr={"language": language, "right": right})[0] for part in (Part.HEIR, Part.AGENT)
    )
    told: dict[str, Any] = {
        "links": dict.fromkeys(("follow", "disown", "download"), "…"),
        "bundle": {"records": 0, "available_until": None},
    }
    to_heir, to_person = (
        " ".join((one.subject or "", one.text or "")) for one in (write(of.dsr, kind, **told) for of in (stead, beside))
    )

    assert theirs in to_heir.casefold()
    assert not re.search(yours, to_heir.casefold())
    assert theirs not in to_person
    assert re.search(yours, to_person.casefold())


def test_in_a_shop_of_one_officer_one_is_enough() -> None:
    party, made = acts(Part.HEIR, dsr={"brand": a_brand("solo", solo_mode=True)})
    proves(party, made)
    a_paper(party)
    acting.accept(party, reason="a certificate", by=an_officer(brand=party.dsr.brand))

    assert state_of(party) == State.MATCHING


def test_papers_that_show_nothing_close_the_request_and_nobody_searched() -> None:
    party, made = acts()
    proves(party, made)
    agrees(party)
    a_paper(party)
    acting.ask_for_more(party, reason="a page is missing", by=an_officer())
    a_paper(party)
    acting.refuse(party, reason="not signed", by=an_officer())

    assert state_of(party) == State.WITHDRAWN
    assert not party.dsr.matches.exists()
    assert [letter.kind for letter in Letter.objects.filter(kind__in=["party_papers", "party_refused"])] == [
        "party_papers", "party_refused",
    ]  # fmt: skip
    with pytest.raises(NotNow):
        a_paper(party)


def test_no_paper_is_taken_before_the_mailbox_is_proven() -> None:
    party, _made = acts()

    with pytest.raises(NotNow):
        a_paper(party)


@pytest.mark.promise("S6")
@pytest.mark.threat("1.11")
@pytest.mark.parametrize("verdict", [acting.accept, acting.ask_for_more, acting.refuse])
def test_what_shows_an_identity_is_destroyed_with_the_decision(verdict: Any) -> None:
    party, made = acts()
    proves(party, made)
    a_paper(party)
    a_paper(party, IDENTITY)

    verdict(party, reason="seen", by=an_officer())

    assert [upload.purpose for upload in party.dsr.uploads.all()] == [acting.MANDATE]
    assert not StoredFile.objects.exists()
    destroyed = AuditEvent.objects.get(action="identity.destroyed")
    assert "pdf" not in str(destroyed.facts)


def test_no_letter_holds_a_word_that_somebody_typed() -> None:
    party, _made = acts()
    acting.ask(party.dsr)

    told = [letter.text or "" for letter in Letter.objects.filter(officer=None)]
    assert len(told) == 2
    assert not any(word in text for word in ("Mia", "Agent", "Ada Example", AGENT) for text in told)


def test_in_what_part_somebody_acts_never_changes() -> None:
    party, _made = acts()

    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        Party.objects.filter(pk=party.pk).update(part=Part.HEIR)
