"""Whoever changes what proves an officer cannot keep it from that officer (ASVS 6.3.7)."""

import pytest

from requests_app.ledger.models import Step
from requests_app.officers import services as officers
from requests_app.officers.models import Officer
from requests_app.values import SYSTEM
from tests.console.desk import PASSWORD, an_officer, at_the_desk
from tests.mail import Post
from tests.running import run_all_due

pytestmark = pytest.mark.django_db(transaction=True)
ACCOUNT = "/console/account/"
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
