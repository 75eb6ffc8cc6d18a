"""What another site may show in a frame: one page with a link, on the sites that the shop lists, and on no other."""

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from requests_app.brands.models import Brand
from tests.console.desk import an_officer, at_the_desk
from tests.making import a_brand

pytestmark = pytest.mark.django_db
SHOP = "https://www.o-jewels.example"


@pytest.fixture
def brand() -> Brand:
    return a_brand(framed_by=[SHOP])


def ancestors(answer: HttpResponseBase) -> str:
    policy = answer["Content-Security-Policy"].split(";")
    return next(part.strip() for part in policy if part.strip().startswith("frame-ancestors"))


def test_the_sites_of_the_shop_may_frame_that_page_and_what_else_it_may_do_stays(brand: Brand) -> None:
    answer = Client().get("/o-jewels/embed?right=access&lang=en")

    assert ancestors(answer) == f"frame-ancestors {SHOP}"
    assert "X-Frame-Options" not in answer
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "script-src 'self'" in answer["Content-Security-Policy"]


def test_a_shop_that_lists_nobody_is_framed_by_nobody_and_another_shops_site_neither(brand: Brand) -> None:
    a_brand("maison-s")
    other = Client().get("/maison-s/embed?right=access&lang=en")

    assert ancestors(other) == "frame-ancestors 'none'"
    assert other["X-Frame-Options"] == "DENY"
    assert SHOP not in other["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["start?right=access&lang=en", "en/", "en/access/", "en/follow/", "en/child/", "en/metrics/", "accessibility"]
)
def test_no_page_with_a_form_is_framed_even_by_the_shop(brand: Brand, path: str) -> None:
    answer = Client().get(f"/o-jewels/{path}", follow=True)

    assert ancestors(answer) == "frame-ancestors 'none'"
    assert answer["X-Frame-Options"] == "DENY"


def test_the_console_is_never_framed(brand: Brand) -> None:
    for client in (Client(), at_the_desk(an_officer(brand=brand))):
        for path in (reverse("console:queue"), reverse("console:snippets", args=["o-jewels", "en"])):
            answer = client.get(path, follow=True)
            assert ancestors(answer) == "frame-ancestors 'none'"
            assert answer["X-Frame-Options"] == "DENY"


def test_it_sets_no_cookie_and_its_link_leaves_the_frame(brand: Brand) -> None:
    answer = Client().get("/o-jewels/embed?right=access&lang=fr")

    assert not answer.cookies
    page = answer.content.decode()
    assert 'href="/o-jewels/start?right=access&amp;lang=fr" target="_top"' in page
    assert 'lang="fr"' in page
    assert "<form" not in page


def test_a_right_that_is_none_shows_all_and_a_shop_that_is_none_is_not_there(brand: Brand) -> None:
    assert 'href="/o-jewels/start?lang=en"' in Client().get("/o-jewels/embed?right=//x&lang=en").content.decode()
    assert Client().get("/nobody/embed").status_code == 404


@pytest.mark.pages("portal:embed")
def test_it_costs_one_query(brand: Brand, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        Client().get("/o-jewels/embed?right=access&lang=en")
