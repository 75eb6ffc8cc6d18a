"""What the clock asks for, and what happens when the journey itself cannot go on."""

import os
from datetime import timedelta
from pathlib import Path
from time import time

import pytest
from django.conf import settings
from django.db.models.functions import Now
from pytest_django import Settings

from dsar.celery import app
from requests_app import housekeeping, tasks
from requests_app.keys import store
from requests_app.ledger.handlers import KINDS
from requests_app.ledger.models import Step, StepState
from requests_app.vault import services as vault
from requests_app.vault.rows import Kind
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.filing import an_officer
from tests.mail import Post
from tests.making import a_dsr
from tests.running import run_all_due

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_sweep_that_the_clock_asks_for_is_a_task_that_workers_know() -> None:
    asked = {entry["task"] for entry in app.conf.beat_schedule.values()}

    known = {task.name for name in vars(tasks) if (task := getattr(tasks, name)) and hasattr(task, "name")}
    assert asked <= known
    assert {"housekeeping.lapse", "housekeeping.tidy", "housekeeping.forget"} <= asked


def test_the_clock_closes_what_nobody_confirmed() -> None:
    dsr = a_dsr(State.VERIFYING)
    SubjectRequest.objects.update(received_at=Now() - timedelta(days=8))

    housekeeping.lapse()

    assert SubjectRequest.objects.get(pk=dsr.pk).stage == State.LAPSED


def test_the_clock_removes_what_killed_workers_left_but_nothing_that_is_being_written() -> None:
    with vault.writing(a_dsr(), Kind.FILE) as draft:
        draft.writer.write(b"left behind")
    [path] = [path for path in Path(str(settings.DSAR_VAULT)).rglob("*") if path.is_file()]

    housekeeping.tidy()
    assert path.exists()
    os.utime(path, (time() - 16 * 60,) * 2)
    housekeeping.tidy()

    assert not path.exists()
    assert draft.file.location == path.name


@pytest.fixture
def quiet(settings: Settings) -> None:
    """What nobody foresaw is tried again and given up, as in production."""
    settings.LEDGER_RAISES = False


def last_attempt(dsr: SubjectRequest) -> Step:
    """Run the step that follows the latest move of `dsr`, which was tried often enough already."""
    step = Step.objects.get(kind="journey.follow", dsr=dsr, params__number=dsr.transitions.count())
    Step.objects.filter(kind="journey.follow").exclude(pk=step.pk).delete()
    Step.objects.filter(pk=step.pk).update(attempts=KINDS[step.kind].retry.attempts - 1)
    run_all_due("journey.follow")
    step.refresh_from_db()
    return step


@pytest.mark.usefixtures("quiet")
def test_when_the_journey_cannot_go_on_the_officers_are_told(post: Post) -> None:
    dsr = a_dsr(State.FULFILLING, right="nothing-we-know")
    an_officer(dsr.brand)

    step = last_attempt(dsr)
    run_all_due("correspondence.send")

    assert (step.state, step.error) == (StepState.DEAD, "unexpected:KeyError")
    [letter] = post.taken
    assert letter.subject == f"O-Jewels: {dsr.reference} does not go on"


@pytest.mark.usefixtures("quiet")
def test_a_journey_whose_key_is_gone_is_given_up_by_name() -> None:
    dsr = a_dsr(State.REFUSED)
    an_officer(dsr.brand)
    store.destroy(dsr.pk)

    step = last_attempt(dsr)

    assert (step.state, step.error) == (StepState.DEAD, "unexpected:KeyGone")
    assert not dsr.letters.exists()
