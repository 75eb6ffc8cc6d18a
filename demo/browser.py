"""A browser small enough to read: cookies, redirects, and forms filled in by the names of their fields."""

import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Final
from urllib.parse import urlencode, urljoin, urlsplit

TIMEOUT: Final = 60  # seconds


class NotThere(Exception):
    """A page lacks what a person would look for on it. The text names the page's path and what was sought."""


@dataclass(slots=True)
class Form:
    """One form of a page: where it goes, what it holds as it came, and its buttons (name, value, words)."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)

    def filled(self, answers: Mapping[str, str], button: tuple[str, str, str] | None) -> list[tuple[str, str]]:
        kept = [(name, value) for name, value in self.values if name not in answers]
        pressed = [(button[0], button[1])] if button and button[0] else []
        return kept + list(answers.items()) + pressed


@dataclass(frozen=True, slots=True)
class Page:
    """What a server answered. `body` is empty for a page that was saved to a file."""

    url: str
    status: int
    headers: "Message[str, str]"
    body: bytes
    forms: tuple[Form, ...]
    links: tuple[tuple[str, str], ...]
    words: str

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def form(self, *names: str, button: str = "") -> Form:
        """Return the first form with fields of all `names`, and a button whose words contain `button`.

        Raises:
            NotThere: the page has none.
        """
        for form in self.forms:
            fits = not button or any(button.casefold() in words.casefold() for _, _, words in form.buttons)
            if fits and form.names.issuperset(names):
                return form
        sought = ", ".join((*names, button))
        raise NotThere(f"{self.path} ({self.status}) has no form with {sought}. It says: {self.words[:300]}")

    def link(self, part: str) -> str:
        """Return the address of the first link whose address or words contain `part`.

        Raises:
            NotThere: the page has none.
        """
        for address, words in self.links:
            if part.casefold() in address.casefold() or part.casefold() in words.casefold():
                return address
        raise NotThere(f"{self.path} ({self.status}) has no link with {part}. It says: {self.words[:300]}")


class Browser:
    """One person's browser. Proxies of the environment are not used."""

    def __init__(self, base: str, language: str = "en") -> None:
        self.base = base
        self.jar = CookieJar()
        cookies = urllib.request.HTTPCookieProcessor(self.jar)
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies)
        self.opener.addheaders = [("User-Agent", "demo-headless"), ("Accept-Language", language), ("Accept", "text/html,*/*")]

    def open(self, address: str, data: bytes | None = None) -> Page:
        """Fetch a page; `address` may be relative to the base. Redirects are followed, as a person would see it."""
        url = urljoin(self.base, address)
        request = urllib.request.Request(url, data=data)  # noqa: S310  # only what the shop itself links to
        if data is not None:
            origin = urlsplit(url)
            request.add_header("Origin", f"{origin.scheme}://{origin.netloc}")
            request.add_header("Referer", url)
        try:
            with self.opener.open(request, timeout=TIMEOUT) as answer:
                return _page(answer.geturl(), answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as refusal:
            with refusal:
                return _page(refusal.geturl() or url, refusal.code, refusal.headers, refusal.read())

    def submit(self, page: Page, form: Form, answers: Mapping[str, str] | None = None, button: str = "") -> Page:
        """Fill in `form` of `page` and press the button whose words contain `button`, or the first one.

        Raises:
            NotThere: no button has these words.
        """
        fitting = [b for b in form.buttons if button.casefold() in b[2].casefold()]
        if button and not fitting:
            raise NotThere(f"{page.path} has no button {button}, but {[words for _, _, words in form.buttons]}")
        fields = form.filled(answers or {}, fitting[0] if fitting else None)
        target = urljoin(page.url, form.action)
        if form.method == "get":
            return self.open(f"{target}?{urlencode(fields)}")
        return self.open(target, urlencode(fields).encode())


def _page(url: str, status: int, headers: "Message[str, str]", body: bytes) -> Page:
    if headers.get_content_type() != "text/html":
        return Page(url, status, headers, body, (), (), "")
    reader = _Reader()
    reader.feed(body.decode(headers.get_content_charset() or "utf-8", "replace"))
    reader.close()
    links = tuple((urljoin(url, address), words) for address, words in reader.links)
    return Page(url, status, headers, body, tuple(reader.forms), links, " ".join(reader.words))


class _Reader(HTMLParser):
    """Gathers forms, links and words of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._open: list[Form] = []
        self._outside: dict[str, Form] = {}
        self._gathering: dict[str, list[str]] = {}
        self._current: dict[str, dict[str, str]] = {}
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        match tag:
            case "form":
                form = Form(attributes.get("action", ""), attributes.get("method", "get").lower())
                self.forms.append(form)
                self._open.append(form)
                self._outside[attributes.get("id", "")] = form
            case "input":
                self._input(attributes)
            case "a" | "textarea" | "button" | "select":
                self._current[tag], self._gathering[tag] = attributes, []
                self._name(attributes)
            case "option":
                self._option(attributes)
            case "script" | "style":
                self._hidden += 1

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "form" if self._open:
                self._open.pop()
            case "script" | "style":
                self._hidden -= 1
            case "a" | "textarea" | "button" | "select" if tag in self._gathering:
                self._close(tag, self._current.pop(tag), "".join(self._gathering.pop(tag)))

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        for gathered in self._gathering.values():
            gathered.append(data)
        if data.strip():
            self.words.append(" ".join(data.split()))

    def _form(self, attributes: Mapping[str, str]) -> Form | None:
        if "form" in attributes:
            return self._outside.get(attributes["form"])
        return self._open[-1] if self._open else None

    def _name(self, attributes: Mapping[str, str]) -> None:
        form = self._form(attributes)
        if form is not None and attributes.get("name"):
            form.names.add(attributes["name"])

    def _input(self, attributes: dict[str, str]) -> None:
        form, kind = self._form(attributes), attributes.get("type", "text").lower()
        if form is None:
            return
        name, value = attributes.get("name", ""), attributes.get("value", "")
        if kind in ("submit", "image", "button"):
            form.buttons.append((name, value, value))
            return
        self._name(attributes)
        if name and "disabled" not in attributes and (kind not in ("checkbox", "radio") or "checked" in attributes):
            form.values.append((name, "on" if kind in ("checkbox", "radio") and "value" not in attributes else value))

    def _option(self, attributes: dict[str, str]) -> None:
        select = self._current.get("select", {})
        form = self._form(select)
        if form is not None and select.get("name") and "selected" in attributes:
            form.values.append((select["name"], attributes.get("value", "")))

    def _close(self, tag: str, attributes: dict[str, str], text: str) -> None:
        words, form = " ".join(text.split()), self._form(attributes)
        if tag == "a" and attributes.get("href"):
            self.links.append((attributes["href"], words))
        elif tag == "textarea" and form is not None and attributes.get("name"):
            form.values.append((attributes["name"], text.removeprefix("\n")))
        elif tag == "button" and form is not None and attributes.get("type", "submit") == "submit":
            form.buttons.append((attributes.get("name", ""), attributes.get("value", ""), words))


def addresses(text: str, part: str) -> Iterator[str]:
    """Yield every web address in plain text that contains `part`."""
    for word in text.split():
        if word.startswith(("http://", "https://")) and part in word:
            yield word.rstrip(".,;>)")
