"""What the rest of the house may ask about requests, and what is left of one in the end."""

from datetime import date, timedelta
from threading import Event

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now

from requests_app.keys import store
from requests_app.values import SYSTEM
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import advance, forget, locked, today_of
from requests_app.workflow.states import CLOSED, OPEN, Move, State, Waiting
from tests.ledger.test_claim import in_a_thread
from tests.making import a_brand, a_dsr

pytestmark = pytest.mark.django_db
PROVEN = [state for state in State if state not in {State.RECEIVED, State.VERIFYING, State.LAPSED, State.WITHDRAWN}]


def test_requests_are_told_apart_by_what_is_going_on() -> None:
    made = {state: a_dsr(state) for state in State}
    ask = SubjectRequest.objects

    assert set(ask.open()) == {made[state] for state in OPEN}
    assert set(ask.proven()) == {made[state] for state in PROVEN}
    assert set(ask.unproven()) == {made[state] for state in State if state not in PROVEN}
    assert set(ask.waiting_for_officer()) == {made[State.DECIDING], made[State.REVIEWING]}
    assert {state for state, dsr in made.items() if not dsr.is_open} == CLOSED


def test_a_request_says_whose_move_it_is_and_which_moves_there_are() -> None:
    dsr = a_dsr(State.REVIEWING)

    assert dsr.waiting_for == Waiting.OFFICER
    assert Move.APPROVE in dsr.moves
    assert str(dsr) == dsr.reference
    assert str(dsr.transitions.earliest("number")) == "received → verifying"


def test_the_soonest_due_comes_first_and_what_has_no_term_last() -> None:
    late, none, soon = (a_dsr(due_safe_on=due) for due in (date(2026, 12, 24), None, date(2026, 12, 1)))

    assert list(SubjectRequest.objects.soonest_first()) == [soon, late, none]


def test_a_request_is_to_be_forgotten_once_its_own_term_is_over() -> None:
    brand = a_brand(retention_days=30)
    over, kept, open_one = (
        a_dsr(State.ANSWERED, brand=brand),
        a_dsr(State.REFUSED, brand=brand),
        a_dsr(State.REVIEWING, brand=brand),
    )
    SubjectRequest.objects.filter(pk=over.pk).update(closed_at=Now() - timedelta(days=31))
    SubjectRequest.objects.filter(pk=kept.pk).update(closed_at=Now() - timedelta(days=29))

    assert list(SubjectRequest.objects.to_forget()) == [over]
    forget([over.pk])
    assert not SubjectRequest.objects.to_forget().exists()
    assert open_one.is_open


def test_what_is_forgotten_names_nobody_and_can_still_be_counted() -> None:
    dsr = a_dsr(State.REVIEWING, facts={"postcode": "75001"}, details="All of it, please")
    advance(dsr, Move.REFUSE, by=SYSTEM, reason="Ada is not Ada")
    store.destroy(dsr.pk)

    forget([dsr.pk])

    left = SubjectRequest.objects.get(pk=dsr.pk)
    personal = {name: getattr(left, name) for name in SubjectRequest.personal_fields}
    assert {name: bytes(value) if isinstance(value, memoryview | bytes) else value for name, value in personal.items()} == {
        name: b"" if name == "email_index" else None for name in personal
    }
    assert [transition.reason for transition in left.transitions.all()] == [None] * left.transitions.count()
    assert (left.stage, left.right) == (State.REFUSED, "access")
    assert left.forgotten_at is not None


@pytest.mark.parametrize(("zone", "ahead"), [("Pacific/Kiritimati", 14), ("Pacific/Pago_Pago", -11), ("UTC", 0)])
def test_today_is_the_date_at_the_shop_by_the_databases_clock(zone: str, ahead: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT (now() AT TIME ZONE 'UTC' + make_interval(hours => %s))::date", [ahead])
        (there,) = cursor.fetchone()

    assert today_of(a_brand(time_zone=zone)) == there


def locked_at_once(dsr: SubjectRequest) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '100ms'")
        locked(dsr)


@pytest.mark.django_db(transaction=True)
def test_of_two_that_end_together_the_second_waits_for_the_first() -> None:
    dsr, holding, let_go = a_dsr(), Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            locked(dsr)
            holding.set()
            let_go.wait(60)

    thread = in_a_thread(hold)
    assert holding.wait(60)
    with pytest.raises(DatabaseError, match="lock timeout"):
        locked_at_once(dsr)
    with transaction.atomic():
        dsr.transitions.create(
            number=9, move=Move.LAPSE, source=State.VERIFYING, target=State.LAPSED, actor_kind="x", actor_name="x"
        )
    let_go.set()
    thread.join(60)

    with transaction.atomic():
        assert locked(dsr).brand == dsr.brand
