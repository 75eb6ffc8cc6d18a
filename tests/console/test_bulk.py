"""One deed for many requests: foretold, done one by one, and taken back in time."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from requests_app.audit.models import AuditEvent
from requests_app.console.bulk import MOST
from requests_app.deadlines.models import Extension
from requests_app.ledger.claims import claim
from requests_app.ledger.models import Step
from requests_app.ledger.services import run
from requests_app.officers.models import Officer, Role
from requests_app.values import SYSTEM
from requests_app.verification.asides import Aside
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import advance
from requests_app.workflow.states import Move, State
from tests.console.desk import an_officer, at_the_desk
from tests.making import a_brand, a_dsr

pytestmark = pytest.mark.django_db
BULK = "/console/bulk/"


@pytest.fixture
def ada() -> Officer:
    return an_officer()


@pytest.fixture
def desk(ada: Officer) -> Client:
    return at_the_desk(ada)


def order(desk: Client, deed: str, *dsrs: SubjectRequest, go: bool = False, **said: Any) -> str:
    """Post what the queue posts, or with `go` what the page of the preview posts."""
    chosen = [f"{dsr.reference}:{dsr.transitions.count()}" if go else dsr.reference for dsr in dsrs]
    return desk.post(BULK, {"deed": deed, "chosen": chosen, **({"go": "1"} if go else {}), **said}).content.decode()


def in_time(state: State = State.REVIEWING, **fields: Any) -> SubjectRequest:
    """A request of today, of which there is time to say that more time is needed."""
    today = timezone.localdate()
    return a_dsr(state, due_safe_on=today + timedelta(29), due_legal_on=today + timedelta(30), **fields)


def test_nothing_happens_before_somebody_says_go(desk: Client, ada: Officer) -> None:
    dsr, unproven = in_time(), a_dsr(State.VERIFYING)

    for deed in ("assign", "extend", "spam"):
        order(desk, deed, dsr, unproven, to=ada.pk)

    assert not SubjectRequest.objects.exclude(assignee=None).exists()
    assert not Extension.objects.exists()
    assert not Aside.objects.exists()


def test_each_request_goes_to_the_officer_and_the_trail_says_so(desk: Client, ada: Officer) -> None:
    first, second = in_time(), in_time()

    shown = order(desk, "assign", first, second, to=ada.pk)
    order(desk, "assign", first, second, to=ada.pk, go=True)

    assert "Assign 2 requests" in shown
    assert [dsr.assignee for dsr in SubjectRequest.objects.all()] == [ada, ada]
    facts = AuditEvent.objects.filter(action="request.assigned").values_list("facts", flat=True)
    assert list(facts) == [{"officer": ada.pk, "before": None}] * 2


def test_a_request_is_given_only_to_who_may_answer_for_its_shop(ada: Officer) -> None:
    here, there = in_time(), in_time(brand=a_brand("maison-s"))
    ada.memberships.create(brand=a_brand("maison-s"), role=Role.OFFICER)
    bob = an_officer("bob@desk.example")
    desk = at_the_desk(ada)

    shown = order(desk, "assign", here, there, to=bob.pk)
    order(desk, "assign", here, there, to=bob.pk, go=True)

    assert "bob@desk.example may not answer for Maison-S." in shown
    assert "Assign 1 request" in shown
    assert list(SubjectRequest.objects.filter(assignee=bob)) == [here]


def test_what_moved_since_it_was_seen_is_left_alone_and_named(desk: Client, ada: Officer) -> None:
    dsr = in_time()
    seen = f"{dsr.reference}:{dsr.transitions.count()}"
    advance(dsr, Move.WITHDRAW, by=SYSTEM)

    shown = desk.post(BULK, {"deed": "assign", "chosen": [seen], "to": ada.pk, "go": "1"}).content.decode()

    assert "It has moved since you saw it." in shown
    assert SubjectRequest.objects.get().assignee is None


def test_more_time_is_taken_only_where_it_is_not_too_late(desk: Client) -> None:
    good, unproven = in_time(), a_dsr(State.VERIFYING)
    late = in_time()
    SubjectRequest.objects.filter(pk=late.pk).update(received_at=timezone.now() - timedelta(45))

    shown = order(desk, "extend", good, unproven, late)
    done = order(desk, "extend", good, unproven, late, go=True, reason="Many systems.")

    for page in (shown, done):
        assert "It is too late: the customer had to be told by" in page
        assert "It is not being worked on." in page
    assert "Send 1 letter and take more time" in shown
    assert list(Extension.objects.values_list("dsr", flat=True)) == [good.pk]


def test_more_time_without_a_reason_is_not_taken(desk: Client) -> None:
    dsr = in_time()

    answer = desk.post(BULK, {"deed": "extend", "chosen": [f"{dsr.reference}:{dsr.transitions.count()}"], "go": "1", "reason": " "})

    assert answer.status_code == 422
    assert not Extension.objects.exists()


def test_spam_is_closed_after_ten_minutes_and_not_before(desk: Client, ada: Officer) -> None:
    dsr = a_dsr(State.VERIFYING)

    order(desk, "spam", dsr, go=True)

    step = Step.objects.get(kind="verification.close_aside")
    assert timedelta(minutes=9) < step.not_before - timezone.now() <= timedelta(minutes=10)
    assert SubjectRequest.objects.get().stage == State.VERIFYING
    close(step)
    assert SubjectRequest.objects.get().stage == State.LAPSED
    closing = dsr.transitions.order_by("-number")[0]
    assert (closing.actor_name, closing.reason) == (ada.actor.name, "spam")


def test_what_was_a_mistake_is_taken_back_in_time(desk: Client) -> None:
    dsr, other = a_dsr(State.VERIFYING), a_dsr(State.VERIFYING)
    order(desk, "spam", dsr, other, go=True)
    queue = desk.get("/console/unverified/").content.decode()

    shown = order(desk, "back", dsr, other)

    assert queue.count('<span class="tag attention">being closed as spam</span>') == 2
    assert "Done for 2 requests" in shown
    for step in Step.objects.filter(kind="verification.close_aside"):
        close(step)
    assert {dsr.stage for dsr in SubjectRequest.objects.all()} == {State.VERIFYING}
    assert "nothing to take back" in order(desk, "back", dsr)


def test_whoever_proves_the_address_meanwhile_is_heard(desk: Client) -> None:
    dsr = a_dsr(State.VERIFYING)
    order(desk, "spam", dsr, go=True)
    advance(SubjectRequest.objects.get(), Move.ACCEPT_PROOF, by=SYSTEM)

    close(Step.objects.get(kind="verification.close_aside"))

    assert SubjectRequest.objects.get().stage == State.MATCHING


def test_nobody_who_proved_an_address_is_denied_in_silence(desk: Client) -> None:
    dsr = in_time()

    shown = order(desk, "spam", dsr)
    done = order(desk, "spam", dsr, go=True)

    assert "a person asks: answer it, or refuse it with a ground" in shown
    assert "a person asks: answer it, or refuse it with a ground" in done
    assert not Aside.objects.exists()


def test_a_request_of_another_shop_is_not_touched(desk: Client, ada: Officer) -> None:
    other = in_time(brand=a_brand("maison-s"))

    shown = order(desk, "assign", other, to=ada.pk)

    assert "Nothing was selected." in shown
    assert other.reference not in shown


def test_an_auditor_orders_nothing() -> None:
    auditor = an_officer(role=Role.AUDITOR)

    assert at_the_desk(auditor).post(BULK, {"deed": "spam"}).status_code == 403
    assert 'name="chosen"' not in at_the_desk(auditor).get("/console/").content.decode()


@pytest.mark.parametrize("said", [{"deed": "erase"}, {"deed": "assign", "to": "0"}, {"deed": "assign", "to": "x"}, {}])
def test_an_order_that_nobody_offers_is_not_found(desk: Client, said: dict[str, str]) -> None:
    assert desk.post(BULK, said).status_code == 404


def test_so_many_go_at_once_and_no_more(desk: Client) -> None:
    assert len(order(desk, "spam", *[a_dsr(State.VERIFYING)] * 3).split("In 10 minutes")) == 2  # the same request is one
    assert MOST == 200


@pytest.mark.parametrize("rows", [1, 4])
def test_what_a_preview_costs(desk: Client, ada: Officer, rows: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    dsrs = [in_time() for _ in range(rows)]

    with django_assert_num_queries(6):
        order(desk, "assign", *dsrs, to=ada.pk)


def close(step: Step) -> None:
    """Let the ten minutes be over."""
    Step.objects.filter(pk=step.pk).update(not_before=timezone.now())
    taken = claim(step.pk)
    assert taken
    run(taken)
