"""From a shop's account page, on another site, to a filed request: in a real browser, with and without JavaScript."""

import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from pytest_django.live_server_helper import LiveServer

from requests_app.verification.models import HandOver
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.browser.conftest import NewPage
from tests.browser.eyes import Eyes
from tests.signing import a_signing_shop, a_token

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = """<!doctype html><html lang="en"><title>My account</title><main><h1>My account</h1>
<form method="post" action="{portal}/o-jewels/hand-over/"><input type="hidden" name="token" value="{token}">
<button>Ask for my data</button></form></main></html>"""


@pytest.fixture
def account_page(live_server: LiveServer) -> Iterator[str]:
    """The shop's own site: each visit of its account page signs a token of its own."""

    class Shop(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the library's name
            token = a_token(sub="C-17", phone="+33 6 12 34 56 78", locale=self.path.strip("/") or "en")
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(PAGE.format(portal=live_server.url, token=token).encode())

        def log_message(self, *_: object) -> None:
            return

    a_signing_shop(look={"accent": "#1d4a5f"}, privacy_phone="+33 1 99 00 20 20")
    server = HTTPServer(("127.0.0.1", 0), Shop)
    Thread(target=server.serve_forever, daemon=True).start()
    assert "localhost" in live_server.url, "the two must be two sites"
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("seen", [("phone", "light", "en"), ("desktop", "dark", "fr"), ("desktop", "light", "fr")], ids="-".join)
def test_a_signed_in_customer_asks_with_three_buttons(
    new_page: NewPage, account_page: str, seen: tuple[str, str, str], *, script: bool
) -> None:
    screen, scheme, language = seen
    page = new_page(screen, scheme, script=script)
    eyes = Eyes(page)
    page.goto(account_page + language)
    page.click("button")
    assert page.url.endswith(f"/o-jewels/{language}/account/")
    look(eyes, "handed over", script=script)
    page.click(".card a")
    look(eyes, "form", script=script)
    assert page.locator("[name=email]").count() == 0
    page.click("button[value=check]")
    look(eyes, "check", script=script)
    page.click("button[value=send]:not(.unseen)")
    look(eyes, "filed", script=script)
    dsr = SubjectRequest.objects.get()
    assert dsr.reference in page.inner_text("h1 ~ p")
    assert (dsr.state, dsr.customer_id) == (State.MATCHING, "C-17")
    page.click("main a.button")
    look(eyes, "status", script=script)
    assert eyes.wrong == []


def look(eyes: Eyes, name: str, *, script: bool) -> None:
    """The judge of accessibility is a script itself."""
    if script:
        eyes.look(name)


def test_the_token_stands_in_no_address_and_going_back_hands_over_nobody_twice(new_page: NewPage, account_page: str) -> None:
    page = new_page()
    visited: list[str] = []
    page.on("request", lambda request: visited.append(request.url + str(request.headers)))
    page.goto(account_page)
    page.click("button")
    page.wait_for_url("**/account/")
    assert not any("eyJ" in request for request in visited)
    page.go_back()
    page.wait_for_url(account_page)
    with page.expect_navigation():
        page.evaluate("document.forms[0].submit()")  # the same page, the same token
    if HandOver.objects.count() == 1:
        assert "could not vouch" in page.inner_text("h1")
    eyes = Eyes(page)
    eyes.look("refused, or handed over afresh")
    assert eyes.wrong == []


def test_a_hand_over_leaves_alone_what_the_browser_may_see_already(new_page: NewPage, account_page: str) -> None:
    page = new_page()
    page.goto(account_page)
    page.click("button")
    page.click(".card a")
    page.click("button[value=check]")
    page.click("button[value=send]:not(.unseen)")
    found = re.search(r"requests/[^/]+/", page.url)
    assert found
    first = page.url.split("?")[0]

    page.goto(account_page)
    page.click("button")
    page.goto(first)

    assert "Your account at the shop vouched for you" in page.inner_text("main")
