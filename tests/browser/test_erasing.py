"""The pages of an erasure in a real browser: for everybody, on both screens and in both colour schemes, without JavaScript."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from requests_app.erasure import certifying
from requests_app.erasure.models import CoolingOff
from requests_app.verification.models import Purpose
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import Move, State
from tests.browser.conftest import NewPage
from tests.browser.eyes import Eyes
from tests.erasure.planned import an_erasure
from tests.making import a_brand
from tests.portal.customer import link, walk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(live_server: LiveServer) -> str:
    a_brand(look={"accent": "#1d4a5f", "heading_font": "Georgia, serif"}, privacy_phone="+33 1 99 00 20 20")
    return live_server.url


def opened(page: Page, shop: str, dsr: SubjectRequest) -> None:
    """Open a mailed link, press its button, and see the status page."""
    token = link(dsr, Purpose.FOLLOW).rstrip("/").rsplit("/", 1)[-1]
    page.goto(f"{shop}letter/{token}/")
    page.click("main form button")


@pytest.mark.parametrize(
    ("screen", "scheme", "language"), [("phone", "light", "fr"), ("desktop", "dark", "en"), ("phone", "dark", "en")]
)
def test_every_page_of_an_erasure_is_for_everybody(new_page: NewPage, site: str, screen: str, scheme: str, language: str) -> None:
    shop, eyes = f"{site}/o-jewels/{language}/", Eyes(new_page(screen, scheme))
    _look_at_the_form(eyes, shop)
    dsr = an_erasure(State.COOLING_OFF, language=language)
    CoolingOff.objects.filter(dsr=dsr).update(until=timezone.now() + timedelta(hours=72))
    _look_at_the_way(eyes, shop, dsr)
    assert eyes.wrong == []
    assert len(eyes.looked_at) >= 7


def _look_at_the_form(eyes: Eyes, shop: str) -> None:
    eyes.page.goto(f"{shop}erasure/")
    eyes.look("form")
    eyes.page.check("[name=extent][value=order]")
    eyes.page.click("button[value=check]")
    eyes.look("form with errors")
    eyes.page.fill("[name=name]", "Ada Example")
    eyes.page.fill("[name=email]", "ada@example.com")
    eyes.page.fill("[name=order]", "1007")
    eyes.page.check("[name=copy_first]")
    eyes.page.check("[name=ground][value=objection]")
    eyes.page.click("button[value=check]")
    eyes.look("answers to check")


def _look_at_the_way(eyes: Eyes, shop: str, dsr: SubjectRequest) -> None:
    opened(eyes.page, shop, dsr)
    eyes.look("cooling off")
    CoolingOff.objects.filter(dsr=dsr).update(until=timezone.now())
    walk(dsr, Move.ERASE)
    eyes.page.reload()
    eyes.look("erasing")
    walk(dsr, Move.FINISH_IN_PART)
    dsr.refresh_from_db()
    certifying.keep(dsr, certifying.make(dsr, timezone.now()))
    eyes.page.reload()
    eyes.look("erased in part")
    eyes.page.click("a[href$='/certificate/']")
    eyes.look("certificate")


def test_an_erasure_is_stopped_without_javascript(new_page: NewPage, site: str) -> None:
    page, dsr = new_page(script=False), an_erasure(State.COOLING_OFF)
    opened(page, f"{site}/o-jewels/en/", dsr)
    page.click("form[action$='/stop/'] button")

    assert "Withdrawn" in page.inner_text("h1")
