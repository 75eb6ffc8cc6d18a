"""The pages of complaints, appeals, instructions and their answers in a real browser: for everybody, on both screens."""

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from requests_app.replies import wills
from requests_app.replies.models import Reach
from requests_app.values import CUSTOMER
from requests_app.verification.models import Purpose
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.browser.conftest import NewPage
from tests.browser.eyes import Eyes
from tests.console.desk import an_officer, at_the_desk
from tests.making import STATED, a_brand, a_dsr
from tests.portal.customer import link

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "You promised an answer by the third of March, and none came. " * 3


@pytest.fixture
def site(live_server: LiveServer) -> str:
    a_brand(
        rights={"voluntary": ["post_mortem"]}, regime="us-va-vcdpa", establishment="US-VA", statements=STATED,
        authority={"name": "Office of the Attorney General of Virginia", "url": "https://www.oag.state.va.us"},
    )  # fmt: skip
    return live_server.url


def opened(page: Page, shop: str, dsr: SubjectRequest) -> None:
    """Open a mailed link, press its button, and see the status page."""
    token = link(dsr, Purpose.FOLLOW).rstrip("/").rsplit("/", 1)[-1]
    page.goto(f"{shop}letter/{token}/")
    page.click("main form button")


@pytest.mark.parametrize(("screen", "scheme", "language"), [("phone", "light", "fr"), ("desktop", "dark", "en")])
def test_the_customers_pages_are_for_everybody(new_page: NewPage, site: str, screen: str, scheme: str, language: str) -> None:
    shop, eyes = f"{site}/o-jewels/{language}/", Eyes(new_page(screen, scheme))
    for right in ("complaint", "post_mortem"):
        eyes.page.goto(f"{shop}{right}/")
        eyes.look(f"{right}: form")
        eyes.page.click("button[value=check]")
        eyes.look(f"{right}: form with errors")
    dsr = a_dsr(State.REFUSED, right="access", language=language, regime="us-va-vcdpa", regimes=["us-va-vcdpa"])
    opened(eyes.page, shop, dsr)
    eyes.look("refused")
    for right in ("appeal", "complaint"):
        eyes.page.goto(f"{shop}requests/{dsr.reference}/object/{right}/")
        eyes.look(right)
        eyes.page.click("main form button")
        eyes.look(f"{right} with errors")
    given = a_dsr(State.ANSWERED, right="post_mortem", language=language)
    wills.keep(given, wills.Will(Reach.SPECIFIC, LONG, "Bob Example"), by=CUSTOMER)
    opened(eyes.page, shop, given)
    eyes.look("instructions kept")
    eyes.page.click("a[href$='/will/']")
    eyes.look("instructions")
    assert eyes.wrong == []


@pytest.mark.parametrize(("screen", "scheme"), [("phone", "dark"), ("desktop", "light")])
def test_the_officers_pages_are_for_everybody(new_page: NewPage, site: str, screen: str, scheme: str) -> None:
    eyes = Eyes(new_page(screen, scheme))
    officer = an_officer()
    session = at_the_desk(officer, fresh=True).cookies[settings.SESSION_COOKIE_NAME].value
    eyes.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
    dsr = a_dsr(State.REVIEWING, right="complaint", details=LONG)
    wills.keep(dsr, wills.Will(Reach.GENERAL, LONG), by=CUSTOMER)
    eyes.page.goto(site + reverse("console:detail", args=[dsr.reference]))
    eyes.look("complaint")
    eyes.page.goto(site + reverse("console:reply", args=[dsr.reference]))
    eyes.look("reply")
    eyes.page.click("main form .actions button")
    eyes.look("reply with errors")
    eyes.page.check("[name=outcome][value=denied]")
    eyes.page.fill("[name=text]", LONG)
    eyes.page.check("[name=says]")
    eyes.page.click("main form .actions button")
    eyes.look("letter")
    assert eyes.wrong == []
