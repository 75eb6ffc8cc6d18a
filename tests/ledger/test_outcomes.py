"""How a step ends: done, going on, tried again, given up."""

from datetime import timedelta
from typing import Never

import pytest
from django.db.models.functions import Now
from django.db.utils import OperationalError
from pytest_django import Settings
from structlog.testing import capture_logs

from requests_app.audit.models import AuditEvent
from requests_app.ledger.claims import Claim, claim
from requests_app.ledger.handlers import KINDS, Backoff, Done, GoOn, Kind, StepFailed, handles
from requests_app.ledger.models import Step
from requests_app.ledger.services import run
from tests.ledger.conftest import Work
from tests.making import a_dsr

pytestmark = pytest.mark.django_db
SECRET = "ada@example.com"


def failing(code: str = "no_answer", *, again: bool = True, delay: float | None = None) -> object:
    def handler(_claim: Claim) -> Never:
        raise StepFailed(code, again=again, delay=delay)

    return handler


def wait_of(step: Step) -> float:
    """Return for how many seconds the step is put back, by the database's clock."""
    kept = Step.objects.annotate(now=Now()).get(pk=step.pk)
    wait: timedelta = kept.not_before - kept.now
    return wait.total_seconds()


def make_due(step: Step) -> None:
    Step.objects.filter(pk=step.pk).update(not_before=Now())


def test_a_step_that_is_done_keeps_its_proof_and_lets_go(work: Work) -> None:
    kept: list[str] = []
    work.handler = lambda _claim: Done(proof={"records": 3}, commit=lambda: kept.append("kept"))

    step = work.attempt(work.step())

    assert (step.state, step.proof, step.owner, step.lease_until) == ("done", {"records": 3}, "", None)
    assert step.finished_at is not None
    assert kept == ["kept"]


def test_the_end_of_a_step_is_in_the_trail_of_its_request(work: Work) -> None:
    dsr = a_dsr()
    step = work.step(dsr=dsr)
    work.attempt(step)

    event = AuditEvent.objects.get(action="step.done", dsr_id=dsr.pk)
    assert event.facts == {"kind": "test.work", "step": step.pk, "attempt": 1}


def test_what_cannot_be_kept_is_not_done(work: Work) -> None:
    def refuse() -> None:
        AuditEvent.objects.create(action="half.done", actor_kind="system", actor_name="system")
        raise ValueError

    work.handler = lambda _claim: Done(commit=refuse)

    step = work.attempt(work.step())

    assert (step.state, step.error) == ("due", "unexpected:ValueError")
    assert not AuditEvent.objects.filter(action__in=["half.done", "step.done"]).exists()


def test_long_work_goes_on_from_its_checkpoint_with_fresh_attempts(work: Work) -> None:
    step, kept = work.step(), list[str]()
    work.handler = lambda claimed: GoOn({"page": claimed.step.checkpoint.get("page", 0) + 1}, commit=lambda: kept.append("page"))

    first = work.attempt(step)
    second = work.attempt(step)

    assert (first.state, first.checkpoint, first.attempts) == ("due", {"page": 1}, 0)
    assert second.checkpoint == {"page": 2}
    assert kept == ["page", "page"]
    assert work.ran == [1, 1]


def test_long_work_may_ask_for_a_rest(work: Work) -> None:
    work.handler = lambda _claim: GoOn({}, delay=300)

    assert 290 < wait_of(work.attempt(work.step())) <= 300


def test_a_failure_is_put_back_with_its_code_and_a_growing_delay(work: Work) -> None:
    work.handler = failing()  # type: ignore[assignment]
    step = work.attempt(work.step())

    assert (step.state, step.error, work.dead) == ("due", "no_answer", [])
    assert 45 < wait_of(step) <= 100
    make_due(step)
    work.attempt(step)
    assert 145 < wait_of(step) <= 300


def test_a_success_forgets_the_failure_before(work: Work) -> None:
    work.handler = failing()  # type: ignore[assignment]
    step = work.attempt(work.step())
    make_due(step)
    work.handler = lambda _claim: Done()

    assert work.attempt(step).error == ""


def test_when_the_other_side_says_when_that_is_when(work: Work) -> None:
    work.handler = failing(delay=33)  # type: ignore[assignment]

    assert 32 < wait_of(work.attempt(work.step())) <= 33


def test_patience_scales_every_wait(work: Work, settings: Settings) -> None:
    settings.LEDGER_PATIENCE = 0.01
    work.handler = failing(delay=100)  # type: ignore[assignment]

    assert 0 < wait_of(work.attempt(work.step())) <= 1


def test_after_the_last_attempt_the_step_is_given_up_and_its_room_is_told(work: Work) -> None:
    work.handler = failing()  # type: ignore[assignment]
    step = work.step()
    for _ in range(3):
        make_due(step)
        work.attempt(step)

    step.refresh_from_db()
    assert (step.state, step.error, work.ran, work.dead) == ("dead", "no_answer", [1, 2, 3], ["no_answer"])
    assert step.finished_at is not None
    assert AuditEvent.objects.get(action="step.given_up").facts["code"] == "no_answer"


def test_what_trying_again_cannot_mend_is_given_up_at_once(work: Work) -> None:
    work.handler = failing("wrong_password", again=False)  # type: ignore[assignment]

    step = work.attempt(work.step())

    assert (step.state, step.error, work.dead) == ("dead", "wrong_password", ["wrong_password"])


def test_a_step_is_not_dead_when_its_room_could_not_be_told(work: Work) -> None:
    def unable(_claim: Claim, _code: str) -> None:
        raise RuntimeError("the room is closed")

    KINDS["test.work"] = Kind("test.work", work.run, "journey", work.retry, unable)
    work.handler = failing(again=False)  # type: ignore[assignment]
    step = work.step()

    with pytest.raises(RuntimeError, match="the room is closed"):
        work.attempt(step)

    assert Step.objects.get(pk=step.pk).state == "running"
    assert not AuditEvent.objects.filter(action="step.given_up").exists()


def test_a_kind_may_have_nobody_to_tell(work: Work) -> None:
    KINDS["test.work"] = Kind("test.work", work.run, "journey", work.retry, None)
    work.handler = failing(again=False)  # type: ignore[assignment]

    assert work.attempt(work.step()).state == "dead"


@pytest.mark.threat("12.02")
def test_what_nobody_foresaw_leaves_its_name_and_place_but_not_its_words(work: Work) -> None:
    def surprised(_claim: Claim) -> Never:
        raise LookupError(SECRET)

    work.handler = surprised
    with capture_logs() as lines:
        step = work.attempt(work.step())

    assert step.error == "unexpected:LookupError"
    broke = next(line for line in lines if line["event"] == "step_broke")
    assert "test_outcomes.py" in broke["where"]
    assert SECRET not in str(lines)


def test_a_developer_may_ask_to_see_what_nobody_foresaw(work: Work, settings: Settings) -> None:
    settings.LEDGER_RAISES = True

    def surprised(_claim: Claim) -> Never:
        raise LookupError

    work.handler = surprised
    step = work.step()

    with pytest.raises(LookupError):
        work.attempt(step)
    assert Step.objects.get(pk=step.pk).state == "due"


def test_when_the_database_goes_away_the_lease_is_left_to_run_out(work: Work) -> None:
    def cut_off(_claim: Claim) -> Never:
        raise OperationalError("the connection is lost")

    work.handler = cut_off
    step = work.step()

    with pytest.raises(OperationalError):
        work.attempt(step)
    assert Step.objects.get(pk=step.pk).state == "running"


@pytest.mark.threat("FI-25")
def test_work_that_kills_its_worker_each_time_is_given_up_in_the_end(work: Work) -> None:
    step = work.step()
    for _ in range(work.retry.attempts + 20):
        assert claim(step.pk) is not None  # and here the worker is killed
        Step.objects.filter(pk=step.pk).update(lease_until=Now() - timedelta(hours=1))

    kept = work.attempt(step)

    assert (kept.state, kept.error, work.ran, work.dead) == ("dead", "worker_died", [], ["worker_died"])


def test_a_worker_that_died_often_but_not_too_often_is_followed_by_one_that_works(work: Work) -> None:
    step = work.step()
    for _ in range(work.retry.attempts + 19):
        assert claim(step.pk) is not None
        Step.objects.filter(pk=step.pk).update(lease_until=Now() - timedelta(hours=1))

    assert work.attempt(step).state == "done"


def test_a_kind_that_only_a_newer_release_knows_is_left_to_it(work: Work) -> None:
    step = work.step()
    Step.objects.filter(pk=step.pk).update(kind="test.of_tomorrow")

    kept = work.attempt(step)

    assert (kept.state, kept.error) == ("due", "unknown_kind")
    assert 50 < wait_of(kept) <= 60


def test_a_kind_has_one_handler(work: Work) -> None:
    with pytest.raises(ValueError, match=r"two handlers for test\.work"):
        handles("test.work", queue="journey")(work.run)


def test_registering_a_handler_makes_its_kind_known() -> None:
    try:
        handler = handles("test.other", queue="mail")(lambda _claim: Done())

        assert KINDS["test.other"] == Kind("test.other", handler, "mail", Backoff(), None)
    finally:
        KINDS.pop("test.other", None)


@pytest.mark.parametrize(("attempt", "longest"), [(1, 5), (2, 15), (3, 45), (4, 135), (7, 3600), (30, 3600)])
def test_delays_grow_to_a_ceiling_and_lose_up_to_half_at_random(attempt: int, longest: float) -> None:
    delays = [Backoff(first=5, factor=3, ceiling=3600).delay(attempt) for _ in range(2000)]

    assert longest / 2 <= min(delays) < longest * 0.55
    assert longest * 0.95 < max(delays) <= longest


def test_a_claim_whose_lease_went_while_the_work_ended_keeps_nothing(work: Work) -> None:
    step = work.step()
    taken = claim(step.pk)
    assert taken is not None
    taken.lost.set()

    run(taken)

    assert Step.objects.get(pk=step.pk).state == "running"
