"""Requests are found by reference, name and address through keyed indexes."""

import pytest
from django.test import Client

from requests_app.keys import store
from requests_app.officers.models import Sees
from requests_app.workflow import services as workflow
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.naming import index_names, name_index, words_of
from requests_app.workflow.states import State
from tests.console.desk import an_officer, at_the_desk
from tests.making import a_brand, a_dsr

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    return at_the_desk(an_officer())


def found(desk: Client, sought: str) -> str:
    return desk.post("/console/find/", {"sought": sought}, follow=True).content.decode()


@pytest.mark.parametrize("sought", ["Zoé Faure-Martin", "faure zoe", "MARTIN", "zoé", "Ζωή", "ζωη"])
def test_a_name_is_found_however_it_is_spelled(desk: Client, sought: str) -> None:
    dsr = a_dsr(State.REVIEWING, name="Zoé Faure-Martin Ζωή")

    assert dsr.reference in found(desk, sought)


@pytest.mark.parametrize("sought", ["Zoé Smith", "Fau", "Zoé Faure Martin Other", "••••", "12"])
def test_another_name_is_not_found(desk: Client, sought: str) -> None:
    dsr = a_dsr(State.REVIEWING, name="Zoé Faure-Martin")

    assert dsr.reference not in found(desk, sought)


@pytest.mark.parametrize("dashes", ["", "-", " "])
def test_a_reference_is_found_with_and_without_its_dashes(desk: Client, dashes: str) -> None:
    dsr = a_dsr(State.REVIEWING)

    for sought in (dsr.reference.lower().replace("-", dashes), dsr.reference.removeprefix("DSR-").replace("-", dashes)):
        answer = desk.post("/console/find/", {"sought": sought})
        assert answer["Location"] == f"/console/requests/{dsr.reference}/"


def test_nobody_is_found_over_the_wall_or_at_another_shop(desk: Client) -> None:
    other = a_dsr(State.REVIEWING, name="Zoé Faure", brand=a_brand("maison-s"))
    staff = a_dsr(State.REVIEWING, name="Zoé Faure", person_kind="employee")

    assert other.reference not in found(desk, "Zoé Faure")
    assert staff.reference not in found(desk, "Zoé Faure")
    bob = an_officer("bob@desk.example")
    bob.memberships.update(sees=Sees.STAFF)
    assert staff.reference in found(at_the_desk(bob), "Zoé Faure")


def test_what_is_found_is_masked_and_there_is_a_word_when_there_is_more(desk: Client) -> None:
    for _ in range(26):
        a_dsr(State.REVIEWING, name="Zoé Faure")

    shown = found(desk, "Faure")

    assert shown.count("Z•••• F••••") == 25
    assert "Zoé" not in shown
    assert "there are more" in shown


def test_a_name_from_before_the_index_is_found_once_it_was_made(desk: Client) -> None:
    dsr = a_dsr(State.REVIEWING, name="Zoé Faure")
    gone = a_dsr(State.REVIEWING, name="Zoé Gone")
    SubjectRequest.objects.update(name_index=None)
    store.destroy(gone.pk)

    assert index_names(10) == 2
    assert index_names(10) == 0
    assert dsr.reference in found(desk, "Faure")


def test_who_is_forgotten_is_not_found() -> None:
    dsr = a_dsr(State.REFUSED, name="Zoé Faure")

    workflow.forget([dsr.pk])

    assert SubjectRequest.objects.get().name_index is None


def test_the_index_says_nothing_of_the_name() -> None:
    assert words_of("Zoé  FAURE-martin 3rd") == ["zoe", "faure", "martin", "rd"]
    assert name_index("zoe") == name_index("ZOÉ")
    assert name_index("zoe") != name_index("zoo")
    assert name_index("") == []
