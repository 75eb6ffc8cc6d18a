import re
import shutil
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from pytest_django.fixtures import Settings

from requests_app.bundle.information import information
from requests_app.bundle.material import FilePart, Material, SystemState
from requests_app.connectors.base import Origin
from requests_app.vault.rows import Kind
from tests.browser import axe
from tests.bundle.conftest import a_collection, a_field, a_part, a_system, held
from tests.bundle.reading import Tags, opened, page, saved, with_records

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    '"><script>alert(1)</script>',
    "'\" autofocus onfocus=alert(1) x='",
    "</style><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</details></div><iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<a href=javascript:alert(1)>x</a>",
    "javascript:alert(1)",
    "https://evil.example/?leak",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<base href=https://evil.example/>",
    "{{ 7|add:7 }}{% load static %}",
    "<!--><script>alert(1)</script>-->",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "\u202e<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<form action=https://evil.example/><button>x</button></form>",
    "<object data=data:text/html,<script>alert(1)</script>></object>",
]


def poisoned(material: Material, payload: str) -> Material:
    """Put `payload` into everything that comes from outside: values, names of files, titles, the person, the officer's words."""
    info = a_collection(
        "notes", a_field("a", title=payload), a_field("b", is_file=True), withheld=(a_field("c", title=payload),), topic=payload,
        title={"en": payload}, retention={"en": payload}, origins=(Origin({"en": payload}),),
    )  # fmt: skip
    wide = a_collection("wide", *(a_field(f"f{number}") for number in range(9)))
    scan = FilePart(0, "b", payload, payload, a_part(Kind.FILE, [b"x"]))
    several = a_collection("several", a_field("a"), a_field("empty", title=payload))
    failed = replace(material.systems[1], state=SystemState.FAILED, fault=payload, reason=payload, collections=())
    return replace(
        material,
        person=(("name", payload), (payload, payload)),
        reference=payload,
        law=payload,
        systems=(
            a_system(
                payload,
                held(info, [{"a": payload, "b": payload}], (scan,)),
                held(wide, [{f"f{number}": [payload] if number else payload for number in range(9)}] * 2),
                held(several, [{"a": payload}, {"a": {payload: payload}}]),
            ),
            failed,
        ),
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        yield chromium
        chromium.close()


@pytest.mark.threat("5.04")
@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_a_source_holds_is_text_and_never_markup(material: Material, payload: str) -> None:
    evil = poisoned(material, payload)

    for text in (page(evil), b"".join(information(evil)).decode()):
        assert not Tags(text).foreign
    assert any(payload in text for text in Tags(page(evil)).texts)


@pytest.mark.threat("5.04")
def test_the_judge_of_markup_sees_a_page_that_does_not_escape(material: Material, settings: Settings) -> None:
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"OPTIONS": settings.TEMPLATES[0]["OPTIONS"] | {"autoescape": False}}]

    assert len([payload for payload in PAYLOADS if Tags(page(poisoned(material, payload))).foreign]) >= 15


@pytest.mark.threat("5.04")
def test_a_browser_runs_nothing_and_asks_for_nothing(material: Material, browser: Browser, tmp_path: Path) -> None:
    tab, watch = opened(browser, saved(tmp_path, material))
    for payload in PAYLOADS:
        tab.goto(saved(tmp_path, poisoned(material, payload)).as_uri())

        assert tab.evaluate("document.scripts.length") == 0
        assert not watch.harm, payload


@pytest.mark.threat("5.04")
def test_the_policy_stops_what_escaping_would_let_through(
    material: Material, browser: Browser, tmp_path: Path, settings: Settings
) -> None:
    """A second lock: with escaping off, the policy alone keeps scripts from running and pictures from loading."""
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"OPTIONS": settings.TEMPLATES[0]["OPTIONS"] | {"autoescape": False}}]
    _, watch = opened(browser, saved(tmp_path, poisoned(material, "<script>alert(1)</script><img src=https://evil.example/x>")))

    assert "dialog" not in watch.harm
    assert any("Content Security Policy" in harm for harm in watch.harm)


def test_the_policy_allows_the_one_stylesheet_and_nothing_else(material: Material) -> None:
    text = page(material)
    style = re.search("<style>(.*?)</style>", text, re.DOTALL)
    assert style
    digest = b64encode(sha256(style[1].encode()).digest()).decode()

    assert f"default-src &#x27;none&#x27;; style-src &#x27;sha256-{digest}&#x27;" in text
    assert "--accent: #7a3b12" in style[1]


@pytest.mark.parametrize("look", ["</style><script>", "@import 'x'", ":root{background:url(https://evil.example)}"])
def test_a_look_that_is_more_than_colours_is_refused(material: Material, look: str) -> None:
    with pytest.raises(ValueError, match="look"):
        page(replace(material, brand=replace(material.brand, look=look)))


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    material: Material, browser: Browser, tmp_path: Path, scheme: str, width: int
) -> None:
    row = {f"f{number}": "x" * 90 for number in range(9)}
    wide = held(a_collection("wide", *(a_field(name) for name in row)), [row] * 3)
    failed = replace(a_system("failed"), state=SystemState.FAILED)
    path = saved(tmp_path, replace(material, systems=(*material.systems, a_system("more", wide), failed)))
    for name in ("index.html", "information.html"):
        size = {"width": width, "height": 900}
        tab, watch = opened(browser, path.with_name(name), color_scheme=scheme, viewport=size, bypass_csp=True)

        assert not watch.harm
        assert axe.findings(tab) == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        tab.context.close()


def test_on_paper_folded_tables_are_open_and_topics_begin_a_page(material: Material, browser: Browser, tmp_path: Path) -> None:
    rows = [{"a": f"row-{number}"} for number in range(60)]
    folded = held(a_collection("notes", a_field("a")), rows)
    tab, _ = opened(browser, saved(tmp_path, with_records(material, folded)))

    assert tab.locator("text=row-59").is_hidden()
    tab.emulate_media(media="print")
    assert tab.locator("text=row-59").is_visible()
    assert tab.evaluate("getComputedStyle(document.querySelector('.topic')).breakBefore") == "page"
