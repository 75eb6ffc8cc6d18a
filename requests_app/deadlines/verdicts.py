"""Whether a notice to officers is still true when it is about to be told."""

from datetime import date, timedelta
from enum import Enum, auto
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models.functions import Now

from requests_app.deadlines.models import Notice, Reminder
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import today_of

# The countdown, in its order, with the days left until the safe date; half-time has a day of its own.
DAYS_LEFT: Final = MappingProxyType(
    {Notice.WEEK: 7, Notice.THREE_DAYS: 3, Notice.TOMORROW: 1, Notice.TODAY: 0, Notice.OVERDUE: -1},
)
COUNTDOWN: Final = (Notice.HALF_TIME, *DAYS_LEFT)
# These letters tell a customer that the request is being worked on.
ACKNOWLEDGES: Final = ("proven", "handed_over", "taken_over")


class Verdict(Enum):
    """What becomes of a notice when it is about to be told."""

    TELL = auto()
    POINTLESS = auto()
    EARLY = auto()


def verdict(reminder: Reminder, dsr: SubjectRequest) -> Verdict:
    """Return whether a notice to officers about `dsr`, which the caller holds, is still worth telling.

    It is pointless once the request is closed or while nobody has proven it, when a later notice has come due as well,
    or when it was told before. It is early when the safe date has moved away, or the clock was put back.
    """
    if reminder.told or not dsr.is_open or dsr.verified_at is None or dsr.due_safe_on is None:
        return Verdict.POINTLESS
    notice = Notice(reminder.notice)
    if notice == Notice.ACKNOWLEDGE:
        given = dsr.letters.filter(kind__in=ACKNOWLEDGES, sent_at__isnull=False).exists()
        return Verdict.POINTLESS if given or _told_before(reminder, dsr) else Verdict.TELL
    if today_of(dsr.brand) < _day(notice, dsr, dsr.due_safe_on):
        return Verdict.EARLY
    return Verdict.POINTLESS if _overtaken(reminder) or _told_before(reminder, dsr) else Verdict.TELL


def _day(notice: Notice, dsr: SubjectRequest, safe_on: date) -> date:
    """Return the first day on which `notice` is true by the dates that stand at `dsr`."""
    if notice in DAYS_LEFT:
        return safe_on - timedelta(days=DAYS_LEFT[notice])
    received_on: date = dsr.received_at.astimezone(ZoneInfo(dsr.brand.time_zone)).date()
    return received_on + timedelta(days=(safe_on - received_on).days // 2)


def _overtaken(reminder: Reminder) -> bool:
    later = COUNTDOWN[COUNTDOWN.index(Notice(reminder.notice)) + 1 :]
    others = Reminder.objects.filter(dsr=reminder.dsr_id, notice__in=later, due_at__gte=reminder.due_at)
    return others.filter(due_at__lte=Now()).exists()


def _told_before(reminder: Reminder, dsr: SubjectRequest) -> bool:
    """Return whether another row told the same notice of the same day."""
    zone = ZoneInfo(dsr.brand.time_zone)
    told = Reminder.objects.filter(dsr=dsr, notice=reminder.notice, told=True).values_list("due_at", flat=True)
    return reminder.due_at.astimezone(zone).date() in {at.astimezone(zone).date() for at in told}
