"""Identity papers: asked for only where a law demands one, seen and noted, destroyed with their key at the decision."""

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from requests_app.audit.models import AuditEvent
from requests_app.jurisdictions import identity
from requests_app.jurisdictions.tables import identity as rows
from requests_app.keys import store
from requests_app.keys.store import KeyGone
from requests_app.officers.models import Role
from requests_app.values import CUSTOMER
from requests_app.vault import uploads
from requests_app.vault.models import Upload
from requests_app.verification import papers
from requests_app.verification.papers import IDENTITY, NotWanted, PaperKind, SeenPaper
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.console.desk import an_officer, at_the_desk
from tests.making import a_dsr
from tests.portal.acting import a_paper
from tests.portal.customer import SEE_OTHER, Customer, words
from tests.running import run_all_due

pytestmark = pytest.mark.django_db(transaction=True)
PAPER = b"%PDF-1.7 a paper with a number"


@pytest.fixture
def law(monkeypatch: pytest.MonkeyPatch) -> None:
    """A law that demands a paper for a copy. There is none; it holds where the shops of these tests are."""
    made_up = replace(rows()[0], regimes=("eu-gdpr", "eu-gdpr-fr"), facts={}, declares=(), papers=("access",))
    monkeypatch.setattr(identity, "identity", lambda: (made_up,))


@pytest.fixture
def dsr() -> SubjectRequest:
    return a_dsr(State.REVIEWING)


def files_of(dsr: SubjectRequest) -> str:
    return reverse("console:files", args=[dsr.reference])


def sent(dsr: SubjectRequest) -> Upload:
    return papers.send(dsr, uploads.check(PAPER, "paper.pdf"))


def test_no_law_demands_one_and_nobody_can_send_one(dsr: SubjectRequest) -> None:
    assert {right for row in rows() for right in row.papers} == set()
    assert not papers.wanted(dsr)
    with pytest.raises(NotWanted):
        sent(dsr)
    assert not Upload.objects.exists()


def test_where_a_law_demands_one_it_is_sent_once_for_that_right_and_before_the_decision(law: None, dsr: SubjectRequest) -> None:
    assert papers.wanted(dsr)
    assert not papers.wanted(a_dsr(State.REVIEWING, right="portability", email="b@example.com"))
    assert not papers.wanted(a_dsr(State.ANSWERED, email="c@example.com"))
    sent(dsr)
    with pytest.raises(NotWanted):
        sent(dsr)


def test_an_officer_sees_it_notes_the_kind_and_nobody_sees_it_again(law: None, dsr: SubjectRequest) -> None:
    paper, officer = sent(dsr), an_officer(brand=dsr.brand)
    desk = at_the_desk(officer)
    look = reverse("console:identity_paper", args=[dsr.reference, paper.pk])
    assert b"".join(desk.get(look).streaming_content) == PAPER  # type: ignore[attr-defined]

    answer = desk.post(files_of(dsr), {"seen": dsr.transitions.count(), "kind": "passport"})

    assert answer.status_code == 302
    seen = SeenPaper.objects.get()
    assert (seen.dsr, seen.kind, seen.seen_by) == (dsr, PaperKind.PASSPORT, officer)
    assert "Passport, seen by" in words(desk.get(files_of(dsr)))
    assert desk.get(look).status_code == 404
    assert AuditEvent.objects.get(action="identity.seen").facts == {"kind": "passport"}


@pytest.mark.parametrize("decision", [Move.APPROVE, Move.WITHDRAW])
def test_the_decision_destroys_it_with_its_key_and_the_note_stays(law: None, dsr: SubjectRequest, decision: Move) -> None:
    paper = sent(dsr)
    papers.note(dsr, PaperKind.CARD, by=an_officer(brand=dsr.brand))
    assert store.get(paper.owner)
    assert paper.owner != dsr.pk

    advance(dsr, decision, by=CUSTOMER)
    run_all_due("journey.follow")

    assert not Upload.objects.filter(purpose=IDENTITY).exists()
    with pytest.raises(KeyGone):
        store.get(paper.owner)
    assert store.get(dsr.pk), "the request's own key is another"
    assert dsr.seen_papers.count() == 1
    assert AuditEvent.objects.get(action="identity.destroyed").facts == {"files": 1}


def test_an_officer_destroys_what_should_not_be_here_with_one_button_and_a_reason(dsr: SubjectRequest) -> None:
    passport = uploads.keep(dsr, uploads.check(PAPER, "passport.pdf"), by=CUSTOMER, purpose=uploads.MESSAGE)
    desk = at_the_desk(an_officer(brand=dsr.brand))
    assert "passport.pdf" in words(desk.get(files_of(dsr)))

    desk.post(files_of(dsr), {"seen": dsr.transitions.count(), "file": passport.pk, "why": "identity"})

    assert not Upload.objects.exists()
    assert "passport.pdf" not in words(desk.get(files_of(dsr)))
    gone = AuditEvent.objects.get(action="file.destroyed")
    assert gone.facts["why"] == "identity"
    assert "passport.pdf" not in str(gone.facts)


@pytest.mark.parametrize(
    ("typed", "status"), [({"why": "identity"}, 422), ({"file": "00000000-0000-4000-8000-000000000000", "why": "identity"}, 409)]
)
def test_a_file_that_is_not_of_the_request_is_not_destroyed(dsr: SubjectRequest, typed: dict[str, str], status: int) -> None:
    other = a_dsr(State.REVIEWING, email="b@example.com")
    uploads.keep(other, uploads.check(PAPER, "x.pdf"), by=CUSTOMER, purpose=uploads.MESSAGE)
    desk = at_the_desk(an_officer(brand=dsr.brand))

    assert desk.post(files_of(dsr), {"seen": dsr.transitions.count(), **typed}).status_code == status
    unreasoned = {"seen": dsr.transitions.count(), "file": Upload.objects.get().pk, "why": "no"}
    assert desk.post(files_of(dsr), unreasoned).status_code == 422
    assert Upload.objects.count() == 1


def test_an_auditor_sees_no_file(dsr: SubjectRequest) -> None:
    assert at_the_desk(an_officer(brand=dsr.brand, role=Role.AUDITOR)).get(files_of(dsr)).status_code == 403


@pytest.fixture
def customer(settings: Settings) -> Customer:
    settings.PORTAL_FILL_DELAY = -1
    return Customer(Client(), a_dsr().brand)


@pytest.mark.pages("portal:paper")
def test_a_customer_is_asked_on_the_status_page_and_only_there_where_the_law_demands_it(
    customer: Customer, request: pytest.FixtureRequest, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    dsr = customer.files()
    customer.proves(dsr)
    status, page = f"requests/{dsr.reference}/", f"requests/{dsr.reference}/paper/"
    assert "Show a paper" not in words(customer.get(status))
    assert "We need no identity paper for this request." in words(customer.get(page))
    assert customer.post(page, paper=a_paper()).status_code == 409
    assert not Upload.objects.exists()

    request.getfixturevalue("law")
    assert "Show a paper" in words(customer.get(status))
    with django_assert_max_num_queries(8):
        assert "never its number" in words(customer.get(page))
    assert customer.post(page).status_code == 422
    assert customer.post(page, paper=a_paper()).status_code == SEE_OTHER
    assert "Show a paper" not in words(customer.get(status))
    assert Upload.objects.get().purpose == IDENTITY


@pytest.mark.pages("console:files", "console:identity_paper")
@pytest.mark.parametrize("rows_sent", [1, 4])
def test_the_page_of_files_costs_the_same_for_many(
    dsr: SubjectRequest, rows_sent: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows_sent):
        uploads.keep(dsr, uploads.check(PAPER, "x.pdf"), by=CUSTOMER, purpose=uploads.MESSAGE)
    desk = at_the_desk(an_officer(brand=dsr.brand))
    with django_assert_max_num_queries(16):
        desk.get(files_of(dsr))
