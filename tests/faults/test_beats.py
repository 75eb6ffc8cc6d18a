"""Two beats, workers, sweeps at the same moment, days without any of them: each reminder is told once."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import time as hour
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from requests_app.brands.models import Brand
from requests_app.correspondence.models import Letter, LetterState
from requests_app.deadlines import reminders
from requests_app.deadlines.models import Notice, Reminder
from requests_app.ledger.models import Step, StepState
from requests_app.officers.models import Membership, Officer, Role
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import today_of
from requests_app.workflow.states import State
from tests import database
from tests.brokers import Broker
from tests.faults.crew import Crew
from tests.filing import an_officer
from tests.house.tree import ROOT
from tests.mail import Post, post
from tests.making import a_brand, a_dsr
from tests.racing import at_once

__all__ = ["post"]

EACH = 20
PATIENCE = 400.0  # seconds; a quiet machine needs a tenth of it


@pytest.fixture
def crew(
    tmp_path: Path, post: Post, transactional_db: None, settings: Settings, broker: Broker
) -> Iterator[Crew]:  # fmt: skip
    """Hands without a shop: nothing is searched here."""
    settings.DSAR_KEY_STORE, settings.DSAR_VAULT = tmp_path / "keys", tmp_path / "vault"
    keys, vault = str(settings.DSAR_KEY_STORE), str(settings.DSAR_VAULT)
    environment = {
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings", "DATABASE_URL": database.url(), "REDIS_URL": broker.url,
        "EMAIL_URL": f"smtp://127.0.0.1:{post.port}", "DSAR_KEY_STORE": keys, "DSAR_VAULT": vault,
    }  # fmt: skip
    made = Crew(environment, tmp_path / "crew.log")
    yield made
    made.stop()
    print(made.log.read_text(errors="replace")[-20_000:])


@pytest.fixture
def two_beats(crew: Crew, tmp_path: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    command = [sys.executable, "-m", "celery", "-A", "tests.faults.beating", "beat", "-l", "ERROR", "-s"]
    environment = os.environ | crew.environment
    beats = [
        subprocess.Popen([*command, str(tmp_path / f"beat-{number}")], cwd=ROOT, env=environment, start_new_session=True)
        for number in range(2)
    ]
    yield beats
    for beat in beats:
        beat.kill()
        beat.wait()


def cases(brand: Brand, left: int, notice: Notice) -> list[SubjectRequest]:
    """Proven requests with so many days left, whose last sweep was more than three days ago: an older notice still waits."""
    safe_on = today_of(brand) + timedelta(days=left)
    dsrs = [a_dsr(State.MATCHING, brand=brand, due_safe_on=safe_on, due_legal_on=safe_on) for _ in range(EACH)]
    SubjectRequest.objects.filter(pk__in=[dsr.pk for dsr in dsrs]).update(received_at=Now() - timedelta(days=40))
    Reminder.objects.bulk_create(Reminder(dsr=dsr, notice=notice, due_at=Now() - timedelta(days=4)) for dsr in dsrs)
    return dsrs


def told() -> Counter[tuple[str, int]]:
    """Return how often each notice was told of a request, as counts of counts."""
    each = Counter(Reminder.objects.filter(told=True).values_list("dsr", "notice"))
    return Counter((notice, times) for (_dsr, notice), times in each.items())


@pytest.mark.timeout(600)
def test_two_beats_and_four_sweeps_at_once_after_three_days_tell_each_reminder_once(
    crew: Crew, two_beats: list[subprocess.Popen[bytes]], post: Post
) -> None:  # fmt: skip
    brand = a_brand(morning=hour(0, 0), time_zone="UTC")
    an_officer(brand)
    lead = Officer.objects.create_user("lead@desk.example")
    Membership.objects.create(officer=lead, brand=brand, role=Role.LEAD)
    cases(brand, 3, Notice.HALF_TIME)  # what is true now is that three days are left
    cases(brand, -2, Notice.THREE_DAYS)  # overdue meanwhile: that, and nothing before it, is told to the lead too
    cases(brand, 20, Notice.HALF_TIME)
    Step.objects.all().delete()  # nobody searches anything here

    crew.start()
    at_once(4, lambda _number: str(reminders.sweep()))
    _wait_until_quiet(crew)

    assert all(beat.poll() is None for beat in two_beats)
    assert told() == {("three_days", 1): EACH, ("overdue", 1): EACH, ("half_time", 1): EACH}
    written = Counter(Letter.objects.values_list("kind", "officer__email", "state"))
    sent = LetterState.SENT
    assert written == {
        ("officer_reminder", "officer@desk.example", sent): 2 * EACH, ("officer_overdue", "officer@desk.example", sent): EACH,
        ("officer_overdue", "lead@desk.example", sent): EACH,
    }  # fmt: skip
    digests = [letter for letter in post.to("officer@desk.example") if "open request" in letter.subject]
    assert len(digests) == (1 if Step.objects.filter(kind="deadlines.digest").exists() else 0)
    assert len(post.to("officer@desk.example")) == 3 * EACH + len(digests)


def _wait_until_quiet(crew: Crew) -> None:
    """Wait until the beats have found nothing more for a while and every step is done."""
    end, still = time.monotonic() + PATIENCE, 0
    while still < 4:
        assert time.monotonic() < end, Counter(Step.objects.values_list("kind", "state", "error"))
        crew.supervise()
        open_steps = Step.objects.exclude(state=StepState.DONE).count() + Reminder.objects.due().count()
        still = 0 if open_steps else still + 1
        time.sleep(0.5)
