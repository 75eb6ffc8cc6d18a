"""Officers read a shop's letters before a customer does."""

import re
from html import unescape

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from requests_app.brands.models import Brand
from requests_app.console.previews import kinds
from requests_app.correspondence.models import Letter
from requests_app.workflow.models import SubjectRequest
from tests.console.desk import an_officer, at_the_desk
from tests.making import a_brand

pytestmark = pytest.mark.django_db
OWN = {"en": {"greeting": "Dear friend of {brand},"}, "fr": {"signature": "{brand} <la maison> {reference}"}}


@pytest.fixture
def shop() -> Brand:
    return a_brand(wording=OWN, privacy_phone="+33 1 99 00 10 10", authority={"name": "CNIL", "url": "https://www.cnil.fr"})


def page(shop: Brand, language: str) -> str:
    client = at_the_desk(an_officer(brand=shop))
    return client.get(reverse("console:previews", args=[shop.slug, language])).content.decode()


def test_every_letter_to_customers_stands_there_with_the_shops_own_words(shop: Brand) -> None:
    said = page(shop, "en")

    assert len(kinds()) >= 9
    assert said.count("<article") == len(kinds())
    assert said.count("Dear friend of O-Jewels,") == len(kinds())
    assert "O-Jewels, data protection" in said
    assert "officer_" not in said


def test_each_language_has_its_own_and_what_is_typed_is_words(shop: Brand) -> None:
    said = page(shop, "fr")

    assert "Bonjour," in said
    assert "O-Jewels &lt;la maison&gt; DSR-7K4M-92QX" in said
    assert "Dear friend" not in said
    assert 'class="words" lang="fr"' in said
    assert re.search(r'<a href="[^"]*/fr/" lang="fr" aria-current="page">', said)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_gap_is_left_in_any_letter(shop: Brand, language: str) -> None:
    texts = re.findall(r'<div class="words"[^>]*>(.*?)</div>', unescape(page(shop, language)), re.DOTALL)

    assert len(texts) == len(kinds())
    for gap in ("{{", "{%", "None", " .", "()", "\n\n\n", " le ."):
        assert [text for text in texts if gap in text] == [], gap


def test_it_writes_nothing_and_shows_nobody(shop: Brand) -> None:
    page(shop, "en")

    assert not SubjectRequest.objects.exists()
    assert not Letter.objects.exists()


def test_only_shops_one_works_for_and_languages_they_speak(shop: Brand) -> None:
    a_brand("maison-s")
    client = at_the_desk(an_officer(brand=shop))

    assert client.get(reverse("console:previews", args=["maison-s", "en"])).status_code == 404
    assert client.get(reverse("console:previews", args=["o-jewels", "de"])).status_code == 404
    assert client.get(reverse("console:previews_first"))["Location"] == "/console/letters/o-jewels/en/"


def test_whoever_works_for_no_shop_is_told_so(shop: Brand) -> None:
    officer = an_officer(brand=shop)
    client = at_the_desk(officer)
    officer.memberships.all().delete()

    assert "You work for no shop yet" in client.get(reverse("console:previews_first")).content.decode()


@pytest.mark.pages("console:previews", "console:previews_first")
def test_the_page_costs_the_same_for_every_letter(shop: Brand, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = at_the_desk(an_officer(brand=shop))
    with django_assert_num_queries(7):
        client.get(reverse("console:previews", args=[shop.slug, "fr"]))
    with django_assert_num_queries(3):
        client.get(reverse("console:previews_first"))


@pytest.mark.parametrize(
    ("language", "acts", "lies"),
    [
        ("en", "the person for whom you act", "It comes with this letter."),
        ("fr", "la personne pour laquelle vous agissez", "Elle est jointe à cette lettre."),
    ],
)
def test_what_is_said_to_whoever_acts_for_another_and_on_paper_can_be_read_too(
    shop: Brand, language: str, acts: str, lies: str
) -> None:
    client = at_the_desk(an_officer(brand=shop))
    path = reverse("console:previews", args=[shop.slug, language])
    own, another, paper = (unescape(client.get(path, {"reader": one}).content.decode()) for one in ("", "another", "paper"))

    for kind in ("cooling_off", "corrected", "corrected_in_part", "restricted", "restricted_in_part", "copy_expires"):
        assert acts not in said_in(own, kind)
        assert acts in said_in(another, kind)
    assert lies in said_in(paper, "answered")
    assert lies not in own
    assert "{{" not in another + paper


def said_in(page: str, kind: str) -> str:
    return page.partition(f'id="{kind}"')[2].partition("</article>")[0]
