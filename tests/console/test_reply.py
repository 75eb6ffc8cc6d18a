"""The page on which an officer answers in own words."""

from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from requests_app.officers.models import Role
from requests_app.replies.models import Outcome, Reply
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.console.desk import an_officer, at_the_desk
from tests.making import STATED, a_brand, a_dsr

pytestmark = pytest.mark.django_db
PAGES = ("detail", "reply", "refuse", "terms", "law", "talk", "timeline", "letters")


@pytest.fixture
def desk() -> Client:
    return at_the_desk(an_officer(), fresh=True)


def a_complaint(**fields: object) -> SubjectRequest:
    return a_dsr(State.REVIEWING, right="complaint", details="You never answered.", **fields)


def page(dsr: SubjectRequest, name: str = "reply") -> str:
    return reverse(f"console:{name}", args=[dsr.reference])


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("right", ["complaint", "post_mortem"])
def test_every_page_of_such_a_request_opens(desk: Client, right: str, name: str) -> None:
    dsr = a_dsr(State.REVIEWING, right=right, details="Words.", wish={"reach": "general"} if right == "post_mortem" else None)

    assert desk.get(page(dsr, name)).status_code == HTTPStatus.OK


def test_it_has_no_systems_to_look_at_and_its_button_leads_to_the_answer(desk: Client) -> None:
    shown = desk.get(page(a_complaint(), "detail")).content.decode()

    assert "/reply/" in shown
    assert "/approve/" not in shown
    assert "/systems/" not in shown
    assert "/records/" not in shown


def test_words_that_only_the_officer_can_say_must_be_ticked(desk: Client) -> None:
    dsr = a_complaint()
    typed = {"seen": dsr.transitions.count(), "outcome": "denied", "text": "We did answer."}

    answer = desk.post(page(dsr), typed)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "the reasons, in writing" in answer.content.decode()
    assert "the reasons" not in desk.post(page(dsr), typed | {"says": ["written_reasons"]}).content.decode().partition("<form")[0]


def test_the_letter_is_shown_before_it_goes_and_goes_once(desk: Client) -> None:
    dsr = a_complaint()
    typed = {"seen": dsr.transitions.count(), "outcome": "denied", "text": "We did answer.", "says": ["written_reasons"]}

    shown = desk.post(page(dsr), typed).content.decode()
    assert "We see it differently." in shown
    assert "Approve and send this letter" in shown
    assert not Reply.objects.exists()

    assert desk.post(page(dsr), typed | {"send": "1"}).status_code == HTTPStatus.FOUND
    assert desk.post(page(dsr), typed | {"send": "1"}).status_code == HTTPStatus.CONFLICT
    reply = Reply.objects.get()
    assert (reply.dsr_id, reply.outcome, reply.text) == (dsr.pk, Outcome.DENIED, "We did answer.")


def test_what_the_shop_must_state_and_does_not_keeps_the_letter_back(desk: Client) -> None:
    statements = {"ccpa_categories_sold_shared": STATED["ccpa_categories_sold_shared"]}
    a_brand().__class__.objects.update(statements=statements)
    dsr = a_dsr(State.REVIEWING, right="automated_decision_review")
    typed = {"seen": dsr.transitions.count(), "text": "A person looked.", "says": ["action_taken"]}

    answer = desk.post(page(dsr), typed | {"send": "1"})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "whether machines decide alone" in answer.content.decode()
    assert not Reply.objects.exists()


def test_an_auditor_answers_nothing() -> None:
    auditor = at_the_desk(an_officer("audit@desk.example", role=Role.AUDITOR))

    assert auditor.get(page(a_complaint())).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.pages("console:reply")
def test_the_page_has_its_price(desk: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    dsr = a_complaint()

    with django_assert_num_queries(6):
        desk.get(page(dsr))
