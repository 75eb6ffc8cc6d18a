"""What each page of the desk costs, in queries: the same for one row and for four."""

from typing import Final

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from requests_app.console.queue import Tab
from requests_app.correspondence.services import write
from requests_app.matching.models import MatchState
from requests_app.officers.models import Role
from requests_app.values import CUSTOMER
from requests_app.vault import uploads
from requests_app.verification import services as verification
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.console.desk import a_candidate, a_match, an_officer, at_the_desk, searched
from tests.making import a_brand, a_dsr, a_source

pytestmark = pytest.mark.django_db
PRICES: Final = {
    "console:sources": 7, "console:detail": 8, "console:systems": 6, "console:records": 8, "console:timeline": 11,
    "console:letters": 7, "console:approve": 13, "console:refuse": 6, "console:terms": 10, "console:extend": 10, "console:law": 5,
    "console:talk": 9, "console:fee": 7,
}  # fmt: skip
ACCOUNT: Final = {
    "account_logout": 2, "account_reauthenticate": 8, "mfa_reauthenticate": 8, "mfa_index": 4, "mfa_deactivate_totp": 7,
    "mfa_view_recovery_codes": 7, "mfa_generate_recovery_codes": 6, "mfa_download_recovery_codes": 7, "account_change_password": 2,
    "mfa_list_webauthn": 4, "mfa_add_webauthn": 11, "usersessions_list": 3, "console:passkey_question": 6,
}  # fmt: skip
ELSEWHERE: Final = {
    "mfa_reauthenticate_webauthn": 5, "mfa_remove_webauthn": 6, "mfa_login_webauthn": 2, "openid_connect_login": 1,
    "openid_connect_callback": 1,
}  # fmt: skip
STRANGERS: Final = {
    "account_login": 0, "account_inactive": 0, "mfa_authenticate": 0, "mfa_activate_totp": 0, "console:invitation": 1,
}  # fmt: skip


def a_request(rows: int) -> SubjectRequest:
    """A request under review: so many systems, collections and letters."""
    dsr = a_dsr(State.REVIEWING)
    for row in range(rows):
        searched(dsr, a_source(f"system-{row}"), {"customers": [{"id": 1}], "orders": [{"id": 1}]})
        write(dsr, "proven", links=verification.links(dsr))
    return dsr


def a_desk() -> Client:
    officer = an_officer(role=Role.ADMINISTRATOR)
    RecoveryCodes.activate(officer)
    return at_the_desk(officer, fresh=True)


@pytest.mark.pages(
    "console:sources", "console:detail", "console:systems", "console:records", "console:timeline", "console:letters",
    "console:approve", "console:refuse", "console:terms", "console:extend", "console:law", "console:talk",
    "console:fee",
)  # fmt: skip
@pytest.mark.parametrize("rows", [1, 4])
@pytest.mark.parametrize("name", PRICES)
def test_a_page_about_a_request(name: str, rows: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    dsr, client = a_request(rows), a_desk()
    address = reverse(name, args=[] if name == "console:sources" else [dsr.reference])
    with django_assert_num_queries(PRICES[name]):
        answer = client.get(address)
    assert answer.status_code == 200


@pytest.mark.pages("console:message_file")
def test_a_file_that_came_with_a_message(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    dsr, client = a_dsr(State.REVIEWING), a_desk()
    sent = uploads.keep(dsr, uploads.check(b"%PDF-1.7 one", "one.pdf"), by=CUSTOMER, purpose=uploads.MESSAGE)
    with django_assert_num_queries(7):
        assert client.get(reverse("console:message_file", args=[dsr.reference, sent.pk])).status_code == 200


@pytest.mark.pages("console:queue", "console:tab")
@pytest.mark.parametrize("rows", [1, 4])
def test_every_heap_of_the_queue(rows: int, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(rows):
        for state in (State.REVIEWING, State.DECIDING, State.VERIFYING, State.ANSWERED):
            a_dsr(state)
    client = a_desk()
    for name in Tab:
        with django_assert_max_num_queries(8):
            assert client.get(reverse("console:tab", args=[name])).status_code == 200


@pytest.mark.pages("console:part")
@pytest.mark.parametrize("rows", [1, 4])
def test_a_page_of_records(rows: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    dsr, client = a_dsr(State.REVIEWING), a_desk()
    pull = searched(dsr, a_source(), {"orders": [{"id": number} for number in range(rows)]})
    with django_assert_num_queries(9):
        client.get(reverse("console:part", args=[dsr.reference, pull.parts.get().pk]))


@pytest.mark.pages(
    "account_logout", "account_reauthenticate", "mfa_reauthenticate", "mfa_index", "mfa_deactivate_totp", "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes", "mfa_download_recovery_codes", "account_change_password",
    "mfa_list_webauthn", "mfa_add_webauthn", "usersessions_list", "console:passkey_question",
)  # fmt: skip
@pytest.mark.parametrize("name", ACCOUNT)
def test_a_page_of_ones_own_account(name: str, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = a_desk()
    with django_assert_num_queries(ACCOUNT[name]):
        assert client.get(reverse(name)).status_code == 200


@pytest.mark.pages(
    "mfa_reauthenticate_webauthn", "mfa_remove_webauthn", "mfa_login_webauthn", "openid_connect_login", "openid_connect_callback",
)  # fmt: skip
@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_page_of_what_the_officer_or_the_house_does_not_have(
    name: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:  # fmt: skip
    client = a_desk()
    named: dict[str, list[object]] = {
        "mfa_remove_webauthn": [1], "openid_connect_login": ["house"], "openid_connect_callback": ["house"],
    }  # fmt: skip
    with django_assert_num_queries(ELSEWHERE[name]):
        assert client.get(reverse(name, args=named.get(name))).status_code in {302, 404}


@pytest.mark.pages("account_login", "account_inactive", "mfa_authenticate", "mfa_activate_totp", "console:invitation")
@pytest.mark.parametrize("name", STRANGERS)
def test_a_page_for_a_stranger(name: str, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(STRANGERS[name]):
        Client().get(reverse(name))


@pytest.mark.pages("console:invitation_link")
def test_an_invitations_link(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(4):
        Client().get("/console/invitation/unknown/")


@pytest.mark.pages("console:match")
@pytest.mark.parametrize("rows", [1, 4])
def test_the_page_of_candidates(rows: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    dsr, client = a_dsr(State.DECIDING, brand=a_brand()), a_desk()
    for row in range(rows):
        a_match(dsr, a_source(f"system-{row}"), MatchState.DOUBTFUL, candidates=[a_candidate(1), a_candidate(2)])
    with django_assert_num_queries(8):
        assert client.get(reverse("console:match", args=[dsr.reference])).status_code == 200
