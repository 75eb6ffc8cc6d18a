"""Whoever comes in for an officer, or changes what proves one, cannot keep it from that officer (ASVS 6.3.5, 6.3.7)."""

from http import HTTPStatus

import pytest
from django.core.cache import cache
from django.test import Client

from requests_app.ledger.models import Step
from requests_app.officers import services as officers
from requests_app.officers.models import Officer
from requests_app.values import SYSTEM
from tests.console.desk import PASSWORD, an_officer, at_the_desk, code_of
from tests.mail import Post
from tests.running import run_all_due

pytestmark = pytest.mark.django_db(transaction=True)
ACCOUNT, QUEUE = "/console/account/", "/console/"
NEW = "quite another set of words"


def test_a_new_password_and_a_factor_given_up_are_told_each_once(post: Post) -> None:
    officer = an_officer()
    at_the_desk(officer).post(f"{ACCOUNT}password/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    at_the_desk(Officer.objects.get(), fresh=True).post(f"{ACCOUNT}factor/remove/")

    run_all_due()

    told = [one.message.get_content() for one in post.taken]
    assert {one.recipients for one in post.taken} == {(officer.email,)}
    assert [text.splitlines()[0] for text in told] == [
        "Your password was changed.",
        "A second factor was removed from your account.",
    ]
    assert not any(word in text for text in told for word in (NEW, PASSWORD))


def test_it_is_told_in_the_officers_language(post: Post) -> None:
    officer = an_officer()
    Officer.objects.filter(pk=officer.pk).update(language="fr")
    at_the_desk(officer, fresh=True).post(f"{ACCOUNT}factor/remove/")

    run_all_due()

    assert "Votre accès à " in post.taken[0].message["Subject"]


def test_whoever_has_left_is_told_nothing_any_more(post: Post) -> None:
    officer = an_officer()
    at_the_desk(officer, fresh=True).post(f"{ACCOUNT}factor/remove/")
    officers.leave(officer.email, by=SYSTEM)

    run_all_due()

    assert post.taken == []
    assert not Step.objects.filter(finished_at=None).exists()


def sign_in(browser: Client, officer: Officer) -> None:
    cache.clear()  # a code of one half minute may be typed again here
    browser.post(f"{ACCOUNT}login/", {"login": officer.email, "password": PASSWORD})
    browser.post(f"{ACCOUNT}login/code/", {"code": code_of()})
    assert browser.get(QUEUE).status_code == HTTPStatus.OK


def told(post: Post) -> list[tuple[str, ...]]:
    """Return who was told of a sign-in since this was asked last."""
    run_all_due()
    found = [one.recipients for one in post.taken if "A new sign-in at " in one.message["Subject"]]
    post.taken.clear()
    return found


def test_a_sign_in_with_a_browser_that_is_not_known_is_told_and_with_a_known_one_it_is_not(post: Post) -> None:
    officer, own, strange = an_officer(), Client(), Client()

    sign_in(own, officer)
    assert told(post) == [(officer.email,)]
    own.post(f"{ACCOUNT}logout/")
    sign_in(own, officer)
    assert told(post) == []
    sign_in(strange, officer)
    assert told(post) == [(officer.email,)]


def test_the_mark_of_another_officer_or_of_ones_own_making_makes_no_browser_known(post: Post) -> None:
    one, two, browser = an_officer("one@desk.example"), an_officer("two@desk.example"), Client()
    sign_in(browser, one)
    mark = browser.cookies[f"own-{one.pk}"]
    assert (mark["httponly"], mark["samesite"], mark["path"]) == (True, "Strict", QUEUE)
    told(post)

    for forged in (mark.value, str(two.pk)):
        thief = Client()
        thief.cookies[f"own-{two.pk}"] = forged
        sign_in(thief, two)
        assert told(post) == [(two.email,)]
