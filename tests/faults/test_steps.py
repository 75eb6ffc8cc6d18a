"""FI-15, FI-22, FI-26, FI-27: days without a sweep, two releases at once, a forgotten transaction, steps that always break."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import psycopg
import pytest
from django.conf import settings as configured
from django.db import connection
from django.db.models.functions import Now
from psycopg.errors import IdleInTransactionSessionTimeout

from requests_app.audit.models import AuditEvent
from requests_app.ledger.claims import Claim
from requests_app.ledger.handlers import KINDS, Done, Outcome
from requests_app.ledger.models import Step
from requests_app.ledger.sweeper import due
from requests_app.ledger.tasks import run_step
from requests_app.verification import lapses
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.ledger.conftest import Work, work
from tests.making import a_dsr
from tests.running import come_due, run_all_due

__all__ = ["work"]

MANY: Final = 30
AGO: Final = timedelta(days=3)
_IDLE: Final = "0.3s"  # instead of the minute of the settings


@pytest.fixture
def forgetful() -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """A session of the application's role, with the settings' rule, but sooner."""
    values = connection.get_connection_params() | {"cursor_factory": psycopg.Cursor, "context": None}
    with psycopg.connect(**values) as session:
        session.autocommit = True
        session.execute(f"SET idle_in_transaction_session_timeout = '{_IDLE}'")
        yield session


@pytest.mark.threat("FI-15")
@pytest.mark.django_db
def test_what_three_days_without_a_sweep_left_is_dealt_with_in_the_first_and_once(work: Work) -> None:
    steps = [work.step(key=f"work:{number}") for number in range(MANY)]
    Step.objects.update(not_before=Now() - AGO)
    dsrs = [a_dsr(State.VERIFYING) for _ in range(MANY)]
    lapsed = timedelta(days=dsrs[0].brand.lapse_days) + AGO
    SubjectRequest.objects.update(received_at=Now() - lapsed)

    found = {pk for pk, _queue in due()}
    assert found >= {step.pk for step in steps}
    assert not found & {pk for pk, _queue in due()}
    assert (lapses.lapse(), lapses.lapse()) == (MANY, 0)
    for _ in range(2):
        for step in steps:
            run_step(step.pk)

    assert len(work.ran) == MANY
    assert set(SubjectRequest.objects.values_list("state", flat=True)) == {State.LAPSED}
    moves = Counter(AuditEvent.objects.filter(action="request.moved", facts__move="lapse").values_list("dsr_id", flat=True))
    assert moves == Counter(dsr.pk for dsr in dsrs)


@pytest.mark.threat("FI-22")
@pytest.mark.django_db
def test_a_step_that_only_the_new_code_knows_outlives_any_number_of_meetings_with_the_old(work: Work) -> None:
    step = work.step()
    known = KINDS.pop("test.work")
    for _ in range(known.retry.attempts + 25):
        assert run_all_due("test.work") == ["test.work"]
        assert come_due("test.work") == 1
    kept = Step.objects.get(pk=step.pk)
    assert (kept.state, kept.error, kept.attempts) == ("due", "unknown_kind", 0)

    KINDS["test.work"] = known
    run_all_due("test.work")

    assert (Step.objects.get(pk=step.pk).state, work.ran, work.dead) == ("done", [1], [])


@pytest.mark.threat("FI-26")
@pytest.mark.django_db(transaction=True)
def test_a_forgotten_transaction_holds_up_nothing_but_what_it_locked_and_is_ended(
    work: Work, forgetful: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    locked, free = work.step(key="locked"), work.step(key="free")
    forgetful.execute("SET idle_in_transaction_session_timeout = 0")
    forgetful.execute("BEGIN")
    forgetful.execute("SELECT 1 FROM requests_app_step WHERE id = %s FOR UPDATE", [locked.pk])
    for step in (locked, free):
        run_step(step.pk)
    assert (Step.objects.get(pk=locked.pk).state, Step.objects.get(pk=free.pk).state) == ("due", "done")

    forgetful.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{_IDLE}'")
    with pytest.raises(IdleInTransactionSessionTimeout):
        _ask_until_it_is_ended(forgetful)
    run_step(locked.pk)

    assert Step.objects.get(pk=locked.pk).state == "done"
    assert "idle_in_transaction_session_timeout=60s" in configured.DATABASES["default"]["OPTIONS"]["options"]


def _ask_until_it_is_ended(session: "psycopg.Connection[tuple[object, ...]]") -> None:
    """Be idle for long, and then ask: whoever waits for the row hears first that it is free."""
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor, "context": None}) as waiting:
        waiting.execute("SET lock_timeout = '60s'")
        waiting.execute("SELECT 1 FROM requests_app_step WHERE key = 'locked' FOR UPDATE")
    session.execute("SELECT 1")


@pytest.mark.threat("FI-27")
@pytest.mark.django_db
def test_one_step_in_ten_that_always_breaks_is_given_up_aloud_and_costs_the_others_nothing(work: Work) -> None:
    def poisoned(claim: Claim) -> Outcome:
        if int(claim.step.key.split(":")[1]) % 10 == 0:
            raise ZeroDivisionError
        return Done()

    work.handler = poisoned
    for number in range(MANY):
        work.step(key=f"work:{number}")
    for _ in range(work.retry.attempts + 2):
        run_all_due("test.work")
        come_due("test.work")

    states = Counter(Step.objects.filter(kind="test.work").values_list("state", "error"))
    assert states == {("done", ""): MANY * 9 // 10, ("dead", "unexpected:ZeroDivisionError"): MANY // 10}
    assert work.dead == ["unexpected:ZeroDivisionError"] * (MANY // 10)
    assert AuditEvent.objects.filter(action="step.given_up").count() == MANY // 10
    assert Counter(work.ran) == {1: MANY, **dict.fromkeys(range(2, work.retry.attempts + 1), MANY // 10)}
