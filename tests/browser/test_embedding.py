"""A shop's own page with our page in a frame: in a real browser, on two sites."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from requests_app.brands.models import Brand
from requests_app.console.linking import FRAME_HEIGHT
from tests.browser.conftest import NewPage
from tests.browser.eyes import Eyes
from tests.making import a_brand

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = """<!doctype html><html lang="en"><title>Policy</title><main><h1>Our policy</h1>
<iframe src="{portal}/{brand}/embed?right=access&lang=en" title="Data" width="100%" height="{height}"></iframe></main></html>"""


@pytest.fixture
def site(live_server: LiveServer) -> Iterator[str]:
    """The shop's own site, which frames the shop that its address names."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the library's name
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(PAGE.format(portal=live_server.url, brand=self.path.strip("/"), height=FRAME_HEIGHT).encode())

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Site)
    Thread(target=server.serve_forever, daemon=True).start()
    assert "localhost" in live_server.url, "the two must be two sites"
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_from_the_frame_a_person_gets_to_the_form_in_the_whole_window(new_page: NewPage, site: str, screen: str) -> None:
    Brand.objects.filter(pk=a_brand(look={"accent": "#1d4a5f"}).pk).update(framed_by=[site])
    page = new_page(screen)
    page.goto(f"{site}/o-jewels")
    frame = page.frame_locator("iframe")
    expect(frame.locator("h1")).to_be_visible()
    within = page.frames[1]
    assert within.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert within.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
    frame.locator("a.button").click()
    page.wait_for_url("**/o-jewels/en/access/")
    page.fill("[name=name]", "Ada Example")
    page.fill("[name=email]", "ada@example.com")
    page.click("button[value=check]")
    page.click("button[value=send]:not(.unseen)")
    page.wait_for_url("**/requests/**")


def test_a_browser_refuses_the_frame_of_a_shop_that_does_not_list_the_site(new_page: NewPage, site: str) -> None:
    Brand.objects.filter(pk=a_brand().pk).update(framed_by=[site])
    a_brand("maison-s")
    page = new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{site}/maison-s")
    page.wait_for_timeout(500)
    assert page.frame_locator("iframe").locator("a.button").count() == 0
    assert any("frame-ancestors" in one for one in said)


def test_the_page_in_the_frame_is_for_everybody(new_page: NewPage, live_server: LiveServer) -> None:
    a_brand(look={"accent": "#1d4a5f"})
    for screen, scheme in (("phone", "dark"), ("desktop", "light")):
        eyes = Eyes(page := new_page(screen, scheme))
        page.goto(f"{live_server.url}/o-jewels/embed?right=erasure&lang=en")
        eyes.look(screen)
        assert eyes.wrong == []
