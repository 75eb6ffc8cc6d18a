"""The customer number that a shop signed decides; one that somebody typed never does."""

import pytest

from requests_app.matching import services as matching
from requests_app.matching.judgement import is_clear, weigh
from requests_app.matching.models import MatchState
from requests_app.values import Claim
from requests_app.workflow.states import State
from tests.making import ADDRESS
from tests.matching.searching import FITTING, Search
from tests.matching.test_judgement import candidate

pytestmark = pytest.mark.django_db
SIGNED = {"customer_id": ("17",)}


def search(*systems: str, facts_required: int = 1) -> Search:
    """Return a search for somebody whom the shop handed over as its customer 17."""
    made = Search(*systems, facts={}, facts_required=facts_required)
    made.dsr.customer_id = "17"
    made.dsr.save(update_fields=["customer_id"])
    return made


def test_systems_are_asked_by_the_number_and_the_address() -> None:
    assert matching.identity_of(search().dsr).claims == (Claim("email", ADDRESS), Claim("customer_id", "17"))


@pytest.mark.parametrize("facts_required", [0, 1, 3])
def test_the_signed_number_is_enough_whatever_the_brand_asks_of_others(facts_required: int) -> None:
    found = search("orders", "marketing", facts_required=facts_required)

    found.answers("orders", SIGNED)
    found.answers("marketing", {})

    assert found.state == State.COLLECTING


def test_what_differs_beside_the_signed_number_does_not_matter() -> None:
    found = search("orders")

    found.answers("orders", SIGNED | {"name": ("Ada Newname",)})

    assert found.state == State.COLLECTING


@pytest.mark.parametrize("held", ["18", "017", "17 ", "17.0", "Ⅰ7"])
def test_a_record_of_the_address_that_bears_another_number_waits_for_an_officer(held: str) -> None:
    found = search("orders")

    found.answers("orders", {"customer_id": (held,)})

    assert (found.state, found.is_("orders")) == (State.DECIDING, MatchState.DOUBTFUL)


@pytest.mark.threat("3.01")
def test_two_records_behind_the_address_wait_for_an_officer_though_one_bears_the_number() -> None:
    found = search("orders", "marketing")

    found.answers("orders", SIGNED, {"customer_id": ("18",)})
    found.answers("marketing", {})

    assert found.state == State.DECIDING
    assert {found.is_("orders"), found.is_("marketing")} == {MatchState.DOUBTFUL}


def test_where_one_system_shows_two_people_the_number_tells_who_it_is_in_the_other() -> None:
    found = search("orders", "reviews", facts_required=3)

    found.answers("orders", {}, {})
    found.answers("reviews", SIGNED)

    assert (found.is_("orders"), found.is_("reviews")) == (MatchState.DOUBTFUL, MatchState.CLEAR)


def test_a_number_that_somebody_typed_finds_and_proves_nothing() -> None:
    found = Search("orders", facts={"customer_id": "17"})
    assert matching.identity_of(found.dsr).claims == (Claim("email", ADDRESS),)
    assert matching.typed_by(found.dsr)["customer_id"] == ""

    found.answers("orders", SIGNED)

    assert found.state == State.DECIDING


def test_a_record_found_by_the_number_alone_is_clear_where_a_system_shows_no_evidence() -> None:
    by_number = candidate(matched=("customer_id",))

    assert is_clear([weigh(by_number, {"customer_id": "17"})], "zoë@example.com")
    assert not is_clear([weigh(by_number, {})], ADDRESS)


def test_a_mailbox_outside_ascii_still_waits_where_no_number_agrees() -> None:
    found = search("orders")
    found.dsr.email = "zoë@example.com"
    found.dsr.save(update_fields=["email"])

    found.answers("orders", FITTING)

    assert found.state == State.DECIDING
