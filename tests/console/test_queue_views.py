"""What narrows the queue, what it hides, what is kept as a view, and what leaves as a file."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from requests_app.audit.models import AuditEvent
from requests_app.console.models import SavedView
from requests_app.correspondence.models import Message
from requests_app.deadlines.models import Pause
from requests_app.holds.models import Reach
from requests_app.intake.services import address_index
from requests_app.matching.models import MatchState
from requests_app.officers.models import Officer, Role
from requests_app.values import Side
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.console.desk import a_match, an_officer, at_the_desk, failed
from tests.holds.placing import a_hold
from tests.making import a_brand, a_dsr, a_source

pytestmark = pytest.mark.django_db
QUEUE = "/console/"


@pytest.fixture
def ada() -> Officer:
    return an_officer()


@pytest.fixture
def desk(ada: Officer) -> Client:
    return at_the_desk(ada)


def shown(desk: Client, path: str = QUEUE, **asked: str) -> str:
    return desk.get(path, asked).content.decode()


def rows(page: str) -> int:
    return page.count("data-row=")


def test_nothing_is_hidden_without_a_count(desk: Client) -> None:
    a_dsr(State.REVIEWING), a_dsr(State.COLLECTING), a_dsr(State.VERIFYING)

    assert "1 unverified hidden" in shown(desk)
    narrowed = shown(desk, state="reviewing")
    assert rows(narrowed) == 1
    assert "1 hidden by what you chose" in narrowed


@pytest.mark.parametrize(
    ("asked", "many"),
    [
        ({"right": "erasure"}, 1), ({"law": "uk-gdpr"}, 0), ({"mover": "officer"}, 1), ({"mover": "systems"}, 1),
        ({"who": "me"}, 1), ({"who": "nobody"}, 1), ({"within": "2"}, 1), ({"within": "0"}, 0), ({"within": "30"}, 2),
        ({"within": "99"}, 2), ({"who": "999"}, 2), ({"flag": "nonsense"}, 2), ({"safe": "2000-01-01"}, 0), ({"safe": "'--"}, 2),
    ],
)  # fmt: skip
def test_the_queue_is_narrowed(desk: Client, ada: Officer, asked: dict[str, str], many: int) -> None:
    today = timezone.localdate()
    a_dsr(State.COLLECTING, right="erasure", due_safe_on=today + timedelta(1), due_legal_on=today + timedelta(2), assignee=ada)
    a_dsr(State.REVIEWING, due_safe_on=today + timedelta(20), due_legal_on=today + timedelta(21))

    assert rows(shown(desk, **asked)) == many


def a_flag(name: str, dsr: SubjectRequest) -> None:
    """Let `dsr` deserve the flag."""
    if name == "failing":
        failed(dsr, a_source("broken"))
    elif name == "mismatch":
        a_match(dsr, a_source("shop"), MatchState.DOUBTFUL)
    elif name == "message":
        Message.objects.create(dsr=dsr, from_customer=True, text="Well?")
    elif name == "twice":
        SubjectRequest.objects.filter(pk=a_dsr(State.VERIFYING).pk).update(email_index=dsr.email_index)
    elif name == "place":
        SubjectRequest.objects.filter(pk=dsr.pk).update(law_reason={"chosen": {"eu-gdpr": "nothing_at_residence"}})
    elif name == "held":
        a_hold(by="placed-it", named=["held@example.com"])
        SubjectRequest.objects.filter(pk=dsr.pk).update(email_index=address_index("held@example.com"))


@pytest.mark.parametrize("name", ["failing", "mismatch", "message", "twice", "place", "held"])
def test_a_flag_is_shown_where_it_is_deserved_and_narrows(desk: Client, name: str) -> None:
    flagged, other = a_dsr(State.REVIEWING, email_index=bytes(32)), a_dsr(State.REVIEWING, email_index=bytes([1] * 32))
    a_flag(name, flagged)

    page = shown(desk, flag=name)

    assert flagged.reference in page
    assert other.reference not in page
    assert shown(desk).count('<span class="tag attention">') == 1


def test_a_hold_of_the_other_side_of_the_wall_is_not_told(desk: Client) -> None:
    dsr = a_dsr(State.REVIEWING)
    a_hold(by="placed-it", side=Side.STAFF, reach=Reach.BRAND, named=[])

    assert dsr.reference not in shown(desk, flag="held")


def test_while_a_question_waits_it_is_the_customers_move(desk: Client) -> None:
    dsr = a_dsr(State.REVIEWING)
    question = Message.objects.create(dsr=dsr, from_customer=False, text="Which order?")
    Pause.objects.create(dsr=dsr, trigger="clarification", question=question)

    assert dsr.reference in shown(desk, mover="customer")
    assert dsr.reference not in shown(desk, mover="officer")


def test_a_child_comes_before_all_and_two_shops_are_merged_by_urgency(ada: Officer) -> None:
    ada.memberships.create(brand=a_brand("maison-s"), role=Role.OFFICER)
    day = timezone.localdate() + timedelta(20)
    late, soon = (
        a_dsr(State.REVIEWING, due_safe_on=day + timedelta(days), brand=brand)
        for days, brand in ((9, a_brand()), (1, a_brand("maison-s")))
    )
    child = a_dsr(State.COLLECTING, right="erasure", ground="child", due_safe_on=day + timedelta(30))

    page = shown(at_the_desk(ada))

    assert page.index(child.reference) < page.index(soon.reference) < page.index(late.reference)


def test_what_was_answered_is_paged_by_its_place(desk: Client) -> None:
    for _ in range(27):
        a_dsr(State.REFUSED)

    first = desk.get("/console/answered/")
    second = shown(desk, "/console/answered/", before=first.context["older"])

    assert rows(first.content.decode()) == 25
    assert rows(second) == 2
    assert rows(shown(desk, "/console/answered/", before="nonsense")) == 25


def test_a_view_is_kept_shared_and_dropped(desk: Client, ada: Officer) -> None:
    bob = at_the_desk(an_officer("bob@desk.example"))
    desk.post("/console/views/queue/?right=erasure&who=me", {"name": "My erasures"})
    desk.post("/console/views/mine/?flag=failing", {"name": "Broken", "shop": "o-jewels"})

    page, his = shown(desk), shown(bob)

    assert '<a href="/console/queue/?who=me&amp;right=erasure">My erasures</a>' in page
    assert "Broken" in his
    assert "My erasures" not in his
    mine = SavedView.objects.get(name="Broken")
    assert bob.post(f"/console/views/{mine.pk}/drop/").status_code == 404
    desk.post(f"/console/views/{mine.pk}/drop/")
    assert [view.narrowed for view in SavedView.objects.all()] == [{"right": "erasure", "who": "me"}]


def test_a_view_of_the_same_name_is_replaced_and_one_without_a_name_is_none(desk: Client) -> None:
    for right in ("erasure", "access"):
        desk.post(f"/console/views/queue/?right={right}", {"name": "Mine"})
    desk.post("/console/views/queue/", {"name": " "})

    assert SavedView.objects.get().narrowed == {"right": "access"}


def export(desk: Client, path: str) -> list[dict[str, Any]]:
    answer = desk.get(path)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


def test_the_file_says_what_the_page_says_and_is_written_down(desk: Client) -> None:
    dsr = a_dsr(State.REVIEWING, name="Marie Leclerc")
    a_dsr(State.COLLECTING)

    lines = export(desk, "/console/export/queue/?state=reviewing")

    assert [line["Reference"] for line in lines] == [dsr.reference]
    assert lines[0]["Who"] == "M•••• L••••"
    assert AuditEvent.objects.get(action="queue.exported").facts == {"tab": "queue", "narrowed": "state=reviewing"}


def test_no_cell_of_the_file_is_a_formula(desk: Client, ada: Officer) -> None:
    Officer.objects.filter(pk=ada.pk).update(name="=cmd()")
    a_dsr(State.REVIEWING, name="=1+1 -2", assignee=ada)

    (line,) = export(desk, "/console/export/queue/")

    assert line["Officer"] == "'=cmd()"
    assert line["Who"].startswith("'=")


def test_every_answered_request_is_in_the_file(desk: Client) -> None:
    dsrs = {a_dsr(State.REFUSED).reference for _ in range(3)}

    assert {line["Reference"] for line in export(desk, "/console/export/answered/")} == dsrs


def test_the_workload_counts_by_officer_and_week(desk: Client, ada: Officer) -> None:
    today = timezone.localdate()
    a_dsr(State.REVIEWING, assignee=ada, due_safe_on=today, due_legal_on=today + timedelta(1))
    a_dsr(State.COLLECTING, assignee=ada, due_safe_on=today - timedelta(9), due_legal_on=today - timedelta(8))
    a_dsr(State.COLLECTING, due_safe_on=today + timedelta(100), due_legal_on=today + timedelta(100))

    loads = {load.name: load for load in desk.get("/console/workload/").context["loads"]}

    mine, nobodys = loads["ada@desk.example"], loads["nobody yet"]
    assert (mine.late, mine.weeks[0], mine.later, mine.decide, mine.total) == (1, 1, 0, 1, 2)
    assert (nobodys.later, nobodys.total) == (1, 1)


def test_the_calendar_counts_what_is_due_and_leads_to_it(desk: Client) -> None:
    day = timezone.localdate().replace(day=15)
    dsr = a_dsr(State.REVIEWING, due_safe_on=day, due_legal_on=day + timedelta(1))
    a_dsr(State.VERIFYING, due_safe_on=day, due_legal_on=day + timedelta(1))

    page = shown(desk, "/console/month/")

    assert f'href="/console/?safe={day:%Y-%m-%d}">1 safe</a>' in page
    assert f'href="/console/?legal={day + timedelta(1):%Y-%m-%d}">1 by law</a>' in page
    assert "1 unverified request is not counted." in page
    assert dsr.reference in shown(desk, safe=f"{day:%Y-%m-%d}")
    assert shown(desk, "/console/month/2027/2/").count("<td") == 35
    assert desk.get("/console/month/2027/13/").status_code == 404
    assert desk.get("/console/month/9999/12/").status_code == 404


@pytest.mark.pages("console:workload", "console:month", "console:month_of", "console:export")
@pytest.mark.parametrize("rows", [1, 4])
@pytest.mark.parametrize(
    ("path", "price"), [("workload/", 7), ("month/", 6), ("month/2026/12/", 6), ("export/queue/", 6)]
)  # fmt: skip
def test_what_a_page_costs(
    desk: Client, path: str, price: int, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        a_dsr(State.REVIEWING)

    with django_assert_num_queries(price):
        answer = desk.get(f"/console/{path}")
        assert answer.status_code == 200
        list(answer.streaming_content if answer.streaming else [])  # type: ignore[attr-defined]
