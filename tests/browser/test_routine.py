"""How much an officer does for a routine request: counted in presses, screens and seconds, from the queue to the answer."""

import re
import sys
import time
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from requests_app.review import services
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.browser.conftest import NewPage
from tests.browser.test_console import sign_in
from tests.console.desk import PASSWORD, a_candidate, a_match, an_officer, searched
from tests.making import a_dsr, a_source
from tests.running import run_all_due

pytestmark = pytest.mark.django_db(transaction=True)
CLICKS: Final = 12
SCREENS: Final = 6


@dataclass
class Counted:
    """A page whose presses are counted; a screen is a page of its own, however often it is come back to."""

    page: Page
    clicks: int = 0
    screens: set[str] = field(default_factory=set)
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self._look()

    def press(self, what: Locator) -> None:
        what.click()
        self.clicks += 1
        self.page.wait_for_load_state()
        self._look()

    def _look(self) -> None:
        self.screens.add(re.sub("[0-9a-f-]{36}|[0-9]+", "N", urlsplit(self.page.url).path))


@pytest.fixture
def desk(live_server: LiveServer) -> str:
    return f"{live_server.url}/console/"


@pytest.fixture
def routine() -> SubjectRequest:
    """A person whom the system recognised, with orders, and notes of which one names somebody else."""
    dsr = a_dsr(State.REVIEWING, name="Ada Example", facts={"postcode": "75001"})
    orders = a_source("orders")
    a_match(dsr, orders, candidates=[a_candidate()], chosen=[["customers", ["1"]]])
    plain = {"street": "10 rue de la Paix", "postcode": "75002", "city": "Paris", "country": "FR"}
    notes = ["Ring twice.", None, "Leave it with Mr Bob Marley next door."]
    searched(dsr, orders, {"addresses": [{"id": at, **plain, "delivery_note": note} for at, note in enumerate(notes)]})
    services.begin(dsr)
    run_all_due("review.scan")
    return dsr


def test_a_routine_access_request_is_answered_with_few_clicks(new_page: NewPage, desk: str, routine: SubjectRequest) -> None:
    an_officer()
    page = new_page()
    sign_in(page, desk)
    officer = Counted(page)

    officer.press(page.get_by_role("link", name=routine.reference))
    officer.press(page.locator(".sections").get_by_role("link", name="Review"))
    officer.press(page.get_by_role("link", name="Go to the next proposal"))
    while page.locator(".proposal button[name=withhold]").count():
        officer.press(page.locator(".proposal button[name=withhold]").first)
    officer.press(page.locator("input[name=flag]").first)
    officer.press(page.get_by_role("button", name="I have looked at the ones I ticked"))
    officer.press(page.get_by_role("link", name="Approve the answer").first)
    page.fill("[name=password]", PASSWORD)
    officer.press(page.get_by_role("button", name="Approve and send the copy"))

    expect(page.locator(".notice.good")).to_contain_text("Approved")
    seconds = time.monotonic() - officer.began
    sys.stdout.write(
        f"from queue to answer: {officer.clicks} clicks, {len(officer.screens)} screens, {seconds:.0f} s of a machine\n"
    )
    assert SubjectRequest.objects.get().stage == State.FULFILLING
    assert officer.clicks <= CLICKS
    assert len(officer.screens) <= SCREENS
