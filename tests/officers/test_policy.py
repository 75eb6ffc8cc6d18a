"""One table of role × action, and the doors' only way to requests."""

from itertools import product
from typing import Final

import pytest
from django.contrib.auth.models import AnonymousUser

from requests_app.officers.models import Membership, Officer, Role
from requests_app.officers.policy import Action, actions_at, answering_for, brands_of, may
from requests_app.workflow.models import SubjectRequest
from tests.making import a_brand, a_dsr

pytestmark = pytest.mark.django_db

# Said a second time, by hand: a slip in the table shows here.
ALLOWED: Final = {
    Role.AUDITOR: {Action.SEE, Action.PACK, Action.PACK_ALL},
    Role.OFFICER: {Action.SEE, Action.SEE_DATA, Action.DECIDE_MATCH, Action.ANSWER, Action.PACK},
    Role.LEAD: {
        Action.SEE,
        Action.SEE_DATA,
        Action.DECIDE_MATCH,
        Action.ANSWER,
        Action.LIFT_FREEZE,
        Action.PACK,
        Action.PACK_ALL,
        Action.APPROVE_SYSTEM,
    },
    Role.ADMINISTRATOR: set(Action),
}


def officer_as(role: Role, address: str = "officer@o-jewels.example") -> Officer:
    officer = Officer.objects.create_user(address, "a long enough password")
    Membership.objects.create(officer=officer, brand=a_brand(), role=role)
    return officer


@pytest.mark.promise("C6")
@pytest.mark.parametrize(("role", "action"), list(product(Role, Action)))
def test_a_role_may_do_what_the_table_says_and_nothing_else(role: Role, action: Action) -> None:
    officer = officer_as(role)

    assert may(officer, action, a_brand()) is (action in ALLOWED[role])
    assert actions_at(officer, a_brand()) == ALLOWED[role]


@pytest.mark.promise("J7")
@pytest.mark.parametrize("action", Action)
def test_a_role_at_one_brand_is_none_at_another(action: Action) -> None:
    officer = officer_as(Role.ADMINISTRATOR)

    assert not may(officer, action, a_brand("j-supply"))
    assert actions_at(officer, a_brand("j-supply")) == frozenset()


def test_whoever_left_may_do_nothing() -> None:
    officer = officer_as(Role.ADMINISTRATOR)
    officer.is_active = False

    assert not brands_of(officer).exists()
    assert actions_at(officer, a_brand()) == frozenset()


@pytest.mark.parametrize("user", [None, AnonymousUser(), object()])
def test_a_stranger_may_do_nothing(user: object) -> None:
    a_dsr()

    assert not brands_of(user).exists()
    assert actions_at(user, a_brand()) == frozenset()
    assert not SubjectRequest.objects.visible_to(user).exists()


@pytest.mark.promise("J7")
@pytest.mark.parametrize("role", Role)
def test_somebody_sees_the_requests_of_the_own_brands_only(role: Role) -> None:
    officer = officer_as(role)
    mine = a_dsr()
    a_dsr(brand=a_brand("j-supply"))

    assert list(SubjectRequest.objects.visible_to(officer)) == [mine]


def test_those_who_may_answer_are_found_for_a_brand() -> None:
    answering = [officer_as(role, f"{role}@o-jewels.example") for role in Role if Action.ANSWER in ALLOWED[role]]
    officer_as(Role.AUDITOR, "auditor@o-jewels.example")
    gone = officer_as(Role.OFFICER, "gone@o-jewels.example")
    Officer.objects.filter(pk=gone.pk).update(is_active=False)

    assert set(Officer.objects.filter(answering_for(a_brand()))) == set(answering)
    assert not Officer.objects.filter(answering_for(a_brand("j-supply"))).exists()


def test_the_trail_knows_an_officer_by_number_not_by_name() -> None:
    officer = officer_as(Role.OFFICER)

    assert officer.actor.name == f"officer:{officer.pk}"
    assert officer.email not in str(officer.actor)


def test_there_is_no_superuser() -> None:
    assert (Officer.is_staff, Officer.is_superuser) == (False, False)
