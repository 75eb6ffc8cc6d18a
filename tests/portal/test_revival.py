"""The way back from a request that lapsed: a link, a page, a button."""

import pytest

from requests_app.audit.models import AuditEvent
from requests_app.correspondence.models import Letter
from requests_app.values import SYSTEM
from requests_app.verification.models import Purpose
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.portal.customer import GONE, SEE_OTHER, Customer, link, walk, words
from tests.running import run_all_due

pytestmark = pytest.mark.django_db


def state_of(dsr: SubjectRequest) -> str:
    return SubjectRequest.objects.values_list("state", flat=True).get(pk=dsr.pk)


def lapsed(customer: Customer) -> tuple[SubjectRequest, str]:
    dsr = customer.files()
    walk(dsr, Move.LAPSE)
    return dsr, link(dsr, Purpose.REVIVE)


def test_the_filing_browser_goes_on_with_one_button(customer: Customer) -> None:
    dsr, back = lapsed(customer)
    page = customer.opens(back)
    assert page.request["PATH_INFO"] == "/o-jewels/en/revive/"  # type: ignore[attr-defined]
    assert dsr.reference in words(page)

    answer = customer.post("revive/")
    run_all_due("journey.follow")

    assert (answer.status_code, answer["Location"]) == (SEE_OTHER, customer.path(f"requests/{dsr.reference}/"))
    assert state_of(dsr) == State.VERIFYING
    assert Letter.objects.filter(dsr=dsr, kind="confirm_address").exists()
    customer.proves(dsr)
    assert state_of(dsr) == State.MATCHING


def test_another_browser_goes_on_too_and_learns_nothing_more(customer: Customer, elsewhere: Customer) -> None:
    dsr, back = lapsed(customer)
    elsewhere.opens(back)

    answer = elsewhere.post("revive/")

    assert "open again" in words(answer)
    assert "ada@example.com" not in words(answer)
    assert elsewhere.get(f"requests/{dsr.reference}/").status_code == 403


@pytest.mark.threat("2.05")
def test_looking_at_the_page_changes_nothing(customer: Customer) -> None:
    dsr, back = lapsed(customer)
    before = AuditEvent.objects.count()
    customer.opens(back)
    customer.get("revive/")
    dsr.refresh_from_db()
    assert (dsr.stage, AuditEvent.objects.count()) == (State.LAPSED, before)


def test_the_button_works_once(customer: Customer) -> None:
    dsr, back = lapsed(customer)
    customer.opens(back)
    customer.post("revive/")
    advance(SubjectRequest.objects.get(pk=dsr.pk), Move.LAPSE, by=SYSTEM)

    assert customer.post("revive/").status_code == GONE


def test_a_link_back_whose_request_has_gone_on_is_dead(customer: Customer) -> None:
    dsr = customer.files()
    assert customer.opens(link(dsr, Purpose.REVIVE)).status_code == GONE


def test_without_a_link_there_is_nothing_to_go_on_with(customer: Customer) -> None:
    assert customer.get("revive/").status_code == GONE


def test_a_link_for_something_else_opens_no_way_back(customer: Customer) -> None:
    dsr, _back = lapsed(customer)
    customer.opens(link(dsr, Purpose.DISOWN))
    assert customer.post("revive/").status_code == GONE
