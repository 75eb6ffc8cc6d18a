"""Notes that only officers see, and who else has a request open."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from requests_app.officers.models import Role
from requests_app.review.models import Note, Presence
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance
from requests_app.workflow.states import State
from tests.console.desk import an_officer, at_the_desk, searched
from tests.making import a_dsr, a_source

pytestmark = pytest.mark.django_db
WORDS = "she rang twice, be gentle"


@pytest.fixture
def dsr() -> SubjectRequest:
    dsr = a_dsr(State.REVIEWING)
    searched(dsr, a_source("orders"))
    return dsr


@pytest.fixture
def ada() -> Client:
    return at_the_desk(an_officer())


@pytest.fixture
def bob() -> Client:
    return at_the_desk(an_officer("bob@desk.example"), fresh=True)


def url(dsr: SubjectRequest, page: str = "notes", *args: object) -> str:
    return reverse(f"console:{page}", args=[dsr.reference, *args])


def test_a_colleague_reads_what_was_noted_and_who_noted_it(dsr: SubjectRequest, ada: Client, bob: Client) -> None:
    assert ada.post(url(dsr), {"text": WORDS}).status_code == HTTPStatus.FOUND

    shown = bob.get(url(dsr)).content.decode()
    assert WORDS in shown
    assert "ada@desk.example" in shown
    assert "Change it" not in shown


def test_its_author_may_change_a_note_within_ten_minutes_and_gets_back_what_came_too_late(
    dsr: SubjectRequest, ada: Client, bob: Client,
) -> None:  # fmt: skip
    ada.post(url(dsr), {"text": WORDS})
    note = Note.objects.get()
    assert bob.post(url(dsr, "note", note.pk), {"text": "forged"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert ada.post(url(dsr, "note", note.pk), {"text": "she rang once"}).status_code == HTTPStatus.FOUND
    assert Note.objects.get().text == "she rang once"

    Note.objects.update(at=Now() - timedelta(minutes=11))
    late = ada.post(url(dsr, "note", note.pk), {"text": "typed too late"})
    assert (late.status_code, "typed too late" in late.content.decode()) == (HTTPStatus.UNPROCESSABLE_ENTITY, True)
    assert Note.objects.get().text == "she rang once"


def test_an_auditor_reads_no_notes(dsr: SubjectRequest, ada: Client) -> None:
    ada.post(url(dsr), {"text": WORDS})
    auditor = at_the_desk(an_officer("auditor@desk.example", role=Role.AUDITOR))

    assert auditor.get(url(dsr)).status_code == HTTPStatus.FORBIDDEN
    for page in ("detail", "timeline", "letters"):
        assert WORDS not in auditor.get(url(dsr, page)).content.decode()


def test_two_officers_see_each_other_and_whoever_left_is_gone(dsr: SubjectRequest, ada: Client, bob: Client) -> None:
    assert "open since" not in ada.get(url(dsr, "presence")).content.decode()
    assert "ada@desk.example has had this request open since" in bob.get(url(dsr, "presence")).content.decode()
    assert "bob@desk.example has had" in ada.get(url(dsr, "presence")).content.decode()

    Presence.objects.update(last_at=Now() - timedelta(minutes=2))
    assert "ada@desk" not in bob.get(url(dsr, "presence")).content.decode()


def test_every_page_of_a_request_asks_who_else_is_there(dsr: SubjectRequest, ada: Client) -> None:
    for page in ("detail", "systems", "records", "notes", "review"):
        assert f'hx-get="{url(dsr, "presence")}"' in ada.get(url(dsr, page)).content.decode()


def test_who_is_signed_out_is_not_led_away_from_what_is_being_typed(dsr: SubjectRequest) -> None:
    answer = Client().get(url(dsr, "presence"), headers={"HX-Request": "true"})

    assert answer.status_code == 286  # what tells htmx to stop asking
    assert "HX-Redirect" not in answer.headers


def test_who_decides_second_is_told_by_whom_and_gets_back_what_was_typed(dsr: SubjectRequest, bob: Client) -> None:
    seen = dsr.transitions.count()
    advance(dsr, Move.REFUSE, by=an_officer("carla@desk.example").actor, reason="unfounded")

    told = bob.post(url(dsr, "refuse"), {"seen": seen, "reason": "my long reasons, typed with care", "password": "two words"})

    shown = told.content.decode()
    assert told.status_code == HTTPStatus.CONFLICT
    assert "carla@desk.example" in shown
    assert "my long reasons, typed with care" in shown
    assert "two words" not in shown


@pytest.mark.pages("console:notes", "console:note", "console:presence")
@pytest.mark.parametrize("rows", [1, 4])
def test_notes_cost_the_same_for_one_and_for_four(
    dsr: SubjectRequest, rows: int, django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    ada = at_the_desk(an_officer())
    for _ in range(rows):
        ada.post(url(dsr), {"text": WORDS})
        at_the_desk(an_officer(f"{rows}{_}@desk.example")).get(url(dsr, "presence"))
    ada.get(url(dsr, "presence"))
    for page, price, args in (("notes", 8, []), ("note", 7, [Note.objects.first()]), ("presence", 6, [])):
        with django_assert_num_queries(price):
            assert ada.get(url(dsr, page, *(one.pk for one in args if one))).status_code == HTTPStatus.OK
