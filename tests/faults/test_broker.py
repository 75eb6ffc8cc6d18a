"""FI-03 and FI-04: the broker is emptied, or freezes: it takes connections and never answers."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from dsar.celery import app
from requests_app.ledger.models import Step
from requests_app.ledger.sweeper import Sweeper, publish_due
from requests_app.ledger.tasks import run_step
from tests.brokers import Broker, wakes_through
from tests.ledger.conftest import Work, work

__all__ = ["work"]

MANY = 60


@pytest.fixture
def impatient(broker: Broker) -> Iterator[Broker]:
    """The broker, through which this process publishes, and for which it waits a second instead of ten."""
    before = app.conf.broker_transport_options
    app.conf.broker_transport_options = before | {"socket_timeout": 1, "socket_connect_timeout": 1}
    with wakes_through(broker.url):
        yield broker
    broker.thaw()
    app.conf.broker_transport_options = before


def states() -> set[str]:
    return set(Step.objects.values_list("state", flat=True))


@pytest.mark.threat("FI-03")
@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_emptied_while_many_steps_wait_loses_none_of_them(
    work: Work, impatient: Broker, settings: Settings
) -> None:
    settings.LEDGER_WAKE_DELAY = 0
    steps = [work.step(key=f"work:{number}") for number in range(MANY)]
    for step in steps[:10]:
        run_step(step.pk)
    assert publish_due() == MANY - 10
    assert impatient.waiting("journey") == MANY - 10

    assert impatient.says("FLUSHALL") == "+OK"
    assert publish_due() == impatient.waiting("journey") == MANY - 10
    for step in steps:  # the messages, with ten of those that were done
        run_step(step.pk)

    assert (states(), len(work.ran)) == ({"done"}, MANY)


@pytest.mark.threat("FI-04")
@pytest.mark.django_db(transaction=True)
def test_while_the_broker_is_frozen_the_work_is_done_and_when_it_thaws_it_is_used_again(work: Work, impatient: Broker) -> None:
    sweeper = Sweeper(lambda: False)
    work.step(key="before")
    sweeper.once()
    assert impatient.waiting("journey") == 1

    impatient.freeze()
    for number in range(5):
        work.step(key=f"meanwhile:{number}")
    sweeper.once()
    assert len(work.ran) == 5

    impatient.thaw()
    sweeper.broker_rests_until = 0
    work.step(key="after")
    sweeper.once()
    assert Step.objects.get(key="after").state == "due"
    assert impatient.waiting("journey") >= 2
    assert len(work.ran) == 5
