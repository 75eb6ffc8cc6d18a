"""Customers' pages that need somebody's letter, an officer's word or a shop's hand-over first, each for everybody."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings as django
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django import Settings

from requests_app.brands.services import read, seed
from requests_app.changes.models import Entry, Stand
from requests_app.jurisdictions import identity
from requests_app.jurisdictions.tables import identity as rows
from requests_app.values import SYSTEM
from requests_app.verification.models import Purpose
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.parties import Papers, Party
from requests_app.workflow.services import advance
from requests_app.workflow.states import Move, State
from tests.browser.window import CUSTOMERS, Window, a_page, looks_at
from tests.making import a_brand, a_dsr, a_source, an_officer
from tests.portal.acting import Agent
from tests.portal.customer import Customer, a_copy, link, walk
from tests.signing import a_signing_shop, a_token

pytestmark = pytest.mark.django_db
FILES = sorted(Path(django.DSAR_BRANDS).glob("*.yaml"))
LONG = "12 rue du Faubourg-Saint-Honoré, bâtiment C, escalier 3 " * 3


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    yield from a_page(chromium)


@pytest.fixture
def customer(settings: Settings) -> Customer:
    settings.PORTAL_FILL_DELAY = -1
    return Customer(Client(), a_signing_shop(languages=["en", "fr", "de", "el"], privacy_phone="+33 1 99 00 20 20"))


@pytest.fixture
def window(request: pytest.FixtureRequest, page: Page, customer: Customer) -> Iterator[Window]:
    window = Window(page, CUSTOMERS)
    window.look_css = customer.client.get("/o-jewels/look.css")
    yield window
    window.close()
    assert request.function.looks_at <= window.seen


def elsewhere(customer: Customer) -> Customer:
    """The same shop, in a browser that knows nothing."""
    return Customer(Client(), customer.brand, customer.language)


@looks_at("prove_party", "agree", "act", "acting", "acting_fetch", "status")
def test_who_acts_and_for_whom(window: Window, customer: Customer) -> None:
    customer.language = "de"
    person = elsewhere(customer)
    Agent(customer).asks()
    dsr = SubjectRequest.objects.get()
    advance(dsr, Move.ASK_FOR_PROOF, by=SYSTEM)
    here = f"requests/{dsr.reference}/"
    window.look("acts, not proven", customer.get(f"{here}acting/"))
    for browser in (customer, person):
        browser.opens(link(dsr, Purpose.PROVE_PARTY))
        window.look("party", browser.get("party/"))
    window.look("party, wrong code", person.post("party/", code="12"))
    customer.post("party/")
    window.look("acts", customer.get(f"{here}acting/"))
    window.look("acts, no paper", customer.post(f"{here}acting/"))
    person.opens(link(dsr, Purpose.AGREE))
    window.look("agree", person.get("agree/"))
    window.look("agree, another name", person.post("agree/", signed="Somebody Else"))
    window.look("agreed", person.post("agree/", signed="Ada Example"))
    window.look("somebody acts", person.get(here))
    window.look("closed", elsewhere(customer).get(f"{here}acting/"))
    customer.opens(link(dsr, Purpose.ACT))
    window.look("come back", customer.get("act/"))
    for papers in (Papers.ASKED_AGAIN, Papers.SENT, Papers.REFUSED, Papers.ACCEPTED):
        Party.objects.update(papers=papers, wants_answer=True)
        window.look(f"papers {papers}", customer.get(f"{here}acting/"))
    Party.objects.update(agreed_by=an_officer(), checked_by=an_officer("second@desk.example"))
    a_copy(dsr)
    window.look("fetch", customer.get(f"{here}acting/fetch/"))
    assert window.wrong == []


@looks_at("fields", "status")
def test_what_is_corrected(window: Window, customer: Customer) -> None:
    customer.language = "el"
    dsr = customer.files(right="rectification")
    customer.proves(dsr)
    walk(dsr, Move.SEARCH, Move.OFFER_FIELDS)
    source, here = a_source(brand=dsr.brand), f"requests/{dsr.reference}/"
    shown = {"dsr": dsr, "source": source, "collection": "customers", "old": LONG, "key": ["1"]}
    names = ("first_name", "email", "phone")
    Entry.objects.bulk_create([Entry(field=name, number=1, position=at, **shown) for at, name in enumerate(names)])
    window.look("to propose", customer.get(here))
    window.look("fields", customer.get(f"{here}fields/"))
    window.look("fields, nothing changed", customer.post(f"{here}fields/"))
    for entry in Entry.objects.all():
        entry.stand, entry.new, entry.answer, entry.decided_at = Stand.REFUSED, "Eve", "It is right as it stands.", timezone.now()
        entry.save()
    window.look("fields, after", customer.get(f"{here}fields/"))
    window.look("own words, none", customer.post(f"{here}statement/", subject=str(Entry.objects.first().pk)))  # type: ignore[union-attr]
    customer.loses_key(dsr)
    window.look("fields, key", customer.get(f"{here}fields/"))
    window.look("fields, wrong key", customer.post(f"{here}fields/", claim="x"))
    assert window.wrong == []


@looks_at("hand_over", "signed_in", "request")
def test_whom_the_shop_handed_over(window: Window, customer: Customer) -> None:
    window.look("not signed in", customer.client.post("/o-jewels/hand-over/", {"token": "x"}))
    customer.client.post("/o-jewels/hand-over/", {"token": a_token(phone="+33 6 12 34 56 78", sub="C-17", locale="fr")})
    customer.language = "fr"
    window.look("signed in", customer.get("account/"))
    for right in ("access", "erasure"):
        window.look(f"{right}, signed in", customer.get(f"{right}/"))
    assert window.wrong == []


@looks_at("revive", "open", "send", "brands")
def test_what_a_letter_leads_to(window: Window, customer: Customer, settings: Settings) -> None:
    lapsed = a_dsr(State.LAPSED, brand=customer.brand)
    customer.opens(link(lapsed, Purpose.REVIVE))
    window.look("revive", customer.get("revive/"))
    window.look("revived", customer.post("revive/"))
    dsr = customer.files(right="portability")
    customer.proves(dsr)
    a_copy(dsr)
    other = elsewhere(customer)
    other.opens(link(dsr, Purpose.FOLLOW))
    window.look("open", other.get("open/"))
    window.look("send", customer.get(f"requests/{dsr.reference}/send/"))
    window.look("send, errors", customer.post(f"requests/{dsr.reference}/send/"))
    a_brand("maison-s")
    for shown in (False, True):
        settings.DSAR_DEMO = shown
        window.look("shops", customer.client.get("/"))
    window.look("no shop", customer.client.get("/nobody/"))
    assert window.wrong == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@looks_at("home", "request")
def test_the_shops_that_come_with_the_product_in_their_own_looks(page: Page, settings: Settings, file: Path) -> None:
    shop, _new = seed(read(file)[0])
    window = Window(page, CUSTOMERS)
    for language in shop.languages[:2]:
        customer = Customer(Client(), shop, language)
        window.look_css = customer.client.get(f"/{shop.slug}/look.css")
        window.look(f"{shop.slug}, {language}", customer.get())
        window.look(f"{shop.slug}, {language}, form", customer.get("access/"))
    window.close()
    assert window.wrong == []


@looks_at("move")
def test_who_is_written_to_by_mail_from_now_on(window: Window, customer: Customer) -> None:
    dsr = a_dsr(State.REVIEWING, brand=customer.brand)
    customer.opens(link(dsr, Purpose.MOVE))
    window.look("move", customer.get("by-mail/"))
    window.look("move, wrong figures", customer.post("by-mail/", code="12"))
    assert window.wrong == []


@looks_at("paper")
def test_a_paper_that_a_law_demands(window: Window, customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    """No law demands one yet: this one is made up."""
    made_up = replace(rows()[0], regimes=("eu-gdpr", "eu-gdpr-fr"), facts={}, declares=(), papers=("access",))
    monkeypatch.setattr(identity, "identity", lambda: (made_up,))
    dsr = customer.files()
    customer.proves(dsr)
    window.look("paper", customer.get(f"requests/{dsr.reference}/paper/"))
    window.look("paper, none", customer.post(f"requests/{dsr.reference}/paper/"))
    assert window.wrong == []
