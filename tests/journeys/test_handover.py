"""A signed-in customer asks: from the token to the opened copy, without a letter that must be opened first."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from requests_app.brands.models import Brand
from requests_app.bundle import services as bundle
from requests_app.correspondence.models import Letter
from requests_app.matching.models import MatchState
from requests_app.portal.forms import stamp
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.filing import an_officer
from tests.mail import Post
from tests.making import ADDRESS
from tests.portal.customer import Customer
from tests.portal.test_handover import account, presents
from tests.running import run_all_due
from tests.signing import a_token, signing_keys
from tests.small_shop import SmallShop


@pytest.fixture
def numbered(shop: SmallShop, settings: Settings) -> SmallShop:
    """The order system knows customers by their number too. Ada is number 1; a mailbox of hers has another account."""
    settings.PORTAL_FILL_DELAY = -1
    described = Path(shop.orders.description)
    text = described.read_text(encoding="utf-8")
    known = "{primary_key: true, data_type: integer}"
    described.write_text(text.replace(known, "{primary_key: true, data_type: integer, identity: customer_id}", 1), encoding="utf-8")
    Brand.objects.update(hand_over=signing_keys())
    shop.customer(1, "old-address@example.com", "Ada Maiden", "10115")
    shop.order(11, 1)
    shop.customer(2, "bob@example.com", "Bob Other")
    shop.order(12, 2)
    shop.subscriber(7, ADDRESS)
    return shop


def asks(shop: SmallShop, **said: Any) -> tuple[Customer, SubjectRequest]:
    shop.brand.refresh_from_db()
    customer = Customer(Client(), shop.brand)
    presents(customer, a_token(**said))
    customer.post("access/", step="send", opened=stamp("a form"), account=account(customer))
    run_all_due()
    return customer, SubjectRequest.objects.select_related("brand").get()


def test_the_number_finds_what_the_address_alone_would_not(numbered: SmallShop, post: Post) -> None:
    _customer, dsr = asks(numbered, sub="1")
    assert {match.source.name: match.state for match in dsr.matches.select_related("source")} == {
        "orders": MatchState.CLEAR,
        "newsletter": MatchState.CLEAR,
    }
    assert dsr.state == State.REVIEWING

    advance(dsr, Move.APPROVE, by=an_officer(numbered.brand).actor)
    run_all_due()

    with bundle.handed_over(dsr.bundles.latest("number")) as chunks:
        copy = zipfile.ZipFile(io.BytesIO(b"".join(chunks)))
    assert b"O-11" in copy.read("data/orders/orders.json")
    assert not any(b"Bob" in copy.read(name) or b"O-12" in copy.read(name) for name in copy.namelist())
    kinds = list(Letter.objects.filter(officer=None).order_by("written_at").values_list("kind", flat=True))
    assert kinds == ["handed_over", "answered"]
    assert {letter.recipients for letter in post.to(ADDRESS)} == {(ADDRESS,)}


def test_a_record_of_the_address_that_is_another_customers_goes_to_an_officer(numbered: SmallShop, post: Post) -> None:
    numbered.customer(3, ADDRESS, "Ada Example")

    _customer, dsr = asks(numbered, sub="99")

    assert dsr.state == State.DECIDING
    (match,) = dsr.matches.filter(source=numbered.orders)
    assert (match.state, match.candidates[0]["differs"]) == (MatchState.DOUBTFUL, ["customer_id"])
    assert len(post.to(ADDRESS)) == 1


def test_a_shop_may_sign_a_number_that_no_system_knows(numbered: SmallShop, post: Post) -> None:
    _customer, dsr = asks(numbered, sub="CUST-'; --")

    assert dsr.matches.get(source=numbered.orders).state == MatchState.NOBODY
    assert dsr.state == State.REVIEWING
    assert len(post.to(ADDRESS)) == 1
