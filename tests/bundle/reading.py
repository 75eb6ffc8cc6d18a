"""How the tests read a page: by its markup, by its words, in a browser."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Dialog, Page, Request

from requests_app.bundle.information import information
from requests_app.bundle.material import CollectionPart, Material
from requests_app.bundle.pages import index
from tests.bundle.conftest import a_system

OURS = frozenset(
    {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "main",
        "footer",
        "div",
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "section",
        "nav",
    }
    | {"dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "a", "span", "small", "code", "strong"}
    | {"details", "summary", "article"}
)


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.texts).split())

    @property
    def foreign(self) -> list[str]:
        """What a page of ours never has: other elements, handlers, links that leave the folder."""
        handlers = [
            name for _, attributes in self.seen for name in attributes if name.startswith("on") or name in {"src", "srcdoc"}
        ]
        links = [attributes.get("href") or "" for _, attributes in self.seen]
        left = [link for link in links if not re.fullmatch(r"|#topic-[^/]*|[a-zA-Z0-9_/.-]+", link)]
        return [tag for tag, _ in self.seen if tag not in OURS] + handlers + left


def page(material: Material) -> str:
    return b"".join(index(material)).decode()


def shown(material: Material) -> str:
    return Tags(page(material)).words


def with_records(material: Material, part: CollectionPart) -> Material:
    return replace(material, systems=(a_system("orders", part),))


class Watch:
    """What a page does that it should not."""

    def __init__(self, tab: Page) -> None:
        self.harm: list[str] = []
        tab.on("dialog", self.dialog)
        tab.on("console", lambda message: self.harm.append(message.text))
        tab.on("request", self.request)

    def dialog(self, dialog: Dialog) -> None:
        self.harm.append("dialog")
        dialog.dismiss()

    def request(self, request: Request) -> None:
        if not request.url.startswith("file:"):
            self.harm.append(request.url)


def opened(browser: Browser, path: Path, **options: Any) -> tuple[Page, Watch]:
    tab = browser.new_context(**options).new_page()
    watch = Watch(tab)
    tab.goto(path.as_uri())
    tab.wait_for_timeout(100)
    return tab, watch


def saved(folder: Path, material: Material) -> Path:
    (folder / "index.html").write_bytes(b"".join(index(material)))
    (folder / "information.html").write_bytes(b"".join(information(material)))
    return folder / "index.html"
