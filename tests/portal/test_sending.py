"""Sending a copy to another company: the page that asks, for whoever could download it too."""

from collections.abc import Callable
from typing import Any

import pytest

from requests_app.bundle import sending
from requests_app.bundle.models import Transfer
from requests_app.verification.models import Purpose
from requests_app.workflow.models import SubjectRequest
from tests.portal.customer import SEE_OTHER, UNPROCESSABLE, Customer, a_copy, link, words

PRICE = 6  # the brand, the request, who may see it, its copy, its key, its sendings
THERE = {"address": "https://other.example/people/7", "token": "its-token", "sure": "on"}


@pytest.fixture
def dsr(customer: Customer) -> SubjectRequest:
    dsr = customer.files(right="portability")
    customer.proves(dsr)
    return dsr


def path(dsr: SubjectRequest) -> str:
    return f"requests/{dsr.reference}/send/"


@pytest.mark.promise("O2")
def test_the_copy_is_sent_where_the_person_says(customer: Customer, dsr: SubjectRequest) -> None:
    a_copy(dsr)
    assert "Send my copy to another company" in words(customer.get(f"requests/{dsr.reference}/download/"))

    assert customer.post(path(dsr), **THERE).status_code == SEE_OTHER

    made = Transfer.objects.get(dsr=dsr)
    assert (made.address, made.token) == ("https://other.example/people/7", "its-token")
    page = words(customer.get(path(dsr)))
    assert "https://other.example/people/7: on its way" in page
    assert "its-token" not in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"address": "http://other.example/"}, "begin with https://"),
        ({"address": "https://other.example:8443/"}, "name no port"),
        ({"address": ""}, "Enter the address"),
        ({"token": "zwölf"}, "plain letters"),
        ({"sure": ""}, "Tick the box"),
    ],
)
def test_what_cannot_be_sent_is_told_at_its_field(
    customer: Customer, dsr: SubjectRequest, wrong: dict[str, str], said: str
) -> None:
    a_copy(dsr)

    answer = customer.post(path(dsr), **THERE | wrong)

    assert answer.status_code == UNPROCESSABLE
    assert said in words(answer)
    assert not Transfer.objects.exists()


@pytest.mark.threat("6.02")
def test_a_mailed_link_alone_sends_nothing(customer: Customer, elsewhere: Customer, dsr: SubjectRequest) -> None:
    a_copy(dsr)
    elsewhere.opens(link(dsr, Purpose.DOWNLOAD))
    elsewhere.post("open/")

    assert elsewhere.post(path(dsr), **THERE).status_code == UNPROCESSABLE
    assert elsewhere.post(path(dsr), **THERE, claim=customer.key(dsr)).status_code == SEE_OTHER
    assert Transfer.objects.count() == 1


def test_a_copy_for_the_person_alone_has_no_such_page(customer: Customer) -> None:
    dsr = customer.files()
    customer.proves(dsr)
    a_copy(dsr)

    assert customer.get(path(dsr)).status_code == SEE_OTHER
    assert customer.post(path(dsr), **THERE).status_code == SEE_OTHER
    assert not Transfer.objects.exists()


@pytest.mark.pages("portal:send")
@pytest.mark.parametrize("rows", [0, 4])
def test_the_page_costs_the_same_for_one_company_and_for_many(
    customer: Customer, dsr: SubjectRequest, django_assert_num_queries: Callable[[int], Any], rows: int
) -> None:
    a_copy(dsr)
    for _ in range(rows):
        sending.send(dsr, "https://other.example/people/7", "token")
    customer.get(path(dsr))

    with django_assert_num_queries(PRICE):
        customer.get(path(dsr))
