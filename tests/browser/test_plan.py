"""The plan of an erasure in a real browser: for everybody, on both screens, in both schemes, with and without JavaScript."""

import re

import pytest
from django.db.models.functions import Now
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from requests_app.erasure.models import Plan, PlanState
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.browser.conftest import NewPage
from tests.browser.eyes import Eyes
from tests.browser.test_console import sign_in
from tests.console.desk import PASSWORD, an_officer
from tests.console.plans import GONE, KEPT, OVERWRITTEN, a_plan, an_erasure
from tests.making import a_source

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(live_server: LiveServer) -> str:
    return f"{live_server.url}/console/"


def approvable() -> SubjectRequest:
    dsr = an_erasure()
    a_plan(dsr, a_source("orders"), GONE, OVERWRITTEN, KEPT)
    return dsr


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_an_officer_reads_and_approves_by_keyboard_and_without_script(new_page: NewPage, desk: str, script: bool) -> None:  # noqa: FBT001
    dsr = approvable()
    an_officer()
    page = new_page(script=script)
    sign_in(page, desk)
    page.goto(f"{desk}requests/{dsr.reference}/")
    page.get_by_role("link", name="Read the plan").press("Enter")
    page.get_by_role("link", name="Go on to approve").press("Enter")
    button = page.get_by_role("button", name=re.compile("^Approve: delete 1,150 records, overwrite 4 records, keep 50 records"))
    page.fill("[name=password]", PASSWORD)
    button.press("Enter")

    expect(page.get_by_role("status").filter(has_text="Your approval is kept")).to_be_visible()
    expect(page.get_by_role("button", name="Go on to approve")).to_be_disabled()


def test_the_page_follows_the_run_by_itself(new_page: NewPage, desk: str) -> None:
    dsr = an_erasure(State.ERASING)
    running = a_plan(dsr, a_source("shop"), GONE, state=PlanState.RUNNING, intent_at=Now(), round=2)
    an_officer()
    page = new_page()
    eyes = Eyes(page)
    sign_in(page, desk)
    page.goto(f"{desk}requests/{dsr.reference}/plan/")
    expect(page.locator("#progress")).to_contain_text("1 of 2 systems are done.")
    Plan.objects.filter(pk=running.pk).update(state=PlanState.DONE, done_at=Now())

    expect(page.locator("#progress")).to_contain_text("2 of 2 systems are done.")
    eyes.look("running")
    assert eyes.wrong == []
