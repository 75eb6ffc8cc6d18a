"""/.well-known/security.txt, judged by sectxt; and sectxt by a file with faults."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings
from sectxt import Parser

from dsar.settings import env

WHERE = "https://privacy.example/.well-known/security.txt"


@pytest.fixture
def said(settings: Settings) -> str:
    settings.DSAR_SECURITY_CONTACT, settings.DSAR_BASE_URL = "mailto:security@shop.example", "https://privacy.example"
    answer = Client().get("/.well-known/security.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    return answer.content.decode()


def faults(text: str) -> set[str]:
    judged = Parser(text.encode(), urls=WHERE)
    return {fault["code"] for fault in judged.errors}


def test_the_judge_finds_nothing(said: str) -> None:
    assert faults(said) == set()


@pytest.mark.parametrize(
    ("good", "bad", "code"),
    [
        ("mailto:security@shop.example", "security@shop.example", "no_uri"),
        ("Expires: 20", "Expires: 19", "expired"),
        ("Contact:", "X-Contact:", "no_contact"),
        ("Canonical: https://privacy", "Canonical: https://elsewhere", "no_canonical_match"),
    ],
)
def test_the_judge_is_not_blind(said: str, good: str, bad: str, code: str) -> None:
    assert good in said
    assert code in faults(said.replace(good, bad))


@pytest.mark.pages("portal:security")
def test_it_costs_no_query_and_is_not_there_without_an_address(
    settings: Settings, django_assert_num_queries: DjangoAssertNumQueries, db: None
) -> None:
    settings.DSAR_SECURITY_CONTACT = "https://shop.example/security"
    with django_assert_num_queries(0):
        assert Client().get("/.well-known/security.txt").status_code == 200
    settings.DSAR_SECURITY_CONTACT = ""
    assert Client().get("/.well-known/security.txt").status_code == 404


@pytest.mark.parametrize("address", ["security@shop.example", "http://shop.example", "mailto:nobody", "javascript:alert(1)"])
def test_an_address_that_nobody_can_use_stops_the_start(address: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DSAR_SECURITY_CONTACT"):
        env.contact(address)
