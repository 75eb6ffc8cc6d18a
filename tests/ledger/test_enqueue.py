"""Writing work down: once for each key, with the decision, and heard by those who listen."""

from threading import Barrier

import psycopg
import pytest
from django.db import connection, transaction

from requests_app.ledger.models import Step
from requests_app.ledger.services import CHANNEL, KeyUsedDifferently, enqueue
from tests.ledger.conftest import Work
from tests.ledger.test_claim import in_a_thread
from tests.making import a_source


@pytest.mark.django_db
def test_asking_twice_for_the_same_work_finds_the_first(work: Work) -> None:
    first = work.step(page=1)

    assert work.step(page=1) == first
    assert Step.objects.count() == 1


@pytest.mark.django_db
def test_one_key_does_not_stand_for_two_pieces_of_work(work: Work) -> None:
    work.step(page=1)

    with pytest.raises(KeyUsedDifferently):
        work.step(page=2)
    assert Step.objects.get().params == {"page": 1}


@pytest.mark.django_db
def test_a_step_knows_its_queue_its_system_and_its_parameters(work: Work) -> None:
    source = a_source()

    step = Step.objects.get(pk=work.step(source=source, page=4, mode="full").pk)

    assert (step.kind, step.queue, step.source, step.state) == ("test.work", "journey", source, "due")
    assert (step.param("page"), step.param("mode")) == (4, "full")


@pytest.mark.django_db
def test_work_of_an_unknown_kind_is_not_written_down() -> None:
    with pytest.raises(KeyError):
        enqueue("test.nobody", key="nobody:1")


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_the_same_moment_get_the_same_step(work: Work) -> None:
    start, steps = Barrier(4), list[int]()

    def ask() -> None:
        start.wait(60)
        steps.append(work.step().pk)

    for thread in [in_a_thread(ask) for _ in range(4)]:
        thread.join(60)

    assert len(steps) == 4
    assert len(set(steps)) == 1


@pytest.mark.django_db(transaction=True)
def test_work_that_was_not_decided_is_not_written_down(work: Work) -> None:
    def decide() -> None:
        with transaction.atomic():
            work.step()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        decide()

    assert not Step.objects.exists()


def heard(listener: psycopg.Connection[tuple[object]], many: int = 0) -> list[str]:
    """Return what is heard until as `many` notices came, or in a moment in which none should come."""
    return [notice.payload for notice in listener.notifies(timeout=60 if many else 0.3, stop_after=many or None)]


@pytest.mark.django_db(transaction=True)
def test_a_listener_hears_of_a_step_when_it_is_decided_and_not_before(work: Work) -> None:
    values = connection.get_connection_params() | {"cursor_factory": psycopg.Cursor, "context": None}
    with psycopg.connect(**values, autocommit=True) as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        with transaction.atomic():
            work.step()
            assert heard(listener) == []
        assert heard(listener, 1) == [""]

        work.step()
        work.step(key="later", delay=60)
        assert heard(listener) == []


@pytest.mark.django_db
def test_a_step_says_what_it_is(work: Work) -> None:
    step = work.step()

    assert str(step) == f"test.work #{step.pk} (due)"
