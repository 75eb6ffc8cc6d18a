"""From the shop's own page to the form, and how much comes from one network."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from requests_app.intake import limits
from requests_app.intake.models import Tally
from requests_app.portal.flooding import AN_HOUR, address_of
from requests_app.workflow.models import SubjectRequest
from tests.making import a_brand
from tests.portal.customer import Customer

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [
        ("right=access&lang=fr", "/o-jewels/fr/access/"),
        ("right=erasure&lang=en", "/o-jewels/en/erasure/"),
        ("lang=fr", "/o-jewels/fr/"),
        ("right=everything&lang=en", "/o-jewels/en/"),
        ("right=access&lang=xx", "/o-jewels/en/access/"),
        ("right=//elsewhere.example&lang=../", "/o-jewels/en/"),
        ("", "/o-jewels/en/"),
    ],
)
def test_one_address_leads_to_the_form_of_a_right_in_a_language(asked: str, leads_to: str) -> None:
    a_brand()

    answer = Client().get(f"/o-jewels/start?{asked}")

    assert (answer.status_code, answer["Location"]) == (302, leads_to)
    assert Client().get(leads_to).status_code == 200


def test_a_shop_that_is_not_there_has_no_form_and_no_page_can_be_framed() -> None:
    a_brand()

    assert Client().get("/nobody/start").status_code == 404
    answer = Client().get("/o-jewels/start", follow=True)
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"


def test_so_many_filings_come_from_one_network_and_no_more(settings: Settings) -> None:
    settings.PORTAL_FILINGS_AN_HOUR = 2
    settings.PORTAL_FILL_DELAY = 0
    customer = Customer(Client(REMOTE_ADDR="203.0.113.7"), a_brand())

    assert customer.sends(email="ada1@example.com").status_code == 303
    limits.counted("filing", "203.0.113.7", within=AN_HOUR)
    assert customer.sends(email="ada2@example.com").status_code == 429

    assert SubjectRequest.objects.count() == 1
    assert "203.0.113.7" not in str(Tally.objects.values())
    other = Customer(Client(REMOTE_ADDR="203.0.113.8"), a_brand())
    assert other.sends(email="zoe@example.com").status_code == 303


def test_the_network_is_what_our_own_proxies_saw(settings: Settings) -> None:
    request = Client(REMOTE_ADDR="10.0.0.1").get("/", headers={"X-Forwarded-For": "1.1.1.1, 203.0.113.7"}).wsgi_request

    settings.TRUSTED_PROXIES = 0
    assert address_of(request) == "10.0.0.1"
    settings.TRUSTED_PROXIES = 1
    assert address_of(request) == "203.0.113.7"
