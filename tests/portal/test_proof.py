"""Proving the address: opening changes nothing, the button needs the filing browser or its figures."""

from datetime import timedelta

import pytest
from django.test import Client

from requests_app.audit.models import AuditEvent
from requests_app.verification.models import Challenge, Purpose
from requests_app.workflow.models import SubjectRequest, Transition
from requests_app.workflow.states import Move, State
from tests.making import a_brand
from tests.portal.customer import GONE, SEE_OTHER, UNPROCESSABLE, Customer, confirm_link, link, walk, words


def state_of(dsr: SubjectRequest) -> str:
    return SubjectRequest.objects.values_list("state", flat=True).get(pk=dsr.pk)


@pytest.mark.threat("2.07")
def test_a_link_leads_to_an_address_without_its_token(customer: Customer) -> None:
    dsr = customer.files()
    page = customer.opens(confirm_link(dsr))
    assert page.request["PATH_INFO"] == "/o-jewels/en/confirm/"  # type: ignore[attr-defined]


@pytest.mark.threat("2.05")
@pytest.mark.parametrize("method", ["get", "head", "options"])
@pytest.mark.parametrize("purpose", list(Purpose))
def test_opening_a_link_changes_nothing(customer: Customer, elsewhere: Customer, method: str, purpose: Purpose) -> None:
    dsr = customer.files()
    mailed = link(dsr, purpose)
    before = (Transition.objects.count(), AuditEvent.objects.count(), state_of(dsr))
    for _ in range(3):
        getattr(elsewhere.client, method)(mailed, follow=True)
    assert (Transition.objects.count(), AuditEvent.objects.count(), state_of(dsr)) == before


def test_the_filing_browser_needs_one_button_and_no_figures(customer: Customer) -> None:
    dsr = customer.files()
    page = customer.opens(confirm_link(dsr))
    assert "six figures" not in words(page)
    answer = customer.post("confirm/")
    assert answer["Location"] == f"/o-jewels/en/requests/{dsr.reference}/"
    assert state_of(dsr) == State.MATCHING


def test_another_browser_needs_the_figures_of_the_filing_one(customer: Customer, elsewhere: Customer) -> None:
    dsr = customer.files()
    assert "six figures" in words(elsewhere.opens(confirm_link(dsr)))
    code = customer.code(dsr)
    assert elsewhere.post("confirm/", code=f"{code[:3]} {code[3:]}").status_code == SEE_OTHER
    assert state_of(dsr) == State.MATCHING


@pytest.mark.threat("2.05")
def test_a_button_pressed_without_the_figures_changes_nothing(customer: Customer, elsewhere: Customer) -> None:
    dsr = customer.files()
    elsewhere.opens(confirm_link(dsr))
    assert elsewhere.post("confirm/", code="").status_code == UNPROCESSABLE
    assert state_of(dsr) == State.VERIFYING


@pytest.mark.threat("2.02")
def test_wrong_figures_are_counted_and_said(customer: Customer, elsewhere: Customer) -> None:
    dsr = customer.files()
    elsewhere.opens(confirm_link(dsr))
    wrong = f"{(int(customer.code(dsr)) + 1) % 10**6:06}"
    left = [words(elsewhere.post("confirm/", code=wrong)) for _ in range(5)]
    assert "4 more times" in left[0]
    assert "1 more time." in left[3]
    assert "no longer work" in left[4]
    assert elsewhere.post("confirm/", code=customer.code(dsr)).status_code == UNPROCESSABLE
    assert state_of(dsr) == State.VERIFYING


def test_the_filing_browser_can_show_new_figures_and_they_work(customer: Customer, elsewhere: Customer) -> None:
    dsr = customer.files()
    old = customer.code(dsr)
    assert customer.post(f"requests/{dsr.reference}/code/").status_code == SEE_OTHER
    elsewhere.opens(confirm_link(dsr))
    assert customer.code(dsr) != old
    assert elsewhere.post("confirm/", code=customer.code(dsr)).status_code == SEE_OTHER


def test_new_figures_end_somewhere(customer: Customer) -> None:
    dsr = customer.files()
    answers = [customer.post(f"requests/{dsr.reference}/code/").status_code for _ in range(10)]
    assert answers == [SEE_OTHER] * 9 + [429]


@pytest.mark.parametrize("figures", ["12345", "1234567", "abcdef", "１２３４５６", "1" * 10_000, "12345\0"])
def test_figures_of_another_shape_cost_no_try(customer: Customer, elsewhere: Customer, figures: str) -> None:
    dsr = customer.files()
    elsewhere.opens(confirm_link(dsr))
    assert elsewhere.post("confirm/", code=figures).status_code == UNPROCESSABLE
    assert SubjectRequest.objects.get(pk=dsr.pk).proof.tries_left == 5


def test_a_browser_that_proved_the_address_sees_the_request_under_a_new_session(customer: Customer) -> None:
    dsr = customer.files()
    customer.client.session["anything"] = 1
    customer.proves(dsr)
    assert customer.client.session["requests"] == [str(dsr.pk)]
    assert "We search our systems" in words(customer.get(f"requests/{dsr.reference}/"))


@pytest.mark.threat("2.09")
def test_the_session_of_before_is_worth_nothing_after(customer: Customer) -> None:
    first = customer.files()
    customer.proves(first)
    before = customer.client.cookies["session"].value
    customer.proves(customer.files(email="grace@example.com"))
    stale = Customer(Client(), customer.brand)
    stale.client.cookies["session"] = before
    assert customer.client.cookies["session"].value != before
    assert stale.get(f"requests/{first.reference}/").status_code == 403


@pytest.mark.threat("2.06")
def test_the_browser_that_filed_gains_nothing_when_another_one_confirms(customer: Customer, elsewhere: Customer) -> None:
    dsr = customer.files()
    elsewhere.opens(confirm_link(dsr))
    elsewhere.post("confirm/", code=customer.code(dsr))
    page = words(customer.get(f"requests/{dsr.reference}/"))
    assert "More is shown only to the owner of the mailbox" in page
    assert "Looking for you" not in page


def test_a_used_link_leads_its_owner_to_the_request_and_nobody_else(customer: Customer, elsewhere: Customer) -> None:
    dsr = customer.files()
    mailed = confirm_link(dsr)
    customer.opens(mailed)
    customer.post("confirm/")
    assert dsr.reference in words(customer.opens(mailed))
    assert elsewhere.opens(mailed).status_code == GONE


def dead_links(dsr: SubjectRequest) -> dict[str, str]:
    expired, revoked = link(dsr, Purpose.CONFIRM, lasts=timedelta(0)), confirm_link(dsr)
    Challenge.objects.filter(dsr=dsr).latest("made_at")
    Challenge.objects.filter(pk=Challenge.objects.order_by("made_at").last().pk).update(revoked_at=dsr.received_at)  # type: ignore[union-attr]
    foreign = SubjectRequest.objects.exclude(pk=dsr.pk).get()
    return {
        "unknown": "/o-jewels/en/letter/unknown/",
        "long": f"/o-jewels/en/letter/{'x' * 5000}/",
        "expired": expired,
        "revoked": revoked,
        "of another shop": confirm_link(foreign).replace("/a-jewels/", "/o-jewels/"),
    }


@pytest.mark.threat("6.05")
def test_every_dead_link_gets_the_same_page(customer: Customer) -> None:
    dsr = customer.files()
    Customer(Client(), a_brand("a-jewels")).files()
    pages = {name: customer.opens(mailed) for name, mailed in dead_links(dsr).items()}
    assert {page.status_code for page in pages.values()} == {GONE}
    assert len({words(page) for page in pages.values()}) == 1


@pytest.mark.threat("2.10")
@pytest.mark.parametrize("purpose", [Purpose.FOLLOW, Purpose.DOWNLOAD, Purpose.DISOWN])
def test_a_link_of_another_purpose_confirms_nothing(customer: Customer, purpose: Purpose) -> None:
    dsr = customer.files()
    customer.opens(link(dsr, purpose))
    assert customer.post("confirm/").status_code == GONE
    assert state_of(dsr) == State.VERIFYING


@pytest.mark.parametrize("page", ["confirm/", "disown/", "open/"])
def test_the_clean_pages_need_a_link_first(customer: Customer, page: str) -> None:
    assert customer.get(page).status_code == GONE
    assert customer.post(page, sure="on").status_code == GONE


def test_a_forged_link_cookie_is_no_link(customer: Customer) -> None:
    dsr = customer.files()
    confirm_link(dsr)
    customer.client.cookies["link"] = str(Challenge.objects.get(dsr=dsr).pk)
    assert customer.post("confirm/").status_code == GONE


def test_whoever_did_not_ask_closes_the_request_with_one_tick(customer: Customer, elsewhere: Customer) -> None:
    dsr = customer.files()
    elsewhere.opens(link(dsr, Purpose.DISOWN))
    assert "closed" in words(elsewhere.post("disown/", sure="on"))
    assert state_of(dsr) == State.WITHDRAWN


@pytest.mark.threat("2.05")
def test_a_program_that_presses_every_button_closes_nothing(customer: Customer, elsewhere: Customer) -> None:
    dsr = customer.files()
    elsewhere.opens(link(dsr, Purpose.DISOWN))
    assert elsewhere.post("disown/").status_code == UNPROCESSABLE
    assert state_of(dsr) == State.VERIFYING


def test_the_letter_goes_out_again_but_not_at_once(customer: Customer) -> None:
    dsr = customer.files()
    assert customer.post(f"requests/{dsr.reference}/resend/")["Location"].endswith("?sent")
    again = customer.post(f"requests/{dsr.reference}/resend/")
    assert again.status_code == 429
    assert "ten minutes" in words(again)


def test_a_mistyped_address_is_corrected_and_its_links_die(customer: Customer) -> None:
    dsr = customer.files(email="adda@example.com")
    mailed = confirm_link(dsr)
    customer.post(f"requests/{dsr.reference}/address/", email="ada@example.com")
    dsr.refresh_from_db()
    assert dsr.email == "ada@example.com"
    assert customer.opens(mailed).status_code == GONE


def test_an_address_is_corrected_only_so_often(customer: Customer) -> None:
    dsr = customer.files()
    answers = [customer.post(f"requests/{dsr.reference}/address/", email=f"ada{n}@example.com").status_code for n in range(4)]
    assert answers == [SEE_OTHER] * 3 + [429]


def test_an_address_that_is_proven_cannot_be_corrected(customer: Customer) -> None:
    dsr = customer.files()
    customer.proves(dsr)
    customer.post(f"requests/{dsr.reference}/address/", email="mallory@example.com")
    dsr.refresh_from_db()
    assert dsr.email == "ada@example.com"


@pytest.mark.threat("6.01")
@pytest.mark.parametrize("action", ["resend/", "code/", "address/", "withdraw/", "forget/", "download/"])
def test_a_browser_that_knows_nothing_can_do_nothing(customer: Customer, elsewhere: Customer, action: str) -> None:
    dsr = customer.files()
    assert elsewhere.post(f"requests/{dsr.reference}/{action}", email="mallory@example.com").status_code == 403
    assert state_of(dsr) == State.VERIFYING


@pytest.mark.threat("6.01")
def test_a_request_that_is_not_there_looks_like_one_that_may_not_be_seen(customer: Customer, elsewhere: Customer) -> None:
    dsr = customer.files()
    foreign, missing = elsewhere.get(f"requests/{dsr.reference}/"), elsewhere.get("requests/DSR-0000-0000/")
    assert foreign.status_code == missing.status_code == 403
    assert words(foreign).replace(dsr.reference, "") == words(missing).replace("DSR-0000-0000", "")


def test_a_wrong_key_in_the_cookie_opens_nothing(customer: Customer, elsewhere: Customer) -> None:
    dsr = customer.files()
    elsewhere.client.cookies[f"claim-{dsr.reference}"] = "0000-" * 7
    assert elsewhere.get(f"requests/{dsr.reference}/").status_code == 403


@pytest.mark.threat("6.01")
def test_a_request_of_another_shop_is_not_shown_here(customer: Customer) -> None:
    dsr = customer.files()
    customer.proves(dsr)
    assert Customer(customer.client, a_brand("a-jewels")).get(f"requests/{dsr.reference}/").status_code == 403


def test_a_lapsed_request_confirms_nothing(customer: Customer) -> None:
    dsr = customer.files()
    mailed = confirm_link(dsr)
    walk(dsr, Move.LAPSE)
    customer.opens(mailed)
    customer.post("confirm/")
    assert state_of(dsr) == State.LAPSED


def test_a_link_that_somebody_used_first_is_dead(customer: Customer) -> None:
    dsr = customer.files()
    customer.opens(confirm_link(dsr))
    Challenge.objects.filter(dsr=dsr).update(used_at=dsr.received_at)
    assert customer.post("confirm/").status_code == GONE
    assert state_of(dsr) == State.VERIFYING


def test_a_proven_request_shows_no_new_figures(customer: Customer) -> None:
    dsr = customer.files()
    before = customer.code(dsr)
    customer.proves(dsr)
    assert customer.post(f"requests/{dsr.reference}/code/").status_code == SEE_OTHER
    assert customer.code(dsr) == before
