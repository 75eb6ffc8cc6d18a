"""The autopilot's page: an administrator chooses, an officer looks afterwards, everybody sees the figures of their shops."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from requests_app.autopilot.models import Decision, Mode, Pilot
from requests_app.autopilot.services import choose, word_of
from requests_app.officers.models import Role
from requests_app.workflow.states import State
from tests.console.desk import PASSWORD, an_officer, at_the_desk
from tests.making import a_brand, a_dsr

pytestmark = pytest.mark.django_db
PAGE = "/console/autopilot/"
SET = "/console/autopilot/o-jewels/access/"
PRICE = 9


def an_administrator(*, fresh: bool = True) -> Client:
    return at_the_desk(an_officer("ina@desk.example", role=Role.ADMINISTRATOR), fresh=fresh)


def drawn() -> Decision:
    return Decision.objects.create(dsr=a_dsr(State.REVIEWING), mode=Mode.ON, acted=True, sampled=True)


def test_an_administrator_lets_a_right_go_by_itself_with_the_password() -> None:
    brand, desk = a_brand(), an_administrator(fresh=False)

    assert desk.post(SET, {"mode": "on", "one_in": "3", "seen": "0"}).status_code == 422
    assert word_of(brand, "access") is None
    assert desk.post(SET, {"mode": "on", "one_in": "3", "seen": "0", "password": PASSWORD})["Location"] == PAGE
    word = word_of(brand, "access")
    assert word is not None
    assert (word.mode, word.one_in) == (Mode.ON, 3)


@pytest.mark.parametrize(
    "wrong", [{"mode": "always"}, {"one_in": "0"}, {"one_in": "101"}, {"one_in": "many"}, {"mode": ""}], ids=str
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, str]) -> None:
    a_brand()

    assert an_administrator().post(SET, {"mode": "on", "one_in": "3", "seen": "0"} | wrong).status_code == 422
    assert not Pilot.objects.exists()


def test_of_two_administrators_the_second_is_told() -> None:
    choose(a_brand(), "access", Mode.OFF, one_in=5, by=None)

    answer = an_administrator().post(SET, {"mode": "on", "one_in": "3", "seen": "0"}, follow=True)

    assert "Somebody else changed this first" in answer.content.decode()
    assert Pilot.objects.get().mode == Mode.OFF


def test_a_right_that_a_person_decides_has_no_page() -> None:
    a_brand()

    assert an_administrator().get("/console/autopilot/o-jewels/erasure/").status_code == 404


def test_an_officer_says_what_was_wrong_and_the_autopilot_goes_back_to_shadow() -> None:
    decision = drawn()
    choose(decision.dsr.brand, "access", Mode.ON, one_in=1, by=None)
    desk = at_the_desk(an_officer())
    assert decision.dsr.reference in desk.get(PAGE).content.decode()

    page = f"{PAGE}checks/{decision.pk}/look/"
    assert "Say what was wrong." in desk.post(page, {"was_right": "no"}).content.decode()
    desk.post(page, {"was_right": "no", "remark": "It names his sister."})

    word = word_of(decision.dsr.brand, "access")
    assert word is not None
    assert (word.mode, word.set_by) == (Mode.SHADOW, None)
    assert decision.dsr.reference not in desk.get(PAGE).content.decode()
    assert desk.post(page, {"was_right": "yes"}).status_code == 404


@pytest.mark.pages("console:autopilot")
def test_the_price_of_the_page_is_the_same_for_one_and_for_many(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    desk = at_the_desk(an_officer())
    for _ in range(2):
        for _one in range(4):
            choose(drawn().dsr.brand, "access", Mode.ON, one_in=1, by=None)
        with django_assert_num_queries(PRICE):
            desk.get(PAGE)


@pytest.mark.pages("console:set_autopilot", "console:check_autopilot")
def test_the_prices_of_choosing_and_of_looking(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    decision, desk = drawn(), an_administrator()
    with django_assert_num_queries(6):
        assert desk.get(SET).status_code == 200
    with django_assert_num_queries(6):
        assert desk.get(f"{PAGE}checks/{decision.pk}/look/").status_code == 200
