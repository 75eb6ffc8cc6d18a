"""The small sum in a real browser: worked out while a person reads; and what is said where it cannot be."""

import re
import sys

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from requests_app.intake import limits
from requests_app.portal.flooding import AN_HOUR
from requests_app.workflow.models import SubjectRequest
from tests.browser.conftest import NewPage
from tests.browser.eyes import Eyes
from tests.making import a_brand

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(live_server: LiveServer, settings: Settings) -> str:
    """A shop at whose door the reader's network has used half of what it may send."""
    settings.PORTAL_FILINGS_AN_HOUR = 4
    a_brand(look={"accent": "#1d4a5f"}, privacy_phone="+33 1 99 00 20 20")
    for _ in range(2):
        limits.counted("filing", "127.0.0.1", within=AN_HOUR)
    return f"{live_server.url}/o-jewels/en/"


def fill(page: Page, shop: str) -> None:
    page.goto(f"{shop}access/")
    page.fill("[name=name]", "Ada Example")
    page.fill("[name=email]", "ada@example.com")
    page.click("button[value=check]")


@pytest.mark.parametrize(("screen", "scheme"), [("phone", "dark"), ("desktop", "light")])
def test_a_person_sends_at_once_and_the_browser_works_meanwhile(new_page: NewPage, shop: str, screen: str, scheme: str) -> None:
    page = new_page(screen, scheme)
    eyes = Eyes(page)
    fill(page, shop)
    expect(page.locator("[data-without]")).to_be_hidden()
    page.focus("button[value=send]:not(.unseen)")
    page.keyboard.press("Enter")  # before the sum is worked out: it is sent as soon as it is
    page.wait_for_url("**/requests/**")
    assert SubjectRequest.objects.count() == 1
    assert eyes.wrong == []


def test_the_page_says_how_far_it_is_and_nobody_finds_fault_with_it(new_page: NewPage, shop: str) -> None:
    page = new_page("phone")
    eyes = Eyes(page)
    fill(page, shop)
    expect(page.locator("[role=status]")).to_have_text("It is worked out. You can send now.")
    eyes.look("worked out")
    took = page.evaluate("JSON.parse(atob(document.querySelector('[name=effort]').value)).solution.time")
    sys.stdout.write(f"the sum took {took} ms in this browser\n")
    page.click("button[value=send]:not(.unseen)")
    page.wait_for_url("**/requests/**")
    assert eyes.wrong == []


def test_without_javascript_a_person_is_told_what_helps_and_loses_nothing(new_page: NewPage, shop: str) -> None:
    page = new_page("phone", script=False)
    fill(page, shop)
    assert "Without JavaScript this cannot be done" in page.inner_text("#effort")
    page.click("button[value=send]:not(.unseen)")
    assert re.search(r"send it after \d+:\d\d", page.inner_text("#effort"))
    assert "privacy@" in page.inner_text("#effort")
    assert "Ada Example" in page.inner_text("main")
    assert not SubjectRequest.objects.exists()
