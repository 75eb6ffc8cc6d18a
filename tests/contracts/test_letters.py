"""Every law × right with a form × kind of letter × language: the letter says all that it must, or a shop's statement is missing."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

import pytest

from requests_app.brands.models import Brand
from requests_app.brands.statements import STATEMENTS
from requests_app.correspondence.composing import drafted, on_the_page
from requests_app.correspondence.denials import Rests
from requests_app.correspondence.kinds import ON_THE_PAGE
from requests_app.jurisdictions import REGIMES
from requests_app.rights import RIGHTS
from requests_app.workflow.models import SubjectRequest
from tests.making import STATED

LAWS: Final = sorted(name for name, law in REGIMES.items() if not law.is_overlay)
LANGUAGES: Final = ("en", "fr")
OURS: Final = "privacy@shop.example"
REASON: Final = "Because of R & D <secret>."
RESTS: Final = Rests("unfounded", "The Act, s. 1", REASON)
LINKS: Final = {name: f"https://shop.example/{name}" for name in ("follow", "disown", "download")}
TOLD: Final[Mapping[str, Any]] = {
    "links": LINKS, "bundle": {"records": 3, "available_until": datetime(2026, 12, 6, 12, tzinfo=UTC)}, "reason": REASON,
    "parts": [{"title": "Orders", "why": "It was away."}], "until": date(2027, 2, 22), "clock": "some", "denial": RESTS,
}  # fmt: skip
KINDS: Final = ("proven", "handed_over", "taken_over", "extension", "answered", "answered_in_part", "refused")
ERASING: Final = ("proven", "handed_over", "extension", "cooling_off", "erased", "erased_in_part", "refused")
GONE: Final[Mapping[str, Any]] = {
    "gone": [{"title": "Orders", "said": "Your account: 1 record deleted"}], "temporary": True, "told": ["Shop Retail"],
    "kept": [
        {"title": "Orders: 2 records", "why": "The law orders it.", "law": "The Code", "until": "Till then.", "fields": "Fax"}
    ],
    "provisions": ["The Code"], "parts": [{"title": "Archive", "why": "It was away."}],
    "until": datetime(2026, 11, 25, 12, tzinfo=UTC),
}  # fmt: skip
ASKED: Final = {"asked": "Which shop?", "because": "There are two.", "amount": "20 EUR", "computed": "One hour.", "denial": RESTS}
# What a shop alone can say, and must: without it the answer is not sent (see brands/statements.py).
MISSING_WITHOUT_A_STATEMENT: Final = frozenset(STATEMENTS)


def a_shop(law: str, statements: Mapping[str, Any] = STATED) -> Brand:
    return Brand(
        slug="shop", name="Shop & Söhne", regime=law, establishment="FR", privacy_email=OURS, languages=list(LANGUAGES),
        statements=dict(statements),
    )  # fmt: skip


def a_request(law: str, right: str, language: str, shop: Brand | None = None) -> SubjectRequest:
    return SubjectRequest(
        brand=shop or a_shop(law), reference="DSR-7K4M-92QX", right=right, regime=law, regimes=[law], language=language,
        received_at=datetime(2026, 11, 22, 10, tzinfo=UTC), due_safe_on=date(2026, 12, 18), due_legal_on=date(2026, 12, 22),
    )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(
    ("kind", "without"), [("erased", ("kept", "parts")), ("erased_in_part", ("kept",)), ("erased_in_part", ("parts",))]
)
def test_an_erasure_says_what_it_must_whatever_stays(kind: str, without: tuple[str, ...], law: str, language: str) -> None:
    told = {"links": LINKS, **GONE, **dict.fromkeys(without, ())}
    letter = drafted(a_shop(law), kind, language=language, dsr=a_request(law, "erasure", language), **told)

    assert [code.key for code in letter.lacks] == []
    assert ("The law orders it. (The Code) Till then." in letter.text) == ("kept" not in without)
    assert ("It was away." in letter.text) == ("parts" not in without)


def letters(dsr: SubjectRequest, language: str) -> Iterator[tuple[str, Any]]:
    erases = dsr.right == "erasure"
    for kind in ERASING if erases else KINDS:
        told = TOLD if kind in KINDS else {"links": LINKS, **GONE}
        yield kind, drafted(dsr.brand, kind, language=language, dsr=dsr, **told)
    for about in ON_THE_PAGE:
        yield about, drafted(dsr.brand, "question", language=language, dsr=dsr, about=about, **TOLD)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("right", ["access", "erasure"])
@pytest.mark.parametrize("law", LAWS)
def test_every_letter_says_all_that_the_law_wants_of_it(law: str, right: str, language: str) -> None:
    for kind, letter in letters(a_request(law, right, language), language):
        assert [code.key for code in letter.lacks] == [], kind
        for gap in ("{{", "{%", "&amp;", "&lt;", "\n\n\n", " .\n", " . ", "()", " ,", "None"):
            assert gap not in letter.subject + letter.text, (kind, gap)
        assert "Söhne" in letter.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("right", [name for name, right in RIGHTS.items() if right.fulfilment == "replies"])
def test_an_answer_in_an_officers_words_says_all_that_each_law_wants_of_it(right: str, language: str) -> None:
    kinds = ("granted", "denied") if right in {"complaint", "appeal"} else ("replied",)
    told = {"links": LINKS, "reply": {"text": "These are our words.", "outcome": kinds[-1]}, "concerns": None}
    for law in LAWS:
        for kind in kinds:
            letter = drafted(a_shop(law), kind, language=language, dsr=a_request(law, right, language), **told)
            assert [code.key for code in letter.lacks] == [], (law, kind)
            assert "These are our words." in letter.text
            assert ("https://" in letter.text.replace(LINKS["follow"], "").replace(LINKS["disown"], "")) or kind != "denied"
            assert not re.search(r"\n{3,}|\{\{|&amp;| \. |None", letter.text), (law, kind)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("law", LAWS)
def test_without_the_shops_statements_only_answers_lack_something_and_only_those(law: str, language: str) -> None:
    for kind, letter in letters(a_request(law, "access", language, a_shop(law, {})), language):
        lacking = {code.key for code in letter.lacks}
        assert lacking <= (MISSING_WITHOUT_A_STATEMENT if kind.startswith("answered") else set()), kind
        assert all(code.laws == (law,) for code in letter.lacks)


def test_a_statement_in_another_language_is_none() -> None:
    shop = a_shop("eu-gdpr", {"automated_logic": {"en": "No machine decides alone."}})

    assert drafted(shop, "answered", language="en", dsr=a_request("eu-gdpr", "access", "en", shop), **TOLD).lacks == ()
    french = drafted(shop, "answered", language="fr", dsr=a_request("eu-gdpr", "access", "fr", shop), **TOLD)
    assert [code.key for code in french.lacks] == ["automated_logic"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("about", sorted(ON_THE_PAGE))
@pytest.mark.parametrize("law", LAWS)
def test_every_question_says_on_the_page_what_it_must(law: str, about: str, language: str) -> None:
    text = on_the_page(a_request(law, "access", language), about, **ASKED)

    assert ("Which shop?" in text) == (about != "fee")
    assert ("20 EUR" in text) == (about == "fee")
    assert not re.search(r"\n{3,}|\{\{|&amp;", text)


@pytest.mark.parametrize("law", LAWS)
def test_a_refusal_names_ground_provision_authority_and_a_remedy(law: str) -> None:
    text = drafted(a_shop(law), "refused", language="en", dsr=a_request(law, "access", "en"), **TOLD).text

    named = ("manifestly unfounded", "The Act, s. 1", REASON, "You may complain to the authorit", "https://")
    for said in (*named, "a person looks at it again"):
        assert said in text
