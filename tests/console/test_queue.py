from datetime import date, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from requests_app.audit.models import AuditEvent
from requests_app.officers.models import Role
from requests_app.workflow.services import advance
from requests_app.workflow.states import Move, State
from tests.console.desk import an_officer, at_the_desk, failed, searched
from tests.making import a_brand, a_dsr, a_source

pytestmark = pytest.mark.django_db
QUEUE = "/console/"


def page(path: str = QUEUE, **extra: str) -> str:
    return at_the_desk(an_officer()).get(path, **extra).content.decode()  # type: ignore[arg-type]


def test_the_queue_shows_what_is_open_and_proven_soonest_first() -> None:
    day = date(2027, 1, 1)
    late = a_dsr(State.REVIEWING, due_safe_on=day + timedelta(2), due_legal_on=day + timedelta(2))
    soon = a_dsr(State.MATCHING, due_safe_on=day, due_legal_on=day)
    unproven, answered = a_dsr(State.VERIFYING), a_dsr(State.ANSWERED)

    shown = page()

    assert shown.index(soon.reference) < shown.index(late.reference)
    assert unproven.reference not in shown
    assert answered.reference not in shown


@pytest.mark.parametrize(
    ("tab", "state"),
    [("to-decide", State.DECIDING), ("to-decide", State.REVIEWING), ("unverified", State.VERIFYING), ("answered", State.REFUSED)],
)
def test_each_tab_holds_its_own(tab: str, state: State) -> None:
    its_own, other = a_dsr(state), a_dsr(State.COLLECTING)

    shown = page(f"/console/{tab}/")

    assert its_own.reference in shown
    assert other.reference not in shown


def test_a_tab_that_does_not_exist_is_not_found() -> None:
    assert at_the_desk(an_officer()).get("/console/nonsense/").status_code == 404


def test_the_masthead_counts_what_waits() -> None:
    officer = an_officer()
    a_dsr(State.COLLECTING), a_dsr(State.REVIEWING, assignee=officer), a_dsr(State.VERIFYING)

    places = at_the_desk(officer).get(QUEUE).context["places"]

    assert {place["label"]: place["count"] for place in places if place["count"] is not None} == {"Queue": 2, "Mine": 1}


def test_the_queue_names_nobody_and_writes_no_look_down() -> None:
    dsr = a_dsr(State.REVIEWING, name="Marie Leclerc", email="marie.leclerc@example.com")

    shown = page()

    assert dsr.reference in shown
    assert "M•••• L••••" in shown
    assert "Leclerc" not in shown
    assert "leclerc" not in shown
    assert not AuditEvent.objects.filter(action="data.viewed").exists()


def test_a_failing_system_is_flagged_and_the_searched_are_counted() -> None:
    dsr = a_dsr(State.REVIEWING)
    searched(dsr, a_source("orders"))
    failed(dsr, a_source("marketing"))

    shown = page()

    assert "source failing" in shown
    assert "1/2" in shown


def test_another_shop_is_not_shown() -> None:
    other = a_dsr(State.REVIEWING, brand=a_brand("maison-s"))

    assert other.reference not in page()


def test_the_queue_is_narrowed_by_shop_and_stage_and_ignores_nonsense() -> None:
    officer = an_officer()
    officer.memberships.create(brand=a_brand("maison-s"), role=Role.OFFICER)
    here, there = a_dsr(State.REVIEWING), a_dsr(State.COLLECTING, brand=a_brand("maison-s"))
    client = at_the_desk(officer)

    assert there.reference not in client.get(QUEUE, {"brand": "o-jewels"}).content.decode()
    assert here.reference not in client.get(QUEUE, {"state": "collecting"}).content.decode()
    assert there.reference not in client.get(QUEUE, {"state": "collecting", "brand": "o-jewels"}).content.decode()
    everything = client.get(QUEUE, {"brand": "' OR 1=1", "state": "\0", "page": "-7"}).content.decode()
    assert here.reference in everything
    assert there.reference in everything


def test_the_rows_alone_are_fetched_once_a_minute() -> None:
    dsr = a_dsr(State.REVIEWING)

    rows = at_the_desk(an_officer()).get(QUEUE, headers={"HX-Request": "true"}).content.decode()

    assert dsr.reference in rows
    assert "<html" not in rows


def test_a_long_queue_has_pages() -> None:
    for _ in range(26):
        a_dsr(State.COLLECTING)
    client = at_the_desk(an_officer())

    assert "1–25 of 26" in client.get(QUEUE).content.decode()
    assert "26–26 of 26" in client.get(QUEUE, {"page": "2"}).content.decode()


def test_an_empty_queue_says_what_comes_here() -> None:
    assert "Nothing is waiting." in page()


@pytest.mark.parametrize("rows", [1, 4])
def test_the_queue_costs_the_same_however_long(rows: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(rows):
        dsr = a_dsr(State.REVIEWING)
        failed(dsr, dsr.brand.sources.first() or a_source())
    client = at_the_desk(an_officer())

    with django_assert_num_queries(7):  # session, officer, desk, counts, places, rows, kept views
        client.get(QUEUE)


def test_a_reference_is_found_and_an_address_too_without_a_trace_in_the_link() -> None:
    dsr = a_dsr(State.REVIEWING, email="ada@example.com")
    client = at_the_desk(an_officer())

    by_reference = client.post("/console/find/", {"sought": dsr.reference.lower()})
    by_address = client.post("/console/find/", {"sought": "Ada@EXAMPLE.com"})

    assert by_reference["Location"] == f"/console/requests/{dsr.reference}/"
    assert dsr.reference in by_address.content.decode()


@pytest.mark.parametrize("sought", ["", "nobody@example.com", "%", "x" * 400, "\0", "a@b@c"])
def test_what_is_not_found_is_said_calmly(sought: str) -> None:
    a_dsr(State.REVIEWING)

    answer = at_the_desk(an_officer()).post("/console/find/", {"sought": sought})

    assert "No request of your shops" in answer.content.decode()


def test_a_request_of_another_shop_is_not_found_by_reference() -> None:
    other = a_dsr(State.REVIEWING, brand=a_brand("maison-s"))

    answer = at_the_desk(an_officer()).post("/console/find/", {"sought": other.reference})

    assert "No request of your shops" in answer.content.decode()


def test_a_refused_request_stands_among_the_answered() -> None:
    dsr = a_dsr(State.REVIEWING)
    officer = an_officer()
    advance(dsr, Move.REFUSE, by=officer.actor, reason="none")

    assert dsr.reference in at_the_desk(officer).get("/console/answered/").content.decode()
