"""The short form: no name, no proof, one screen to done; and the signal of a browser."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from requests_app.audit.models import AuditEvent
from requests_app.connectors.suppressing import Channel
from requests_app.intake import limits
from requests_app.optouts import register
from requests_app.optouts.channels import MARKETING
from requests_app.optouts.digests import digest_of, token_for
from requests_app.portal.flooding import AN_HOUR
from requests_app.portal.forms import stamp
from requests_app.values import Claim
from requests_app.workflow.models import SubjectRequest
from tests.making import a_brand
from tests.signing import a_token, signing_keys

pytestmark = pytest.mark.django_db
ADA = "ada@example.com"


def at(right: str = "object_direct_marketing", slug: str = "o-jewels") -> str:
    return reverse("portal:request", args=[slug, "en", right])


def send(client: Client | None = None, right: str = "object_direct_marketing", slug: str = "o-jewels", **said: Any) -> Any:
    a_brand(slug)
    values = {"email": ADA, "opened": stamp("once")} | said
    return (client or Client()).post(at(right, slug), values)


def refused(email: str = ADA, slug: str = "o-jewels") -> tuple[str, ...]:
    brand = a_brand(slug)
    return register.channels_refused(brand, digest_of(brand, Claim("email", email)))


@pytest.mark.promise("S18")
@pytest.mark.promise("S8")
def test_one_screen_with_an_address_alone_and_it_is_done() -> None:
    answer = send(everything="1")

    assert answer.status_code == 303
    assert refused() == MARKETING
    page = Client().get(answer["Location"]).content.decode()
    assert "It is noted" in page
    assert ADA not in page
    assert ADA not in answer["Location"]


@pytest.mark.parametrize("right", ["object_direct_marketing", "opt_out_sale", "opt_out_targeted_advertising", "limit_sensitive"])
def test_every_button_says_what_it_does(right: str) -> None:
    a_brand()
    page = Client().get(f"{at(right)}?residence=US-CA").content.decode()
    buttons = re.findall(r"<button[^>]*>([^<]*)</button>", page)
    assert buttons
    assert all(words.strip() for words in buttons)


def test_nothing_is_ticked_beforehand_and_nothing_but_an_address_is_asked() -> None:
    a_brand()
    page = Client().get(at()).content.decode()

    assert "checked" not in page
    asked = set(re.findall(r'<(?:input|textarea)[^>]* name="(\w+)"', page))
    assert asked == {"email", "phone", "channels", "residence", "opened", "website", "csrfmiddlewaretoken"}


def test_what_is_ticked_is_refused_and_the_rest_is_not() -> None:
    send(some="1", channels=["sms", "post"])
    assert refused() == (Channel.SMS, Channel.POST)


def test_the_big_button_refuses_all_whatever_is_ticked() -> None:
    send(everything="1", channels=["sms"])
    assert refused() == MARKETING


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"some": "1"}, "Tick what you refuse"),
        ({"everything": "1", "email": ""}, "Enter your e-mail address or your phone number"),
        ({"everything": "1", "email": "nobody"}, "Enter an e-mail address in full"),
        ({"everything": "1", "phone": "0612345678"}, "with its country’s code"),
        ({"some": "1", "channels": ["pigeon"]}, "Choose from the list"),
        ({"everything": "1", "website": "x"}, "Leave the field"),
        ({"everything": "1", "opened": ""}, "quicker than a person"),
        ({"everything": "1", "email": "a\u200bb@example.com"}, "invisible character"),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_is_filed(said: dict[str, Any], told: str) -> None:
    answer = send(**said)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not SubjectRequest.objects.exists()


def test_an_unknown_address_and_a_known_one_get_the_same_answer() -> None:
    first, second = send(everything="1"), send(everything="1", email="nobody@example.com")
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])


def test_a_network_that_sends_too_much_is_asked_to_wait(settings: Settings) -> None:
    settings.PORTAL_FILINGS_AN_HOUR = 2
    assert send(everything="1", email="p1@example.com").status_code == 303
    limits.counted("refusal", "127.0.0.1", within=AN_HOUR)
    assert send(everything="1", email="p2@example.com").status_code == 429


def test_a_right_that_the_law_of_the_place_does_not_give_is_said_so() -> None:
    assert send(right="opt_out_sale").status_code == 422


@pytest.mark.pages("portal:request", "portal:unsubscribe")
@pytest.mark.parametrize("name", ["form", "done", "unsubscribe"])
def test_a_page_costs_one_query_and_a_form_one_for_what_came(name: str, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    brand = a_brand()
    token = token_for(brand, digest_of(brand, Claim("email", ADA)), Channel.EMAIL)
    where = {"form": at(), "done": at() + "?done=email", "unsubscribe": reverse("portal:unsubscribe", args=["o-jewels", token])}
    with django_assert_num_queries(2 if name == "form" else 1):
        assert Client().get(where[name]).status_code == 200


@pytest.mark.promise("S28")
@pytest.mark.pages("portal:gpc")
def test_the_signal_is_declared_at_the_known_place(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        answer = Client().get("/.well-known/gpc.json")
    assert answer.json() == {"gpc": True, "lastUpdate": "2026-11-22"}
    assert answer["Content-Type"] == "application/json"


@pytest.mark.promise("S28")
@pytest.mark.parametrize(
    ("residence", "signal", "said"),
    [
        ("US-CA", "1", "Opt-out request honoured."),
        ("US-TX", "1", "Opt-out request honoured."),
        ("US", "1", "Opt-out request honoured."),  # somewhere there: nobody must say more
        ("US-NY", "1", "Your browser sends a privacy signal."),
        ("FR", "1", "Your browser sends a privacy signal."),
        ("US-CA", "0", ""),
        ("US-CA", "true", ""),
        ("US-CA", None, ""),
    ],
)
def test_the_signal_counts_where_the_law_of_the_place_says_so_and_the_page_says_it(
    residence: str, signal: str | None, said: str
) -> None:
    a_brand()
    headers = {"Sec-GPC": signal} if signal else {}
    page = Client().get(f"/o-jewels/en/?residence={residence}", headers=headers)

    shown = re.findall(r'class="frame small signal">(?:<strong>)?([^<]*)', page.content.decode())
    assert shown == [] if not said else shown[0].startswith(said)
    assert ("refused-sale" in page.cookies) == said.startswith("Opt-out")
    assert "Sec-GPC" in page["Vary"]


def test_a_browser_that_was_honoured_once_stays_so_for_its_session() -> None:
    a_brand()
    client = Client()
    client.get("/o-jewels/en/?residence=US-CA", headers={"Sec-GPC": "1"})
    assert "Opt-out request honoured." in client.get("/o-jewels/en/").content.decode()


@pytest.mark.promise("S28")
@pytest.mark.parametrize(("headers", "found"), [({"Sec-GPC": "1"}, ("ad_partners", "sale")), ({}, ())])
def test_the_signal_of_somebody_whom_the_shop_hands_over_is_a_refusal_of_sale(
    headers: dict[str, str], found: tuple[str, ...]
) -> None:
    a_brand(hand_over=signing_keys())
    said = {"Accept-Language": "en-US", **headers}
    Client().post("/o-jewels/hand-over/", {"token": a_token(email=ADA)}, headers=said)

    assert tuple(sorted(refused())) == found


def test_the_signal_is_recorded_once_however_often_the_person_comes() -> None:
    a_brand(hand_over=signing_keys())
    for _ in range(2):
        Client().post("/o-jewels/hand-over/", {"token": a_token(email=ADA)}, headers={"Accept-Language": "en-US", "Sec-GPC": "1"})

    assert SubjectRequest.objects.filter(right="opt_out_sale").count() <= 1
    assert AuditEvent.objects.filter(action="suppression.added").count() == 1
