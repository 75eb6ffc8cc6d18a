"""What proves an officer is in the trail: each sign-in, each password, each factor."""

import pytest
from django.test import Client

from requests_app.audit.models import AuditEvent
from tests.console.desk import PASSWORD, an_officer, at_the_desk, code_of

pytestmark = pytest.mark.django_db
ACCOUNT = "/console/account/"


def told() -> list[tuple[str, str, dict[str, object]]]:
    return [
        (one.action, one.actor_kind, one.facts) for one in AuditEvent.objects.filter(action__startswith="officer.").order_by("pk")
    ]


def test_a_sign_in_is_written_down_once_both_factors_are_proven(client: Client) -> None:
    officer = an_officer()
    client.post(f"{ACCOUNT}login/", {"login": officer.email, "password": PASSWORD})
    assert told() == []

    client.post(f"{ACCOUNT}login/code/", {"code": code_of()})

    assert told() == [("officer.signed_in", "officer", {"officer": officer.pk, "methods": ["mfa", "password"]})]


def test_a_new_password_is_written_down_and_no_word_of_it() -> None:
    officer, new = an_officer(), "quite another set of words"
    at_the_desk(officer).post(f"{ACCOUNT}password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert told() == [("officer.password_changed", "officer", {"officer": officer.pk})]


def test_a_factor_given_up_is_written_down() -> None:
    officer = an_officer()
    at_the_desk(officer, fresh=True).post(f"{ACCOUNT}factor/remove/")

    assert ("officer.factor_removed", "officer", {"officer": officer.pk, "kind": "totp"}) in told()
