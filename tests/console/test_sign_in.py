import time
from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from requests_app.officers.models import Officer
from tests.console.desk import PASSWORD, an_officer, at_the_desk, code_of

pytestmark = pytest.mark.django_db
LOGIN, CODE, QUEUE, SET_UP = "/console/account/login/", "/console/account/login/code/", "/console/", "/console/account/factor/add/"


def password(client: Client, password: str = PASSWORD, *, place: str = "127.0.0.1") -> str:
    """Type the password and return where that leads."""
    answer = client.post(LOGIN, {"login": "ada@desk.example", "password": password}, REMOTE_ADDR=place)
    return str(answer.get("Location", ""))


def test_an_officer_signs_in_with_password_and_code(client: Client) -> None:
    an_officer()

    assert password(client) == CODE
    assert client.get(QUEUE).status_code == HTTPStatus.FOUND
    assert client.post(CODE, {"code": code_of()})["Location"] == QUEUE
    assert client.get(QUEUE).status_code == HTTPStatus.OK


def test_a_code_works_once(client: Client) -> None:
    an_officer()
    code = code_of()
    password(client)
    client.post(CODE, {"code": code})
    thief = Client()
    password(thief)

    assert thief.post(CODE, {"code": code}).status_code == HTTPStatus.OK
    assert thief.get(QUEUE).status_code == HTTPStatus.FOUND


def test_an_officer_with_one_factor_can_only_set_up_the_second(client: Client) -> None:
    an_officer(factor=False)
    password(client)

    assert client.get(QUEUE)["Location"] == SET_UP
    client.post("/console/account/again/", {"password": PASSWORD})
    page = client.get(SET_UP)
    assert page.status_code == HTTPStatus.OK
    assert "otpauth" not in page.content.decode()  # the picture holds it; the address bar and the text do not


@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_reset_password", "account_set_password"])
def test_nobody_signs_up_or_comes_back_by_mail(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize(("field", "age"), [("began", 12 * 3600), ("clicked", 30 * 60)])
def test_a_session_ends_after_twelve_hours_or_half_an_hour_of_rest(field: str, age: int) -> None:
    client = at_the_desk(an_officer())
    session = client.session
    long_ago = time.time() - age - 1
    if field == "began":
        session["account_authentication_methods"] = [{"method": "password", "at": long_ago}]
    else:
        session["clicked_at"] = long_ago
    session.save()

    assert client.get(QUEUE)["Location"] == f"{LOGIN}?next={QUEUE}"
    assert "_auth_user_id" not in client.session


def test_what_the_page_fetches_by_itself_does_not_keep_a_session_alive() -> None:
    client = at_the_desk(an_officer())
    session = client.session
    session["clicked_at"] = before = time.time() - 20 * 60
    session.save()

    client.get(QUEUE, headers={"HX-Request": "true"})
    assert client.session["clicked_at"] == before

    client.get(QUEUE)
    assert client.session["clicked_at"] > before


def test_a_page_that_renews_itself_is_led_to_the_sign_in_as_a_whole(client: Client) -> None:
    answer = client.get(QUEUE, headers={"HX-Request": "true"})

    assert answer["HX-Redirect"] == LOGIN


def test_a_new_password_ends_every_session() -> None:
    officer = an_officer()
    here, elsewhere = at_the_desk(officer), at_the_desk(officer)
    new = "quite another set of words"

    here.post("/console/account/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert Officer.objects.get().check_password(new)
    assert here.get(QUEUE).status_code == elsewhere.get(QUEUE).status_code == HTTPStatus.FOUND


def test_a_short_or_common_password_is_refused() -> None:
    client = at_the_desk(an_officer())
    for weak in ("short", "123456789987654321", "ada@desk.example"):
        client.post("/console/account/password/", {"oldpassword": PASSWORD, "password1": weak, "password2": weak})

    assert Officer.objects.get().check_password(PASSWORD)


@pytest.mark.threat("8.01")
def test_a_stranger_who_guesses_is_slowed_down_and_the_officer_is_not_shut_out(client: Client) -> None:
    an_officer()
    for number in range(6):
        password(client, f"guess number {number} of many", place="192.0.2.1")

    assert password(client, place="192.0.2.1") == ""
    assert password(Client(), place="192.0.2.2") == CODE


def test_the_sign_in_says_the_same_of_known_and_unknown_addresses(client: Client) -> None:
    an_officer()
    known = client.post(LOGIN, {"login": "ada@desk.example", "password": "wrong"})
    unknown = client.post(LOGIN, {"login": "bob@desk.example", "password": "wrong"})

    assert list(known.context["form"].errors.values()) == list(unknown.context["form"].errors.values())


def test_an_officer_reads_the_console_in_the_language_of_choice() -> None:
    client = at_the_desk(an_officer())

    client.post("/console/language/", {"language": "fr", "next": "//elsewhere.example/"})

    assert 'lang="fr"' in client.get(QUEUE).content.decode()
