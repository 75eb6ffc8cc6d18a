"""FI-17: the clock of a process jumps; dates, ends of links, leases and waiting times are the database's and stay."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from requests_app.holds import services as holds
from requests_app.holds.models import Hold
from requests_app.ledger.claims import claim
from requests_app.ledger.models import Step
from requests_app.verification.models import Challenge, Purpose
from requests_app.verification.services import CONFIRM_WITHIN
from requests_app.workflow.states import State
from tests.filing import file
from tests.holds.placing import a_hold, an_officer
from tests.ledger.conftest import Work, work
from tests.mail import Post, post
from tests.making import a_brand
from tests.running import run_all_due

__all__ = ["post", "work"]

JUMPS: Final = [
    timedelta(hours=-1),
    timedelta(hours=1),
    timedelta(days=-1),
    timedelta(days=1),
    timedelta(days=-400),
    timedelta(days=400),
]
Jump = Callable[[timedelta], None]


@pytest.fixture
def jump(monkeypatch: pytest.MonkeyPatch) -> Iterator[Jump]:
    """Let the clock of this process, as the product asks for it, run ahead or behind; the database's stays."""
    real_now, real_time = timezone.now, time.time

    def by(some: timedelta) -> None:
        def now() -> datetime:
            return real_now() + some

        monkeypatch.setattr(timezone, "now", now)
        monkeypatch.setattr(time, "time", lambda: real_time() + some.total_seconds())

    yield by
    monkeypatch.undo()


@pytest.mark.threat("FI-17")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("some", JUMPS)
def test_a_process_whose_clock_jumps_moves_no_date_and_no_end_of_a_link(post: Post, jump: Jump, some: timedelta) -> None:
    unmoved = file(email="ada1@example.com").now
    jump(some)
    filed = file(email="ada2@example.com")
    run_all_due()

    assert (filed.now.due_legal_on, filed.now.due_safe_on) == (unmoved.due_legal_on, unmoved.due_safe_on)
    asked = Challenge.objects.get(dsr=filed.dsr, purpose=Purpose.CONFIRM)
    assert abs(asked.ends_at - asked.made_at - CONFIRM_WITHIN) < timedelta(minutes=1)
    filed.confirm(post)
    assert filed.state == State.MATCHING


@pytest.mark.threat("FI-17")
@pytest.mark.django_db
@pytest.mark.parametrize("some", JUMPS)
def test_a_worker_whose_clock_jumps_takes_no_step_early_and_from_nobody(work: Work, jump: Jump, some: timedelta) -> None:
    step, waiting = work.step(), work.step(key="later", delay=60)
    jump(some)

    assert claim(step.pk) is not None
    assert claim(step.pk) is None
    assert claim(waiting.pk) is None
    assert Step.objects.filter(pk=step.pk, lease_until__gt=Now(), lease_until__lt=Now() + timedelta(minutes=2)).exists()


@pytest.mark.threat("FI-17")
@pytest.mark.django_db
def test_the_day_before_somebody_alone_ends_a_hold_is_the_databases(jump: Jump) -> None:
    hold, ada = a_hold(brand=a_brand(solo_mode=True)), an_officer("ada")
    holds.propose_release(hold, reason="Closed", by=ada)
    hold.refresh_from_db()
    jump(timedelta(days=2))

    assert not holds.may_confirm_release(hold, ada)
    Hold.objects.update(release_at=Now() - timedelta(days=1, seconds=1))
    jump(timedelta(days=-2))
    assert holds.may_confirm_release(hold, ada)
