"""How long requests took to each stage, and how the systems answered."""

from datetime import timedelta
from typing import Final

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from requests_app.collection.models import Pull
from requests_app.reports.asked import Asked, By, cohort
from requests_app.reports.failures import answers, asked_of, failed_at
from requests_app.reports.spans import Span
from requests_app.reports.times import times
from requests_app.workflow.models import SubjectRequest, Transition
from requests_app.workflow.states import State
from tests.console.desk import an_officer, failed, searched
from tests.making import a_source
from tests.reports.making import asked_on, at

pytestmark = pytest.mark.django_db
JANUARY: Final = Asked(Span.named("2026-01"))


def test_times_run_from_receipt_to_proof_review_approval_and_end() -> None:
    for closed in ("2026-01-07", "2026-01-09", "2026-01-15"):
        dsr = asked_on("2026-01-05", closed=closed)
        SubjectRequest.objects.filter(pk=dsr.pk).update(verified_at=at("2026-01-06"), approved_at=at("2026-01-07"))
        Transition.objects.filter(dsr=dsr, target=State.REVIEWING).update(at="2026-01-06T18:00:00+01:00")
    asked_on("2026-01-05", state=State.VERIFYING)

    whole, access = times(cohort(an_officer(), JANUARY), By.RIGHT)

    assert (whole.whole, access.key) == (True, "access")
    assert {stage: (took.many, took.median) for stage, took in whole.stages.items()} == {
        "proven": (3, 1.0), "ready": (3, 1.25), "approved": (3, 2.0), "closed": (3, 4.0),
    }  # fmt: skip
    assert whole.stages["closed"].ninth == pytest.approx(8.8)


def test_a_stage_that_nobody_reached_has_no_time() -> None:
    asked_on("2026-01-05", state=State.VERIFYING)

    whole = times(cohort(an_officer(), JANUARY), By.RIGHT)[0]

    assert whole.stages["closed"].many == 0
    assert whole.stages["closed"].median is None


def test_each_system_is_told_by_what_it_answered_and_what_failed() -> None:
    one, two, officer = asked_on("2026-01-05"), asked_on("2026-01-06"), an_officer()
    orders, marketing = a_source("orders"), a_source("marketing")
    searched(one, orders)
    searched(two, orders)
    failed(one, marketing)
    Pull.objects.filter(source=orders).update(answered_at=F("asked_at") + timedelta(days=2))

    found = {row.source.name: row for row in answers(cohort(officer, JANUARY))}

    assert (found["orders"].asked, found["orders"].answered, found["orders"].failures, found["orders"].median) == (2, 2, 0, 2.0)
    assert (found["marketing"].answered, dict(found["marketing"].faults)) == (0, {"unreachable": 1})
    assert list(failed_at(cohort(officer, JANUARY), marketing.pk, "unreachable")) == [one]
    assert not failed_at(cohort(officer, JANUARY), marketing.pk, "too_slow").exists()
    assert asked_of(cohort(officer, JANUARY), orders.pk).count() == 2


def test_times_and_systems_cost_as_many_questions_for_one_request_as_for_two() -> None:
    officer, orders, asked = an_officer(), a_source("orders"), []
    for _ in range(2):
        searched(asked_on("2026-01-05"), orders)
        with CaptureQueriesContext(connection) as caught:
            times(cohort(officer, JANUARY), By.LAW)
            answers(cohort(officer, JANUARY))
        asked.append(len(caught))

    assert asked == [8, 8]
