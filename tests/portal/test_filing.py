"""Choosing a right, the form, the answers to check, and the filing."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from requests_app.portal.forms import stamp
from requests_app.verification.models import Proof
from requests_app.workflow.models import SubjectRequest
from tests.making import a_brand
from tests.portal.customer import ANSWERS, SEE_OTHER, UNPROCESSABLE, Customer, words


def test_the_door_leads_to_the_browsers_language(customer: Customer) -> None:
    assert customer.client.get("/o-jewels/", headers={"Accept-Language": "fr-CA,en;q=0.5"})["Location"] == "/o-jewels/fr/"


def test_the_door_leads_to_the_shops_language_where_the_browser_speaks_none_of_them(customer: Customer) -> None:
    a_brand("maison-s", languages=["fr"], default_language="fr")
    assert customer.client.get("/maison-s/", headers={"Accept-Language": "el"})["Location"] == "/maison-s/fr/"


def test_the_first_page_offers_the_rights_that_the_law_grants(customer: Customer) -> None:
    page = customer.get()
    assert "See my data" in words(page)
    assert 'href="/o-jewels/en/access/"' in page.content.decode()  # type: ignore[attr-defined]


def test_the_first_page_says_how_else_the_shop_is_reached(customer: Customer) -> None:
    page = words(customer.get())
    assert "privacy@o-jewels.example" in page
    assert "+33 1 99 00 20 20" in page


@pytest.mark.parametrize("path", ["/nobody/", "/nobody/en/", "/nobody/en/access/"])
def test_a_shop_that_is_not_here_is_said_not_to_be(customer: Customer, path: str) -> None:
    page = customer.client.get(path)
    assert page.status_code == 404
    assert "no such shop" in words(page)


def test_a_language_that_the_shop_does_not_speak_is_said_not_to_be(customer: Customer) -> None:
    page = customer.client.get("/o-jewels/el/access/")
    assert page.status_code == 404
    assert "not written in that language" in words(page)


def test_a_right_that_cannot_be_asked_for_is_said_not_to_be(customer: Customer) -> None:
    page = customer.get("telepathy/")
    assert page.status_code == 404
    assert "cannot be asked for" in words(page)


def test_opening_the_form_writes_nothing(customer: Customer, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert customer.get("access/").status_code == 200


def test_what_was_typed_is_shown_before_it_is_sent_and_nothing_is_written(customer: Customer) -> None:
    page = customer.sends("check", details="The repair of my ring.")
    assert page.status_code == 200
    assert all(
        said in words(page) for said in ("Ada Example", "ada@example.com", "69002", "27 March 1984", "The repair of my ring.")
    )
    assert not SubjectRequest.objects.exists()


def test_changing_an_answer_loses_none(customer: Customer) -> None:
    page = customer.sends("check", change="postcode").content.decode()  # type: ignore[attr-defined]
    assert all(f'value="{said}"' in page for said in ("Ada Example", "ada@example.com", "69002", "27", "1984"))


def test_sending_files_the_request_with_what_was_typed(customer: Customer) -> None:
    dsr = customer.files(order_number="1234", details="All.")
    assert (dsr.name, dsr.email, dsr.details, dsr.language) == ("Ada Example", "ada@example.com", "All.", "en")
    assert dsr.facts == {"postcode": "69002", "order_number": "1234", "birth_date": "1984-03-27"}


def test_the_page_after_it_shows_the_reference_the_figures_and_the_key(customer: Customer) -> None:
    dsr = customer.files()
    page = words(customer.get(f"requests/{dsr.reference}/"))
    code = customer.code(dsr)
    assert dsr.reference in page
    assert f"{code[:3]} {code[3:]}" in page
    assert customer.key(dsr) in page


def test_the_browser_keeps_both_secrets_where_no_script_reads_them(customer: Customer) -> None:
    dsr = customer.files()
    for name in ("claim", "code"):
        cookie = customer.client.cookies[f"{name}-{dsr.reference}"]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/o-jewels/")


def test_the_database_keeps_neither_secret(customer: Customer) -> None:
    dsr = customer.files()
    proof = Proof.objects.get(dsr=dsr)
    kept = bytes(proof.claim_digest) + bytes(proof.code_digest)
    assert customer.key(dsr).encode() not in kept
    assert customer.code(dsr).encode() not in kept


def test_a_form_that_is_sent_twice_is_filed_once_and_its_last_answer_holds(customer: Customer) -> None:
    form = stamp("one form")
    first = customer.sends(opened=form)
    second = customer.sends(opened=form)
    assert first["Location"] == second["Location"]
    assert SubjectRequest.objects.count() == 1
    assert customer.client.get(second["Location"]).status_code == 200


def test_a_form_that_was_changed_before_it_was_sent_again_is_another_request(customer: Customer) -> None:
    form = stamp("one form")
    customer.sends(opened=form)
    customer.sends(opened=form, email="grace@example.com")
    assert SubjectRequest.objects.count() == 2


def test_a_form_that_is_sent_again_after_the_proof_shows_no_new_secrets(customer: Customer, elsewhere: Customer) -> None:
    form = stamp("one form")
    dsr = customer.files(opened=form)
    customer.proves(dsr)
    answer = elsewhere.sends(opened=form)
    assert answer.status_code == SEE_OTHER
    assert not elsewhere.client.cookies


@pytest.mark.threat("1.02")
def test_known_and_unknown_addresses_get_the_same_answer(customer: Customer, elsewhere: Customer) -> None:
    customer.files()
    known, unknown = elsewhere.sends(), Customer(Client(), customer.brand).sends(email="nobody@example.org")
    assert (known.status_code, known.headers.keys()) == (unknown.status_code, unknown.headers.keys())
    assert len(known["Location"]) == len(unknown["Location"])


def test_a_form_that_comes_back_at_once_is_asked_for_again_and_nothing_is_lost(customer: Customer, settings: Settings) -> None:
    settings.PORTAL_FILL_DELAY = 3600
    page = customer.sends()
    assert page.status_code == UNPROCESSABLE
    assert "quicker than a person" in words(page)
    assert 'value="Ada Example"' in page.content.decode()  # type: ignore[attr-defined]
    assert not SubjectRequest.objects.exists()


@pytest.mark.parametrize("forged", ["", "x", "a:b:c", "{ours}x", "x{ours}"])
def test_a_form_that_we_never_handed_out_is_not_taken(customer: Customer, forged: str) -> None:
    assert customer.sends(opened=forged.format(ours=stamp("x"))).status_code == UNPROCESSABLE
    assert not SubjectRequest.objects.exists()


def test_the_field_for_programs_is_empty_or_nothing_is_sent(customer: Customer) -> None:
    page = customer.sends(website="https://spam.example")
    assert page.status_code == UNPROCESSABLE
    assert "Website" in words(page)
    assert not SubjectRequest.objects.exists()


@pytest.mark.threat("1.08")
@pytest.mark.parametrize("field", sorted(set(ANSWERS) - {"birth_date_0", "birth_date_1", "birth_date_2"}))
@pytest.mark.parametrize("hostile", ["x" * 100_000, "a\0b", "a\u202eb", "\ud800"])
def test_what_is_too_long_or_hidden_is_refused_in_words(customer: Customer, field: str, hostile: str) -> None:
    try:
        page = customer.sends(**{field: hostile})
    except UnicodeEncodeError:
        return  # the test's own client cannot send it
    assert page.status_code == UNPROCESSABLE
    assert "Something needs another look" in words(page)
    assert not SubjectRequest.objects.exists()


@pytest.mark.threat("1.06")
def test_what_is_typed_is_shown_as_text_never_as_a_tag(customer: Customer) -> None:
    page = customer.sends("check", name="<img src=x onerror=alert(1)>").content.decode()  # type: ignore[attr-defined]
    assert "<img" not in page
    assert "&lt;img src=x" in page


def test_nobody_sets_what_the_form_does_not_ask(customer: Customer) -> None:
    """Every column of a request, sent along as if the form had a field of that name, changes nothing."""
    columns = [field.attname for field in SubjectRequest._meta.concrete_fields]
    plain = customer.files(email="plain@example.com")
    asked = {"right", "residence", "scope"}
    told = dict.fromkeys({*columns} - asked, "1") | {"state": "answered", "brand": "maison-s", "verified_at": "2026-01-01"}

    forged = customer.files(**(told | ANSWERS))

    given = {"id", "reference", "email_index", "seal", "received_at", "changed_at", "name_index", "due_safe_on", "due_legal_on"}
    same = [name for name in columns if name not in given and not name.startswith(("email", "name", "clock", "key", "sealed"))]
    assert {name: getattr(forged, name) for name in same} == {name: getattr(plain, name) for name in same}
    assert len(same) > 20


def test_a_field_sent_twice_counts_once(customer: Customer) -> None:
    """The last one, on the page that shows the answers as in what is filed: no judge sees another than the one that is kept."""
    customer.files(email=["first@example.com", "last@example.com"])

    assert SubjectRequest.objects.get().email == "last@example.com"


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_verbs_are_refused(customer: Customer, method: str) -> None:
    assert getattr(customer.client, method)(customer.path("access/")).status_code == 405


@pytest.mark.threat("1.05")
def test_a_form_from_another_site_is_refused(customer: Customer) -> None:
    careful = Customer(Client(enforce_csrf_checks=True), customer.brand)
    page = careful.sends()
    assert page.status_code == 403
    assert "once more" in words(page)
    assert not SubjectRequest.objects.exists()


def test_a_page_in_french_says_so(customer: Customer) -> None:
    customer.language = "fr"
    page = customer.get()
    assert page["Content-Language"] == "fr"
    assert '<html lang="fr"' in page.content.decode()  # type: ignore[attr-defined]


@pytest.mark.threat("6.04")
@pytest.mark.parametrize("path", ["", "access/", "follow/", "confirm/", "requests/DSR-0000-0000/", "letter/x/"])
def test_no_page_may_be_kept(customer: Customer, path: str) -> None:
    assert customer.get(path)["Cache-Control"] == "no-store, private"


def test_the_brands_colours_come_as_a_stylesheet_that_may_be_kept(customer: Customer) -> None:
    sheet = customer.client.get("/o-jewels/look.css")
    assert sheet["Content-Type"].startswith("text/css")
    assert "--accent: #1d4a5f" in sheet.content.decode()
    assert "max-age" in sheet["Cache-Control"]


def test_the_root_names_no_shop_outside_the_demo(customer: Customer, settings: Settings) -> None:
    assert "O-Jewels" not in words(customer.client.get("/"))
    settings.DSAR_DEMO = True
    assert "O-Jewels" in words(customer.client.get("/"))


def test_there_are_no_colours_of_a_shop_that_is_not_here(customer: Customer) -> None:
    assert customer.client.get("/nobody/look.css").status_code == 404
