"""Complaining and appealing on the page of a request: who may, and when."""

import pytest
from django.conf import settings
from pytest_django import DjangoAssertNumQueries

from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import Move
from tests.portal.customer import SEE_OTHER, UNPROCESSABLE, Customer, a_copy, walk, words

CONFLICT = 409


@pytest.fixture
def answered(customer: Customer) -> SubjectRequest:
    dsr = customer.files()
    customer.proves(dsr)
    a_copy(dsr)
    return dsr


def test_nobody_complains_about_what_is_not_answered_yet(customer: Customer) -> None:
    dsr = customer.files()
    customer.proves(dsr)
    walk(dsr, Move.SEARCH)

    assert customer.get(f"requests/{dsr.reference}/object/complaint/").status_code == CONFLICT
    assert "Complain" not in words(customer.get(f"requests/{dsr.reference}/")).replace("Complain to the authority", "")


@pytest.mark.pages("portal:objecting")
def test_a_complaint_is_filed_beside_the_request_once_and_needs_no_new_proof(customer: Customer, answered: SubjectRequest) -> None:
    page = f"requests/{answered.reference}/object/complaint/"
    assert "Send my complaint" in words(customer.get(page))
    assert customer.post(page, details=" ").status_code == UNPROCESSABLE

    for _time in range(2):
        assert customer.post(page, details="Half of it is missing.").status_code == SEE_OTHER

    complaint = SubjectRequest.objects.get(right="complaint")
    assert complaint.concerns_id == answered.pk
    assert complaint.details == "Half of it is missing."
    assert complaint.verified_at is not None
    assert customer.get(f"requests/{complaint.reference}/").status_code == 200


def test_no_law_here_knows_an_appeal(customer: Customer, answered: SubjectRequest) -> None:
    assert customer.get(f"requests/{answered.reference}/object/appeal/").status_code == CONFLICT


def test_a_browser_that_only_filed_the_request_complains_about_nothing(customer: Customer, answered: SubjectRequest) -> None:
    del customer.client.cookies[settings.SESSION_COOKIE_NAME]

    assert customer.post(f"requests/{answered.reference}/object/complaint/", details="x").status_code == SEE_OTHER
    assert not SubjectRequest.objects.filter(right="complaint").exists()


@pytest.mark.pages("portal:will")
def test_a_request_without_instructions_has_none_to_change(customer: Customer, answered: SubjectRequest) -> None:
    assert customer.get(f"requests/{answered.reference}/will/").status_code == SEE_OTHER


def test_a_complaint_asks_for_nothing_that_the_shop_holds(customer: Customer) -> None:
    page = words(customer.get("complaint/"))

    assert "What do you complain about?" in page
    assert "Postcode" not in page
    assert "What helps us to recognise you" not in page


@pytest.mark.pages("portal:objecting", "portal:will")
@pytest.mark.parametrize(("page", "price"), [("object/complaint/", 3), ("will/", 3)])
def test_the_pages_have_their_price(
    customer: Customer, answered: SubjectRequest, django_assert_num_queries: DjangoAssertNumQueries, page: str, price: int
) -> None:
    with django_assert_num_queries(price):
        customer.get(f"requests/{answered.reference}/{page}")
