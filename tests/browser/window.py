"""A real browser that shows pages without a server: what the views answer, with the styles, programs and headers they have.

One page is reused for all. It knows axe before anything is loaded, so that no page has to be given it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.http.response import HttpResponseBase
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Route

from tests.browser import axe

_SITE: Final = "https://sweep.test"
_PHONE: Final = (390, 844)
_ZOOMED: Final = (640, 400)  # 1280 x 800 at 200 %
_DESKTOP: Final = (1280, 800)
_TABLET: Final = (820, 1180)
_SET: Final = """([direction, letters]) => {
  document.documentElement.dir = direction; document.documentElement.style.fontSize = letters }"""
# Text that a box of a fixed size hides. What is out of sight on purpose (for screen readers, for programs) is no loss.
_LOOK: Final = """async ([rules, only]) => {
  const wrong = [], wide = document.documentElement.scrollWidth - window.innerWidth;
  if (wide > 0) {
    const out = one => Math.max(one.getBoundingClientRect().right - window.innerWidth, -one.getBoundingClientRect().left);
    const seen = [...document.body.querySelectorAll('*')].filter(one => !one.closest('.unseen, .rows thead'));
    const widest = seen.reduce((most, one) => out(one) >= out(most) ? one : most);
    wrong.push(`scrolls sideways by ${wide} px, for ${widest.outerHTML.slice(0, 160)}`);
  }
  if (document.querySelectorAll('h1').length !== 1) wrong.push('not one h1');
  const hides = style => [style.overflowX, style.overflowY].some(how => how === 'hidden' || how === 'clip');
  for (const one of document.querySelectorAll('main *, header *, footer *')) {
    if (one.scrollWidth <= one.clientWidth + 1 && one.scrollHeight <= one.clientHeight + 1) continue;
    if (one.clientWidth <= 2 || !one.innerText || !hides(getComputedStyle(one))) continue;
    if (!one.closest('.unseen, [aria-hidden=true]')) wrong.push(`cut off: ${one.outerHTML.slice(0, 160)}`);
  }
  if (!rules) return wrong;
  const judged = await axe.run(document, {runOnly: {type: only, values: rules}, resultTypes: ['violations'], preload: false});
  for (const found of judged.violations)
    for (const node of found.nodes) wrong.push(`${found.id} (${found.impact}): ${node.html} ${node.failureSummary}`);
  return wrong;
}"""


LOOKED_AT: Final[set[str]] = set()  # what the tests of customers' pages say that they show
Test = TypeVar("Test", bound=Callable[..., None])


def looks_at(*names: str) -> Callable[[Test], Test]:
    """Say which of the customers' pages a test shows; the window of that test sees to it that it did."""

    def said(test: Test) -> Test:
        LOOKED_AT.update(names)
        test.looks_at = frozenset(f"portal:{name}" for name in names)  # type: ignore[attr-defined]
        return test

    return said


@dataclass(frozen=True, slots=True)
class Way:
    """One way to look at a page; `rules` are axe's, by tag or, for `only` "rule", by name. `once`: not at its later states."""

    name: str
    size: tuple[int, int]
    scheme: Any = "light"
    direction: str = "ltr"
    letters: str = ""
    rules: tuple[str, ...] = ()
    only: str = "tag"
    once: bool = False


_ALL: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_COLOURS: Final = ("color-contrast", "link-in-text-block")
CUSTOMERS: Final = (
    Way("phone", _PHONE, rules=_ALL),
    Way("right to left", _PHONE, direction="rtl"),
    Way("zoomed", _ZOOMED, "dark", rules=_COLOURS, only="rule"),
    Way("large letters", _ZOOMED, "dark", letters="200%"),
    Way("desktop", _DESKTOP, "dark"),
)
OFFICERS: Final = (
    Way("desktop", _DESKTOP, rules=_ALL),
    Way("tablet, dark", _TABLET, "dark", rules=(*_COLOURS, "target-size"), only="rule", once=True),
    Way("phone, dark", _PHONE, "dark"),
)


def a_page(chromium: Browser) -> Iterator[Page]:
    """One page of one browser, which knows axe."""
    context = chromium.new_context(reduced_motion="reduce", locale="en-GB")
    context.add_init_script(axe.script())
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


@dataclass
class Window:
    """Shows answers one after the other, in all `ways`, and collects what is wrong with them."""

    page: Page
    ways: tuple[Way, ...]
    wrong: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    answer: HttpResponseBase | None = None
    look_css: HttpResponseBase | None = None
    now: str = ""
    _set: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.page.route("**/*", self._serve)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.wrong.append(f"{self.now}: {error}"))

    def close(self) -> None:
        self.page.goto("about:blank")  # a page that asks again every few seconds would ask the network
        self.page.unroute_all()
        self.page.remove_listener("console", self._heard)

    def look(self, name: str, answer: HttpResponseBase) -> None:
        """Show `answer` in every way; a redirect is followed first."""
        while answer.status_code in {302, 303}:
            answer = answer.client.get(answer["Location"])  # type: ignore[attr-defined]
        self.now, self.answer = name, answer
        shown: str = answer.resolver_match.view_name  # type: ignore[attr-defined]
        self.page.goto(f"{_SITE}{answer.request['PATH_INFO']}")  # type: ignore[attr-defined]
        for way in self.ways:
            if not (way.once and shown in self.seen):
                self._look(way)
        self.seen.add(shown)

    def _look(self, way: Way) -> None:
        if self._set.get("size") != way.size:
            self.page.set_viewport_size({"width": way.size[0], "height": way.size[1]})
        if self._set.get("scheme") != way.scheme:
            self.page.emulate_media(color_scheme=way.scheme)
        self._set = {"size": way.size, "scheme": way.scheme}
        self.page.evaluate(_SET, [way.direction, way.letters])
        found = self.page.evaluate(_LOOK, [list(way.rules) or None, way.only])
        self.wrong += [f"{self.now}, {way.name}: {what}" for what in found]

    def _heard(self, message: ConsoleMessage) -> None:
        # A page that says "not found" or "wrong" by its status is no fault of the page.
        if message.type in {"error", "warning"} and "the server responded with a status" not in message.text:
            self.wrong.append(f"{self.now}: {message.text}")

    def _serve(self, route: Route, request: Request) -> None:
        """Answer the browser. The database cannot be asked from here: Playwright calls this from another context."""
        path = urlsplit(request.url).path
        kept = self.answer if request.is_navigation_request() else self.look_css if path.endswith("/look.css") else None
        found = finders.find(path.removeprefix("/static/")) if path.startswith("/static/") else None
        if request.headers.get("hx-request"):
            route.fulfill(status=204)  # what a page asks for by itself later
        elif kept is not None:
            route.fulfill(status=kept.status_code, headers=dict(kept.items()), body=kept.content)  # type: ignore[attr-defined]
        elif found is not None:
            route.fulfill(path=Path(str(found)))
        else:
            self.wrong.append(f"{self.now}: there is no {path}")
            route.abort()
