"""A restriction through the real pages: asked on a ground, decided, set in the systems, told, announced and ended."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from requests_app import housekeeping
from requests_app.changes.models import Entry, Stand
from requests_app.correspondence.models import Letter
from requests_app.holds.restrictions import Restriction, stands_for
from requests_app.officers.models import Officer
from requests_app.sources.models import Source
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.changes.conftest import changing
from tests.changes.test_correcting import held
from tests.console.desk import an_officer, at_the_desk
from tests.journeys.test_rectification import asks, current
from tests.mail import Post
from tests.making import ADDRESS, a_dsr
from tests.portal.customer import UNPROCESSABLE, Customer, words
from tests.running import come_due, run_all_due
from tests.small_shop import SmallShop

__all__ = ["changing"]
pytestmark = pytest.mark.django_db
Restricted = Callable[[], Entry]


@pytest.fixture
def customer(settings: Settings, changing: SmallShop) -> Customer:
    settings.PORTAL_FILL_DELAY = -1
    return Customer(Client(), changing.brand)


@pytest.fixture
def officer(changing: SmallShop) -> Officer:
    return an_officer(brand=changing.brand)


def approved(desk: Client, reference: str, seen: int) -> None:
    assert desk.post(reverse("console:carry_out", args=[reference]), {"seen": seen}).status_code == 302
    run_all_due()


def by_hand(desk: Client, dsr: SubjectRequest, way: str, text: str = "") -> Source:
    """Settle the one system in which a person does it, and return it."""
    one = Entry.objects.select_related("source").get(dsr=dsr, stand=Stand.BY_HAND)
    said = {"seen": current(dsr).transitions.count(), f"way_{one.pk.hex}": way, f"words_{one.pk.hex}": text}
    assert desk.post(reverse("console:changes", args=[dsr.reference]), said).status_code == 302
    run_all_due()
    return one.source


@pytest.mark.promise("S17")
@pytest.mark.promise("A4")
def test_data_is_set_aside_and_nobody_elses(customer: Customer, post: Post, changing: SmallShop, officer: Officer) -> None:
    assert customer.sends(step="check", right="restriction").status_code == UNPROCESSABLE
    dsr = asks(customer, post, "restriction", ground="accuracy")
    assert dsr.state == State.REVIEWING
    desk = at_the_desk(officer, fresh=True)
    page = words(desk.get(reverse("console:changes", args=[dsr.reference])))
    assert "What you hold is wrong" in page
    assert "a person does it there" in page
    approved(desk, dsr.reference, dsr.transitions.count())

    assert held(changing, "status") == "restricted"
    assert held(changing, "status", 2) == "active"
    assert current(dsr).state == State.FULFILLING
    assert "system to settle" in words(desk.get(reverse("console:changes", args=[dsr.reference])))
    assert by_hand(desk, dsr, "done") == changing.newsletter
    page = words(desk.get(reverse("console:changes", args=[dsr.reference])))
    assert "Newsletter done by hand" in page
    assert "Orders done, and read back" in page

    assert current(dsr).state == State.ANSWERED
    letter = post.to(ADDRESS)[-1]
    assert "set aside" in letter.subject
    assert "Newsletter" in letter.text
    assert "Before this ends we write to you" in letter.text


@pytest.mark.promise("S17")
@pytest.mark.promise("A4")
def test_it_ends_only_after_a_letter(customer: Customer, post: Post, changing: SmallShop, officer: Officer) -> None:
    dsr = asks(customer, post, "restriction", ground="accuracy")
    desk = at_the_desk(officer, fresh=True)
    approved(desk, dsr.reference, dsr.transitions.count())
    by_hand(desk, dsr, "done")
    assert stands_for(changing.brand, ADDRESS)
    assert not stands_for(changing.brand, "eve@example.com")

    announced(desk, dsr)
    come_due("changes.lift")
    run_all_due("changes.lift")
    assert held(changing, "status") == "restricted"
    assert Letter.objects.get(dsr=dsr, kind="restriction_lifts").sent_at is None

    run_all_due("correspondence.send")
    come_due("changes.lift")
    run_all_due()
    assert "It is cleared up." in post.to(ADDRESS)[-1].text
    assert held(changing, "status") == "active"
    assert Restriction.objects.get(dsr=dsr).lifted_at is None

    by_hand(desk, dsr, "done")
    assert Restriction.objects.get(dsr=dsr).lifted_at is not None
    assert not stands_for(changing.brand, ADDRESS)


def announced(desk: Client, dsr: SubjectRequest) -> None:
    """Tell the customer that it ends in nine days; at once would be too soon."""
    lift, today = reverse("console:lift", args=[dsr.reference]), timezone.localdate()
    said = {"seen": current(dsr).transitions.count(), "reason": "It is cleared up."}
    assert desk.post(lift, said | {"lifts_on": today.isoformat()}).status_code == UNPROCESSABLE
    assert desk.post(lift, said | {"lifts_on": (today + timedelta(days=9)).isoformat()}).status_code == 302


def test_what_is_set_aside_is_not_forgotten_before_it_is_set_free() -> None:
    dsr = a_dsr(State.ANSWERED, right="restriction")
    SubjectRequest.objects.filter(pk=dsr.pk).update(closed_at=timezone.now() - timedelta(days=4000))
    stands = Restriction.objects.create(dsr=dsr, began_at=timezone.now())
    assert housekeeping.forget() == 0

    Restriction.objects.filter(pk=stands.pk).update(announced_at=timezone.now(), lifted_at=timezone.now())

    assert housekeeping.forget() == 1


@pytest.mark.promise("S17")
def test_a_system_that_takes_no_restriction_is_named_in_the_answer(
    customer: Customer, post: Post, changing: SmallShop, officer: Officer
) -> None:
    dsr = asks(customer, post, "restriction", ground="unlawful")
    desk = at_the_desk(officer, fresh=True)
    approved(desk, dsr.reference, dsr.transitions.count())
    by_hand(desk, dsr, "give_up", "It has no such switch.")

    letter = post.to(ADDRESS)[-1]
    assert "in part" in letter.subject
    assert "Newsletter: It has no such switch." in letter.text
    assert "Art. 18" in letter.text
