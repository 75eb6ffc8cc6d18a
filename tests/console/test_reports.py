"""The reports as officers see them, and the audit packs that they may take."""

import io
import json
import re
import zipfile
from hashlib import sha256
from typing import Any, Final

import pytest
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from requests_app.audit.models import AuditEvent
from requests_app.console.reporting import PARTS
from requests_app.correspondence.models import Denial, DenialKind
from requests_app.officers.models import Role
from requests_app.reports.asked import Asked, cohort
from requests_app.reports.effort import in_hand
from requests_app.reports.spans import Span
from requests_app.values import SYSTEM
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import advance
from requests_app.workflow.states import Move, State
from tests.console.desk import an_officer, at_the_desk, failed, searched
from tests.console.plans import a_certificate, a_usual_plan, an_erasure
from tests.making import a_brand, a_dsr, a_source
from tests.reports.making import asked_on, did

pytestmark = pytest.mark.django_db
JANUARY: Final = {"period": "2026-Q1"}
PRICES: Final = {"on-time": 8, "proof": 7, "times": 7, "effort": 8, "sources": 11, "published": 7}


def a_year(many: int = 1) -> None:
    """Requests of the first quarter: some on time, some late, with a system that failed and an officer who looked."""
    officer = an_officer("other@desk.example")
    for number in range(many):
        dsr = asked_on("2026-01-05", closed="2026-01-20")
        searched(dsr, a_source(f"orders-{number}"))
        failed(dsr, a_source(f"marketing-{number}"))
        did(officer, dsr, "10:00:00", "10:04:00")
        asked_on("2026-02-05", closed="2026-03-20", due="2026-03-05")


def opened_zip(answer: Any) -> zipfile.ZipFile:
    assert isinstance(answer, StreamingHttpResponse)
    return zipfile.ZipFile(io.BytesIO(b"".join(answer)))


def taken(client: Client, dsr: SubjectRequest) -> tuple[zipfile.ZipFile, dict[str, Any]]:
    archive = opened_zip(client.get(reverse("console:pack", args=[dsr.reference])))
    return archive, json.loads(archive.read(f"{dsr.reference.lower()}.json"))


@pytest.mark.parametrize("topic", PARTS)
def test_every_figure_that_is_a_link_leads_to_as_many_requests(topic: str) -> None:
    a_year()
    client = at_the_desk(an_officer())
    shown = client.get(reverse("console:report", args=[topic]), JANUARY).content.decode()

    links = re.findall(r'<td><a href="([^"]*reports/requests/[^"]*)"[^>]*>([\d,]+)</a>', shown)

    assert links
    for address, count in links:
        listed = client.get(address.replace("&amp;", "&")).content.decode()
        assert listed.count('<th scope="row"') == int(count), address


def test_a_list_behind_a_figure_goes_on_where_the_page_before_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("requests_app.console.reporting.ROWS", 2)
    made = {asked_on(f"2026-01-0{day}").reference for day in (5, 5, 6, 7, 8)}
    client, address, seen = at_the_desk(an_officer()), f"{reverse('console:report_requests')}?period=2026-01", list[str]()
    while address:
        shown = client.get(address).content.decode()
        seen += re.findall(r'/requests/([A-Z0-9-]+)/">', shown)
        older = re.search(r'rel="next" href="([^"]+)"', shown)
        address = f"{reverse('console:report_requests')}{older[1].replace('&amp;', '&')}" if older else ""

    assert (len(seen), set(seen)) == (5, made)


def test_what_nobody_counts_is_not_found() -> None:
    client = at_the_desk(an_officer())

    assert client.get(reverse("console:report", args=["nothing"])).status_code == 404
    assert client.get(reverse("console:report_requests"), {"count": "nothing"}).status_code == 404
    for told in ({"period": "x", "by": "x", "since": "x", "source": "x"}, {"since": "2026-03-01", "until": "2026-01-01"}):
        assert client.get(reverse("console:reports"), told).status_code == 200


def test_a_chart_says_in_words_what_it_shows_and_needs_no_script() -> None:
    a_year()
    shown = at_the_desk(an_officer()).get(reverse("console:reports"), JANUARY).content.decode()

    charts = re.findall(r"<svg.*?</svg>", shown, re.DOTALL)

    assert len(charts) == 2
    for chart in charts:
        assert 'role="img"' in chart
        assert re.search(r"<title id=[^>]+>[^<]+</title><desc id=[^>]+>[^<]+%</desc>", chart)
    assert "style=" not in shown
    assert "Access" in charts[0]


def test_the_tables_come_as_csv_and_the_taking_is_written_down() -> None:
    a_year()
    answer = at_the_desk(an_officer()).get(reverse("console:report_csv", args=["on-time"]), JANUARY)

    assert answer.headers["Content-Type"].startswith("text/csv")
    assert '"all","2","1","1"' in answer.content.decode()
    assert AuditEvent.objects.get(action="report.exported").facts["part"] == "on-time"


@pytest.mark.pages("console:report", "console:reports", "console:report_csv")
@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("topic", PARTS)
def test_a_report_costs_the_same_for_any_number(topic: str, rows: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    a_year(rows)
    client = at_the_desk(an_officer())
    with django_assert_num_queries(PRICES[topic]):
        assert client.get(reverse("console:report", args=[topic]), JANUARY).status_code == 200


@pytest.mark.pages("console:report_requests", "console:quarters")
@pytest.mark.parametrize("rows", [1, 3])
def test_lists_cost_the_same_for_any_number(rows: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    a_year(rows)
    client = at_the_desk(an_officer(role=Role.LEAD))
    with django_assert_num_queries(6):
        assert client.get(reverse("console:report_requests"), JANUARY).status_code == 200
    with django_assert_num_queries(5):
        assert client.get(reverse("console:quarters")).status_code == 200


@pytest.mark.pages("console:pack", "console:quarter_pack")
@pytest.mark.parametrize("rows", [1, 3])
def test_packs_cost_the_same_until_they_are_read(rows: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    a_year(rows)
    dsr, client = SubjectRequest.objects.earliest("received_at"), at_the_desk(an_officer(role=Role.LEAD))
    with django_assert_num_queries(16):
        assert client.get(reverse("console:pack", args=[dsr.reference])).status_code == 200
    with django_assert_num_queries(8):
        assert client.get(reverse("console:quarter_pack", args=["o-jewels", "2026-Q1"])).status_code == 200


def test_a_pack_tells_who_did_what_when_and_why_and_nothing_of_the_customer() -> None:
    officer, dsr = an_officer(), a_dsr(State.REVIEWING, name="Ada Example", postal_address="3 rue Obscure, 75001 Paris")
    reason = "Ms Example, ada@example.com, of rue Obscure asked for the third time."
    searched(dsr, a_source())
    Denial.objects.create(dsr=dsr, officer=officer, kind=DenialKind.REFUSAL, ground="excessive", reason=reason)
    advance(dsr, Move.REFUSE, by=officer.actor, reason=reason)

    archive, told = taken(at_the_desk(officer), dsr)

    whole = b"".join(archive.read(name) for name in archive.namelist()).decode("latin-1").lower()
    assert all(word not in whole for word in ("ada@example", "example,", "obscure", "75001"))
    assert told["moves"][-1]["by"] == officer.actor.name
    assert told["moves"][-1]["reason"] == "Ms […], […], of […] […] asked for the third time."
    assert told["decisions"][0]["ground"] == "excessive"
    assert told["officers"] == {officer.actor.name: "ada@desk.example"}
    assert told["dates"]["arithmetic"][0]["legal"]["steps"]
    assert told["systems"][0]["state"] == "done"
    assert archive.read(f"{dsr.reference.lower()}.pdf").startswith(b"%PDF")
    listed = json.loads(archive.read("manifest.json"))["sha256"]
    assert listed == {name: sha256(archive.read(name)).hexdigest() for name in archive.namelist() if name != "manifest.json"}
    assert AuditEvent.objects.get(action="pack.taken").dsr_id == dsr.pk


def test_a_pack_of_an_erasure_holds_the_digests_of_plan_holds_and_certificate() -> None:
    dsr = an_erasure()
    a_usual_plan(dsr)
    a_certificate(dsr)

    _archive, told = taken(at_the_desk(an_officer()), dsr)

    assert told["plans"][0]["plan_sha256"] == "00" * 32
    assert {"holds_sha256", "description_sha256", "sets"} <= told["plans"][0].keys()
    assert told["certificates"] == [{"number": 1, "sha256": "0" * 64, "made_at": told["certificates"][0]["made_at"]}]


def test_whoever_may_not_see_data_gets_a_pack_without_what_officers_typed() -> None:
    dsr = a_dsr(State.REVIEWING)
    advance(dsr, Move.REFUSE, by=SYSTEM, reason="words of an officer")

    _archive, told = taken(at_the_desk(an_officer(role=Role.AUDITOR)), dsr)

    assert "words of an officer" not in json.dumps(told)
    assert told["moves"][-1]["move"] == "refuse"


def test_a_quarter_is_taken_by_leads_and_auditors_and_by_nobody_else() -> None:
    a_year(2)
    asked_on("2026-01-05", brand=a_brand("j-supply"))
    address = reverse("console:quarter_pack", args=["o-jewels", "2026-Q1"])
    for number, (role, status) in enumerate({Role.OFFICER: 403, Role.LEAD: 200, Role.AUDITOR: 200}.items()):
        answer = at_the_desk(an_officer(f"{number}@desk.example", role=role)).get(address)
        assert answer.status_code == status

    archive = opened_zip(answer)
    assert {name for name in archive.namelist() if name.startswith("requests/")} == {
        f"requests/{dsr.reference.lower()}.{kind}"
        for dsr in SubjectRequest.objects.filter(brand__slug="o-jewels")
        for kind in ("json", "jsonld")
    }
    assert json.loads(archive.read("figures.json"))["tables"]["All requests"][0]["counts"]["received"] == 4
    assert archive.read("figures.pdf").startswith(b"%PDF")
    assert AuditEvent.objects.filter(action="quarter.taken").count() == 2
    for wrong in ("2026-01", "2026", "2099-Q1", "x"):
        lead = at_the_desk(an_officer(f"{wrong}@desk.example", role=Role.LEAD))
        assert lead.get(reverse("console:quarter_pack", args=["o-jewels", wrong])).status_code == 404


def test_the_timeline_offers_the_pack() -> None:
    dsr = a_dsr(State.REVIEWING)

    shown = at_the_desk(an_officer()).get(reverse("console:timeline", args=[dsr.reference])).content.decode()

    assert reverse("console:pack", args=[dsr.reference]) in shown


def test_reports_find_their_rows_by_indexes() -> None:
    a_year()
    officer = an_officer("third@desk.example")
    found = cohort(officer, Asked(Span.named("2026-01")))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plans = [found.order_by("-received_at").explain(), in_hand(found).explain()]

    assert "subjectrequest_of_a_year" in plans[0]
    assert "auditevent_by_officers" in plans[1]
