from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db.models.functions import Now
from django.test import Client

from requests_app.officers.models import Invitation, Officer, Role
from requests_app.officers.services import invite
from requests_app.values import SYSTEM
from tests.console.desk import PASSWORD
from tests.making import a_brand

pytestmark = pytest.mark.django_db
PAGE = "/console/invitation/"


@pytest.fixture
def token() -> str:
    token = invite("Ada@Desk.example", brand=a_brand(), role=Role.ADMINISTRATOR, by=SYSTEM).token
    assert token
    return token


def opened(token: str) -> Client:
    client = Client()
    client.get(f"{PAGE}{token}/")
    return client


def choose(client: Client, password: str = PASSWORD, again: str | None = None) -> tuple[int, str]:
    answer = client.post(PAGE, {"password": password, "again": password if again is None else again})
    return answer.status_code, answer.get("Location", "")


def test_the_invited_chooses_a_password_and_then_a_second_factor(token: str) -> None:
    client = opened(token)

    assert choose(client) == (HTTPStatus.FOUND, "/console/account/factor/add/")
    assert client.get("/console/account/factor/add/").status_code == HTTPStatus.OK
    assert client.get("/console/").status_code == HTTPStatus.FOUND


def test_the_secret_leaves_the_address_at_once_and_opening_uses_nothing_up(token: str) -> None:
    client = Client()

    assert client.get(f"{PAGE}{token}/")["Location"] == PAGE
    assert choose(opened(token))[0] == HTTPStatus.FOUND


@pytest.mark.threat("8.09")
@pytest.mark.parametrize("weak", ["", "short", "123456789987654321", "ada@desk.example"])
def test_a_weak_password_is_refused_and_the_link_stays_good(token: str, weak: str) -> None:
    assert choose(opened(token), weak)[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    assert not Officer.objects.get().has_usable_password()
    assert choose(opened(token))[0] == HTTPStatus.FOUND


def test_two_passwords_that_differ_are_refused(token: str) -> None:
    assert choose(opened(token), PASSWORD, "something else entirely")[0] == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_link_works_once(token: str) -> None:
    second = opened(token)
    choose(opened(token))

    assert choose(second, "the password of somebody else")[0] == HTTPStatus.GONE
    assert Officer.objects.get().check_password(PASSWORD)


def test_a_link_ends_after_seventy_two_hours(token: str) -> None:
    assert Invitation.objects.filter(ends_at__gt=Now() + timedelta(hours=71), ends_at__lt=Now() + timedelta(hours=73)).exists()
    Invitation.objects.update(ends_at=Now())

    assert choose(opened(token))[0] == HTTPStatus.GONE


def test_a_newer_link_puts_an_end_to_the_older(token: str) -> None:
    newer = invite("ada@desk.example", brand=a_brand(), role=Role.OFFICER, by=SYSTEM).token
    assert newer

    assert choose(opened(token))[0] == HTTPStatus.GONE
    assert choose(opened(newer))[0] == HTTPStatus.FOUND


def test_only_a_digest_of_the_link_is_kept(token: str) -> None:
    assert token.encode() not in bytes(Invitation.objects.get().digest)
    assert len(bytes(Invitation.objects.get().digest)) == 32
