"""What each page of the desk costs, in queries: the same for one row and for twenty."""

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
from requests_app.verification import services as verification
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.console.desk import a_candidate, a_match, an_officer, at_the_desk, searched
from tests.making import a_brand, a_dsr, a_source

pytestmark = pytest.mark.django_db
PRICES: Final = {
    "console:sources": 8, "console:detail": 11, "console:systems": 9, "console:records": 10, "console:timeline": 13,
    "console:letters": 9, "console:approve": 9, "console:refuse": 7,
}  # fmt: skip
ACCOUNT: Final = {
    "account_logout": 2, "account_reauthenticate": 8, "mfa_reauthenticate": 8, "mfa_index": 5, "mfa_deactivate_totp": 8,
    "mfa_view_recovery_codes": 8, "mfa_generate_recovery_codes": 7, "mfa_download_recovery_codes": 8, "account_change_password": 3,
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
    "console:approve", "console:refuse",
)  # fmt: skip
@pytest.mark.parametrize("rows", [1, 20])
@pytest.mark.parametrize("name", PRICES)
def test_a_page_about_a_request(name: str, rows: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    dsr, client = a_request(rows), a_desk()
    address = reverse(name, args=[] if name == "console:sources" else [dsr.reference])
    with django_assert_num_queries(PRICES[name]):
        answer = client.get(address)
    assert answer.status_code == 200


@pytest.mark.pages("console:queue", "console:tab")
@pytest.mark.parametrize("rows", [1, 20])
def test_every_heap_of_the_queue(rows: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(rows):
        for state in (State.REVIEWING, State.DECIDING, State.VERIFYING, State.ANSWERED):
            a_dsr(state)
    client = a_desk()
    for name in Tab:
        with django_assert_num_queries(8):
            assert client.get(reverse("console:tab", args=[name])).status_code == 200


@pytest.mark.pages("console:part")
@pytest.mark.parametrize("rows", [1, 20])
def test_a_page_of_records(rows: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    dsr, client = a_dsr(State.REVIEWING), a_desk()
    pull = searched(dsr, a_source(), {"orders": [{"id": number} for number in range(rows)]})
    with django_assert_num_queries(10):
        client.get(reverse("console:part", args=[dsr.reference, pull.parts.get().pk]))


@pytest.mark.pages(
    "account_logout", "account_reauthenticate", "mfa_reauthenticate", "mfa_index", "mfa_deactivate_totp", "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes", "mfa_download_recovery_codes", "account_change_password",
)  # fmt: skip
@pytest.mark.parametrize("name", ACCOUNT)
def test_a_page_of_ones_own_account(name: str, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = a_desk()
    with django_assert_num_queries(ACCOUNT[name]):
        assert client.get(reverse(name)).status_code == 200


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
@pytest.mark.parametrize("rows", [1, 20])
def test_the_page_of_candidates(rows: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    dsr, client = a_dsr(State.DECIDING, brand=a_brand()), a_desk()
    for row in range(rows):
        a_match(dsr, a_source(f"system-{row}"), MatchState.DOUBTFUL, candidates=[a_candidate(1), a_candidate(2)])
    with django_assert_num_queries(10):
        assert client.get(reverse("console:match", args=[dsr.reference])).status_code == 200
