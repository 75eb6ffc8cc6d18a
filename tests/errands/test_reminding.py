"""Reminders, the lead, and the end: by the clock, each once, and never for a task that nobody waits for."""

from datetime import timedelta

import pytest

from requests_app.errands import reminding, services
from requests_app.errands.models import Errand, ErrandState, Keeper
from requests_app.values import CUSTOMER
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, advance, today_of
from tests.errands.office import KEEPER, LEAD, Office
from tests.errands.test_walk import asked
from tests.making import ADDRESS
from tests.running import run_all_due

pytestmark = pytest.mark.django_db(transaction=True)


def aged(errand: Errand, *, asked_ago: int, due_in: int) -> None:
    today = today_of(errand.source.brand)
    Errand.objects.filter(pk=errand.pk).update(
        asked_at=errand.asked_at - timedelta(days=asked_ago), due_on=today + timedelta(days=due_in),
    )  # fmt: skip


def swept(office: Office) -> tuple[int, int]:
    """Let the clock sweep twice; return how many letters keeper and lead have."""
    for _ in range(2):
        reminding.sweep()
        run_all_due("errands.mail")
    return len(office.post.to(KEEPER)), len(office.post.to(LEAD))


def test_on_the_first_day_nobody_is_reminded(office: Office) -> None:
    asked()

    assert swept(office) == (1, 0)


def test_half_way_the_keeper_is_reminded_once_and_late_the_lead_hears_of_it_once(office: Office) -> None:
    asked()
    aged(office.errand, asked_ago=6, due_in=5)
    assert swept(office) == (2, 0)

    aged(office.errand, asked_ago=6, due_in=-1)
    keeper, lead = swept(office)
    assert lead == 1
    assert keeper == 3
    (letter,) = office.post.to(LEAD)
    assert ADDRESS not in letter.raw.decode()
    assert "Archie" in letter.text


def test_with_the_request_its_tasks_end_and_what_was_typed_goes(office: Office) -> None:
    dsr = asked()
    services.add(office.errand, "notes", {"number": "7"}, by=office.keeper)
    advance(SubjectRequest.objects.get(pk=dsr.pk), Move.WITHDRAW, by=CUSTOMER)
    aged(office.errand, asked_ago=9, due_in=-1)

    assert swept(office) == (1, 0)
    assert office.errand.state == ErrandState.WITHDRAWN
    assert not office.errand.records.exists()


def test_without_a_lead_nobody_else_is_told(office: Office) -> None:
    Keeper.objects.filter(is_lead=True).delete()
    asked()
    aged(office.errand, asked_ago=9, due_in=-1)

    swept(office)

    assert office.errand.escalated_at is None
