"""What a sweep costs, and many of them at once."""

from collections.abc import Callable
from datetime import date, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.models import Count
from django.db.models.functions import Now

from requests_app.deadlines import reminders
from requests_app.deadlines.models import Notice, Reminder
from requests_app.ledger.models import Step
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import locked, today_of
from requests_app.workflow.states import State
from tests.deadlines.reminding import a_case, told, with_an_officer
from tests.making import a_brand, a_dsr, as_owner
from tests.racing import at_once
from tests.running import run_all_due

Spends = Callable[[int], Any]
MANY = 60


def due_cases(many: int, brand: Any = None) -> list[SubjectRequest]:
    """Requests with three days left, of which nobody has been told."""
    brand = brand or a_brand()
    safe_on = today_of(brand) + timedelta(days=3)
    dsrs = [a_dsr(State.VERIFYING, brand=brand, due_safe_on=safe_on, due_legal_on=safe_on) for _ in range(many)]
    Reminder.objects.bulk_create(Reminder(dsr=dsr, notice=Notice.THREE_DAYS, due_at=Now() - timedelta(hours=1)) for dsr in dsrs)
    return dsrs


@pytest.mark.django_db(transaction=True)
def test_four_sweeps_at_the_same_moment_settle_each_reminder_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "AT_ONCE", 7)  # so that they meet in the midst of the work
    due_cases(MANY)

    said = at_once(4, lambda _number: str(reminders.sweep()))

    assert sum(map(int, said)) == MANY
    assert Step.objects.filter(kind="journey.remind").count() == MANY
    assert Reminder.objects.filter(notice=Notice.THREE_DAYS, settled_at=None).count() == 0
    waiting = Reminder.objects.filter(settled_at=None).values("dsr").annotate(n=Count("pk"))
    assert {row["n"] for row in waiting} == {1}


@pytest.mark.django_db(transaction=True)
def test_the_same_step_run_by_many_workers_tells_once() -> None:
    brand = with_an_officer()
    dsr = a_case(3, brand=brand)
    Reminder.objects.filter(dsr=dsr).update(due_at=Now() - timedelta(days=2), notice=Notice.HALF_TIME)
    SubjectRequest.objects.update(received_at=Now() - timedelta(days=30), due_safe_on=today_of(brand) + timedelta(days=20))
    reminders.sweep()

    run_all_due("journey.remind", dying=True)
    Step.objects.filter(kind="journey.remind").update(state="due")
    run_all_due("journey.remind")

    assert told(dsr) == ["half_time"]
    assert dsr.letters.filter(officer__isnull=False).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_request_that_somebody_works_on_waits_for_the_next_sweep_and_holds_up_no_other() -> None:
    first, second = due_cases(2)
    held, go = Event(), Event()

    def work() -> None:
        with transaction.atomic():
            locked(first)
            held.set()
            go.wait(60)
        connections.close_all()

    worker = Thread(target=work)
    worker.start()
    held.wait(60)
    try:
        assert reminders.sweep() == 1
        assert not Reminder.objects.filter(dsr=second, notice=Notice.THREE_DAYS, settled_at=None).exists()
    finally:
        go.set()
        worker.join()
    assert reminders.sweep() == 1
    assert not Reminder.objects.filter(dsr=first, notice=Notice.THREE_DAYS, settled_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_plans_and_sweeps_at_once_leave_one_countdown_a_request() -> None:
    dsrs = due_cases(10)
    day = dsrs[0].due_safe_on

    def act(number: int) -> str:
        for dsr in dsrs:
            if number % 2:
                reminders.plan(dsr, received_on=date(2026, 1, 1), safe_on=day)
            else:
                reminders.sweep()
        return "done"

    assert at_once(6, act) == ["done"] * 6
    waiting = Reminder.objects.filter(settled_at=None).values("dsr").annotate(n=Count("pk"))
    assert {row["n"] for row in waiting} == {1}


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 4])
def test_a_sweep_costs_the_same_queries_however_many_are_due(rows: int, django_assert_num_queries: Spends) -> None:
    due_cases(rows)

    # Twice begin and end, twice look: take, settle, write what comes next, its steps, wake the sweeper; then find no more.
    with django_assert_num_queries(10):
        assert reminders.sweep() == rows


@pytest.mark.django_db
def test_a_sweep_that_finds_nothing_costs_one_look(django_assert_num_queries: Spends) -> None:
    a_case(30)

    with django_assert_num_queries(3):
        assert reminders.sweep() == 0


def crowd(many: int, due: int) -> None:
    """Fill the tables set by set: so many open requests, each with a reminder, of which some are due."""
    a_dsr(State.VERIFYING)
    with as_owner() as owner:
        owner.execute("ALTER TABLE requests_app_subjectrequest DISABLE TRIGGER USER")
        columns = [field.column for field in SubjectRequest._meta.concrete_fields if field.column not in {"id", "reference"}]
        names = ", ".join(f'"{column}"' for column in columns)
        owner.execute(
            f"INSERT INTO requests_app_subjectrequest (id, reference, {names}) SELECT gen_random_uuid(), 'CROWD-' || n, {names} "
            f"FROM requests_app_subjectrequest, generate_series(1, {many}) n"
        )
        owner.execute("ALTER TABLE requests_app_subjectrequest ENABLE TRIGGER USER")
        owner.execute(
            "INSERT INTO requests_app_reminder (id, dsr_id, notice, due_at, told) SELECT gen_random_uuid(), id, 'week', "
            f"now() + (row_number() OVER () - {due}) * interval '1 minute', false FROM requests_app_subjectrequest"
        )
        owner.execute("ANALYZE requests_app_subjectrequest")
        owner.execute("ANALYZE requests_app_reminder")


@pytest.mark.django_db(transaction=True)
def test_a_sweep_reads_only_what_is_due() -> None:
    crowd(20_000, due=50)
    with transaction.atomic(), connection.cursor() as cursor:
        sql, values = reminders.due().query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "reminder_due" in plan, plan
    assert "Seq Scan" not in plan, plan
    assert reminders.sweep() == 50


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("statement", [reminders.NEXT, reminders.ACKNOWLEDGE])
def test_what_comes_next_is_found_by_the_requests_keys(statement: str) -> None:
    crowd(20_000, due=50)
    dsrs = list(SubjectRequest.objects.values_list("pk", flat=True)[:50])
    values: dict[str, Any] = {"dsrs": dsrs, "received": [None] * 50, "safe": [None] * 50, "after": [1] * 50, "open": ["verifying"]}
    values["acknowledge"] = [date(2026, 12, 1)] * 50
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "Seq Scan on requests_app_subjectrequest" not in plan, plan
    assert "Seq Scan on requests_app_reminder" not in plan, plan
