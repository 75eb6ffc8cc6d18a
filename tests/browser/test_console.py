"""The officers' pages in a real browser: for everybody, in both colour schemes, without JavaScript, by keyboard."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from requests_app.correspondence.services import write
from requests_app.matching.models import MatchState
from requests_app.officers.models import Role
from requests_app.officers.services import invite
from requests_app.values import SYSTEM
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.browser.conftest import NewPage
from tests.browser.eyes import Eyes
from tests.console.desk import PASSWORD, SECRET, a_candidate, a_match, an_officer, code_of, failed, searched
from tests.making import a_brand, a_dsr, a_source

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(live_server: LiveServer) -> str:
    """A desk with requests of every urgency, one of which has a system that fails, one a match to decide."""
    today = timezone.localdate()
    for days in (30, 6, 1):
        a_dsr(State.COLLECTING, due_safe_on=today + timedelta(days), due_legal_on=today + timedelta(days + 1), name="Zoé Faure")
    a_dsr(State.VERIFYING)
    a_dsr(State.REFUSED)
    return f"{live_server.url}/console/"


@pytest.fixture
def late() -> SubjectRequest:
    long_ago = timezone.localdate() - timedelta(3)
    dsr = a_dsr(
        State.REVIEWING, due_safe_on=long_ago, due_legal_on=long_ago, facts={"postcode": "75001"}, details="Everything, please."
    )
    a_match(dsr, orders := a_source("orders"), candidates=[a_candidate()], chosen=[["customers", ["1"]]])
    order = {"id": 1, "number": "OJ-1", "status": "delivered", "total": "13.90", "currency": "EUR"}
    searched(dsr, orders, {"customers": [{"id": 7, "email": dsr.email}], "orders": [order] * 60})
    broken = a_source("marketing", description="demo/marketing.yaml")
    failed(dsr, broken)
    broken.failed("unreachable", "connection refused")
    write(dsr, "proven", links={})
    return dsr


@pytest.fixture
def doubtful() -> SubjectRequest:
    dsr = a_dsr(State.DECIDING, facts={"postcode": "75001"})
    people = [a_candidate(1), a_candidate(2, name="Bob Other", agrees=[], differs=["name", "postcode"])]
    a_match(dsr, a_source("shop"), MatchState.DOUBTFUL, candidates=people)
    return dsr


def sign_in(page: Page, desk: str) -> None:
    page.goto(desk)
    page.fill("[name=login]", "ada@desk.example")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.fill("[name=code]", code_of(SECRET))
    page.click("main button:not(.second)")
    expect(page).to_have_url(desk)


def test_a_newcomer_gets_from_the_link_to_the_queue(new_page: NewPage, desk: str) -> None:
    token = invite("new@desk.example", brand=a_brand(), role=Role.OFFICER, by=SYSTEM).token
    page = new_page(script=False)
    eyes = Eyes(seen := new_page())
    seen.goto(f"{desk}invitation/{token}/")
    eyes.look("invitation")
    page.goto(f"{desk}invitation/{token}/")
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    page.click("main button")
    key = page.inner_text(".key")
    page.fill("[name=code]", code_of(key))
    page.click("main button")
    assert len(page.locator(".codes li").all()) == 10
    page.click("main a.button")

    expect(page).to_have_url(desk)
    assert eyes.wrong == []


def test_an_officer_decides_and_approves_without_javascript(new_page: NewPage, desk: str, late: SubjectRequest) -> None:
    an_officer()
    page = new_page(script=False)
    sign_in(page, desk)

    page.click(f"text={late.reference}")
    page.click("text=Approve the answer")
    page.fill("[name=reason]", "Their server burnt down.")
    page.click(".section form button")
    assert "wrong" in (page.locator(".field", has=page.locator("[name=password]")).get_attribute("class") or "")
    page.fill("[name=password]", PASSWORD)
    page.click(".section form button")

    expect(page.locator(".notice.good")).to_contain_text("Approved")
    assert SubjectRequest.objects.get(pk=late.pk).stage == State.FULFILLING


def test_a_match_is_decided_by_keyboard_alone(new_page: NewPage, desk: str, doubtful: SubjectRequest) -> None:
    an_officer()
    page = new_page()
    sign_in(page, desk)
    page.goto(f"{desk}requests/{doubtful.reference}/match/")

    _tab_to(page, "input[value='0']")
    page.keyboard.press("Space")
    _tab_to(page, "[name=reason]")
    page.keyboard.type("The postcode agrees.")
    _tab_to(page, ".section form button")
    page.keyboard.press("Enter")

    expect(page.locator(".notice.good")).to_contain_text("Decided")


def test_an_error_leads_to_its_field(new_page: NewPage, desk: str, doubtful: SubjectRequest) -> None:
    an_officer()
    page = new_page()
    eyes = Eyes(page)
    sign_in(page, desk)
    page.goto(f"{desk}requests/{doubtful.reference}/match/")
    page.click(".section form button")
    eyes.look("match, given back")

    page.click(".error-summary a >> nth=0")

    assert page.evaluate("document.activeElement.type") in {"checkbox", "textarea"}
    assert eyes.wrong == []


def test_a_refusal_is_shown_as_a_letter_first(new_page: NewPage, desk: str, late: SubjectRequest) -> None:
    an_officer()
    page = new_page()
    eyes = Eyes(page)
    sign_in(page, desk)
    page.goto(f"{desk}requests/{late.reference}/refuse/")
    page.select_option("[name=ground]", "not_identified")
    page.fill("[name=reason]", "We could not make sure that it was you.")
    page.fill("[name=password]", PASSWORD)
    page.click("text=Show the letter")
    eyes.look("the letter")
    expect(page.locator(".letter")).to_contain_text("We could not make sure that it was you.")
    page.click("text=Refuse and send this letter")

    expect(page.locator(".notice.good")).to_contain_text("Refused")
    assert eyes.wrong == []


def test_the_rows_renew_themselves(new_page: NewPage, desk: str) -> None:
    an_officer()
    page = new_page()
    sign_in(page, desk)
    newer = a_dsr(State.COLLECTING)
    assert newer.reference not in page.content()

    page.evaluate("htmx.ajax('GET', location.pathname, '#rows')")

    expect(page.locator(f"text={newer.reference}")).to_be_visible()
    assert re.search(r'hx-trigger="every 60s"', page.request.get(desk).text())


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until `selector` has the focus, as somebody without a mouse does."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector}")
