"""A review in a real browser: by keyboard alone, without JavaScript, for everybody."""

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from requests_app.collection.models import Part
from requests_app.review import services
from requests_app.review.models import Answer, Proposal, Ruling
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.browser.conftest import NewPage
from tests.browser.test_console import sign_in
from tests.console.desk import PASSWORD, an_officer, searched
from tests.making import a_dsr, a_source
from tests.running import run_all_due

pytestmark = pytest.mark.django_db(transaction=True)
NOTE = "Please leave it with Mr Bob Marley next door, bob@other.example, or ring 06 98 76 54 32 before noon."


@pytest.fixture
def desk(live_server: LiveServer) -> str:
    return f"{live_server.url}/console/"


@pytest.fixture
def dsr() -> SubjectRequest:
    dsr = a_dsr(State.REVIEWING)
    plain = {"street": "10 rue de la Paix", "postcode": "75002", "city": "Paris", "country": "FR"}
    notes_of = [NOTE, None, "Ask for Mme Dupont, she has the key to the gate and knows the dog."]
    searched(dsr, a_source("orders"), {"addresses": [{"id": at, **plain, "delivery_note": one} for at, one in enumerate(notes_of)]})
    services.begin(dsr)
    run_all_due("review.scan")
    return dsr


def part() -> Part:
    return Part.objects.get(form="json")


def test_proposals_are_decided_by_keyboard_alone_until_the_answer_can_be_approved(
    new_page: NewPage, desk: str, dsr: SubjectRequest,
) -> None:  # fmt: skip
    an_officer()
    page = new_page()
    sign_in(page, desk)
    page.goto(f"{desk}requests/{dsr.reference}/review/")
    page.locator("text=Go to the next proposal").press("Enter")
    expect(page.locator(".proposal:focus")).to_contain_text("Bob Marley")
    page.keyboard.press("n")
    expect(page.locator(".proposal:focus")).to_contain_text("bob@other.example")
    page.keyboard.press("p")
    page.keyboard.press("w")
    expect(page.locator(".proposal:focus")).to_contain_text("bob@other.example")
    expect(page.locator("#r-0 .changed")).to_contain_text("[withheld: about other people] next door")
    page.keyboard.press("w")
    expect(page.locator(".proposal:focus")).to_contain_text("06 98 76 54 32")
    page.keyboard.press("k")
    expect(page.locator(".proposal:focus")).to_contain_text("Dupont")
    page.keyboard.press("w")
    expect(page.locator("h2")).to_have_text("Review")
    assert list(Proposal.objects.order_by("number", "flag").values_list("answer", flat=True)).count(Answer.ACCEPTED) == 3

    page.locator("input[name=flag]").first.press("Space")
    page.locator("text=I have looked at the ones I ticked").press("Enter")
    expect(page.locator(".notice.good")).to_contain_text("looked at")
    page.goto(f"{desk}requests/{dsr.reference}/approve/")
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button").last.press("Enter")

    expect(page.locator(".notice.good")).to_contain_text("Approved")
    assert SubjectRequest.objects.get().stage == State.FULFILLING


def test_a_passage_is_withheld_and_a_field_noted_without_javascript(new_page: NewPage, desk: str, dsr: SubjectRequest) -> None:
    an_officer()
    page = new_page(script=False)
    sign_in(page, desk)
    page.goto(f"{desk}requests/{dsr.reference}/review/{part().pk}/")
    page.click("#r-0 >> text=Withhold something")
    page.select_option("[name=what]", "delivery_note")
    page.fill("[name=passage]", "Bob Marley next door")
    page.click("text=Withhold it")
    expect(page.locator(".notice.good")).to_contain_text("Withheld")
    assert Ruling.objects.get().place == {"start": 24, "end": 44}
    page.click(".proposals >> text=Keep in the answer >> nth=1")
    page.goto(f"{desk}requests/{dsr.reference}/review/")
    for box in page.locator("input[name=flag]").all():
        box.check()
    page.click("text=I have looked at the ones I ticked")

    assert services.standing(dsr).hinders == ()
