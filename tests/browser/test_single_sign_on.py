"""Officers come through the shop's own sign-in: a provider of OpenID Connect in a process of its own, and a browser."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.socialaccount.models import SocialAccount
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from requests_app.officers.models import Officer
from tests.browser.conftest import NewPage
from tests.browser.eyes import Eyes
from tests.console.desk import SECRET, an_officer, code_of
from tests.npm import package

pytestmark = pytest.mark.django_db(transaction=True)
_VERSION = "9.13.3"


def _free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port: int = chosen.getsockname()[1]
    return port


@pytest.fixture
def desk(live_server: LiveServer, settings: Settings) -> Iterator[str]:
    """The desk, with a house that vouches."""
    node, port = shutil.which("node"), _free_port()
    assert node, "npm comes with node"
    issuer, desk = f"http://localhost:{port}", f"{live_server.url}/console/"
    script = Path(__file__).parent.parent / "officers" / "issuer.mjs"
    back = f"{desk}account/house/house/back/"
    folder = package("oidc-provider", _VERSION).parent
    with subprocess.Popen(
        [node, script, issuer, str(port), back, folder], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as provider:
        assert provider.stdout
        assert "listening" in provider.stdout.readline()
        app = {"provider_id": "house", "name": "Our house", "client_id": "desk", "secret": "a secret of the two"}
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {
                "OAUTH_PKCE_ENABLED": True,
                "SCOPE": ["openid", "email"],
                "APPS": [app | {"settings": {"server_url": issuer}}],
            }
        }
        yield desk
        provider.kill()


def vouched(page: Page, desk: str, who: str) -> None:
    page.goto(desk)
    page.click("text=Sign in with Our house")
    page.fill("[name=login]", who)
    page.fill("[name=password]", "anything")
    page.click("button[type=submit]")
    page.click("button[type=submit]")


def test_the_house_vouches_and_the_second_factor_is_asked_for_all_the_same(new_page: NewPage, desk: str) -> None:
    an_officer()
    page = new_page()
    vouched(page, desk, "17:Ada@desk.example:yes")
    expect(page.locator("h1")).to_contain_text("Your second factor")

    page.fill("[name=code]", code_of(SECRET))
    page.click("main form button")

    expect(page).to_have_url(desk)
    kept = SocialAccount.objects.get()
    assert (kept.provider, kept.uid, kept.extra_data, kept.user) == ("house", "17:Ada@desk.example:yes", {}, Officer.objects.get())


@pytest.mark.parametrize("who", ["18:stranger@desk.example:yes", "19:ada@desk.example:no", "20::yes"])
def test_nobody_comes_in_who_was_not_invited_or_whose_address_is_not_verified(new_page: NewPage, desk: str, who: str) -> None:
    an_officer()
    page = new_page()
    vouched(page, desk, who)

    expect(page.locator("h1")).to_contain_text("You are not signed in")
    assert not SocialAccount.objects.exists()
    eyes = Eyes(page)
    eyes.look("not vouched for")
    page.click("text=Try again")
    eyes.look("sign in")
    assert eyes.wrong == []


def test_an_address_that_passed_to_somebody_else_opens_nothing(new_page: NewPage, desk: str) -> None:
    SocialAccount.objects.create(user=an_officer(), provider="house", uid="17")
    page = new_page()

    vouched(page, desk, "99:ada@desk.example:yes")

    expect(page.locator("h1")).to_contain_text("You are not signed in")


def test_who_left_is_not_let_in_by_the_house(new_page: NewPage, desk: str) -> None:
    officer = an_officer()
    SocialAccount.objects.create(user=officer, provider="house", uid="17:ada@desk.example:yes")
    Officer.objects.update(is_active=False)
    page = new_page()

    vouched(page, desk, "17:ada@desk.example:yes")

    expect(page.locator("h1")).to_contain_text("You cannot sign in")
