"""The queue by keyboard alone, and what is selected while the list renews itself."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from requests_app.officers.models import Officer
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.browser.conftest import NewPage
from tests.browser.eyes import Eyes
from tests.console.desk import an_officer, at_the_desk
from tests.making import a_dsr

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada() -> Officer:
    return an_officer()


@pytest.fixture
def dsrs() -> list[SubjectRequest]:
    """Three open requests, the most urgent first, and one that nobody proved."""
    today = timezone.localdate()
    a_dsr(State.VERIFYING)
    due = [today + timedelta(days) for days in (1, 5, 20)]
    return [a_dsr(State.COLLECTING, due_safe_on=on, due_legal_on=on) for on in due]


def signed_in(page: Page, officer: Officer, live_server: LiveServer, path: str = "") -> Page:
    session = at_the_desk(officer).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page.goto(f"{live_server.url}/console/{path}")
    return page


def test_requests_are_selected_given_and_opened_by_keyboard_alone(
    new_page: NewPage, live_server: LiveServer, ada: Officer, dsrs: list[SubjectRequest]
) -> None:
    page = signed_in(new_page(), ada, live_server)

    for key in ("j", "x", "j", "j", "k", "x"):
        page.keyboard.press(key)
    expect(page.locator("#many")).to_have_text("2")
    page.evaluate("htmx.ajax('GET', location.pathname, {target: '#rows', swap: 'innerHTML'})")
    page.wait_for_function("document.querySelectorAll('input[name=chosen]:checked').length === 2")
    expect(page.locator(f'[data-row="{dsrs[1].reference}"]')).to_have_class("attention here")
    page.keyboard.press("a")
    expect(page.locator("#to")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("This will happen to 2 requests")
    page.get_by_role("button", name="Assign 2 requests").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Done for 2 requests")
    assert set(SubjectRequest.objects.filter(assignee=ada)) == set(dsrs[:2])


def test_keys_open_search_and_lead_to_other_parts(
    new_page: NewPage, live_server: LiveServer, ada: Officer, dsrs: list[SubjectRequest]
) -> None:
    page = signed_in(new_page(), ada, live_server)

    page.keyboard.press("?")
    expect(page.locator("#keys")).to_have_attribute("open", "")
    page.keyboard.press("/")
    expect(page.locator("#sought")).to_be_focused()
    page.keyboard.type("j/?")
    expect(page.locator("#sought")).to_have_value("j/?")
    page.locator("#sought").blur()
    page.keyboard.press("g")
    page.keyboard.press("u")
    page.wait_for_url("**/console/unverified/")
    page.goto(f"{live_server.url}/console/")
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url(f"**/requests/{dsrs[0].reference}/")


@pytest.mark.parametrize("look", [("phone", "dark"), ("desktop", "light")], ids="-".join)
def test_the_pages_around_the_queue_are_for_everybody(
    new_page: NewPage, live_server: LiveServer, ada: Officer, dsrs: list[SubjectRequest], look: tuple[str, str]
) -> None:
    SubjectRequest.objects.filter(pk=dsrs[0].pk).update(assignee=ada)
    page = signed_in(new_page(*look), ada, live_server)
    eyes = Eyes(page)
    for path in ("", "mine/", "unassigned/", "?flag=failing", "workload/", "month/"):
        page.goto(f"{live_server.url}/console/{path}")
        eyes.look(f"queue {path}")
    page.goto(f"{live_server.url}/console/unverified/")
    page.check("input[name=chosen]")
    page.click("button[value=spam]")
    eyes.look("bulk preview")
    page.click("button[name=go]")
    eyes.look("bulk done")

    assert eyes.wrong == []


def test_without_javascript_a_mistake_is_taken_back(
    new_page: NewPage, live_server: LiveServer, ada: Officer, dsrs: list[SubjectRequest]
) -> None:
    page = signed_in(new_page(script=False), ada, live_server, "unverified/")

    page.check("input[name=chosen]")
    page.click("button[value=spam]")
    page.click("button[name=go]")
    page.get_by_role("button", name="take them all back").click()

    expect(page.locator("main")).to_contain_text("goes on as if nothing had been")
