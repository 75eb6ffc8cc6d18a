"""What each page costs, in queries: the same for one row and for many."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from requests_app.collection.models import Pull, PullState
from requests_app.correspondence.models import Message
from requests_app.correspondence.services import write
from requests_app.erasure import certifying
from requests_app.erasure.models import Plan, PlanState
from requests_app.values import CUSTOMER
from requests_app.vault import uploads
from requests_app.verification import services as verification
from requests_app.verification.models import Purpose
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import Move
from tests.erasure.planned import SETS, an_erasure
from tests.making import a_brand, a_source
from tests.portal.customer import Customer, a_copy, link, walk

Spends = Callable[[int], Any]


@pytest.fixture
def dsr(customer: Customer) -> SubjectRequest:
    dsr = customer.files()
    customer.proves(dsr)
    return dsr


@pytest.mark.pages(
    "portal:home", "portal:request", "portal:follow", "portal:confirm", "portal:disown", "portal:open", "portal:link",
    "portal:revive",
)  # fmt: skip
@pytest.mark.parametrize(
    ("path", "price"),
    [
        ("", 1),  # the brand
        ("access/", 1),
        ("telepathy/", 1),
        ("follow/", 1),
        ("confirm/", 1),
        ("disown/", 1),
        ("open/", 1),
        ("revive/", 1),
        ("letter/unknown/", 2),  # the brand, the link
        ("requests/DSR-0000-0000/", 2),  # the brand, the request
    ],
)
def test_a_page_for_everybody(customer: Customer, django_assert_num_queries: Spends, path: str, price: int) -> None:
    with django_assert_num_queries(price):
        customer.get(path)


@pytest.mark.pages("portal:brands")
@pytest.mark.parametrize("rows", [1, 4])
def test_the_list_of_shops(customer: Customer, django_assert_num_queries: Spends, settings: Any, rows: int) -> None:
    settings.DSAR_DEMO = True
    for row in range(rows):
        a_brand(f"shop-{row}")
    with django_assert_num_queries(1):
        customer.client.get("/")


@pytest.mark.pages("portal:door", "portal:look")
def test_the_door_and_the_colours(customer: Customer, django_assert_num_queries: Spends) -> None:
    for path in ("/o-jewels/", "/o-jewels/look.css", "/nobody/"):
        with django_assert_num_queries(1):
            customer.client.get(path)


def test_checking_the_answers(customer: Customer, django_assert_num_queries: Spends) -> None:
    with django_assert_num_queries(2):  # the brand, how much came from this network
        customer.sends("check")


def test_filing_costs_no_more_than_it_did(customer: Customer, django_assert_max_num_queries: Spends) -> None:
    with django_assert_max_num_queries(25):
        customer.sends()


def test_the_page_after_filing(customer: Customer, django_assert_num_queries: Spends) -> None:
    dsr = customer.files()
    with django_assert_num_queries(3):  # the brand, the request, its secrets' digests
        customer.get(f"requests/{dsr.reference}/")


@pytest.mark.pages("portal:address", "portal:withdraw")
@pytest.mark.parametrize("action", ["address/", "withdraw/"])
def test_the_pages_beside_it(customer: Customer, django_assert_num_queries: Spends, action: str) -> None:
    dsr = customer.files()
    with django_assert_num_queries(3):
        customer.get(f"requests/{dsr.reference}/{action}")


@pytest.mark.parametrize(
    ("purpose", "page", "price"), [(Purpose.CONFIRM, "confirm/", 3), (Purpose.DISOWN, "disown/", 2), (Purpose.FOLLOW, "open/", 4)]
)
def test_a_mailed_link_and_its_page(
    customer: Customer, django_assert_num_queries: Spends, purpose: Purpose, page: str, price: int,
) -> None:  # fmt: skip
    dsr = customer.files()
    mailed = link(dsr, purpose)
    with django_assert_num_queries(2):  # the brand, the link
        customer.client.get(mailed)
    with django_assert_num_queries(price):
        customer.get(page)


@pytest.mark.pages("portal:status")
@pytest.mark.parametrize("rows", [1, 4])
def test_the_status_page(customer: Customer, dsr: SubjectRequest, django_assert_num_queries: Spends, rows: int) -> None:
    walk(dsr, Move.SEARCH)
    for row in range(rows):
        Pull.objects.create(dsr=dsr, source=a_source(f"system-{row}", brand=customer.brand), state=PullState.DONE, records=7)
        write(dsr, "proven", links=verification.links(dsr))
        Message.objects.create(dsr=dsr, from_customer=bool(row % 2), text="Which order?")
    with django_assert_num_queries(10):  # session, brand, request, copy, messages, their files, moves, today, search, letters
        customer.get(f"requests/{dsr.reference}/")


@pytest.mark.pages("portal:receipt", "portal:file", "portal:accessibility")
def test_a_receipt_a_file_and_the_page_on_accessibility(
    customer: Customer, dsr: SubjectRequest, django_assert_num_queries: Spends
) -> None:
    sent = uploads.keep(dsr, uploads.check(b"%PDF-1.7 one", "one.pdf"), by=CUSTOMER, purpose=uploads.MESSAGE)
    with django_assert_num_queries(3):  # brand, request, session
        customer.get(f"requests/{dsr.reference}/receipt/")
    with django_assert_num_queries(4):  # and the file
        customer.get(f"requests/{dsr.reference}/files/{sent.pk}/")
    with django_assert_num_queries(1):
        customer.client.get("/o-jewels/accessibility")


@pytest.mark.pages("portal:download")
def test_the_page_of_the_copy(customer: Customer, dsr: SubjectRequest, django_assert_num_queries: Spends) -> None:
    a_copy(dsr)
    with django_assert_num_queries(5):  # brand, request, session, copy, the key's digest
        customer.get(f"requests/{dsr.reference}/download/")


@pytest.mark.pages("portal:status", "portal:certificate")
@pytest.mark.parametrize("rows", [1, 4])
def test_the_pages_of_an_erasure(customer: Customer, django_assert_num_queries: Spends, rows: int) -> None:
    dsr = an_erasure(brand=customer.brand, sets=SETS * rows)
    for row in range(rows):
        source = a_source(f"system-{row}", brand=customer.brand)
        Plan.objects.create(dsr=dsr, source=source, round=1, state=PlanState.DONE, done_at=timezone.now())
    certifying.keep(dsr, certifying.make(dsr, timezone.now()))
    customer.opens(link(dsr, Purpose.FOLLOW))
    customer.post("open/")
    with django_assert_num_queries(13):  # as above, and: plans, their sets, systems, certificate; no search
        customer.get(f"requests/{dsr.reference}/")
    with django_assert_num_queries(5):  # brand, request, session, certificate, the key’s digest
        customer.get(f"requests/{dsr.reference}/certificate/")
