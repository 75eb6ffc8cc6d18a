"""What the pages of people who act for others, of staff and of children cost in queries."""

from typing import Final

import pytest
from pytest_django import DjangoAssertNumQueries

from requests_app.values import SYSTEM
from requests_app.verification import acting
from requests_app.verification import services as verification
from requests_app.verification.models import Purpose
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.parties import Part
from requests_app.workflow.services import Move, advance
from tests.making import a_dsr
from tests.portal.customer import Customer, link

pytestmark = pytest.mark.django_db
MAILED: Final = {Purpose.PROVE_PARTY: ("party/", 3), Purpose.AGREE: ("agree/", 3), Purpose.ACT: ("act/", 3)}
OWN: Final = {"acting/": (4, 200), "acting/fetch/": (3, 410)}  # queries, and the status: no copy is ready


@pytest.fixture
def dsr(customer: Customer) -> SubjectRequest:
    """A request that somebody else filed, and which waits for everybody's word."""
    dsr = a_dsr(brand=customer.brand)
    verification.begin(dsr)
    acting.name(dsr, Part.AGENT, called="Mia Agent", email="agent@office.example")
    advance(dsr, Move.ASK_FOR_PROOF, by=SYSTEM)
    return dsr


@pytest.mark.pages("portal:others", "portal:for_other", "portal:child", "portal:staff", "portal:staff_request")
@pytest.mark.parametrize("path", ["for-others/access/", "for-others/access/agent/", "child/", "staff/", "staff/access/"])
def test_a_form_for_others_costs_the_brand(
    customer: Customer, django_assert_num_queries: DjangoAssertNumQueries, path: str,
) -> None:  # fmt: skip
    with django_assert_num_queries(2 if path == "child/" else 1):  # a form of one page also looks how much came from this network
        answer = customer.get(path)

    assert answer.status_code == 200


@pytest.mark.pages("portal:prove_party", "portal:agree", "portal:act")
@pytest.mark.parametrize("purpose", MAILED)
def test_a_mailed_link_of_two_people(
    customer: Customer, dsr: SubjectRequest, django_assert_num_queries: DjangoAssertNumQueries, purpose: Purpose
) -> None:
    path, price = MAILED[purpose]
    customer.client.get(link(dsr, purpose))

    with django_assert_num_queries(price):
        answer = customer.get(path)

    assert answer.status_code == 200


@pytest.mark.pages("portal:acting", "portal:acting_fetch")
@pytest.mark.parametrize("path", OWN)
def test_the_pages_of_whoever_acts(
    customer: Customer, dsr: SubjectRequest, django_assert_num_queries: DjangoAssertNumQueries, path: str
) -> None:
    price, status = OWN[path]
    customer.opens(link(dsr, Purpose.ACT))
    customer.post("act/")

    with django_assert_num_queries(price):
        answer = customer.get(f"requests/{dsr.reference}/{path}")

    assert answer.status_code == status


@pytest.mark.pages("portal:more")
def test_the_page_for_more_facts(customer: Customer, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    dsr = customer.files()
    customer.proves(dsr)
    advance(dsr, Move.DOUBT, by=SYSTEM)

    with django_assert_num_queries(3):
        answer = customer.get(f"requests/{dsr.reference}/more/")

    assert answer.status_code == 200
