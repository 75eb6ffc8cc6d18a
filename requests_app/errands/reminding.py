"""What the clock asks of tasks: a reminder half-way and on the day, the lead once it is late, an end with the request."""

from datetime import timedelta
from typing import Final

from requests_app.errands import doors, services
from requests_app.errands.models import Errand
from requests_app.values import SYSTEM
from requests_app.workflow.services import today_of

_AT_ONCE: Final = 500


def sweep() -> None:
    """Remind, escalate and withdraw what is due. Running it twice does nothing twice."""
    for errand in Errand.objects.abandoned().select_related("source")[:_AT_ONCE]:
        services.withdraw(errand, by=SYSTEM)
    waiting = Errand.objects.open().select_related("dsr__brand", "source__brand")
    for errand in waiting.order_by("due_on")[:_AT_ONCE]:
        _look(errand)
    doors.tidy()


def _look(errand: Errand) -> None:
    today = today_of(errand.source.brand)
    asked_on = errand.asked_at.date()
    days = ((asked_on + (errand.due_on - asked_on) / 2), errand.due_on, errand.due_on + timedelta(days=3))
    due = sum(today >= day for day in days)
    if errand.reminders < due and today > asked_on:
        services.remind(errand, by=SYSTEM)
    if today > errand.due_on and errand.escalated_at is None:
        services.escalate(errand)
