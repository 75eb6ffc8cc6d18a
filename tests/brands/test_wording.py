"""A brand's own words in letters: where they stand, what is filled in, and what cannot be said."""

from typing import Any

import pytest
from django.utils.translation import override

from requests_app.brands.models import Brand
from requests_app.brands.wording import LONGEST, passages, problems
from requests_app.correspondence.services import said
from tests.making import a_brand, a_dsr


def brand(**fields: Any) -> Brand:
    return Brand(slug="shop", name="The Shop", privacy_email="privacy@shop.example", **fields)


def test_without_words_of_its_own_a_brand_uses_ours() -> None:
    with override("fr"):
        ours = passages(brand(privacy_phone="+33 1"), "fr", "DSR-1")

    assert ours == {
        "greeting": "Bonjour,",
        "closing": "Une question\u00a0? Écrivez à privacy@shop.example ou appelez le +33 1.",
        "signature": "The Shop, protection des données",
    }


def test_without_a_telephone_nobody_is_told_to_call() -> None:
    with override("en"):
        assert passages(brand(), "en", "DSR-1")["closing"] == "Questions? Write to privacy@shop.example."


def test_each_passage_of_each_language_is_replaced_by_itself() -> None:
    own = {"en": {"closing": "{reference}: {email}, {phone}, {brand}"}}
    with override("en"):
        words = passages(brand(wording=own, privacy_phone="+33 1"), "en", "DSR-1")

    assert words["closing"] == "DSR-1: privacy@shop.example, +33 1, The Shop"
    assert words["greeting"] == "Hello,"


@pytest.mark.django_db
def test_a_letter_is_written_in_the_brands_words_and_they_are_never_a_template() -> None:
    own = {"en": {"greeting": "{{ 7 }} {% now %} <b>Hi</b>"}}
    dsr = a_dsr(brand=a_brand(wording=own))

    _subject, text = said(dsr, "withdrawn", language="en")

    assert text.startswith("{{ 7 }} {% now %} <b>Hi</b>\n")
    assert "O-Jewels, data protection" in text


@pytest.mark.parametrize(
    ("wording", "said_of_it"),
    [
        ([], "must be a mapping by language"),
        ({"de": {}}, "de: the brand does not speak it"),
        ({"en": "Hi"}, "en: must be a mapping"),
        ({"en": {"subject": "x"}}, "en.subject: no such passage; there are greeting, closing, signature"),
        ({"en": {"greeting": 7}}, "en.greeting: must be words"),
        ({"en": {"greeting": " "}}, "en.greeting: must be words"),
        ({"en": {"greeting": "x" * (LONGEST + 1)}}, "en.greeting: must be words"),
        ({"en": {"greeting": "Dear {name},"}}, "en.greeting: no such placeholder: {name}"),
        ({"en": {"greeting": "{brand.privacy_email}"}}, "no such placeholder: {brand.privacy_email}"),
        ({"en": {"greeting": "{brand!r}"}}, "no such placeholder: {brand!r}"),
        ({"en": {"greeting": "{0}"}}, "no such placeholder: {0}"),
        ({"en": {"greeting": "{brand"}}, "a brace stands alone"),
        ({"en": {"greeting": "{{brand}}"}}, "a brace stands alone"),
        ({"en": {"greeting": "Hi\u202e"}}, "an invisible character"),
    ],
)
def test_what_cannot_be_said_is_told_with_its_place(wording: Any, said_of_it: str) -> None:
    assert said_of_it in " | ".join(problems(wording, ["en", "fr"]))


def test_what_can_be_said_has_no_problem() -> None:
    assert list(problems({"fr": {"closing": "Deux\nlignes, {reference}"}, "en": {}}, ["en", "fr"])) == []
