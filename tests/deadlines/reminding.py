"""A proven request with days left, and the minute's sweep at another time."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from requests_app.brands.models import Brand
from requests_app.deadlines import reminders
from requests_app.deadlines.models import Reminder
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import today_of
from requests_app.workflow.states import State
from tests.clock import at
from tests.filing import an_officer
from tests.making import a_brand, a_dsr
from tests.running import run_all_due


def a_case(left: int = 30, *, state: State = State.REVIEWING, **fields: Any) -> SubjectRequest:
    """Return a request that came today, with so many days until its safe date, and its reminders."""
    brand: Brand = fields.pop("brand", None) or a_brand()
    safe_on = today_of(brand) + timedelta(days=left)
    dsr = a_dsr(state, brand=brand, due_safe_on=safe_on, due_legal_on=safe_on + timedelta(days=1), **fields)
    reminders.plan(dsr, received_on=today_of(brand), safe_on=safe_on)
    return dsr


def with_an_officer(**fields: Any) -> Brand:
    brand = a_brand(**fields)
    an_officer(brand)
    return brand


def moment(day: date, hour: int = 8, minute: int = 5, zone: str = "Europe/Paris") -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone))


def database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (now,) = cursor.fetchone()
    assert isinstance(now, datetime)
    return now


def swept(when: datetime) -> int:
    """Let the sweep of that moment run, and the steps that it wrote; return how many it settled."""
    with at(when):
        settled = reminders.sweep()
        run_all_due("journey.remind")
    return settled


def told(dsr: SubjectRequest) -> list[str]:
    """Return of what somebody was told, in order."""
    return list(Reminder.objects.filter(dsr=dsr, told=True).order_by("settled_at", "due_at").values_list("notice", flat=True))


def waiting(dsr: SubjectRequest) -> list[tuple[str, datetime]]:
    return list(Reminder.objects.filter(dsr=dsr, settled_at=None).order_by("due_at").values_list("notice", "due_at"))
