"""What a shop pastes into its own pages stands ready in the console, and leads where it says."""

import re
from html import unescape

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from requests_app.brands.models import Brand
from requests_app.intake.services import rights_of
from tests.console.desk import an_officer, at_the_desk
from tests.making import a_brand

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Brand:
    return a_brand()


@pytest.fixture
def desk(shop: Brand) -> Client:
    return at_the_desk(an_officer(brand=shop))


def pasted(desk: Client, shop: Brand, language: str) -> list[str]:
    page = desk.get(reverse("console:snippets", args=[shop.slug, language])).content.decode()
    return [unescape(text).strip() for text in re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_right_has_a_link_and_a_button_that_lead_to_its_form(desk: Client, shop: Brand, language: str) -> None:
    texts = pasted(desk, shop, language)

    assert len(texts) == 2 * (1 + len(rights_of(shop)))
    link = next(text for text in texts if "right=erasure" in text)
    address = unescape(re.findall(r'href="([^"]+)"', link)[0])
    assert address.startswith(f"{settings.DSAR_BASE_URL}/o-jewels/start?")
    there = Client().get(address.removeprefix(settings.DSAR_BASE_URL))
    assert there["Location"] == f"/o-jewels/{language}/erasure/"
    button = next(text for text in texts if 'value="erasure"' in text)
    assert f'<form action="{settings.DSAR_BASE_URL}/o-jewels/start">' in button
    assert "<script" not in "".join(texts)


def test_the_words_are_in_the_language_of_the_shops_page(desk: Client, shop: Brand) -> None:
    assert "Voir" in "".join(pasted(desk, shop, "fr"))
    assert "Voir" not in "".join(pasted(desk, shop, "en"))


def test_a_frame_is_offered_only_where_the_shop_lists_who_may_frame(desk: Client, shop: Brand) -> None:
    assert not any("<iframe" in text for text in pasted(desk, shop, "en"))
    Brand.objects.update(framed_by=["https://www.o-jewels.example"])

    frames = [text for text in pasted(desk, shop, "en") if "<iframe" in text]
    assert len(frames) == 1 + len(rights_of(shop))
    assert all(' title="' in text for text in frames)


def test_only_shops_one_works_for_and_languages_they_speak(shop: Brand) -> None:
    a_brand("maison-s")
    client = at_the_desk(an_officer(brand=shop))

    assert client.get(reverse("console:snippets", args=["maison-s", "en"])).status_code == 404
    assert client.get(reverse("console:snippets", args=["o-jewels", "de"])).status_code == 404
    assert client.get(reverse("console:snippets_first"))["Location"] == "/console/links/o-jewels/en/"


def test_whoever_works_for_no_shop_is_told_so(shop: Brand) -> None:
    officer = an_officer(brand=shop)
    client = at_the_desk(officer)
    officer.memberships.all().delete()

    assert "You work for no shop yet" in client.get(reverse("console:snippets_first")).content.decode()


@pytest.mark.pages("console:snippets", "console:snippets_first")
def test_the_page_costs_the_same_for_every_right(shop: Brand, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = at_the_desk(an_officer(brand=shop))
    with django_assert_num_queries(6):
        client.get(reverse("console:snippets", args=[shop.slug, "fr"]))
    with django_assert_num_queries(3):
        client.get(reverse("console:snippets_first"))
