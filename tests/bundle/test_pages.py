import re
import shutil
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from playwright.sync_api import Browser, Dialog, Page, Request, sync_playwright
from pytest_django.fixtures import Settings

from requests_app.bundle import words
from requests_app.bundle.cells import LONGEST
from requests_app.bundle.information import information
from requests_app.bundle.material import CollectionPart, FilePart, Material, SystemState
from requests_app.bundle.pages import ROWS_SHOWN, index
from requests_app.vault.rows import Kind
from tests.browser import axe
from tests.bundle.conftest import a_collection, a_field, a_part, a_system, held

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


def poisoned(material: Material, payload: str) -> Material:
    """Put `payload` into everything that comes from outside: values, names of files, titles, the person, the officer's words."""
    info = a_collection(
        "notes", a_field("a", title=payload), a_field("b", is_file=True), withheld=(a_field("c", title=payload),), topic=payload,
        title={"en": payload}, retention={"en": payload}, origins=({"en": payload},),
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


def test_the_cover_names_brand_person_dates_law_and_what_was_searched(material: Material) -> None:
    text = shown(material)

    for part in (
        "Your data at O Jewels", "Ada Example", "ada@example.com", "DSR-7K4M-92", "20 November 2026", "22 November 2026, 11:31",
        "GDPR, Art. 15", "Orders 3 records, 1 file", "Marketing Nothing about you",
    ):  # fmt: skip
        assert part in text
    assert "not complete" not in text
    assert "We hold nothing" not in text


def test_amounts_dates_and_choices_are_in_the_customers_format(material: Material) -> None:
    english, french = shown(material), shown(replace(material, language="fr"))

    assert "1,195.5" in english
    assert "30 Jun 2024, 09:22" in english
    assert "2 Jan 2025" in english
    assert "Yes" in english
    assert "1\u202f195,5" in page(replace(material, language="fr")) or "1\xa0195,5" in page(replace(material, language="fr"))
    assert "2 jan" in french.lower()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2024-02-30", "2024-02-30"),
        ("0000-00-00T00:00:00Z", "0000-00-00T00:00:00Z"),
        ("2024-06-30 07:22:00", "30 Jun 2024, 07:22"),
        ("+33 6 39 98 10 01", "+33 6 39 98 10 01"),
        ("1195.5", "1195.5"),
        (10**20, "1" + "0" * 20),
        ({"a": ["ü"]}, '{"a": ["ü"]}'),
        ("x" * (LONGEST + 1), "x" * LONGEST + " … (the rest is in the data files)"),
    ],
)
def test_other_values_are_shown_as_they_are(material: Material, value: object, text: str) -> None:
    assert text in shown(with_records(material, held(a_collection("notes", a_field("a")), [{"a": value}])))


def test_codes_have_words_where_there_are_words(material: Material) -> None:
    country = a_field("country", categories=("user.contact.address.country",))
    language = a_field("language", categories=("user.demographic.language",))
    flag = a_field("flag", "boolean")
    text = shown(
        with_records(
            material, held(a_collection("notes", country, language, flag), [{"country": "CH", "language": "fr", "flag": 1}])
        )
    )

    assert "Switzerland" in text
    assert "French" in text
    assert "Flag Yes" in text


def test_long_tables_show_the_first_rows_and_point_to_the_rest(material: Material) -> None:
    rows = [{"a": f"row-{number}"} for number in range(ROWS_SHOWN + 1)]
    text = shown(with_records(material, held(a_collection("notes", a_field("a")), rows)))

    assert f"row-{ROWS_SHOWN - 1}" in text
    assert f"row-{ROWS_SHOWN} " not in text
    assert "These are the first 1,000 of 1,001 records. All of them are in data/orders/notes.csv." in text


def test_columns_without_anything_are_named_and_take_no_room(material: Material) -> None:
    text = page(material)

    assert 'data-label="Note"' not in text
    assert "Nothing stands in: Note." in " ".join(text.split())


def test_what_is_withheld_is_named(material: Material) -> None:
    assert "Not shown, because it is about other people: Recipient name." in shown(material)


def test_a_file_is_linked_from_its_record(material: Material) -> None:
    assert '<a href="files/orders/warranties-1.pdf">PDF document</a>' in page(material)


def test_a_collection_without_json_points_to_its_table(material: Material) -> None:
    part = replace(held(a_collection("notes", a_field("a")), [{"a": "buried"}]), json=None)
    text = shown(with_records(material, part))

    assert "data/orders/notes.csv" in text
    assert "buried" not in text


def test_nothing_held_is_an_answer_of_its_own(nothing: Material) -> None:
    text = shown(nothing)

    assert "We hold nothing about you" in text
    assert "What we hold" not in text
    assert "We hold nothing about you. This is who we are" in Tags(b"".join(information(nothing)).decode()).words


@pytest.mark.threat("4.06")
def test_a_partial_answer_says_on_page_one_what_is_missing_and_that_it_follows(partial: Material) -> None:
    text = shown(partial)
    first = text[: text.index("What we searched")]

    assert "This answer is not complete yet" in first
    assert "This system could not be reached. The server moves." in first
    assert "A supplement with what is missing follows" in first
    assert "Marketing No answer yet" in text


def test_an_answer_without_one_system_never_says_that_nothing_is_held(nothing: Material) -> None:
    orders, marketing = nothing.systems

    assert "We hold nothing" not in shown(
        replace(nothing, systems=(orders, replace(marketing, state=SystemState.FAILED, collections=())))
    )


def test_a_later_copy_says_that_it_replaces_the_earlier_one(material: Material) -> None:
    assert "This copy replaces the one you had from us before" in shown(replace(material, number=2))


@pytest.mark.promise("O1")
@pytest.mark.promise("O12")
def test_the_information_names_purposes_categories_recipients_terms_sources_transfers_rights_and_authority(
    material: Material,
) -> None:
    text = Tags(b"".join(information(material)).decode()).words

    for part in (
        "To sell and deliver A contract with you Your orders · Your warranties", "Your customer account", "Colis Direct Delivery",
        "Payline United States Standard contractual clauses", "Five years", "You gave it to us", "You may have data erased", "CNIL",
        "https://www.cnil.fr", "10 rue A Paris", "privacy@o.example",
    ):  # fmt: skip
        assert part in text
    assert "Colis Direct France Standard" not in text
    assert "letters" not in text


def test_every_word_list_answers_what_it_does_not_know() -> None:
    with translation.override("en"):
        assert words.topic("gift_cards") == "Gift cards"
        assert words.category("user.name.middle") == "Your name"
        assert words.category("martian") == "Other data about you"
        assert words.legal_basis("own_reason") == "Own reason"
        assert words.recipient("drone_firm") == "Drone firm"
        assert words.safeguard("ad hoc clauses") == "ad hoc clauses"
        assert words.country("XX") == "XX"
        assert words.fault("?") == "This system gave no complete answer."
        assert words.file_type("application/x-tar") == "File"
        assert words.said({"en": "a", "fr": "b"}, "fr-CA") == "b"
        assert words.said({"en": "a"}, "de") == "a"


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
