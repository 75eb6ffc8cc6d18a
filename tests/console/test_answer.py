import re
from http import HTTPStatus
from threading import Barrier, Thread
from typing import Final

import pytest
from django.db import connection
from django.test import Client

from requests_app.values import SYSTEM
from requests_app.workflow.models import SubjectRequest, Transition
from requests_app.workflow.services import advance
from requests_app.workflow.states import Move, State
from tests.console.desk import PASSWORD, an_officer, at_the_desk, failed, searched
from tests.making import a_dsr, a_source


@pytest.fixture
def dsr(db: None) -> SubjectRequest:
    dsr = a_dsr(State.REVIEWING, language="fr")
    searched(dsr, a_source("orders"))
    return dsr


GROUND: Final = {"ground": "not_covered"}


def press(client: Client, dsr: SubjectRequest, page: str = "approve", **typed: str) -> tuple[int, str]:
    """Open the page, fill what it asks for, and send it back."""
    url = f"/console/requests/{dsr.reference}/{page}/"
    seen = re.search(r'name="seen" value="(\d+)"', client.get(url).content.decode())
    answer = client.post(url, {"seen": seen[1] if seen else "", **typed})
    return answer.status_code, answer.content.decode()


def stage() -> State:
    return SubjectRequest.objects.get().stage


def test_an_officer_approves_with_the_password_typed_again(dsr: SubjectRequest) -> None:
    client = at_the_desk(an_officer())

    assert press(client, dsr)[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    assert press(client, dsr, password="wrong")[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    assert stage() == State.REVIEWING

    assert press(client, dsr, password=PASSWORD)[0] == HTTPStatus.FOUND
    assert stage() == State.FULFILLING


def test_within_five_minutes_the_password_is_not_asked_again(dsr: SubjectRequest) -> None:
    client = at_the_desk(an_officer(), fresh=True)

    assert 'type="password"' not in client.get(f"/console/requests/{dsr.reference}/approve/").content.decode()
    assert press(client, dsr)[0] == HTTPStatus.FOUND


def test_after_five_minutes_it_is(dsr: SubjectRequest) -> None:
    client = at_the_desk(an_officer(), fresh=True)
    session = client.session
    session["account_authentication_methods"][-1]["at"] -= 301
    session.save()

    assert press(client, dsr)[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    assert press(client, dsr, "refuse", reason="why", send="1", **GROUND)[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    assert stage() == State.REVIEWING


def test_the_page_says_in_words_what_goes_out(dsr: SubjectRequest) -> None:
    shown = at_the_desk(an_officer()).get(f"/console/requests/{dsr.reference}/approve/").content.decode()

    assert "1 record goes into the copy." in shown
    assert "a•••@•••.com" in shown
    assert "ada@example.com" not in shown


def test_an_answer_without_anything_says_that_nothing_is_held(db: None) -> None:
    dsr = a_dsr(State.REVIEWING)
    searched(dsr, a_source(), {})

    shown = at_the_desk(an_officer()).get(f"/console/requests/{dsr.reference}/approve/").content.decode()

    assert "we hold nothing" in shown


def test_an_answer_without_a_system_needs_a_reason_that_is_kept(dsr: SubjectRequest) -> None:
    failed(dsr, a_source("marketing"))
    client = at_the_desk(an_officer(), fresh=True)

    status, shown = press(client, dsr)
    assert status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "(language: French)" in shown
    assert press(client, dsr, reason="Their server burnt down.")[0] == HTTPStatus.FOUND
    assert Transition.objects.get(move=Move.APPROVE).reason == "Their server burnt down."


def test_a_page_opened_before_the_last_move_approves_nothing(dsr: SubjectRequest) -> None:
    client = at_the_desk(an_officer(), fresh=True)
    seen = dsr.transitions.count()
    for move in (Move.SEARCH_AGAIN, Move.SEARCH, Move.FINISH_COLLECTION):
        advance(dsr, move, by=SYSTEM)

    answer = client.post(f"/console/requests/{dsr.reference}/approve/", {"seen": seen})

    assert answer.status_code == HTTPStatus.CONFLICT
    assert "Somebody was quicker" in answer.content.decode()
    assert stage() == State.REVIEWING


@pytest.mark.parametrize("page", ["approve", "refuse"])
def test_a_step_that_is_not_open_is_said_calmly(db: None, page: str) -> None:
    dsr = a_dsr(State.COLLECTING)

    assert at_the_desk(an_officer()).get(f"/console/requests/{dsr.reference}/{page}/").status_code == HTTPStatus.CONFLICT


def test_a_refusal_shows_its_letter_before_it_is_sent(dsr: SubjectRequest) -> None:
    client = at_the_desk(an_officer())

    status, shown = press(client, dsr, "refuse", reason="Ce n’est pas vous.", password=PASSWORD, **GROUND)

    assert status == HTTPStatus.OK
    assert 'lang="fr">' in shown
    assert shown.count("Ce n’est pas vous.") == 2  # in the letter, and in the field that can still be changed
    assert stage() == State.REVIEWING

    assert press(client, dsr, "refuse", reason="Ce n’est pas vous.", send="1", **GROUND)[0] == HTTPStatus.FOUND
    assert stage() == State.REFUSED
    assert Transition.objects.get(move=Move.REFUSE).reason == "Ce n’est pas vous."


def test_a_refusal_without_a_reason_is_given_back(dsr: SubjectRequest) -> None:
    client = at_the_desk(an_officer(), fresh=True)

    assert press(client, dsr, "refuse", reason="  ", send="1", **GROUND)[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    assert press(client, dsr, "refuse", reason="why", send="1")[0] == HTTPStatus.UNPROCESSABLE_ENTITY


def test_the_missing_systems_are_searched_again(dsr: SubjectRequest) -> None:
    failed(dsr, a_source("marketing"))
    client = at_the_desk(an_officer())

    client.post(f"/console/requests/{dsr.reference}/search-again/", {"seen": dsr.transitions.count()})

    assert stage() == State.MATCHING


def test_nothing_is_searched_again_where_nothing_failed(dsr: SubjectRequest) -> None:
    client = at_the_desk(an_officer())

    answer = client.post(f"/console/requests/{dsr.reference}/search-again/", {"seen": dsr.transitions.count()})

    assert answer.status_code == HTTPStatus.CONFLICT


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pages", [("approve", "approve"), ("approve", "refuse")])
def test_of_two_officers_at_the_same_moment_exactly_one_decides(pages: tuple[str, str]) -> None:
    dsr = a_dsr(State.REVIEWING)
    searched(dsr, a_source())
    clients = [at_the_desk(an_officer(f"officer-{number}@desk.example"), fresh=True) for number in range(2)]
    start = Barrier(2)
    statuses: list[int] = []

    def decide(client: Client, page: str) -> None:
        data = {"seen": str(seen), "reason": "why", "send": "1", **GROUND}
        start.wait()
        statuses.append(client.post(f"/console/requests/{dsr.reference}/{page}/", data).status_code)
        connection.close()

    seen = dsr.transitions.count()
    threads = [Thread(target=decide, args=pair) for pair in zip(clients, pages, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [HTTPStatus.FOUND, HTTPStatus.CONFLICT]
    assert Transition.objects.filter(number=seen + 1).count() == 1
    assert Transition.objects.filter(move__in=[Move.APPROVE, Move.REFUSE]).count() == 1
