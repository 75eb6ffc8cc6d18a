"""Somebody says that an account is a child's: no papers, an officer looks, everything goes, and it goes first."""

from datetime import timedelta

import psycopg
import pytest
from django.test import Client
from pytest_django import Settings

from requests_app.correspondence.models import Letter
from requests_app.erasure import services as erasure
from requests_app.matching.services import decide
from requests_app.portal.forms import stamp
from requests_app.sources.models import Source
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import today_of
from requests_app.workflow.states import State
from tests.mail import Post
from tests.making import ADDRESS, a_dsr, an_officer
from tests.portal.acting import Agent
from tests.portal.customer import SEE_OTHER, Customer, words
from tests.running import run_all_due
from tests.small_shop import SmallShop

PARENT = "agent@office.example"


@pytest.mark.promise("S11")
def test_a_parents_word_is_enough_for_an_officer_to_look_and_two_to_erase(shop: SmallShop, post: Post, settings: Settings) -> None:
    settings.PORTAL_FILL_DELAY = -1
    Source.objects.filter(pk=shop.orders.pk).update(erase_secret="SMALL_ORDERS_URL")
    Source.objects.filter(pk=shop.newsletter.pk).update(erase_secret="SMALL_LETTERS_URL")
    shop.customer(1, ADDRESS, name="Ada Example")
    shop.subscriber(7, ADDRESS)
    shop.customer(2, "eve@example.com", name="Eve Example")
    one, two = an_officer("one@desk.example", shop.brand), an_officer("two@desk.example", shop.brand)
    older = a_dsr(State.REVIEWING, due_safe_on=today_of(shop.brand), email="eve@example.com")

    reported(shop, post)

    dsr = SubjectRequest.objects.select_related("brand").get(right="erasure")
    assert (dsr.state, dsr.ground) == (State.DECIDING, "child")  # nobody's mailbox shows whose account it is
    assert dsr.due_safe_on == today_of(shop.brand) + timedelta(days=shop.brand.child_days)
    assert list(SubjectRequest.objects.open().soonest_first()) == [dsr, older]
    assert Letter.objects.get(kind="child_reported").address == ADDRESS
    decide(dsr, {str(match.pk): [0] for match in dsr.matches.filter(state="doubtful")}, by=one, reason="born in 2014")
    run_all_due()
    dsr.refresh_from_db()
    for officer in (one, two):
        erasure.approve(dsr, by=officer, digest=erasure.plan_digest(dsr))
        dsr.refresh_from_db()
    assert dsr.state == State.COOLING_OFF
    assert dsr.approved_at is not None
    assert dsr.cooling_off.until - dsr.approved_at <= timedelta(hours=24, minutes=1)
    assert erasure.waive_cooling_off(dsr)
    run_all_due()

    dsr.refresh_from_db()
    assert dsr.state == State.ANSWERED
    assert left(shop) == [2]
    assert Letter.objects.filter(kind="erased").get().address == PARENT


def reported(shop: SmallShop, post: Post) -> None:
    """Let a parent say it on the short form, and prove the own mailbox."""
    parent = Customer(Client(), shop.brand)
    assert "We ask for no papers" in words(parent.get("child/"))
    asked = {"email": ADDRESS, "name": "Ada", "your_email": PARENT, "details": "My daughter is twelve.", "opened": stamp("a form")}
    answer = parent.post("child/", **asked)
    assert answer.status_code == SEE_OTHER, words(answer)
    run_all_due()
    assert post.to(PARENT)
    assert not post.to(ADDRESS)
    Agent(parent).proves(post)
    run_all_due()


def left(shop: SmallShop) -> list[int]:
    with psycopg.connect(shop.database) as connection:
        return [number for (number,) in connection.execute("SELECT id FROM customers ORDER BY id")]
