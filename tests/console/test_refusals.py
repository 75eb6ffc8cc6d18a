"""What refusals leave to a person stands on one page, and goes from it when it is done."""

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from requests_app.optouts.models import Effect, EffectState, SeenPurpose
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.console.desk import an_officer, at_the_desk
from tests.making import ADDRESS, a_brand, a_source
from tests.optouts.refusing import left_to_a_person

pytestmark = pytest.mark.django_db
PRICES = {"refusals": 8, "refusal_step": 6, "purpose_step": 6}


@pytest.fixture
def desk() -> Client:
    return at_the_desk(an_officer())


def address(name: str) -> str:
    rows: dict[str, type[Model]] = {"refusal_step": Effect, "purpose_step": SeenPurpose}
    return reverse(f"console:{name}", args=[rows[name]._default_manager.earliest("pk").pk] if name in rows else [])


def test_a_task_names_system_channel_and_day_and_its_page_the_address(desk: Client) -> None:
    effect = left_to_a_person(a_source("orders", title={"en": "Order book"}))
    listed = desk.get(address("refusals")).content.decode()
    shown = desk.get(address("refusal_step")).content.decode()

    assert effect.dsr.reference in listed
    assert "Order book" in listed
    assert "Letters by post" in listed
    assert ADDRESS not in listed
    assert ADDRESS in shown


def test_what_was_done_by_hand_is_kept_and_ends_the_request(desk: Client) -> None:
    effect = left_to_a_person(a_source("orders"))
    answer = desk.post(address("refusal_step"), {"done": "1", "note": "Taken off the printer’s list."})

    effect.refresh_from_db()
    assert answer.status_code == 302
    assert (effect.state, effect.note) == (EffectState.SETTLED, "Taken off the printer’s list.")
    assert SubjectRequest.objects.get(pk=effect.dsr_id).stage == State.ANSWERED
    assert effect.dsr.reference not in desk.get(address("refusals")).content.decode()


def test_nobody_is_done_without_a_word(desk: Client) -> None:
    effect = left_to_a_person(a_source("orders"))
    assert desk.post(address("refusal_step"), {"done": "1", "note": ""}).status_code == 422
    effect.refresh_from_db()
    assert effect.state == EffectState.BY_HAND


def test_only_what_failed_can_be_asked_again(desk: Client) -> None:
    effect = left_to_a_person(a_source("orders"))
    assert b'name="again"' not in desk.get(address("refusal_step")).content

    Effect.objects.update(state=EffectState.FAILED, fault="unreachable", channels=["post"])
    assert b'name="again"' in desk.get(address("refusal_step")).content
    desk.post(address("refusal_step"), {"again": "1"})
    effect.refresh_from_db()
    assert effect.state == EffectState.ASKED


@pytest.mark.promise("S20")
def test_a_new_purpose_shows_the_notice_in_each_language_and_is_settled_with_a_day(desk: Client) -> None:
    left_to_a_person(a_source("orders"))
    page = desk.get(address("purpose_step")).content.decode()
    assert "/o-jewels/en/withdraw_consent/" in page
    assert "/o-jewels/fr/withdraw_consent/" in page

    assert desk.post(address("purpose_step"), {"told_on": "2026-11-22", "note": "By letter to all."}).status_code == 302
    assert SeenPurpose.objects.get().settled_at is not None


def test_an_officer_of_another_shop_sees_none_of_it() -> None:
    left_to_a_person(a_source("orders"))
    foreign = at_the_desk(an_officer("foreign@desk.example", brand=a_brand("maison-s")))

    assert "To guess" not in foreign.get(address("refusals")).content.decode()
    assert foreign.get(address("refusal_step")).status_code == 404
    assert foreign.get(address("purpose_step")).status_code == 404


@pytest.mark.pages("console:refusals", "console:refusal_step", "console:purpose_step")
@pytest.mark.parametrize("rows", [1, 5])
@pytest.mark.parametrize("name", PRICES)
def test_a_page_costs_the_same_however_much_waits(
    name: str, rows: int, desk: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for row in range(rows):
        left_to_a_person(a_source(f"system-{row}"))
    with django_assert_num_queries(PRICES[name]):
        assert desk.get(address(name)).status_code == 200
