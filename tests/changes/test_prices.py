"""What the pages of corrections and restrictions cost, in queries: the same for one field and for many."""

from http import HTTPStatus

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from requests_app.changes.models import Entry, Stand
from requests_app.holds.restrictions import Restriction
from requests_app.values import CUSTOMER
from requests_app.vault import uploads
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import Move, State
from tests.console.desk import an_officer, at_the_desk
from tests.making import a_brand, a_dsr, a_source
from tests.portal.customer import Customer, walk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick(settings: Settings) -> None:
    settings.PORTAL_FILL_DELAY = -1


MOST_QUERIES = 22


def fields(dsr: SubjectRequest, count: int, stand: Stand = Stand.OFFERED, name: str = "orders") -> list[Entry]:
    """Let a system have shown so many fields."""
    source = a_source(name, brand=dsr.brand)
    made = [
        Entry(dsr=dsr, source=source, stand=stand, collection="customers", field="first_name", number=number, old="Ada", new="Eve",
              key=[str(number)], position=number, decided_at=Now())
        for number in range(count)
    ]  # fmt: skip
    return Entry.objects.bulk_create(made)


@pytest.mark.pages("console:changes", "console:carry_out")
@pytest.mark.parametrize("page", ["console:changes", "console:carry_out"])
def test_a_page_of_fields_costs_the_same_however_many_there_are(
    page: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    few, many = (a_dsr(State.REVIEWING, right="rectification", brand=a_brand(), email_index=bytes(32)) for _ in range(2))
    fields(few, 1, Stand.ACCEPTED)
    fields(many, 20, Stand.ACCEPTED, "more")
    desk = at_the_desk(an_officer())

    with django_assert_max_num_queries(MOST_QUERIES) as spent:
        assert desk.get(reverse(page, args=[few.reference])).status_code == HTTPStatus.OK
    with django_assert_max_num_queries(len(spent)):
        assert desk.get(reverse(page, args=[many.reference])).status_code == HTTPStatus.OK


@pytest.mark.pages("console:lift", "console:evidence")
def test_the_pages_beside_it_cost_little(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    dsr = a_dsr(State.ANSWERED, right="restriction")
    Restriction.objects.create(dsr=dsr, began_at=Now())
    sent = uploads.keep(dsr, uploads.check(b"%PDF-1.7", "a.pdf"), by=CUSTOMER, purpose="evidence")
    desk = at_the_desk(an_officer())

    for page in (reverse("console:lift", args=[dsr.reference]), reverse("console:evidence", args=[dsr.reference, sent.pk])):
        with django_assert_max_num_queries(MOST_QUERIES):
            assert desk.get(page).status_code == HTTPStatus.OK


@pytest.mark.pages("portal:fields")
@pytest.mark.parametrize("stand", [Stand.OFFERED, Stand.REFUSED])
def test_the_customers_fields_cost_the_same_however_many_there_are(
    stand: Stand, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    spent = []
    for count in (1, 20):
        customer, dsr = proposing(f"shop-{count}")
        fields(dsr, count, stand)
        if stand == Stand.REFUSED:
            walk(dsr, Move.PROPOSE)
        with django_assert_max_num_queries(MOST_QUERIES) as queries:
            assert customer.get(f"requests/{dsr.reference}/fields/").status_code == HTTPStatus.OK
        spent.append(len(queries))
    assert spent[0] == spent[1]


def proposing(slug: str) -> tuple[Customer, SubjectRequest]:
    """Return a customer who proved the mailbox, and a request whose fields can be seen."""
    customer = Customer(Client(), a_brand(slug))
    dsr = customer.files(right="rectification")
    customer.proves(dsr)
    walk(dsr, Move.SEARCH, Move.OFFER_FIELDS)
    return customer, dsr
