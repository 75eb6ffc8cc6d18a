"""The customer hears once that a copy can soon no longer be fetched, unless that would be pointless."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from requests_app.brands.models import Brand
from requests_app.bundle import services as bundle
from requests_app.bundle.models import Bundle
from requests_app.correspondence.models import Letter
from requests_app.deadlines import reminders
from requests_app.deadlines.models import Notice, Reminder
from requests_app.verification import services as verification
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import Move, State
from tests.bundle.copies import fetched
from tests.making import a_brand, a_dsr
from tests.portal.customer import a_copy
from tests.running import run_all_due

pytestmark = pytest.mark.django_db(transaction=True)


def offered(days: int = 14) -> tuple[SubjectRequest, Bundle]:
    dsr = a_dsr(State.MATCHING, brand=a_brand(bundle_days=days))
    return dsr, a_copy(dsr)


def of_expiry(dsr: SubjectRequest) -> list[Reminder]:
    return list(Reminder.objects.filter(dsr=dsr, notice=Notice.BUNDLE_EXPIRES))


def come_near(dsr: SubjectRequest) -> None:
    """Let all but two days be over."""
    Bundle.objects.filter(dsr=dsr).update(available_until=Now() + timedelta(days=2))
    Reminder.objects.filter(dsr=dsr).update(due_at=Now() - timedelta(days=1))


def told(dsr: SubjectRequest) -> list[str]:
    for _ in range(3):
        reminders.sweep()
        run_all_due("journey.remind")
    return list(Letter.objects.filter(dsr=dsr, kind="copy_expires").values_list("kind", flat=True))


def test_the_customer_hears_of_it_three_days_before_and_once() -> None:
    dsr, copy = offered(14)
    [waits] = of_expiry(dsr)
    assert abs(copy.available_until - timedelta(days=3) - waits.due_at) < timedelta(seconds=5)
    assert told(dsr) == []

    come_near(dsr)

    assert told(dsr) == ["copy_expires"]
    letter = Letter.objects.get(dsr=dsr, kind="copy_expires")
    assert dsr.reference in str(letter.subject)
    assert verification.opened(str(letter.text).split("/letter/")[1].split("/")[0]).purpose == "download"


def test_who_has_fetched_the_copy_hears_nothing() -> None:
    dsr, copy = offered()
    fetched(copy)
    come_near(dsr)

    assert told(dsr) == []


def test_nobody_hears_of_a_copy_that_was_taken_back() -> None:
    dsr, _copy = offered()
    come_near(dsr)
    bundle.withdraw(dsr)

    assert told(dsr) == []


def test_a_copy_in_place_of_another_is_reminded_of_in_its_own_time() -> None:
    dsr, _copy = offered()
    come_near(dsr)
    reminders.sweep()
    newer = Bundle.objects.filter(dsr=dsr)
    newer.update(available_until=Now() + timedelta(days=14))

    assert told(dsr) == []


@pytest.mark.parametrize(("days", "reminders_written"), [(3, 0), (4, 1)])
def test_a_copy_that_is_offered_for_three_days_needs_no_reminder(days: int, reminders_written: int) -> None:
    dsr, _copy = offered(days)

    assert len(of_expiry(dsr)) == reminders_written
    assert Brand.objects.get(pk=dsr.brand_id).bundle_days == days
    assert Move.ANSWER in dsr.transitions.values_list("move", flat=True)
