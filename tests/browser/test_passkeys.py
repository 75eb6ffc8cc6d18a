"""Officers prove who they are with a passkey: to come in, to go on, and where nothing else counts."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from requests_app.workflow.states import State
from tests.browser.conftest import NewPage
from tests.browser.eyes import Eyes
from tests.console.desk import PASSWORD, SECRET, an_officer, at_the_desk, code_of, failed, searched
from tests.making import a_dsr, a_source

pytestmark = pytest.mark.django_db(transaction=True)
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def desk(live_server: LiveServer) -> str:
    assert "localhost" in live_server.url, "a passkey belongs to a name, not to a number"
    return f"{live_server.url}/console/"


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A browser on a device that holds passkeys."""
    page = new_page()
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return page


def type_password(page: Page, desk: str) -> None:
    page.goto(desk)
    page.fill("[name=login]", "ada@desk.example")
    page.fill("[name=password]", PASSWORD)
    page.click("main form >> nth=0 >> button")


def sign_in_by_code(page: Page, desk: str) -> None:
    type_password(page, desk)
    page.fill("[name=code]", code_of(SECRET))
    page.click("text=Sign in >> nth=-1")
    page.wait_for_url(f"{desk}**")


def add_passkey(page: Page, desk: str) -> None:
    page.goto(f"{desk}account/factor/passkey/add/")
    if page.locator("[name=password]").count():
        page.fill("[name=password]", PASSWORD)
        page.click("main form button")
    page.fill("[name=name]", "work laptop")
    page.click("text=Add it")
    expect(page.locator("main")).to_contain_text("Recovery codes")


def sign_out(page: Page, desk: str) -> None:
    page.goto(f"{desk}account/logout/")
    page.click("main form button")


def test_a_passkey_alone_opens_the_desk(page: Page, desk: str) -> None:
    an_officer()
    eyes = Eyes(page)
    sign_in_by_code(page, desk)
    add_passkey(page, desk)
    page.goto(f"{desk}account/factor/")
    expect(page.locator("main")).to_contain_text("work laptop")
    eyes.look("factors")
    sign_out(page, desk)

    page.goto(desk)
    eyes.look("sign in")
    page.click("text=Sign in with a passkey")

    expect(page).to_have_url(desk)
    assert eyes.wrong == []


def test_a_passkey_takes_the_place_of_the_code(page: Page, desk: str) -> None:
    an_officer()
    sign_in_by_code(page, desk)
    add_passkey(page, desk)
    sign_out(page, desk)

    type_password(page, desk)
    page.click("text=Use my passkey")

    expect(page).to_have_url(desk)


def test_a_passkey_proves_again_who_sits_there_and_what_was_typed_stays(page: Page, desk: str) -> None:
    an_officer()
    dsr = a_dsr(State.REVIEWING)
    searched(dsr, a_source("orders"))
    failed(dsr, a_source("marketing", description="demo/marketing.yaml"))
    sign_in_by_code(page, desk)
    add_passkey(page, desk)
    sign_out(page, desk)
    page.goto(desk)
    page.click("text=Sign in with a passkey")
    expect(page).to_have_url(desk)
    page.goto(f"{desk}requests/{dsr.reference}/approve/")

    page.fill("[name=reason]", "Their server burnt down.")
    page.click("text=Use my passkey instead")
    expect(page.locator("p[role=status]")).to_contain_text("Your passkey answered")
    page.click("form:has([name=reason]) button:not([type=button])")

    expect(page.locator(".notice.good")).to_contain_text("Approved")
    dsr.refresh_from_db()
    assert dsr.stage == State.FULFILLING


def test_an_answer_of_another_passkey_approves_nothing(page: Page, desk: str) -> None:
    officer, dsr = an_officer(), a_dsr(State.REVIEWING)
    searched(dsr, a_source("orders"))
    sign_in_by_code(page, desk)
    add_passkey(page, desk)
    client = at_the_desk(officer)

    for credential in ("{}", "no JSON", '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}}'):
        answer = client.post(
            f"/console/requests/{dsr.reference}/approve/", {"seen": dsr.transitions.count(), "credential": credential}
        )
        assert answer.status_code == 422
        assert "not known here" in answer.content.decode()

    dsr.refresh_from_db()
    assert dsr.stage == State.REVIEWING


def test_where_only_passkeys_count_a_code_opens_nothing(page: Page, desk: str, settings: Settings) -> None:
    an_officer()
    sign_in_by_code(page, desk)
    add_passkey(page, desk)
    settings.DSAR_PASSKEYS_ONLY = True

    page.goto(desk)
    expect(page).to_have_url(f"{desk}account/again/passkey/?next=%2Fconsole%2F")
    page.click("text=Use my passkey")

    expect(page).to_have_url(desk)


def test_where_only_passkeys_count_one_is_set_up_first(settings: Settings) -> None:
    settings.DSAR_PASSKEYS_ONLY, settings.MFA_SUPPORTED_TYPES = True, ["webauthn"]

    assert at_the_desk(an_officer()).get("/console/")["Location"] == "/console/account/factor/passkey/add/"


def test_an_officer_sees_where_they_are_signed_in_and_ends_what_is_not_theirs(page: Page, desk: str) -> None:
    officer, elsewhere = an_officer(), Client(HTTP_USER_AGENT="A thief's browser")
    sign_in_by_code(page, desk)
    add_passkey(page, desk)
    found = Authenticator.objects.get(user=officer, type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()
    elsewhere.post("/console/account/login/", {"login": officer.email, "password": PASSWORD})
    elsewhere.post("/console/account/login/code/", {"code": found[0]})
    assert elsewhere.get("/console/account/factor/").status_code == 200

    page.goto(f"{desk}account/sessions/")
    expect(page.locator("main")).to_contain_text("A thief's browser")
    page.click("text=Sign out everywhere else")

    expect(page.locator("main")).not_to_contain_text("A thief's browser")
    assert elsewhere.get("/console/account/factor/").status_code == 302
    page.goto(desk)
    expect(page).to_have_url(desk)
