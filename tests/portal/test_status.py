"""What the status page says, and to whom."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from requests_app.changes.models import Entry
from requests_app.collection.models import Pull, PullState
from requests_app.correspondence.services import write
from requests_app.verification import services as verification
from requests_app.verification.models import Purpose
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import CLOSED, Move, State
from tests.making import a_source, right_to, walk_to
from tests.portal.customer import SEE_OTHER, Customer, a_copy, link, walk, words

PAST_THE_DOOR = [state for state in State if state not in {State.RECEIVED, State.VERIFYING, State.LAPSED}]


def page_of(customer: Customer, dsr: SubjectRequest) -> str:
    return words(customer.get(f"requests/{dsr.reference}/"))


def at(customer: Customer, state: State) -> SubjectRequest:
    """File and prove a request, and let it go on to `state`."""
    dsr = customer.files(right=right_to(state), extent="everything")
    customer.proves(dsr)
    dsr.refresh_from_db()
    if state == State.WITHDRAWN:
        walk(dsr, Move.WITHDRAW)
    else:
        walk_to(dsr, state, begun=2)
    dsr.refresh_from_db()
    return dsr


@pytest.mark.parametrize("state", PAST_THE_DOOR)
def test_every_state_is_said_in_words_with_six_steps_at_most(customer: Customer, state: State) -> None:
    dsr = at(customer, state)
    page = customer.get(f"requests/{dsr.reference}/").content.decode()  # type: ignore[attr-defined]
    assert str(state.label) in words(customer.get(f"requests/{dsr.reference}/"))
    assert 2 <= page.count('class="dot"') <= 6
    assert page.count('aria-current="step"') == (state not in CLOSED)


def test_it_says_whose_move_it_is_until_when_and_by_which_law(customer: Customer) -> None:
    dsr = at(customer, State.REVIEWING)
    page = page_of(customer, dsr)
    assert f"It is our move until {dsr.due_legal_on:%-d %B %Y}" in page
    assert "one month to answer (GDPR, Art. 12(3))" in page


def test_a_late_answer_is_said_to_be_late(customer: Customer) -> None:
    dsr = at(customer, State.REVIEWING)
    SubjectRequest.objects.filter(pk=dsr.pk).update(due_legal_on=timezone.now() - timedelta(days=3))
    assert "We are late" in page_of(customer, dsr)


def test_the_search_says_how_far_it_is(customer: Customer) -> None:
    dsr = at(customer, State.COLLECTING)
    for name, state, records in [("orders", PullState.DONE, 1204), ("marketing", PullState.WAITING, 0)]:
        Pull.objects.create(dsr=dsr, source=a_source(name, brand=customer.brand), state=state, records=records)
    page = page_of(customer, dsr)
    assert "1 of 2 systems searched, 1,204 records so far" in page
    assert "1204" not in page


def test_before_every_system_has_shown_its_fields_nothing_is_called_proposed(customer: Customer) -> None:
    dsr = customer.files(right="rectification")
    customer.proves(dsr)
    walk_to(dsr, State.COLLECTING, begun=2)
    entry = Entry(
        dsr=dsr, source=a_source("orders", brand=customer.brand), collection="customers", field="name", key=["1"], number=1,
        old="Ada", position=1,
    )  # fmt: skip
    entry.save()
    page = page_of(customer, dsr)
    assert "what I proposed" not in page
    assert "systems searched" not in page
    assert customer.get(f"requests/{dsr.reference}/fields/").status_code == SEE_OTHER


def test_letters_can_be_read_again_without_the_links_that_prove_the_mailbox(customer: Customer) -> None:
    dsr = at(customer, State.MATCHING)
    write(dsr, "proven", links=verification.links(dsr))
    page = customer.get(f"requests/{dsr.reference}/").content.decode()  # type: ignore[attr-defined]
    assert "link stands in the letter itself" in page
    assert "/letter/" not in page


def test_where_there_is_no_letter_the_page_says_what_would_be_there(customer: Customer) -> None:
    assert "No letters yet" in page_of(customer, at(customer, State.MATCHING))


@pytest.mark.threat("2.06")
def test_a_browser_that_only_filed_sees_no_state_no_letter_and_no_copy(customer: Customer, elsewhere: Customer) -> None:
    dsr = customer.files()
    elsewhere.opens(link(dsr, Purpose.CONFIRM))
    elsewhere.post("confirm/", code=customer.code(dsr))
    dsr.refresh_from_db()
    a_copy(dsr)
    write(dsr, "proven", links=verification.links(dsr))
    page = page_of(customer, dsr)
    assert "Fetch my copy" not in page
    assert "Our letters" not in page
    assert str(State.ANSWERED.label) not in page


def test_a_mailed_link_opens_the_request_in_another_browser_after_one_button(customer: Customer, elsewhere: Customer) -> None:
    dsr = at(customer, State.MATCHING)
    elsewhere.opens(link(dsr, Purpose.FOLLOW))
    assert elsewhere.get(f"requests/{dsr.reference}/").status_code == 403
    assert elsewhere.post("open/").status_code == SEE_OTHER
    assert str(State.MATCHING.label) in page_of(elsewhere, dsr)


def test_a_link_opened_again_leads_straight_to_the_request(customer: Customer) -> None:
    dsr = at(customer, State.MATCHING)
    assert str(State.MATCHING.label) in words(customer.opens(link(dsr, Purpose.FOLLOW)))


def test_a_browser_can_forget_the_request(customer: Customer) -> None:
    dsr = at(customer, State.MATCHING)
    customer.post(f"requests/{dsr.reference}/forget/")
    assert "More is shown only to the owner" in page_of(customer, dsr)


def test_withdrawing_asks_first_and_then_ends_the_request(customer: Customer) -> None:
    dsr = at(customer, State.REVIEWING)
    assert "Keep my request" in words(customer.get(f"requests/{dsr.reference}/withdraw/"))
    customer.post(f"requests/{dsr.reference}/withdraw/")
    assert "You withdrew this request" in page_of(customer, dsr)


def test_what_is_answered_cannot_be_withdrawn_and_the_page_says_so(customer: Customer) -> None:
    dsr = at(customer, State.ANSWERED)
    answer = customer.post(f"requests/{dsr.reference}/withdraw/")
    assert answer.status_code == 409
    assert "can no longer be withdrawn" in words(answer)


@pytest.mark.threat("1.02")
def test_asking_for_a_link_gives_the_same_answer_and_the_same_work_for_every_address(
    customer: Customer, django_assert_num_queries: Any,
) -> None:  # fmt: skip
    at(customer, State.MATCHING)
    pages = []
    for address in ("ada@example.com", "nobody@example.org"):
        with django_assert_num_queries(2):  # the brand, the step
            pages.append(words(customer.post("follow/", email=address)))
    assert pages[0] == pages[1]
    assert "If there is a request with this address" in pages[0]


@pytest.mark.parametrize("typed", ["", "x", "a@b", "a b@example.com", "x" * 10_000, "a@example.com\r\nBcc: b@c.de"])
def test_what_is_no_address_is_said_to_be_none(customer: Customer, typed: str) -> None:
    assert customer.post("follow/", email=typed).status_code == 422
