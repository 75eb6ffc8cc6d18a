"""The desk of tasks for people, of who answers, and of the emergency stop."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from requests_app.audit.models import AuditEvent
from requests_app.collection.models import Pull, PullState
from requests_app.errands import services
from requests_app.errands.models import Errand, ErrandState, Keeper, Outcome
from requests_app.officers.models import Role
from requests_app.sources.models import Source, Stop
from tests.console.desk import an_officer, at_the_desk
from tests.errands.conftest import office
from tests.errands.office import KEEPER, Office
from tests.errands.test_walk import asked
from tests.making import ADDRESS, a_source
from tests.running import run_all_due

__all__ = ["office"]
pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/console/tasks/"


def a_browser(role: Role = Role.OFFICER) -> Client:
    return at_the_desk(an_officer(role=role), fresh=True)


def step(client: Client, errand: Errand, deed: str) -> str:
    return client.post(reverse("console:task_step", args=[errand.pk, deed]), follow=True).content.decode()


def test_the_page_counts_what_waits_and_what_is_late_and_names_nobody_who_asks(office: Office) -> None:
    asked()
    asked(email="eve@example.com")
    Errand.objects.filter(pk=office.errand.pk).update(due_on="2026-01-01")

    shown = a_browser().get(PAGE).content.decode()

    assert "2 tasks wait." in shown
    assert "1 is overdue." in shown
    assert ADDRESS not in shown


def test_an_officer_reminds_now_and_the_person_gets_a_letter(office: Office) -> None:
    asked()

    assert "Reminded." in step(a_browser(), office.errand, "remind")

    run_all_due("errands.mail")
    assert len(office.post.to(KEEPER)) == 2


def test_a_task_that_is_withdrawn_leaves_its_system_not_searched(office: Office) -> None:
    dsr = asked()
    client = a_browser()

    assert "Withdrawn." in step(client, office.errand, "withdraw")
    assert "Nothing was done" in step(client, office.errand, "withdraw")

    run_all_due()
    assert (Pull.objects.get(dsr=dsr).state, Pull.objects.get(dsr=dsr).fault) == (PullState.FAILED, "cannot")
    assert "Nothing was done" in step(client, office.errand, "remind")


def test_a_ground_is_read_by_those_who_may_see_data_and_by_nobody_else(office: Office) -> None:
    asked()
    services.answer(office.errand, Outcome.CANNOT, ground="The cellar is under water", by=office.keeper)

    assert "under water" in a_browser().get(PAGE).content.decode()
    auditor = at_the_desk(an_officer("auditor@desk.example", role=Role.AUDITOR))
    assert "under water" not in auditor.get(PAGE).content.decode()


def test_whoever_is_named_takes_over_the_open_tasks(office: Office) -> None:
    asked()
    client = a_browser(Role.ADMINISTRATOR)
    values = {"name": "Bea", "email": "bea@shop.example", "language": "fr", "lead_name": "", "lead_email": ""}

    assert client.post(f"/console/sources/{office.source.pk}/keeper/", values | {"lead_email": "x@shop.example"}).status_code == 422
    assert client.post(f"/console/sources/{office.source.pk}/keeper/", values).status_code == 302

    assert office.errand.keeper.name == "Bea"
    assert not Keeper.objects.get(email=KEEPER).is_active
    assert AuditEvent.objects.filter(action="source.keeper_named", facts__lead=False).count() == 1
    assert "bea@shop.example" not in str(list(AuditEvent.objects.values_list("facts", flat=True)))


def test_a_lead_stops_a_system_with_a_reason_and_everybody_reads_it(office: Office) -> None:
    source = a_source("orders", title={"en": "Orders"})
    lead = a_browser(Role.LEAD)
    place = f"/console/sources/{source.pk}/stop/"

    assert lead.post(place, {"reason": " "}).status_code == 422
    assert lead.post(place, {"reason": "A leak"}).status_code == 302
    assert "stopped already" in lead.post(place, {"reason": "Twice"}, follow=True).content.decode()

    shown = lead.get("/console/sources/").content.decode()
    assert "A leak" in shown
    stop = Stop.objects.get()
    assert lead.post(f"/console/sources/stops/{stop.pk}/lift/", {"reason": "Closed", "seen": 0}).status_code == 302
    stop.refresh_from_db()
    assert (stop.lifted_because, stop.lifted_by_id) == ("Closed", stop.placed_by_id)
    assert "A leak" not in lead.get("/console/sources/").content.decode()


def test_all_erasures_of_a_shop_are_stopped_and_the_page_cries_it(office: Office) -> None:
    lead = a_browser(Role.LEAD)

    said = lead.post("/console/sources/stop-erasures/o-jewels/", {"reason": "Wrong person"}, follow=True).content.decode()

    assert "All erasures of O-Jewels are stopped" in said
    assert "Wrong person" in said


def test_the_page_of_sources_says_what_waits_what_is_unsaid_and_who_answers(office: Office) -> None:
    asked()
    orders = a_source("orders")
    for _ in range(5):
        orders.failed("unreachable", "no route")

    shown = a_browser().get("/console/sources/").content.decode()

    assert "left alone for now" in shown
    assert "5 failures in a row." in shown
    assert "Answers for it:" in shown
    assert "Without a purpose" in shown
    assert "letters.words" in shown


@pytest.mark.pages("console:tasks", "console:keeper", "console:stop_source", "console:stop_erasures", "console:lift_stop")
@pytest.mark.parametrize("rows", [1, 4])
def test_the_pages_cost_the_same_however_many_tasks(
    office: Office, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        asked(email=f"guest{number}@example.com")
    client = a_browser(Role.ADMINISTRATOR)
    officer = an_officer("lead@desk.example", role=Role.LEAD)
    stop = Stop.objects.create(brand=office.source.brand, source=Source.objects.get(), reason="a leak", placed_by=officer)
    pages = {
        PAGE: 10, f"/console/sources/{office.source.pk}/keeper/": 6, f"/console/sources/{office.source.pk}/stop/": 5,
        "/console/sources/stop-erasures/o-jewels/": 5, f"/console/sources/stops/{stop.pk}/lift/": 5,
    }  # fmt: skip
    client.get(PAGE)

    for page, price in pages.items():
        with django_assert_num_queries(price):
            assert client.get(page).status_code == 200
    assert Errand.objects.filter(state=ErrandState.OPEN).count() == rows
