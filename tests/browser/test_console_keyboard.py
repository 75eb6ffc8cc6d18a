"""The desk without a mouse and without eyes: Tab goes through a page in the order in which it is read, and nothing is left out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page
from pytest_django import Settings

from requests_app.matching.models import MatchState
from requests_app.workflow.states import State
from tests.browser.scene import WRONG, Desk, a_case
from tests.browser.window import OFFICERS, Window, a_page
from tests.console.desk import a_candidate, a_match
from tests.console.plans import GONE, a_plan, an_erasure
from tests.making import a_brand, a_dsr, a_source

pytestmark = pytest.mark.django_db
MOST: Final = 250  # keys pressed on one page
# What can be reached by Tab, in the order of the page. Of radio buttons of one name Tab reaches one: the others are its arrows'.
_REACHABLE: Final = """() => {
  const found = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')];
  window.reachable = found.filter(one => {
    if (one.tabIndex < 0 || one.disabled || !one.checkVisibility({visibilityProperty: true})) return false;
    const closed = one.closest('details:not([open])');
    if (closed && one.tagName !== 'SUMMARY') return false;
    if (one.type !== 'radio') return true;
    const group = document.querySelectorAll(`input[type=radio][name="${one.name}"]`);
    const stop = [...group].find(other => other.checked) || group[0];
    return one === stop;
  });
  return window.reachable.length;
}"""
_HERE: Final = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return [one === document.body ? -1 : window.reachable.indexOf(one), ring, one.outerHTML.slice(0, 100)];
}"""


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    yield from a_page(chromium)


@pytest.fixture
def desk(page: Page, settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    settings.DSAR_VAULT = tmp_path / "vault"
    a_brand()
    window = Window(page, OFFICERS[:1])
    yield Desk(window)
    window.close()


def pages(desk: Desk) -> Iterator[str]:
    """Look at the queue, at a request, and at the pages on which an officer decides."""
    dsr = a_case()
    yield desk.look("console:queue")
    yield desk.look("console:detail", dsr.reference)
    for name in ("approve", "refuse", "extend", "talk"):
        yield desk.look(f"console:{name}", dsr.reference)
    doubtful = a_dsr(State.DECIDING, facts={"postcode": "75001"})
    a_match(doubtful, dsr.brand.sources.get(name="orders"), MatchState.DOUBTFUL, candidates=[a_candidate(1), a_candidate(2)])
    yield desk.look("console:match", doubtful.reference)
    plan = an_erasure()
    a_plan(plan, a_source("archive"), GONE)
    yield desk.look("console:approve_erasure", plan.reference)


def test_tab_goes_through_every_page_in_the_order_in_which_it_is_read(desk: Desk, page: Page) -> None:
    for _shown in pages(desk):
        many, here = page.evaluate(_REACHABLE), page.url
        page.evaluate("document.activeElement.blur(); getSelection().collapse(document.body, 0)")
        reached = []
        for _ in range(min(many, MOST)):
            page.keyboard.press("Tab")
            at, ring, what = page.evaluate(_HERE)
            assert ring or at < 0, (here, "no ring around", what)
            reached.append(at)
        assert reached[0] == 0, (here, "the first is the way past the masthead")
        assert reached == list(range(many)), (here, reached)
    assert desk.window.wrong == []


def test_a_request_is_read_out_from_the_whole_to_the_part(desk: Desk, page: Page) -> None:
    dsr = a_case()
    desk.look("console:detail", dsr.reference)
    page.set_viewport_size({"width": 1280, "height": 800})
    read = page.locator("body").aria_snapshot()

    wanted = (
        'link "Skip to the content"', "banner:", 'navigation "Places"', "main:", f'heading "{dsr.reference}" [level=1]',
        'link "Approve the answer"', 'navigation "Sections of the request"', "A system did not answer",
        'heading "What was asked" [level=2]', 'heading "Systems" [level=2]',
    )  # fmt: skip
    found = [read.find(one) for one in wanted]
    assert -1 not in found, (wanted[found.index(-1)], read)
    assert found == sorted(found), read


def test_what_is_wrong_is_read_out_before_the_form(desk: Desk, page: Page) -> None:
    desk.send("console:refuse", a_case().reference, status=WRONG)
    read = page.locator("main").aria_snapshot()

    assert page.title().startswith("Error:")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    assert read.find("Something needs another look") < read.find("On which ground?")
    for field in page.locator("[aria-invalid=true]").all():
        described = (field.get_attribute("aria-describedby") or "").split()
        assert any(page.locator(f"#{part}.error, #{part} .error").count() for part in described), field.get_attribute("name")
