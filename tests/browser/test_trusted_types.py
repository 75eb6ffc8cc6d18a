"""What the desk fetches by itself becomes part of a page only if nothing in it is live (T-8.02)."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from requests_app.workflow.states import State
from tests.browser.conftest import NewPage
from tests.console.desk import an_officer, at_the_desk
from tests.making import a_dsr

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.threat("8.02")]
LIVE = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<a href=javascript:alert(1)>x</a>", "<p onclick=alert(1)>x</p>",
    "<a href='java\tscript:alert(1)'>x</a>", "<iframe srcdoc='<b>x</b>'></iframe>", "<form action='data:text/html,x'></form>",
    "<button formaction=javascript:alert(1)>x</button>", "<object data=x></object>", "<embed src=x>",
    "<link rel=stylesheet href=x>", "<style>p{}</style>", "<p style='color:red'>x</p>",
    "<svg><use href='data:image/svg+xml,x'></use></svg>", "<svg><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "<template><img src=x onerror=alert(1)></template>", "<div><template shadowrootmode=open>x</template></div>",
    "<p hx-on:click='alert(1)'>x</p>", "<p hx-get='/x' hx-trigger=load>x</p>", "<p data-hx-get='/x'>x</p>",
    "<math><mi>x</mi></math>", "<noscript><img src=x onerror=alert(1)></noscript>", "<svg onload=alert(1)></svg>",
    "<details open ontoggle=alert(1)>x</details>",
)  # fmt: skip
LEADS_AWAY = ("<base href='//evil.example/'>", "<meta http-equiv=refresh content=0>")
CALM = "<p id=calm>5 &lt; 6, and onclick=alert(1) &lt;script&gt; are words <a href='/console/'>here</a> <svg class=icon></svg></p>"
FETCH = """() => new Promise((done) => {
  document.addEventListener("htmx:afterSwap", () => done("swapped"), {once: true});
  document.addEventListener("htmx:onLoadError", () => done("refused"), {once: true});
  htmx.ajax("GET", "/fetched", {target: "#rows", swap: "innerHTML"});
})"""


@pytest.fixture
def queue(new_page: NewPage, live_server: LiveServer) -> Page:
    a_dsr(State.COLLECTING)
    session = at_the_desk(an_officer()).cookies[settings.SESSION_COOKIE_NAME].value
    page = new_page()
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page.goto(f"{live_server.url}/console/")
    return page


def answering(page: Page, *, body: Callable[[], str]) -> None:
    def answer(route: Route) -> None:
        route.fulfill(content_type="text/html", body=body())

    page.route("**/fetched", answer)


def test_nothing_live_gets_into_a_page_and_what_is_calm_does(queue: Page) -> None:
    said = ""
    answering(queue, body=lambda: f"<p class=mark>{said}</p>")
    taken = []
    for said in (*LIVE, *LEADS_AWAY):
        taken += [said] if queue.evaluate(FETCH) == "swapped" else []
    assert (taken, queue.locator(".mark").count()) == ([], 0)

    said = CALM
    assert queue.evaluate(FETCH) == "swapped"
    expect(queue.locator("#calm")).to_contain_text("onclick=alert(1) <script> are words")


def test_what_the_policy_refuses_gets_in_where_it_refuses_nothing(queue: Page) -> None:
    """The positive control: with a policy that lets all through, every one of them is swapped in."""
    program = finders.find("trusted.js")
    assert isinstance(program, str)
    lenient = "trustedTypes.createPolicy('default', {createHTML: (text) => text})"
    queue.route("**/trusted*.js", lambda route: route.fulfill(content_type="text/javascript", body=lenient))
    queue.reload()
    said = ""
    answering(queue, body=lambda: f"<p class=mark>x</p>{said}")
    taken = []
    for said in LIVE:
        taken += [said] if queue.evaluate(FETCH) == "swapped" else []
    assert taken == list(LIVE)


def test_no_program_makes_markup_of_text_without_a_policy(queue: Page) -> None:
    made = queue.evaluate(
        """() => ['default', 'another'].map((name) => {
          try { trustedTypes.createPolicy(name, {createHTML: (text) => text}); return 'made'; } catch { return 'refused'; }
        })""",
    )
    assert made == ["refused", "refused"]
    tried = queue.evaluate(
        "() => { try { document.body.innerHTML = '<p onclick=x>'; return 'done'; } catch { return 'refused'; } }"
    )
    assert tried == "refused"


def test_the_portal_knows_no_policy_at_all(new_page: NewPage, live_server: LiveServer) -> None:
    a_dsr()
    page = new_page()
    page.goto(f"{live_server.url}/o-jewels/en/")
    tried = page.evaluate(
        """() => [
          () => trustedTypes.createPolicy('default', {}),
          () => { document.body.innerHTML = '<p>x</p>'; },
          () => new Worker('/static/effort-worker.js'),
        ].map((deed) => { try { deed(); return 'done'; } catch { return 'refused'; } })""",
    )
    assert tried == ["refused"] * 3
