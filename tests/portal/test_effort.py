"""A small sum for the browser, where a network has used half of what it may send."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from html import unescape
from re import search
from typing import Any

import pytest
from altcha import Challenge, Payload, Solution, solve_challenge
from django.db.models import F
from django.http.response import HttpResponseBase
from django.test import Client
from pytest_django.fixtures import Settings

from requests_app.intake.models import Tally
from requests_app.portal import effort
from requests_app.portal.forms import stamp
from requests_app.workflow.models import SubjectRequest
from tests.making import a_brand
from tests.portal.customer import Customer, words

pytestmark = pytest.mark.django_db
LIMIT = 6


@pytest.fixture
def customer(settings: Settings) -> Customer:
    """At half of the limit: one more filing takes a sum."""
    settings.PORTAL_FILINGS_AN_HOUR = LIMIT
    found = Customer(Client(REMOTE_ADDR="203.0.113.7"), a_brand())
    for number in range(LIMIT // 2):
        assert found.sends(email=f"before{number}@example.com").status_code == 303
    return found


@cache
def form(name: str = "a form") -> dict[str, str]:
    """A form that was handed out once, and keeps its mark."""
    return {"opened": stamp(name)}


def the_sum(answer: HttpResponseBase) -> dict[str, Any]:
    found = search(r'data-sum="([^"]+)"', answer.content.decode())  # type: ignore[attr-defined]
    return dict(json.loads(unescape(found[1]))) if found else {}


def solved(asked: dict[str, Any]) -> str:
    challenge = Challenge.from_dict(asked)
    solution = solve_challenge(challenge)
    assert solution
    return Payload(challenge, solution).to_base64()


def filed() -> int:
    return SubjectRequest.objects.count() - LIMIT // 2


def test_below_half_of_the_limit_nobody_sees_a_sum(settings: Settings) -> None:
    settings.PORTAL_FILINGS_AN_HOUR = LIMIT
    customer = Customer(Client(REMOTE_ADDR="203.0.113.7"), a_brand())
    for number in range(LIMIT // 2):
        assert not the_sum(customer.sends("check", email=f"ada{number}@example.com"))
        assert customer.sends(email=f"ada{number}@example.com").status_code == 303
    assert the_sum(customer.sends("check", **form()))


def test_another_network_is_asked_for_nothing(customer: Customer) -> None:
    other = Customer(Client(REMOTE_ADDR="203.0.113.8"), customer.brand)
    assert not the_sum(other.sends("check"))
    assert other.sends().status_code == 303


def test_the_sum_lets_one_filing_in(customer: Customer) -> None:
    answer = solved(the_sum(customer.sends("check", **form())))
    assert customer.sends(**form(), effort=answer).status_code == 303
    assert filed() == 1


def test_without_it_nothing_is_filed_nothing_typed_is_lost_and_the_page_says_what_helps(customer: Customer) -> None:
    answer = customer.sends(details="About the ring")
    assert answer.status_code == 422
    assert filed() == 0
    assert "About the ring" in words(answer)
    assert the_sum(answer)
    said = words(answer)
    assert "Before this is sent, your browser works out a small sum" in said
    assert search(r"Leave this page open and send it after \d+:\d\d", said)
    assert customer.brand.privacy_email in said


def test_after_the_hour_it_goes_without_a_sum(customer: Customer) -> None:
    Tally.objects.update(began_at=F("began_at") - timedelta(hours=1))
    assert customer.sends().status_code == 303


def test_a_network_at_its_limit_is_told_when_it_may_send_again(customer: Customer) -> None:
    for number in range(LIMIT - LIMIT // 2):
        answer = solved(the_sum(customer.sends("check", **form(str(number)))))
        assert customer.sends(effort=answer, **form(str(number)), email=f"ada{number}@example.com").status_code == 303
    full = customer.sends(details="About the ring")
    assert full.status_code == 429
    assert search(r"send it after \d+:\d\d", words(full))
    assert "About the ring" in words(full)
    assert not the_sum(full)


def test_a_sum_counts_once(customer: Customer) -> None:
    answer = solved(the_sum(customer.sends("check", **form())))
    customer.sends(**form(), effort=answer)
    again = customer.sends(**form(), effort=answer, email="zoe@example.com")
    assert again.status_code == 422
    assert "was used before" in words(again)
    assert filed() == 1


def test_a_sum_of_another_form_or_shop_counts_nowhere_else(customer: Customer) -> None:
    assert customer.sends(effort=solved(the_sum(customer.sends("check", **form("another")))), **form()).status_code == 422

    neighbour = Customer(customer.client, a_brand("maison-s"))
    refused = customer.sends(effort=solved(the_sum(neighbour.sends("check", **form()))), **form())
    assert refused.status_code == 422
    assert "is not right" in words(refused)
    assert filed() == 0


def test_a_sum_that_is_too_old_is_refused(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(effort, "LASTS", timedelta(seconds=-2))
        old = the_sum(customer.sends("check", **form()))
    refused = customer.sends(effort=solved(old), **form())
    assert refused.status_code == 422
    assert "is too old" in words(refused)
    assert filed() == 0


@pytest.mark.parametrize("forged", ["signature", "easier", "later", "unsigned", "guessed", "nonsense"])
def test_a_forged_sum_is_refused(customer: Customer, forged: str) -> None:
    asked = the_sum(customer.sends("check", **form()))
    refused = customer.sends(effort=FORGERIES[forged](asked), **form())
    assert refused.status_code == 422
    assert "is not right" in words(refused)
    assert filed() == 0


def _changed(asked: dict[str, Any], **parameters: Any) -> str:
    return solved(asked | {"parameters": asked["parameters"] | parameters})


def _guessed(asked: dict[str, Any]) -> str:
    return Payload(Challenge.from_dict(asked), Solution(1, "00" * 32)).to_base64()


FORGERIES: dict[str, Callable[[dict[str, Any]], str]] = {
    "signature": lambda asked: solved(asked | {"signature": "00" * 32}),
    "easier": lambda asked: _changed(asked, cost=1, keyPrefix="00", keySignature=None),
    "later": lambda asked: _changed(asked, expiresAt=asked["parameters"]["expiresAt"] + 3600),
    "unsigned": lambda asked: solved({"parameters": asked["parameters"]}),
    "guessed": _guessed,
    "nonsense": lambda _asked: "AAAA",
}


def test_a_refusal_and_a_report_about_a_child_ask_for_the_same(customer: Customer) -> None:
    """A refusal has an allowance of its own; a report shares that of the requests."""
    assert not the_sum(customer.get("object_direct_marketing/"))
    for number in range(LIMIT // 2):
        sent = {"everything": "1", "email": f"p{number}@example.com", "opened": stamp("x")}
        assert customer.post("object_direct_marketing/", **sent).status_code == 303
    refusal = {"everything": "1", "email": "ada@example.com", **form()}
    unsolved = customer.post("object_direct_marketing/", **refusal)
    assert unsolved.status_code == 422
    assert customer.post("object_direct_marketing/", **refusal, effort=solved(the_sum(unsolved))).status_code == 303

    report = {"email": "kid@example.com", "your_email": "me@example.com", **form()}
    unsolved = customer.post("child/", **report)
    assert unsolved.status_code == 422
    assert customer.post("child/", **report, effort=solved(the_sum(unsolved))).status_code == 303
