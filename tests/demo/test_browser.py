"""The small browser: forms as a person would see them, cookies, redirects, refusals."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from demo.browser import Browser, NotThere, addresses

PAGE = """<!doctype html><html><head><style>p { color: red }</style></head><body>
<a href="/other?x=1&amp;y=2">To the <b>other</b> page</a>
<form action="/search"><input name="q" value="rings"><button>Search</button></form>
<form method="post" action="/send" id="main">
  <input type="hidden" name="token" value="t&amp;1"><input name="email" type="email"><textarea name="words">
two
lines</textarea>
  <select name="size"><option value="s">S</option><option value="m" selected>M</option></select>
  <input type="checkbox" name="sure" value="yes">
  <input type="radio" name="kind" value="a"><input type="radio" name="kind" value="b" checked>
  <input name="gone" value="x" disabled>
  <button type="button" name="help">Help</button><button name="go" value="check">Check my answers</button>
  <button name="go" value="send">Send</button>
</form><input form="main" name="outside" value="o"></body></html>"""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        match self.path.partition("?")[0]:
            case "/":
                self.answer(200, PAGE, {"Set-Cookie": "seen=1; Path=/"})
            case "/cookie":
                self.answer(200, self.headers.get("Cookie", "none"))
            case "/bytes":
                self.answer(200, "PK", {"Content-Type": "application/zip"})
            case "/no":
                self.answer(403, "<p>Not for you</p>")
            case _:
                self.answer(200, f"<p>{self.path}</p>")

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        Handler.received = parse_qs(sent, keep_blank_values=True)
        self.answer(303, "", {"Location": "/done"})

    def answer(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": "text/html; charset=utf-8"} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass

    received: dict[str, list[str]] = {}


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_form_is_sent_with_what_it_held_what_was_filled_in_and_the_button_pressed(base: str) -> None:
    browser = Browser(base)
    page = browser.open("/")
    done = browser.submit(page, page.form("email"), {"email": "a@b.example", "sure": "yes"}, button="Send")
    assert done.path == "/done"
    assert Handler.received == {
        "token": ["t&1"], "email": ["a@b.example"], "words": ["two\nlines"], "size": ["m"], "sure": ["yes"], "kind": ["b"],
        "go": ["send"], "outside": ["o"],
    }  # fmt: skip


def test_a_search_form_goes_into_the_address(base: str) -> None:
    browser = Browser(base)
    page = browser.open("/")
    assert browser.submit(page, page.form("q"), {"q": "gold ring"}).url.endswith("/search?q=gold+ring")


def test_a_form_is_found_by_its_button_too(base: str) -> None:
    assert Browser(base).open("/").form(button="check my").method == "post"


def test_links_are_found_by_address_and_by_words(base: str) -> None:
    page = Browser(base).open("/")
    assert page.link("to the other page") == page.link("/other") == f"{base}/other?x=1&y=2"
    assert "color" not in page.words


def test_what_is_not_on_a_page_is_said(base: str) -> None:
    browser = Browser(base)
    page = browser.open("/")
    with pytest.raises(NotThere, match="form with password"):
        page.form("password")
    with pytest.raises(NotThere, match="link with nowhere"):
        page.link("nowhere")
    with pytest.raises(NotThere, match="button Destroy"):
        browser.submit(page, page.form("email"), button="Destroy")


def test_cookies_are_kept_by_one_browser_and_unknown_to_another(base: str) -> None:
    browser = Browser(base)
    browser.open("/")
    assert b"seen=1" in browser.open("/cookie").body
    assert browser.open("/cookie").body != Browser(base).open("/cookie").body


def test_a_refusal_is_a_page_too(base: str) -> None:
    page = Browser(base).open("/no")
    assert (page.status, page.words) == (403, "Not for you")


def test_what_is_no_page_is_bytes(base: str) -> None:
    page = Browser(base).open("/bytes")
    assert (page.body, page.words, page.headers.get_content_type()) == (b"PK", "", "application/zip")


def test_addresses_are_found_in_a_letter() -> None:
    letter = "Open this: http://127.0.0.1/o-jewels/letter/abc/. Not this: https://elsewhere.example/x"
    assert list(addresses(letter, "/letter/")) == ["http://127.0.0.1/o-jewels/letter/abc/"]
