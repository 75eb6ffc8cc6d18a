"""Programs that open mailed links before anybody does: fourteen of them, some of which press what they find."""

from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from django.test import Client

Links = list[str]
Scanner = Callable[[Links], object]
_SAFE_LINKS: Final = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/127 Safari/537.36 SafeLinks"
_PROXY: Final = {"User-Agent": "Mozilla/5.0 (via ggpht.com GoogleImageProxy)", "Accept": "image/*"}


class _Page(HTMLParser):
    """The links of a page, and its forms: where each goes, its fields as they stand, and its buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[tuple[str, str, dict[str, str], list[dict[str, str]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and said.get("href"):
            self.links.append(said["href"])
        elif tag == "form":
            self.forms.append((said.get("method", "get").lower(), said.get("action", ""), {}, []))
        elif self.forms and tag == "button":
            self.forms[-1][3].append({said["name"]: said.get("value", "")} if said.get("name") else {})
        elif (
            self.forms
            and tag in {"input", "textarea", "select"}
            and said.get("name")
            and said.get("type") not in {"checkbox", "radio"}
        ):
            self.forms[-1][2][said["name"]] = said.get("value", "")


def _read(answer: Any) -> _Page:
    page = _Page()
    if not answer.streaming and "html" in answer.get("Content-Type", ""):
        page.feed(answer.content.decode())
    return page


def _path(link: str) -> str:
    parts = urlsplit(link)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _opened(links: Links, **headers: str) -> Iterator[tuple[Client, Any]]:
    for link in links:
        client = Client(headers=headers or None)
        yield client, client.get(_path(link), follow=True)


def _gets(**headers: str) -> Scanner:
    return lambda links: list(_opened(links, **headers))


def _heads(links: Links) -> None:
    for link in links:
        for method in ("head", "options"):
            getattr(Client(), method)(_path(link), follow=True)


def _twice(links: Links) -> None:
    for link in links:
        client = Client()
        client.get(_path(link), follow=True)
        client.get(_path(link), follow=True)


def _follows_every_link(links: Links) -> None:
    for client, answer in _opened(links):
        for further in _read(answer).links[:40]:
            where = urlsplit(urljoin(answer.request["PATH_INFO"], further))
            if not where.netloc and where.scheme in {"", "http"}:
                client.get(where.path, follow=True)


def _changed(change: Callable[[str], str]) -> Scanner:
    return lambda links: list(_opened([change(_path(link)) for link in links]))


def _presses(links: Links, fill: str | None = None) -> None:
    """Send every form of every page as it stands, once for each of its buttons; with `fill`, that in each empty field."""
    for client, answer in _opened(links):
        for method, action, fields, buttons in _read(answer).forms:
            said: dict[str, str] = {name: value or (fill or "") for name, value in fields.items()}
            for pressed in buttons or [{}]:
                where = urlsplit(urljoin(answer.request["PATH_INFO"], action))
                if not where.netloc:
                    getattr(client, method)(where.path, said | pressed, follow=True)


def _types_and_presses(links: Links) -> None:
    _presses(links, "111111")


SCANNERS: Final[Mapping[str, Scanner]] = {
    "asks for heads": _heads,
    "opens": _gets(),
    "opens as Safe Links": _gets(**{"User-Agent": _SAFE_LINKS}),
    "opens twice": _twice,
    "follows every link": _follows_every_link,
    "fetches beforehand": _gets(**{"Sec-Purpose": "prefetch;prerender", "Purpose": "prefetch"}),
    "fetches pictures": _gets(**_PROXY),
    "writes small letters": _changed(str.lower),
    "adds parameters": _changed(lambda path: f"{path}?utm_source=mail&url=x&sure=on&code=111111&claim=x"),
    "sends every form": _presses,
    "types figures and sends every form": _types_and_presses,
}
