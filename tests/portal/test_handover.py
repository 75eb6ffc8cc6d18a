"""From the shop's account page to a filed request, in a browser: no letter has to be opened."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db.models.functions import Now
from django.http.response import HttpResponseBase
from django.test import Client

from requests_app.brands.models import Brand
from requests_app.portal.forms import stamp
from requests_app.verification import services as verification
from requests_app.verification.models import HandOver, Purpose
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.portal.customer import SEE_OTHER, UNPROCESSABLE, Customer, a_copy, link, words
from tests.signing import a_signing_shop, a_token, signing_keys

FORBIDDEN = 403
Spends = Callable[[int], Any]


@pytest.fixture
def brand(db: None) -> Brand:
    return a_signing_shop(privacy_phone="+33 1 99 00 20 20")


def presents(customer: Customer, token: str, **fields: str) -> HttpResponseBase:
    return customer.client.post("/o-jewels/hand-over/", {"token": token, **fields})


def account(customer: Customer) -> str:
    """Return what the form says to which hand-over it belongs."""
    page = customer.get("access/").content.decode()  # type: ignore[attr-defined]
    found = re.search(r'name="account" value="(\w+)"', page)
    assert found, page
    return found[1]


def sends(customer: Customer, step: str = "send", **changes: Any) -> HttpResponseBase:
    meant = changes.pop("account", None) or account(customer)
    return customer.post("access/", **{"opened": stamp("a form"), "step": step, "account": meant} | changes)


def filed(customer: Customer, **said: Any) -> SubjectRequest:
    presents(customer, a_token(**said))
    answer = sends(customer)
    assert answer.status_code == SEE_OTHER, words(answer)
    return SubjectRequest.objects.get()


def test_the_token_is_exchanged_for_a_clean_address(customer: Customer) -> None:
    answer = presents(customer, a_token())

    assert (answer.status_code, answer["Location"]) == (SEE_OTHER, "/o-jewels/en/account/")
    page = customer.get("account/")
    assert "Ada Example" in words(page)
    assert "ada@example.com" in words(page)


def test_the_shop_may_say_the_language_and_the_right(customer: Customer) -> None:
    assert presents(customer, a_token(locale="fr-CA"))["Location"] == "/o-jewels/fr/account/"
    assert presents(customer, a_token(locale="el"))["Location"] == "/o-jewels/en/account/"
    assert presents(customer, a_token(right="access"))["Location"] == "/o-jewels/en/access/"
    assert presents(customer, a_token(right="telepathy"))["Location"] == "/o-jewels/en/account/"


def test_the_form_shows_what_is_known_and_asks_it_not_again(customer: Customer) -> None:
    presents(customer, a_token(phone="+33 6 12 34 56 78", sub="C-17"))

    page = customer.get("access/").content.decode()  # type: ignore[attr-defined]

    for known in ("Ada Example", "ada@example.com", "+33 6 12 34 56 78", "C-17"):
        assert known in page
    for asked in ("name", "email", "postcode", "order_number", "birth_date_0", "phone_number"):
        assert f'name="{asked}"' not in page


def test_a_request_is_filed_and_proven_without_a_letter(customer: Customer) -> None:
    presents(customer, a_token(sub="C-17", phone="+33 6 12 34 56 78"))
    assert "no letter has to be opened" in words(sends(customer, "check"))

    answer = sends(customer, details="Only repairs.")

    dsr = SubjectRequest.objects.get()
    assert answer["Location"] == f"/o-jewels/en/requests/{dsr.reference}/?filed"
    assert (dsr.state, dsr.channel, dsr.customer_id) == (State.MATCHING, "account", "C-17")
    assert (dsr.name, dsr.email, dsr.details) == ("Ada Example", "ada@example.com", "Only repairs.")
    assert dsr.facts == {"phone_number": "+33 6 12 34 56 78"}
    page = words(customer.client.get(answer["Location"]))
    assert dsr.reference in page
    assert customer.key(dsr) in page
    assert "Your account at the shop vouched for you" in words(customer.get(f"requests/{dsr.reference}/"))


def test_what_is_known_cannot_be_changed_by_what_is_sent(customer: Customer) -> None:
    presents(customer, a_token())

    sends(customer, email="mallory@example.com", name="Mallory", customer_id="2", postcode="75001", sub="2")

    dsr = SubjectRequest.objects.get()
    assert (dsr.email, dsr.name, dsr.customer_id, dsr.facts) == ("ada@example.com", "Ada Example", "1", {})


def test_the_filing_browser_sees_how_it_goes_but_opens_no_copy_without_a_mailed_link(customer: Customer) -> None:
    dsr = filed(customer)
    a_copy(dsr)

    page = words(customer.get(f"requests/{dsr.reference}/"))
    answer = customer.post(f"requests/{dsr.reference}/download/")

    assert "Your copy waits for you" in page
    assert "Fetch my copy" not in page
    assert answer.status_code == SEE_OTHER
    customer.opens(link(dsr, Purpose.DOWNLOAD))
    customer.post("open/")
    assert customer.post(f"requests/{dsr.reference}/download/")["Content-Type"] == "application/zip"


def test_another_browser_sees_nothing(customer: Customer, elsewhere: Customer) -> None:
    dsr = filed(customer)

    assert elsewhere.get(f"requests/{dsr.reference}/?filed").status_code == FORBIDDEN
    assert elsewhere.get("account/").status_code == FORBIDDEN


def test_the_owner_of_the_mailbox_can_stop_it(customer: Customer, elsewhere: Customer) -> None:
    dsr = filed(customer)

    elsewhere.opens(link(dsr, Purpose.DISOWN))
    elsewhere.post("disown/", sure="on")

    dsr.refresh_from_db()
    assert dsr.state == State.WITHDRAWN


def test_pressing_twice_files_once_and_the_second_page_holds_the_key_that_counts(customer: Customer) -> None:
    presents(customer, a_token())
    cookie, meant, mark = customer.client.cookies["signed-in"].value, account(customer), stamp("one form")
    sends(customer, account=meant, opened=mark)
    customer.client.cookies["signed-in"] = cookie

    sends(customer, account=meant, opened=mark)

    dsr = SubjectRequest.objects.get()
    assert dsr.transitions.count() == 2
    assert verification.holds_claim(dsr, customer.key(dsr))


def test_one_hand_over_files_one_request(customer: Customer) -> None:
    presents(customer, a_token())
    cookie, meant = customer.client.cookies["signed-in"].value, account(customer)
    sends(customer)
    assert customer.get("account/").status_code == FORBIDDEN  # the cookie went with the filing
    customer.client.cookies["signed-in"] = cookie

    answer = sends(customer, account=meant, details="Another one.")

    assert answer.status_code == FORBIDDEN
    assert SubjectRequest.objects.count() == 1


def test_a_form_of_one_person_is_never_sent_as_another(customer: Customer) -> None:
    presents(customer, a_token())
    of_ada = account(customer)
    presents(customer, a_token(sub="2", email="bob@example.com", name="Bob Other"))

    assert sends(customer, account=of_ada).status_code == FORBIDDEN
    assert not SubjectRequest.objects.exists()


def test_a_form_that_was_opened_before_the_hand_over_asks_what_it_asked(customer: Customer) -> None:
    presents(customer, a_token())

    answer = customer.sends(email="bob@example.com", name="Bob Other")

    assert answer.status_code == SEE_OTHER
    dsr = SubjectRequest.objects.get()
    assert (dsr.email, dsr.customer_id, dsr.channel, dsr.state) == ("bob@example.com", None, "form", State.RECEIVED)


def test_half_an_hour_later_it_counts_no_more(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    presents(customer, a_token())
    meant = account(customer)
    now = __import__("time").time()
    monkeypatch.setattr("requests_app.portal.account.time.time", lambda: now + 1801)

    assert customer.get("account/").status_code == FORBIDDEN
    assert 'name="email"' in customer.get("access/").content.decode()  # type: ignore[attr-defined]
    assert sends(customer, account=meant).status_code == FORBIDDEN


def test_a_key_that_is_revoked_meanwhile_files_nothing(customer: Customer) -> None:
    presents(customer, a_token())
    Brand.objects.update(hand_over=signing_keys(revoked=True))

    assert sends(customer).status_code == FORBIDDEN
    assert not SubjectRequest.objects.exists()


def test_whoever_is_somebody_else_says_so_and_starts_afresh(customer: Customer) -> None:
    presents(customer, a_token())

    customer.post("account/leave/")

    assert customer.get("account/").status_code == FORBIDDEN
    assert 'name="email"' in customer.get("access/").content.decode()  # type: ignore[attr-defined]


def refusals() -> dict[str, str]:
    return {
        "none": "", "nonsense": "a.b.c", "unsigned": "eyJhbGciOiJub25lIn0.e30.", "unknown key": a_token(kid="x"),
        "another shop's": a_token(aud="j-supply"), "expired": a_token(iat=1, exp=2), "not verified": a_token(email_verified=False),
        "huge": "a" * 300_000, "markup": "<script>alert(1)</script>",
    }  # fmt: skip


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_refusal_looks_the_same_and_sets_nothing(brand: Brand, language: str) -> None:
    pages = set()
    used = a_token()
    presents(Customer(Client(), brand), used)
    for token in [*refusals().values(), used]:
        answer = Client().post("/o-jewels/hand-over/", {"token": token}, headers={"Accept-Language": language})
        assert answer.status_code == FORBIDDEN
        assert not answer.cookies
        pages.add(answer.content)
    assert len(pages) == 1
    (page,) = pages
    assert (b"Your account could not vouch for you" in page) == (language == "en")
    assert b"script" not in page


def test_a_token_in_an_address_is_not_taken(customer: Customer) -> None:
    token = a_token()

    assert customer.client.get(f"/o-jewels/hand-over/?token={quote(token)}").status_code == 405
    assert customer.client.post(f"/o-jewels/hand-over/?token={quote(token)}").status_code == FORBIDDEN
    assert customer.client.post(f"/o-jewels/hand-over/?token={quote(token)}", {"token": token}).status_code == FORBIDDEN
    assert not HandOver.objects.exists()


@pytest.mark.parametrize("body", ['{"token": "x"}', "token", ""])
def test_only_a_form_is_a_form(customer: Customer, body: str) -> None:
    answer = customer.client.post("/o-jewels/hand-over/", body, content_type="application/json")

    assert answer.status_code == FORBIDDEN


def test_no_shop_of_that_name_hands_over_nobody(customer: Customer) -> None:
    assert customer.client.post("/nobody/hand-over/", {"token": a_token()}).status_code == 404


def test_it_comes_from_another_site_without_a_token_of_ours_and_everything_after_it_needs_one(brand: Brand) -> None:
    strict = Customer(Client(enforce_csrf_checks=True), brand)

    assert presents(strict, a_token()).status_code == SEE_OTHER
    assert strict.post("account/leave/").status_code == FORBIDDEN
    assert strict.post("access/", step="send").status_code == FORBIDDEN


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "{{ 7 * 7 }}", "{% load i18n %}", "'; DROP TABLE brand; --", "=1+1"])
def test_what_a_claim_says_is_shown_as_it_is_and_does_nothing(customer: Customer, name: str) -> None:
    presents(customer, a_token(name=name, sub="<b>7</b>"))

    page = customer.get("account/").content.decode()  # type: ignore[attr-defined]

    assert "<script>" not in page
    assert "<b>7" not in page
    assert "&lt;b&gt;7&lt;/b&gt;" in page
    assert SubjectRequest.objects.count() == 0
    assert filed(customer, name=name, sub="<b>7</b>").name == name


def test_the_cookie_is_sealed_for_one_shop_and_read_by_nobody(customer: Customer) -> None:
    presents(customer, a_token())
    cookie = customer.client.cookies["signed-in"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["max-age"]) == (True, "Lax", "/o-jewels/", 1800)
    assert len(cookie.value) < 4000

    a_signing_shop("j-supply")
    twin = Client()
    for value in (cookie.value, "", "x", cookie.value[:-8] + "AAAAAAAA"):
        twin.cookies["signed-in"] = value
        assert twin.get("/j-supply/en/account/").status_code == FORBIDDEN


def test_the_longest_claims_fit_a_cookie(customer: Customer) -> None:
    address = f"{'é' * 30}@{'a' * 60}.{'b' * 60}.example.com"
    presents(customer, a_token(name="漢" * 200, sub="漢" * 128, phone="+" * 40, email=address, jti="j" * 128))

    assert len(customer.client.cookies["signed-in"].output(header="")) < 4096
    assert "漢漢" in words(customer.get("account/"))


def test_the_address_stays_out_of_addresses(customer: Customer) -> None:
    dsr = filed(customer)

    for path in ("account/", f"requests/{dsr.reference}/?filed"):
        assert "ada@" not in path
    assert settings.SECURE_REFERRER_POLICY == "same-origin"


@pytest.mark.pages("portal:signed_in")
def test_what_the_pages_cost(customer: Customer, django_assert_num_queries: Spends) -> None:
    with django_assert_num_queries(2):  # the brand, the token's number
        presents(customer, a_token())
    with django_assert_num_queries(1):
        customer.get("account/")
    with django_assert_num_queries(1):
        customer.get("access/")


def test_the_time_of_a_hand_over_is_told_by_the_database(customer: Customer) -> None:
    presents(customer, a_token())
    HandOver.objects.update(ends_at=Now())

    assert sends(customer).status_code == FORBIDDEN


def test_a_reload_with_an_error_keeps_what_is_known(customer: Customer) -> None:
    presents(customer, a_token())

    answer = sends(customer, "check", details="4111 1111 1111 1111")

    assert answer.status_code == UNPROCESSABLE
    assert "Ada Example" in words(answer)
