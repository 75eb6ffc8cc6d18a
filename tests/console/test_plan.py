from http import HTTPStatus
from typing import Final

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from requests_app.audit.models import AuditEvent
from requests_app.connectors.erasing import Deed
from requests_app.erasure.models import Freeze, PlanState
from requests_app.officers.models import Role
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.console.desk import an_officer, at_the_desk
from tests.console.plans import ASKED, GONE, KEPT, a_plan, a_usual_plan, an_erasure, url
from tests.making import a_dsr, a_source

pytestmark = pytest.mark.django_db
MOST_QUERIES: Final = 32


@pytest.fixture
def dsr() -> SubjectRequest:
    dsr = an_erasure()
    a_usual_plan(dsr)
    return dsr


@pytest.fixture
def client() -> Client:
    return at_the_desk(an_officer())


def read(client: Client, dsr: SubjectRequest, page: str = "", **query: str) -> str:
    answer = client.get(url(dsr, page), query)
    assert answer.status_code == HTTPStatus.OK
    return answer.content.decode()


def test_the_totals_come_first(client: Client, dsr: SubjectRequest) -> None:
    shown = read(client, dsr)

    assert "1,204 records: 1,150 deleted, 4 overwritten, 50 kept, the last of them until 31 December 2036" in shown


def test_each_set_says_what_happens_with_what_why_and_on_which_law(client: Client, dsr: SubjectRequest) -> None:
    shown = read(client, dsr)

    assert "No law and no contract makes us keep it." in shown
    assert "until 31 December 2036" in shown
    assert "fr-accounting" in shown
    assert "finance only" in shown  # who may still see what stays
    assert "NULL" in shown


def test_the_plan_can_be_narrowed_to_one_deed(client: Client, dsr: SubjectRequest) -> None:
    shown = read(client, dsr, deed="keep")

    assert "The law orders us" in shown
    assert "No law and no contract makes us keep it." not in shown
    assert "1,204 records" in shown


def test_a_deed_that_is_none_narrows_nothing(client: Client, dsr: SubjectRequest) -> None:
    assert "No law and no contract makes us keep it." in read(client, dsr, deed="<script>")


def test_sets_that_differ_in_their_days_alone_are_one_line(client: Client, dsr: SubjectRequest) -> None:
    days = [{**KEPT, "until": KEPT["until"].replace(year=year)} for year in (2030, 2034)]
    a_plan(dsr, a_source("shop"), *days)

    assert "from 31 December 2030 to 31 December 2034" in read(client, dsr)


def test_an_impossible_plan_names_table_and_column_and_what_can_be_done(client: Client) -> None:
    dsr = an_erasure()
    problem = {"code": "no_right", "where": "orders.yaml:12", "message": "`orders`: the account may not delete there"}
    a_plan(dsr, a_source(), state=PlanState.IMPOSSIBLE, problems=[problem])

    shown = read(client, dsr)

    assert "`orders`: the account may not delete there" in shown
    assert "Have the owner of the system give that right" in shown
    assert "It cannot be approved yet" in shown


def test_a_new_plan_says_what_differs_from_the_one_before(client: Client) -> None:
    dsr = an_erasure()
    source = a_source("orders")
    a_plan(dsr, source, GONE, state=PlanState.STALE, fault="plan_changed")
    a_plan(dsr, source, {**GONE, "records": 1151}, round=2)

    shown = read(client, dsr)

    assert "Other records were found than were approved." in shown
    assert "deleted: 1,150 before, 1,151 now" in shown


def test_what_is_asked_stands_in_the_way(client: Client) -> None:
    dsr = an_erasure()
    a_plan(dsr, a_source("orders"), ASKED)

    shown = read(client, dsr)

    assert "Answer what is asked" in shown
    assert "/plan/approve/" not in shown


@pytest.mark.parametrize(("role", "links"), [(Role.OFFICER, 0), (Role.LEAD, 1), (Role.ADMINISTRATOR, 1)])
def test_a_freeze_is_told_and_a_lead_is_shown_where_to_lift_it(dsr: SubjectRequest, role: Role, links: int) -> None:
    Freeze.objects.create(brand=dsr.brand)
    shown = read(at_the_desk(an_officer(role=role)), dsr)

    assert "Erasures of this shop are frozen" in shown
    assert shown.count("/plan/freeze/") == links
    assert "/plan/approve/" not in shown


def test_an_auditor_reads_the_plan_and_is_offered_nothing(dsr: SubjectRequest) -> None:
    a_plan(dsr, a_source("shop"), state=PlanState.GIVEN_UP, reason="Ada lives upstairs.")
    shown = read(at_the_desk(an_officer(role=Role.AUDITOR)), dsr)

    assert "1,204 records" in shown
    assert "Ada lives upstairs." not in shown
    assert 'method="post" action="/console/requests/' not in shown
    assert not AuditEvent.objects.filter(action="data.viewed").exists()


@pytest.mark.threat("8.07")
@pytest.mark.parametrize("page", ["", "approve/", "receipts/"])
def test_each_look_at_a_plan_writes_one_event(client: Client, dsr: SubjectRequest, page: str) -> None:
    read(client, dsr, page)

    assert AuditEvent.objects.filter(action="data.viewed").count() == 1


def test_a_request_for_a_copy_has_no_plan(client: Client) -> None:
    assert client.get(url(a_dsr(State.REVIEWING))).status_code == HTTPStatus.NOT_FOUND


def test_the_header_leads_to_the_plan_and_the_records_are_nowhere(client: Client, dsr: SubjectRequest) -> None:
    context = client.get(f"/console/requests/{dsr.reference}/").context

    assert context["buttons"][0]["url"] == url(dsr)
    assert (context["right"], context["stage"]) == ("Erasure", "plan to approve")
    assert not [one for one in context["sections"] if one["url"].endswith("/records/")]


def test_a_page_that_asks_by_itself_gets_how_far_it_is(client: Client) -> None:
    dsr = an_erasure(State.ERASING)
    part = client.get(url(dsr), headers={"HX-Request": "true"}).content.decode()

    assert "1 of 1 systems are done." in part
    assert "<html" not in part


def test_a_page_that_asks_by_itself_is_told_to_renew_when_all_is_over(client: Client, dsr: SubjectRequest) -> None:
    assert client.get(url(dsr), headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


@pytest.mark.pages("console:plan", "console:approve_erasure", "console:receipts")
@pytest.mark.parametrize("page", ["", "approve/", "receipts/"])
def test_a_plan_costs_the_same_however_many_systems_and_sets_it_has(
    client: Client, dsr: SubjectRequest, page: str, django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    with django_assert_max_num_queries(MOST_QUERIES) as few:
        read(client, dsr, page)
    for number in range(5):
        a_plan(dsr, a_source(f"more-{number}"), GONE, *[{**KEPT, "until": KEPT["until"].replace(year=2030 + n)} for n in range(9)])
    with django_assert_max_num_queries(len(few)):
        read(client, dsr, page)


def test_deeds_have_words(client: Client, dsr: SubjectRequest) -> None:
    shown = read(client, dsr)

    assert all(f"?deed={deed.value}" in shown for deed in Deed)
