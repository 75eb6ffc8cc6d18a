"""The small process that finds due work: publishes it, or does it while the broker is away."""

import time
from collections.abc import Iterator
from datetime import timedelta
from threading import Event

import pytest
from django.db.models.functions import Now
from kombu.exceptions import OperationalError as BrokerAway
from pytest_django import Settings

from requests_app.ledger.claims import Claim, claim
from requests_app.ledger.handlers import Done, Outcome
from requests_app.ledger.models import Step
from requests_app.ledger.sweeper import Sweeper, due, publish_due
from requests_app.ledger.tasks import run_step, sweep
from tests.brokers import Broker, free_port, wakes_through
from tests.ledger.conftest import Work
from tests.ledger.test_claim import await_that, cancel_who_waits, cut_off_others, in_a_thread
from tests.making import as_owner

MINUTE = timedelta(minutes=1)


@pytest.fixture
def broker() -> Iterator[Broker]:
    made = Broker()
    made.start()
    with wakes_through(made.url):
        yield made
    made.stop()


@pytest.fixture
def no_broker() -> Iterator[None]:
    with wakes_through(f"redis://127.0.0.1:{free_port()}/0"):
        yield


def sweeper() -> Sweeper:
    return Sweeper(lambda: False)


@pytest.mark.django_db
def test_what_is_due_is_found_once_and_not_again_at_once(work: Work) -> None:
    step = work.step()
    work.step(key="later", delay=60)

    assert due() == [(step.pk, "journey")]
    assert due() == []


@pytest.mark.django_db
def test_what_was_woken_and_not_claimed_is_found_again_after_a_while(work: Work, settings: Settings) -> None:
    step = work.step()
    due()
    Step.objects.filter(pk=step.pk).update(woken_at=Now() - timedelta(seconds=settings.LEDGER_WAKE_DELAY + 1))

    assert due() == [(step.pk, "journey")]


@pytest.mark.django_db
def test_the_step_of_a_silent_worker_is_found(work: Work) -> None:
    step = work.step()
    assert claim(step.pk)
    assert due() == []
    Step.objects.filter(pk=step.pk).update(lease_until=Now() - MINUTE)

    assert due() == [(step.pk, "journey")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.threat("FI-16")
def test_four_sweepers_at_once_find_every_step_exactly_once(work: Work) -> None:
    steps = {work.step(key=f"work:{number}").pk for number in range(200)}
    found: list[int] = []

    for thread in [in_a_thread(lambda: found.extend(pk for pk, _queue in due())) for _ in range(4)]:
        thread.join(60)

    assert len(found) == len(set(found))
    assert set(found) | {pk for pk, _queue in due()} == steps


@pytest.mark.django_db
def test_a_due_step_is_published_to_its_queue_and_run_by_whoever_gets_the_message(work: Work, broker: Broker) -> None:
    step = work.step()

    sweeper().once()

    assert broker.waiting("journey") == 1
    assert work.ran == []
    run_step(step.pk)
    assert work.ran == [1]


@pytest.mark.django_db
@pytest.mark.threat("12.01")
def test_a_message_carries_the_number_of_a_step_and_nothing_else(work: Work, broker: Broker) -> None:
    step = work.step(page=77)
    sweeper().once()

    with_payload = broker.says("LRANGE journey 0 0")
    assert with_payload.startswith("*1")
    task = run_step.s(step.pk)
    assert (task.args, task.kwargs) == ((step.pk,), {})


@pytest.mark.django_db
def test_a_flushed_broker_loses_nothing(work: Work, broker: Broker, settings: Settings) -> None:
    settings.LEDGER_WAKE_DELAY = 0
    work.step()
    sweeper().once()
    broker.says("FLUSHALL")
    assert broker.waiting("journey") == 0

    sweeper().once()

    assert broker.waiting("journey") == 1


@pytest.mark.django_db(transaction=True)
def test_while_the_broker_is_away_the_sweeper_does_the_work_itself(work: Work, no_broker: None) -> None:
    step = work.step()

    sweeper().once()

    assert Step.objects.get(pk=step.pk).state == "done"
    assert work.ran == [1]


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_is_not_asked_for_every_step(work: Work, no_broker: None) -> None:
    for number in range(20):
        work.step(key=f"work:{number}")
    mine = sweeper()

    mine.once()

    assert len(work.ran) == 20
    assert mine.broker_rests_until > time.monotonic()


@pytest.mark.django_db(transaction=True)
@pytest.mark.threat("FI-04")
def test_a_broker_that_was_stopped_and_started_is_used_again(work: Work, broker: Broker) -> None:
    mine = sweeper()
    work.step(key="before")
    mine.once()
    broker.stop()
    work.step(key="meanwhile")
    mine.once()
    assert work.ran == [1]

    broker.start()
    mine.broker_rests_until = 0
    work.step(key="after")
    mine.once()

    assert broker.waiting("journey") == 1
    assert work.ran == [1]


@pytest.mark.django_db(transaction=True)
def test_a_step_that_somebody_has_taken_meanwhile_is_not_run_again_by_the_sweeper(work: Work, no_broker: None) -> None:
    step = work.step()
    mine = sweeper()

    def first_of_all(_claim: Claim) -> Outcome:
        mine.once()
        return Done()

    work.handler = first_of_all
    run_step(step.pk)

    assert work.ran == [1]


@pytest.mark.django_db
@pytest.mark.threat("FI-12")
def test_a_message_that_is_delivered_three_times_runs_the_step_once(work: Work) -> None:
    step = work.step()

    for _ in range(3):
        run_step(step.pk)

    assert work.ran == [1]
    assert Step.objects.get(pk=step.pk).state == "done"


@pytest.mark.django_db(transaction=True)
@pytest.mark.threat("FI-12")
def test_a_message_that_is_delivered_three_times_at_once_runs_the_step_once(work: Work) -> None:
    step = work.step()

    def slowly(_claim: Claim) -> Outcome:
        time.sleep(0.3)
        return Done()

    work.handler = slowly
    for thread in [in_a_thread(lambda: run_step(step.pk)) for _ in range(3)]:
        thread.join(60)

    assert work.ran == [1]


@pytest.mark.django_db
def test_a_message_about_a_step_that_is_no_more_is_dropped() -> None:
    run_step(987654321)

    assert not Step.objects.exists()


@pytest.mark.django_db
def test_beat_wakes_workers_should_the_sweeper_be_away(work: Work, broker: Broker) -> None:
    work.step()

    sweep()

    assert broker.waiting("journey") == 1


@pytest.mark.django_db
def test_beat_hears_that_the_broker_is_away_and_the_step_is_found_later(work: Work, no_broker: None, settings: Settings) -> None:
    step = work.step()

    with pytest.raises(BrokerAway):
        publish_due()

    settings.LEDGER_WAKE_DELAY = 0
    assert due() == [(step.pk, "journey")]


@pytest.mark.django_db(transaction=True)
def test_a_running_sweeper_hears_a_notice_at_once(work: Work, no_broker: None, settings: Settings) -> None:
    settings.LEDGER_POLL_DELAY = 120
    stop, ran = Event(), Event()

    def note(_claim: Claim) -> Outcome:
        ran.set()
        return Done()

    work.handler = note
    thread = in_a_thread(Sweeper(stop.is_set).run)
    time.sleep(0.5)
    begun = time.monotonic()
    work.step()

    assert ran.wait(60)
    assert time.monotonic() - begun < 60
    stop.set()
    work.step(key="the last one lets it look at the clock")
    thread.join(60)
    assert not thread.is_alive()


@pytest.mark.django_db(transaction=True)
@pytest.mark.threat("FI-05")
def test_a_running_sweeper_survives_the_loss_of_its_connection(work: Work, no_broker: None, settings: Settings) -> None:
    settings.LEDGER_POLL_DELAY = 0.2
    settings.LEDGER_PATIENCE = 0.1
    stop = Event()
    thread = in_a_thread(Sweeper(stop.is_set).run)
    await_that(lambda: cut_off_others() >= 1)
    step = work.step()
    await_that(lambda: Step.objects.get(pk=step.pk).state == "done")
    stop.set()
    thread.join(60)

    assert Step.objects.get(pk=step.pk).state == "done"
    assert not thread.is_alive()


@pytest.mark.django_db(transaction=True)
def test_a_sweeper_waits_out_a_database_that_is_locked(work: Work, no_broker: None, settings: Settings) -> None:
    settings.LEDGER_POLL_DELAY = 0.2
    settings.LEDGER_PATIENCE = 0.1
    step = work.step()
    stop = Event()
    with as_owner() as cursor, cursor.connection.transaction():
        cursor.execute("LOCK TABLE requests_app_step IN ACCESS EXCLUSIVE MODE")
        thread = in_a_thread(Sweeper(stop.is_set).run)
        await_that(lambda: cancel_who_waits() >= 1)
        await_that(lambda: cancel_who_waits() >= 1)
    await_that(lambda: Step.objects.get(pk=step.pk).state == "done")
    stop.set()
    thread.join(60)

    assert Step.objects.get(pk=step.pk).state == "done"
