"""Taking a step, holding it, losing it."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Barrier, Event, Thread

import pytest
from django.db import connection
from django.db.models.functions import Now
from pytest_django import Settings

from requests_app.audit.models import AuditEvent
from requests_app.ledger.claims import Claim, LeaseLost, claim
from requests_app.ledger.handlers import Done, Outcome
from requests_app.ledger.models import Step
from requests_app.ledger.services import finish, run
from tests.ledger.conftest import Work
from tests.making import as_owner

LONG_AGO = timedelta(hours=1)


def in_a_thread(work: Callable[[], object]) -> Thread:
    def body() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = Thread(target=body)
    thread.start()
    return thread


def cancel_who_waits() -> int:
    """Cancel every statement of the product that waits for a lock in this database; return how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database() AND usename = current_user",
        )
        return int(cursor.fetchone()[0])


def cut_off_others() -> int:
    """End every other connection of the product to this database; return how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()",
        )
        return int(cursor.fetchone()[0])


def await_that(condition: Callable[[], bool]) -> None:
    """Return when `condition` holds; fail when that takes longer than any machine is busy."""
    ends = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.02)


def expire(step: Step) -> None:
    assert Step.objects.filter(pk=step.pk, state="running").update(lease_until=Now() - LONG_AGO)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_turn", range(10))
def test_of_two_workers_who_reach_for_a_step_one_gets_it(work: Work, _turn: int) -> None:
    step = work.step()
    start, taken = Barrier(4), list[Claim | None]()

    def reach() -> None:
        start.wait(60)
        taken.append(claim(step.pk))

    for thread in [in_a_thread(reach) for _ in range(4)]:
        thread.join(60)

    assert len(taken) == 4
    assert sum(one is not None for one in taken) == 1


@pytest.mark.django_db
def test_a_step_is_not_taken_before_its_time(work: Work) -> None:
    step = work.step(delay=60)

    assert claim(step.pk) is None


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["done", "dead"])
def test_what_is_over_is_not_taken_again(work: Work, state: str) -> None:
    step = work.step()
    Step.objects.filter(pk=step.pk).update(state=state, lease_until=Now() - LONG_AGO)

    assert claim(step.pk) is None


@pytest.mark.django_db
def test_a_step_in_somebodys_hands_is_left_there(work: Work) -> None:
    step = work.step()

    assert claim(step.pk) is not None
    assert claim(step.pk) is None


@pytest.mark.django_db
def test_a_claim_says_who_holds_the_step(work: Work) -> None:
    taken = claim(work.step().pk)

    assert taken is not None
    assert taken.step.state == "running"
    assert taken.step.owner
    assert taken.step.attempts == 1


@pytest.mark.django_db
def test_the_step_of_a_silent_worker_is_taken_again_and_what_the_slow_one_brings_is_not_kept(work: Work) -> None:
    step = work.step()
    slow = claim(step.pk)
    assert slow is not None
    expire(step)
    quick = claim(step.pk)
    assert quick is not None
    kept: list[str] = []

    with pytest.raises(LeaseLost):
        finish(slow, Done(proof={"by": "slow"}, commit=lambda: kept.append("slow")))
    finish(quick, Done(proof={"by": "quick"}, commit=lambda: kept.append("quick")))

    assert quick.fence == slow.fence + 1
    assert kept == ["quick"]
    assert Step.objects.get(pk=step.pk).proof == {"by": "quick"}
    assert AuditEvent.objects.filter(action="step.done").count() == 1


@pytest.mark.django_db
def test_a_slow_worker_who_fails_does_not_disturb_the_next_one(work: Work) -> None:
    step = work.step()
    slow = claim(step.pk)
    assert slow is not None
    expire(step)
    quick = claim(step.pk)

    def break_down(_claim: Claim) -> Outcome:
        raise RuntimeError

    work.handler = break_down
    run(slow)

    kept = Step.objects.get(pk=step.pk)
    assert quick is not None
    assert (kept.state, kept.fence, kept.error) == ("running", quick.fence, "")


@pytest.mark.django_db(transaction=True)
def test_a_beating_worker_keeps_its_step_beyond_the_lease(work: Work, quick: Settings) -> None:
    quick.LEDGER_LEASE_DELAY = 2.0
    others: list[Claim | None] = []

    def long_work(claimed: Claim) -> Outcome:
        for _ in range(4):
            time.sleep(0.6)
            others.append(claim(claimed.step.pk))
        return Done()

    work.handler = long_work

    assert work.attempt(work.step()).state == "done"
    assert others == [None] * 4


@pytest.mark.django_db(transaction=True)
def test_a_worker_learns_that_its_step_was_taken_and_stops(work: Work, quick: Settings) -> None:
    kept: list[str] = []

    def robbed(claimed: Claim) -> Outcome:
        Step.objects.filter(pk=claimed.step.pk).update(fence=claimed.fence + 1)
        assert claimed.lost.wait(60)
        claimed.hold()
        kept.append("went on")
        return Done(commit=lambda: kept.append("kept"))

    work.handler = robbed

    assert work.attempt(work.step()).state == "running"
    assert kept == []


@pytest.mark.django_db(transaction=True)
def test_a_database_that_blinks_does_not_cost_the_lease(work: Work, quick: Settings) -> None:
    quick.LEDGER_LEASE_DELAY = 60.0

    def renewed_after(claimed: Claim, moment: datetime) -> bool:
        until = Step.objects.get(pk=claimed.step.pk).lease_until
        assert until is not None
        return until > moment

    def undisturbed(claimed: Claim) -> Outcome:
        begun = claimed.step.lease_until
        assert begun is not None
        await_that(lambda: renewed_after(claimed, begun))
        before = Step.objects.get(pk=claimed.step.pk).lease_until
        assert before is not None
        assert cut_off_others() >= 1
        await_that(lambda: renewed_after(claimed, before))
        assert not claimed.lost.is_set()
        return Done()

    work.handler = undisturbed

    assert work.attempt(work.step()).state == "done"


@pytest.mark.django_db(transaction=True)
def test_a_database_that_stays_away_costs_the_lease(work: Work, quick: Settings) -> None:
    """The heartbeat cannot write: the table is locked by somebody else for longer than the lease."""
    quick.LEDGER_LEASE_DELAY = 0.3
    locked, done = Event(), Event()

    def lock() -> None:
        with as_owner() as cursor, cursor.connection.transaction():
            cursor.execute("LOCK TABLE requests_app_step IN EXCLUSIVE MODE")
            locked.set()
            done.wait(120)

    def starved(claimed: Claim) -> Outcome:
        thread = in_a_thread(lock)
        assert locked.wait(60)
        for _ in range(600):
            cancel_who_waits()
            if claimed.lost.wait(0.1):
                break
        done.set()
        thread.join()
        assert claimed.lost.is_set()
        return Done()

    work.handler = starved

    assert work.attempt(work.step()).state == "running"


@pytest.mark.django_db
def test_long_work_is_told_to_hurry_once_its_time_is_up(work: Work, settings: Settings) -> None:
    taken = claim(work.step().pk)
    settings.LEDGER_STEP_DELAY = 0.0
    late = claim(work.step(key="work:2").pk)

    assert taken is not None
    assert late is not None
    assert not taken.hurried
    time.sleep(0.001)
    assert late.hurried
