"""What officers do about a plan besides approving it: answers, systems that cannot go on, recipients, and what it came to."""

from datetime import timedelta
from http import HTTPStatus
from typing import Final

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from requests_app.audit.models import AuditEvent
from requests_app.correspondence.models import NoticeState, RecipientNotice
from requests_app.erasure.models import Freeze, Plan, PlanState
from requests_app.erasure.remains import Kept
from requests_app.officers.models import Role
from requests_app.workflow.models import SubjectRequest, Transition
from requests_app.workflow.states import Move, State
from tests.console.desk import PASSWORD, an_officer, at_the_desk
from tests.console.plans import ASKED, GONE, KEPT, UNTIL, a_certificate, a_plan, an_erasure, hidden, press, url
from tests.making import a_source

pytestmark = pytest.mark.django_db
BY_HAND: Final = {"collection": "customers", "deed": "ask", "reason": "by_hand", "records": 1}
MOST_QUERIES: Final = 34


@pytest.fixture
def dsr() -> SubjectRequest:
    """A plan with one question."""
    dsr = an_erasure()
    a_plan(dsr, a_source("orders"), GONE, ASKED)
    return dsr


@pytest.fixture
def client() -> Client:
    return at_the_desk(an_officer())


def question() -> str:
    one = Plan.objects.get().sets.get(deed="ask")
    return f"set_{one.pk}"


def system() -> str:
    return f"systems/{Plan.objects.exclude(state__in=[PlanState.DONE, PlanState.READY]).get().pk}/"


def test_a_question_is_answered_with_a_reason_and_the_plan_made_anew(client: Client, dsr: SubjectRequest) -> None:
    typed = {question(): "keep", f"{question()}_until": UNTIL.isoformat(), "reason": "The invoice is of 2026."}

    assert press(client, dsr, "questions/", **typed)[0] == HTTPStatus.FOUND
    dsr.refresh_from_db()
    assert dsr.stage == State.COLLECTING
    assert Plan.objects.get(round=1).answers == {"orders:undated": f"keep:{UNTIL}"}
    assert "The invoice is of 2026." in (Transition.objects.get(move=Move.PLAN_AGAIN).reason or "")


@pytest.mark.parametrize(
    ("answer", "until", "reason"),
    [("", "", "why"), ("erase", "", ""), ("blank", "", "why"), ("erase", "2036-12-31", "why"), ("keep", "2020-01-01", "why")],
)
def test_an_answer_that_is_none_is_given_back(client: Client, dsr: SubjectRequest, answer: str, until: str, reason: str) -> None:
    typed = {question(): answer, f"{question()}_until": until, "reason": reason}

    assert press(client, dsr, "questions/", **typed)[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    assert Plan.objects.get().answers == {}


def test_an_answer_to_a_plan_that_was_made_anew_meanwhile_is_not_taken(client: Client, dsr: SubjectRequest) -> None:
    shown = client.get(url(dsr, "questions/")).content.decode()
    typed = {"seen": hidden(shown, "seen"), question(): "erase", "reason": "why"}
    client.post(url(dsr, "again/"), {"seen": typed["seen"]})

    assert client.post(url(dsr, "questions/"), typed).status_code == HTTPStatus.CONFLICT
    assert Plan.objects.get(round=1).answers == {}


def test_a_condition_of_law_is_asked_in_its_own_words(client: Client) -> None:
    dsr = an_erasure()
    a_plan(dsr, a_source("orders"), {**ASKED, "reason": "condition:fr-aml"})

    assert "A person has to say whether a law applies." in client.get(url(dsr, "questions/")).content.decode()


def test_going_on_without_a_system_needs_password_and_reason_and_is_told(client: Client) -> None:
    dsr = an_erasure()
    a_plan(dsr, a_source("orders"), GONE)
    a_plan(dsr, a_source("shop"), state=PlanState.IMPOSSIBLE)

    assert press(client, dsr, system(), way="give_up", reason="gone")[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    assert press(client, dsr, system(), way="give_up", password=PASSWORD)[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    assert press(client, dsr, system(), way="done", reason="x")[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    assert press(client, dsr, system(), way="give_up", reason="It burnt down.", password=PASSWORD)[0] == HTTPStatus.FOUND
    assert "It burnt down." in client.get(url(dsr)).content.decode()
    assert "/plan/approve/" in client.get(url(dsr)).content.decode()


def test_what_was_erased_by_hand_is_said_by_name(client: Client) -> None:
    dsr = an_erasure(State.ERASING)
    plan = a_plan(dsr, a_source("paper"), BY_HAND, state=PlanState.RUNNING, by_hand=True, intent_at=Now(), round=2)
    plan.sets.update(intent_at=Now())
    shown = client.get(url(dsr)).content.decode()
    assert "a person must erase it now" in shown
    assert "1 erased by hand" in shown
    assert "Answer what is asked" not in shown

    assert press(client, dsr, system(), way="done", password=PASSWORD)[0] == HTTPStatus.FOUND
    plan.refresh_from_db()
    assert plan.state == PlanState.DONE
    assert "officer@desk.example" in at_the_desk(an_officer("officer@desk.example")).get("/console/").content.decode()
    assert "ada@desk.example" in client.get(url(dsr, "receipts/")).content.decode()


def test_a_system_that_failed_is_tried_again(client: Client) -> None:
    dsr = an_erasure(State.ERASING)
    a_plan(dsr, a_source("shop"), GONE, state=PlanState.FAILED, fault="unreachable", digest=b"x" * 32, round=2)
    assert "could not be reached" in client.get(url(dsr)).content.decode()
    assert "you" in str(client.get(url(dsr)).context["mover"])

    assert press(client, dsr, system(), way="again", password=PASSWORD)[0] == HTTPStatus.FOUND
    assert Plan.objects.get(source__name="shop").state == PlanState.READY


def test_a_system_of_another_request_is_not_found(client: Client, dsr: SubjectRequest) -> None:
    other = an_erasure()
    plan = a_plan(other, a_source("shop"), state=PlanState.IMPOSSIBLE)

    assert client.get(url(dsr, f"systems/{plan.pk}/")).status_code == HTTPStatus.NOT_FOUND


def test_a_recipient_s_answer_is_marked_once_the_request_is_over(client: Client) -> None:
    dsr = an_erasure(State.ERASED_IN_PART)
    notice = RecipientNotice.objects.create(dsr=dsr, name="Courier", email="c@x.example", language="en", state=NoticeState.SENT)
    source = a_source("orders")
    a_plan(dsr, source, KEPT, state=PlanState.DONE, done_at=Now(), intent_at=Now(), round=2)
    Kept.objects.create(
        brand=dsr.brand, source=source, dsr=dsr, reference=dsr.reference, right="erasure", regime="eu-gdpr",
        reason="duty:fr-accounting", until=UNTIL, records=50, language="en",
    )  # fmt: skip
    shown = client.get(url(dsr)).content.decode()
    assert "Courier" in shown
    assert "31 December 2036" in shown

    assert client.post(url(dsr, "recipients/"), {"notice": notice.pk, "answer": "waiting"}).status_code == HTTPStatus.CONFLICT
    assert client.post(url(dsr, "recipients/"), {"notice": notice.pk, "answer": "erased"}).status_code == HTTPStatus.FOUND
    notice.refresh_from_db()
    assert notice.state == NoticeState.ERASED
    assert "has erased it too" in client.get(url(dsr)).content.decode()


def test_a_recipient_of_another_request_is_not_marked(client: Client) -> None:
    dsr, other = an_erasure(State.ERASED_IN_PART), an_erasure(State.ERASED_IN_PART)
    notice = RecipientNotice.objects.create(dsr=other, name="Courier", email="c@x.example", language="en")

    answer = client.post(url(dsr, "recipients/"), {"notice": notice.pk, "answer": "erased"})

    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_a_request_without_a_certificate_has_no_page_of_one(client: Client, dsr: SubjectRequest) -> None:
    assert client.get(url(dsr, "certificate/")).status_code == HTTPStatus.NOT_FOUND


def test_the_certificate_is_read_in_the_customer_s_language(client: Client, dsr: SubjectRequest) -> None:
    a_certificate(dsr)

    assert '<div lang="fr">' in client.get(url(dsr, "certificate/")).content.decode()


def test_the_queue_says_when_an_erasure_waits_for_an_officer(client: Client) -> None:
    goes, waits = an_erasure(State.ERASING, verified_at=timezone.now()), an_erasure(State.ERASING, verified_at=timezone.now())
    a_plan(waits, a_source("shop"), GONE, state=PlanState.FAILED, digest=b"x" * 32, round=2)
    page = client.get("/console/to-decide/")

    rows = {row.reference: row for row in page.context["rows"]}
    assert goes.reference not in rows
    assert (rows[waits.reference].mover, rows[waits.reference].flags) == ("you", ["system to settle", "asked twice"])


def test_the_page_of_a_request_tells_what_shall_be_erased(client: Client) -> None:
    dsr = an_erasure(scope="order:OJ-1", ground="objection", copy_first=True)
    a_plan(dsr, a_source("orders"), GONE)
    shown = client.get(f"/console/requests/{dsr.reference}/").content.decode()
    auditor = at_the_desk(an_officer("auditor@desk.example", role=Role.AUDITOR))

    assert "one order OJ-1" in shown
    assert "objection" in shown
    assert "The plan is made" in shown
    assert "planned" in shown
    assert "OJ-1" not in auditor.get(f"/console/requests/{dsr.reference}/").content.decode()


@pytest.mark.threat("8.07")
@pytest.mark.parametrize("page", ["questions/", "certificate/"])
def test_each_look_at_a_question_is_written_down(client: Client, dsr: SubjectRequest, page: str) -> None:
    a_certificate(dsr)
    client.get(url(dsr, page))

    assert AuditEvent.objects.filter(action="data.viewed").count() == (page == "questions/")


@pytest.mark.pages("console:questions", "console:settle", "console:rehearsal", "console:lift_freeze", "console:certificate")
def test_the_pages_around_a_plan_cost_little(
    dsr: SubjectRequest, django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    client = at_the_desk(an_officer(role=Role.LEAD))
    plan = a_plan(dsr, a_source("shop"), state=PlanState.IMPOSSIBLE)
    a_certificate(dsr)
    Freeze.objects.create(brand=dsr.brand, at=timezone.now() - timedelta(hours=1))

    for page in ("questions/", f"systems/{plan.pk}/", f"systems/{plan.pk}/rehearsal/", "freeze/", "certificate/"):
        with django_assert_max_num_queries(MOST_QUERIES):
            assert client.get(url(dsr, page)).status_code == HTTPStatus.OK
