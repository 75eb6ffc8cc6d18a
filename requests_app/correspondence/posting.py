"""Letters that a person sends: on which day one went out. Terms that begin with a letter begin on that day."""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.correspondence.models import Letter, LetterState
from requests_app.values import Actor
from requests_app.workflow.services import today_of

BY_HAND: Final = "letter.sent_by_hand"
LATE_AFTER: Final = 2  # days in which a letter is printed and posted
_NOON: Final = time(12)


class NotThatDay(Exception):
    """A letter went out neither before it was written nor in the future."""


@transaction.atomic
def posted(letter: Letter, *, on: date, by: Actor) -> None:
    """Write down that `letter` went out by post `on` that day; if it still waited for the mail server, it is not mailed any more.

    Raises:
        NotThatDay: it cannot have.
    """
    brand = letter.dsr.brand
    zone, today = ZoneInfo(brand.time_zone), today_of(brand)
    if not letter.written_at.astimezone(zone).date() <= on <= today:
        raise NotThatDay
    at = max(datetime.combine(on, _NOON, zone), letter.written_at + timedelta(seconds=1))
    Letter.objects.filter(pk=letter.pk).update(state=LetterState.SENT, posted_on=on, sent_at=Now() if on == today else at)
    record(BY_HAND, by=by, dsr_id=letter.dsr_id, letter=str(letter.pk), on=on.isoformat())
