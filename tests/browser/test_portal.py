"""The customer's pages in a real browser: for everybody, in both colour schemes, without JavaScript, by keyboard."""

import re
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from requests_app.collection.models import Pull, PullState
from requests_app.correspondence.services import write
from requests_app.verification import services as verification
from requests_app.verification.models import Purpose
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move
from tests.browser import axe
from tests.browser.conftest import NewPage
from tests.browser.eyes import Eyes
from tests.making import a_brand, a_source
from tests.portal.customer import a_copy, link, walk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(live_server: LiveServer) -> str:
    a_brand(look={"accent": "#1d4a5f", "heading_font": "Georgia, serif"}, privacy_phone="+33 1 99 00 20 20")
    return f"{live_server.url}/o-jewels/en/"


def fill(page: Page, shop: str, *, email: str = "ada@example.com") -> None:
    page.goto(f"{shop}access/")
    page.fill("[name=name]", "Ada Example")
    page.fill("[name=email]", email)
    page.fill("[name=postcode]", "69002")
    page.fill("[name=birth_date_0]", "27")
    page.fill("[name=birth_date_1]", "3")
    page.fill("[name=birth_date_2]", "1984")
    page.click("button[value=check]")


def filed(page: Page) -> SubjectRequest:
    """Send what was checked; return the request once the journey has asked for proof."""
    page.click("button[value=send]:not(.unseen)")
    found = re.search(r"requests/([^/]+)/", page.url)
    assert found, page.url
    dsr = SubjectRequest.objects.get(reference=found[1])
    walk(dsr, Move.ASK_FOR_PROOF)
    return dsr


def mailed(shop: str, dsr: SubjectRequest, purpose: Purpose) -> str:
    return f"{shop}letter/{link(dsr, purpose).rstrip('/').rsplit('/', 1)[-1]}/"


def test_the_judge_of_accessibility_sees_a_planted_fault(new_page: NewPage) -> None:
    page = new_page()
    page.set_content(
        "<!doctype html><html lang=en><title>x</title><main><h1>x</h1><img src=x><p style='color:#999'>pale</p></main>"
    )
    assert {finding.split(" ")[0] for finding in axe.findings(page)} >= {"image-alt", "color-contrast"}


@pytest.mark.parametrize(("screen", "scheme"), [("phone", "light"), ("desktop", "dark")])
def test_every_page_is_for_everybody(new_page: NewPage, shop: str, screen: str, scheme: str) -> None:
    page = new_page(screen, scheme)
    eyes = Eyes(page)
    _look_at_the_door(eyes, shop)
    dsr = _look_at_the_filing(eyes, shop)
    _look_at_the_proof(eyes, Eyes(new_page(screen, scheme), eyes.wrong), shop, dsr)
    _look_at_the_journey(eyes, shop, dsr)
    assert eyes.wrong == []
    assert len(eyes.looked_at) >= 18


def _look_at_the_door(eyes: Eyes, shop: str) -> None:
    for name in ("", "telepathy/", "access/", "follow/", "letter/dead/", "requests/DSR-0000-0000/"):
        eyes.page.goto(shop + name)
        eyes.look(name or "home")
    eyes.page.goto(shop.replace("o-jewels", "nobody"))
    eyes.look("nowhere")
    eyes.page.goto(f"{shop}follow/")
    eyes.page.fill("[name=email]", "ada@example.com")
    eyes.page.click("main form button")
    eyes.look("follow, sent")


def _look_at_the_filing(eyes: Eyes, shop: str) -> SubjectRequest:
    eyes.page.goto(f"{shop}access/")
    eyes.page.fill("[name=birth_date_0]", "31")
    eyes.page.click("button[value=check]")
    eyes.look("form with errors")
    fill(eyes.page, shop)
    eyes.look("answers to check")
    dsr = filed(eyes.page)
    eyes.look("filed")
    for action in ("address/", "withdraw/"):
        eyes.page.goto(f"{shop}requests/{dsr.reference}/{action}")
        eyes.look(action)
    return dsr


def _look_at_the_proof(eyes: Eyes, elsewhere: Eyes, shop: str, dsr: SubjectRequest) -> None:
    elsewhere.page.goto(mailed(shop, dsr, Purpose.CONFIRM))
    elsewhere.look("confirm, elsewhere")
    elsewhere.page.fill("[name=code]", "12")
    elsewhere.page.click("main form button")
    elsewhere.look("confirm, wrong figures")
    elsewhere.page.goto(mailed(shop, dsr, Purpose.DISOWN))
    elsewhere.look("disown")
    eyes.page.goto(mailed(shop, dsr, Purpose.CONFIRM))
    eyes.look("confirm, here")
    eyes.page.click("main form button")


def _look_at_the_journey(eyes: Eyes, shop: str, dsr: SubjectRequest) -> None:
    eyes.look("status, matching")
    walk(dsr, Move.SEARCH)
    Pull.objects.create(dsr=dsr, source=a_source(), state=PullState.DONE, records=1204, answered_at=timezone.now())
    write(dsr, "proven", links=verification.links(dsr))
    eyes.page.reload()
    eyes.look("status, collecting")
    walk(dsr, Move.FINISH_COLLECTION, Move.SEARCH_AGAIN)
    dsr.refresh_from_db()
    a_copy(dsr, missing=["marketing"])
    eyes.page.reload()
    eyes.look("status, answered")
    eyes.page.goto(f"{shop}requests/{dsr.reference}/download/")
    eyes.look("download")


def test_the_whole_way_works_without_javascript(new_page: NewPage, shop: str, tmp_path: Path) -> None:
    page = new_page(script=False)
    fill(page, shop)
    dsr = filed(page)
    page.goto(mailed(shop, dsr, Purpose.CONFIRM))
    page.click("main form button")
    assert "Looking for you" in page.inner_text("h1")
    a_copy(dsr, b"PK the copy")
    page.reload()
    page.click("text=Fetch my copy")
    with page.expect_download() as coming:
        page.click("text=Download my copy")
    coming.value.save_as(tmp_path / "copy.zip")
    assert (tmp_path / "copy.zip").read_bytes() == b"PK the copy"
    assert coming.value.suggested_filename == f"{dsr.reference}.zip"


def test_the_form_works_by_keyboard_alone(new_page: NewPage, shop: str) -> None:
    page = new_page()
    page.goto(f"{shop}access/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(3):  # past the way back, and past the way of those who act for somebody else
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "name"
    page.keyboard.type("Ada Example")
    page.keyboard.press("Tab")
    page.keyboard.type("ada@example.com")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Check your answers')")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "send":
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Your request is filed')")


def test_a_mistake_is_read_out_first_and_leads_to_its_field(new_page: NewPage, shop: str) -> None:
    page = new_page()
    page.goto(f"{shop}access/")
    page.click("button[value=check]")
    assert page.title().startswith("Error:")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    page.click(".error-summary a >> nth=0")
    assert page.evaluate("document.activeElement.name") == "name"
    described = page.get_attribute("[name=name]", "aria-describedby") or ""
    assert "Enter your name" in " ".join(page.inner_text(f"#{part}") for part in described.split())


def test_a_change_leads_back_to_its_field_with_every_answer_kept(new_page: NewPage, shop: str) -> None:
    page = new_page()
    fill(page, shop)
    page.click("button[value=postcode]")
    assert page.input_value("[name=postcode]") == "69002"
    assert page.input_value("[name=birth_date_2]") == "1984"


@pytest.mark.threat("2.05")
def test_a_program_that_presses_every_button_of_the_letter_changes_nothing(new_page: NewPage, shop: str) -> None:
    page = new_page()
    fill(page, shop)
    dsr = filed(page)
    for purpose in (Purpose.CONFIRM, Purpose.DISOWN):
        robot = new_page()
        robot.goto(mailed(shop, dsr, purpose))
        at = robot.url
        for number in range(robot.locator("main button").count()):
            with robot.expect_navigation():
                robot.locator("main button").nth(number).click()
            robot.goto(at)
    dsr.refresh_from_db()
    assert dsr.state == "verifying"
