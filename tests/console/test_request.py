from http import HTTPStatus
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils.formats import date_format

from requests_app.audit.models import AuditEvent
from requests_app.audit.services import record
from requests_app.collection.models import Part
from requests_app.correspondence.denials import Rests
from requests_app.correspondence.services import write
from requests_app.officers.models import Role
from requests_app.values import SYSTEM
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import advance
from requests_app.workflow.states import Move, State
from tests.console.desk import a_match, an_officer, at_the_desk, failed, searched
from tests.making import a_dsr, a_source

pytestmark = pytest.mark.django_db
CANARY = "cnry-7f3a-marie"


@pytest.fixture
def dsr() -> SubjectRequest:
    """A request at review, with a canary in every place that holds personal data."""
    dsr = a_dsr(State.REVIEWING, name=CANARY, details=CANARY, facts={"postcode": CANARY})
    candidate = {
        "root": ["customers", ["1"]],
        "matched": ["email"],
        "evidence": {"name": [CANARY]},
        "agrees": ["name"],
        "differs": [],
    }
    a_match(dsr, source := a_source("orders"), candidates=[candidate], chosen=[["customers", ["1"]]])
    searched(dsr, source, {"customers": [{"id": number, "email": CANARY} for number in range(60)]})
    failed(dsr, a_source("marketing"))
    links = {"follow": "http://testserver/x/secret-token", "disown": "http://testserver/y"}
    write(dsr, "refused", links=links, denial=Rests("unfounded", "GDPR, Art. 12(5)", CANARY))
    return dsr


@pytest.fixture
def client() -> Client:
    return at_the_desk(an_officer())


def url(dsr: SubjectRequest, page: str = "") -> str:
    return f"/console/requests/{dsr.reference}/{page}"


def pages(dsr: SubjectRequest) -> list[str]:
    return [
        url(dsr, page)
        for page in ("", "systems/", "match/", "records/", f"records/{Part.objects.get().pk}/", "timeline/", "letters/")
    ]


@pytest.mark.threat("8.07")
def test_each_look_at_personal_data_writes_exactly_one_event(dsr: SubjectRequest, client: Client) -> None:
    for page in pages(dsr):
        before = AuditEvent.objects.filter(action="data.viewed").count()
        shown = CANARY in client.get(page).content.decode()
        looks = AuditEvent.objects.filter(action="data.viewed").count() - before
        assert looks == 1 if shown else looks <= 1, page


@pytest.mark.threat("8.07")
def test_an_auditor_sees_what_was_done_and_nobody_s_data(dsr: SubjectRequest) -> None:
    auditor = at_the_desk(an_officer("auditor@desk.example", role=Role.AUDITOR))

    seen = {page: auditor.get(page) for page in pages(dsr)}

    assert [answer.status_code for answer in seen.values()] == [200, 200, 403, 403, 403, 200, 200]
    assert not [page for page, answer in seen.items() if CANARY in answer.content.decode()]
    assert not AuditEvent.objects.filter(action="data.viewed").exists()


def test_the_header_says_how_it_stands_and_offers_what_may_be_done(dsr: SubjectRequest, client: Client) -> None:
    context = client.get(url(dsr)).context

    assert [button["move"] for button in context["buttons"]] == [Move.APPROVE, Move.SEARCH_AGAIN, Move.REFUSE]
    assert (context["stage"], context["mover"]) == ("answer to approve", "you")


def test_an_auditor_is_offered_nothing(dsr: SubjectRequest) -> None:
    auditor = at_the_desk(an_officer(role=Role.AUDITOR))

    assert auditor.get(url(dsr)).context["buttons"] == []


def test_a_system_s_fault_is_said_in_words(dsr: SubjectRequest, client: Client) -> None:
    assert "could not be reached" in client.get(url(dsr, "systems/")).content.decode()


def test_records_are_read_page_by_page_with_titles(dsr: SubjectRequest, client: Client) -> None:
    part = url(dsr, f"records/{Part.objects.get().pk}/")

    first, second = (client.get(part, {"page": number}).content.decode() for number in (1, 2))

    assert "1–50 of 60 records" in first
    assert "51–60 of 60 records" in second
    assert "Customer number" in first


def test_the_officer_s_language_gives_the_titles(dsr: SubjectRequest) -> None:
    officer = an_officer()
    officer.language = "fr"
    officer.save()

    shown = at_the_desk(officer).get(url(dsr, f"records/{Part.objects.get().pk}/")).content.decode()

    assert "Numéro de client" in shown


def test_hostile_records_are_shown_as_text(client: Client) -> None:
    dsr = a_dsr(State.REVIEWING)
    searched(dsr, a_source(), {"customers": [{"id": 1, "email": "<script>alert(1)</script>", "name": "{{ 7*7 }}"}]})

    shown = client.get(url(dsr, f"records/{Part.objects.get().pk}/")).content.decode()

    assert "<script>alert" not in shown
    assert "&lt;script&gt;" in shown


def test_a_collection_that_is_no_longer_described_still_opens(client: Client) -> None:
    dsr = a_dsr(State.REVIEWING)
    searched(dsr, a_source(), {"long_gone": [{"id": 1, "motto": "still here"}]})

    shown = client.get(url(dsr, f"records/{Part.objects.get().pk}/")).content.decode()

    assert "motto" in shown
    assert "still here" in shown


def test_a_part_of_another_request_is_not_found(dsr: SubjectRequest, client: Client) -> None:
    other = a_dsr(State.REVIEWING)

    assert client.get(url(other, f"records/{Part.objects.get().pk}/")).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("reference", ["DSR-0000-0000", "%00", "%27%20OR%201=1", "..%2F..", "x" * 3000, "dsr-%E2%80%AE"])
def test_a_reference_that_is_none_is_not_found(client: Client, reference: str) -> None:
    assert client.get(f"/console/requests/{reference}/").status_code == HTTPStatus.NOT_FOUND


def test_a_letter_s_links_open_nothing_for_officers(dsr: SubjectRequest, client: Client) -> None:
    shown = client.get(url(dsr, "letters/")).content.decode()

    assert CANARY in shown
    assert "secret-token" not in shown


def test_the_timeline_tells_moves_newest_first_with_reason_and_name(client: Client) -> None:
    dsr = a_dsr(State.REVIEWING)
    officer = an_officer("bob@desk.example")
    officer.name = "Bob"
    officer.save()
    advance(dsr, Move.REFUSE, by=officer.actor, reason="not this person")

    events = list(client.get(url(dsr, "timeline/")).context["page"])

    assert (events[0].who, events[0].reason) == ("Bob", "not this person")
    assert events[0].text.startswith("Refuse")
    assert events[-1].text == "Request received"
    assert [event.reason for event in events[1:]] == [""] * (len(events) - 1)


def test_who_looked_is_told_to_whoever_asks(dsr: SubjectRequest, client: Client) -> None:
    client.get(url(dsr))

    assert "Looked at" not in client.get(url(dsr, "timeline/")).content.decode()
    assert "Looked at" in client.get(url(dsr, "timeline/"), {"views": "1"}).content.decode()


def test_the_last_page_of_a_long_timeline_knows_which_move_it_tells(client: Client) -> None:
    dsr = a_dsr(State.MATCHING)
    for _ in range(120):
        record("letter.written", by=SYSTEM, dsr_id=dsr.pk, kind="follow")
    advance(dsr, Move.SEARCH, by=SYSTEM, reason="latest")

    first, last = (list(client.get(url(dsr, "timeline/"), {"page": number}).context["page"]) for number in (1, 2))

    assert first[0].reason == "latest"
    assert {event.reason for event in last} == {""}


def test_a_page_tells_the_time_of_the_shop(dsr: SubjectRequest, client: Client) -> None:
    dsr.refresh_from_db(fields=["received_at"])
    received = client.get(url(dsr)).context["dates"][0]

    assert received["value"] == date_format(dsr.received_at.astimezone(ZoneInfo("Europe/Paris")), "DATETIME_FORMAT")
