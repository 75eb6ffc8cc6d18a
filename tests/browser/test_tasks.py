"""Whoever answers for a system gets from letter to answer without JavaScript; the desk shows tasks and stops to everybody."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from requests_app.collection.models import Pull, PullState
from requests_app.errands.models import Errand
from requests_app.officers.models import Role
from requests_app.sources.models import Stop
from tests.browser.conftest import NewPage
from tests.browser.eyes import Eyes
from tests.browser.test_console import sign_in
from tests.console.desk import an_officer
from tests.errands.conftest import office
from tests.errands.office import PDF, Office
from tests.errands.test_walk import asked
from tests.making import a_source
from tests.running import run_all_due

__all__ = ["office"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_from_the_letter_to_the_answer_without_javascript(
    new_page: NewPage, office: Office, live_server: LiveServer, tmp_path: Path,  # a fixture
) -> None:  # fmt: skip
    dsr = asked()
    page = new_page("phone", script=False)
    page.goto(live_server.url + office.link())
    page.get_by_role("button", name="Send me the figures").click()
    run_all_due("errands.code")
    page.get_by_label("The six figures of the letter").fill(office.figures())
    page.get_by_role("button", name="Show my tasks").click()
    page.get_by_role("link", name="Look up").click()
    page.get_by_text("Type a record").nth(1).click()
    page.get_by_label("Text of the note").fill("A loyal customer")
    page.get_by_role("button", name=re.compile(r"Add this record\s*: Notes")).click()
    (scan := tmp_path / "letter.pdf").write_bytes(PDF)
    page.get_by_text("Send a file").first.click()
    page.locator("[type=file]").first.set_input_files(scan)
    page.get_by_role("button", name=re.compile(r"Add this file\s*: Letters")).click()
    expect(page.get_by_text("letter.pdf")).to_be_visible()
    page.get_by_role("button", name="That is all").click()

    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    run_all_due()
    assert Pull.objects.get(dsr=dsr).state == PullState.DONE


@pytest.mark.parametrize("look", [("phone", "dark"), ("desktop", "light")], ids="-".join)
def test_the_pages_of_tasks_are_for_everybody(
    new_page: NewPage, office: Office, live_server: LiveServer, look: tuple[str, str], settings: Settings,
) -> None:  # fmt: skip
    asked()
    eyes = Eyes(page := new_page(*look))
    page.goto(live_server.url + office.link())
    eyes.look("link")
    page.get_by_role("button", name="Send me the figures").click()
    run_all_due("errands.code")
    eyes.look("figures")
    page.get_by_label("The six figures of the letter").fill(office.figures())
    page.get_by_role("button", name="Show my tasks").click()
    eyes.look("tasks")
    page.get_by_role("link", name="Look up").click()
    for summary in page.locator("summary").all():
        summary.click()
    eyes.look("task")
    page.get_by_role("button", name="I looked: nothing there").click()
    eyes.look("thanks")

    assert eyes.wrong == []


@pytest.mark.parametrize("look", [("phone", "dark"), ("desktop", "light")], ids="-".join)
def test_the_desk_shows_tasks_and_stops_by_keyboard_too(
    new_page: NewPage, office: Office, live_server: LiveServer, look: tuple[str, str],  # a fixture
) -> None:  # fmt: skip
    asked()
    broken = a_source("orders")
    for _ in range(5):
        broken.failed("unreachable", "no route")
    an_officer(role=Role.ADMINISTRATOR)
    desk = f"{live_server.url}/console/"
    eyes = Eyes(page := new_page(*look))
    sign_in(page, desk)
    for address in (
        "tasks/",
        f"sources/{office.source.pk}/keeper/",
        f"sources/{broken.pk}/stop/",
        "sources/stop-erasures/o-jewels/",
    ):
        page.goto(desk + address)
        eyes.look(address)
    page.get_by_label("Why?").focus()
    page.keyboard.type("Something is wrong")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="All erasures of O-Jewels are stopped")).to_be_visible()
    eyes.look("sources")
    page.goto(f"{desk}sources/stops/{Stop.objects.get().pk}/lift/")
    eyes.look("lift")

    assert eyes.wrong == []
    assert Errand.objects.count() == 1
