"""What the same mailbox asked of the same shop before. It is shown to an officer; nothing follows from it by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.db.models import QuerySet

from requests_app.correspondence import facts
from requests_app.jurisdictions import REGIMES
from requests_app.jurisdictions.parts import FreeRequests
from requests_app.jurisdictions.vocabulary import Per
from requests_app.workflow.laws import right_of
from requests_app.workflow.models import SubjectRequest


@dataclass(frozen=True, slots=True)
class Counted:
    """How often somebody asked under one law, this time included, and how often that is free."""

    law: str
    number: int
    free: int
    per: str
    cite: str

    @property
    def is_free(self) -> bool:
        return self.number <= self.free


def earlier(dsr: SubjectRequest) -> QuerySet[SubjectRequest]:
    """Return the proven requests of the same right from the same mailbox to the same shop before `dsr`, the latest first.

    Those whose person was forgotten are not found any more.
    """
    if not dsr.email_index:
        return SubjectRequest.objects.none()
    mine = SubjectRequest.objects.proven().filter(brand=dsr.brand_id, right=dsr.right, email_index=bytes(dsr.email_index))
    return mine.filter(received_at__lt=dsr.received_at).exclude(pk=dsr.pk).order_by("-received_at")


def counted(dsr: SubjectRequest, before: list[SubjectRequest]) -> Iterator[Counted]:
    """Yield, for every law of `dsr` that counts free requests of its right, which in number this one is.

    `before` are the `earlier` ones. A request that was withdrawn counts for nobody: nothing was given.
    """
    zone = ZoneInfo(dsr.brand.time_zone)
    asked = [one.received_at.astimezone(zone) for one in before if one.state != "withdrawn"]
    for name in facts.standing(dsr):
        free = REGIMES[name].free_requests
        if free is None or free.count is None or (free.applies_to is not None and right_of(dsr) not in free.applies_to):
            continue
        since = begins(free, dsr.received_at.astimezone(zone))
        number = 1 + sum(at.date() > since for at in asked)
        yield Counted(REGIMES[name].short, number, free.count, free.per or "", free.cite or REGIMES[name].citation[0])


def begins(free: FreeRequests, received: datetime) -> date:
    """Return the day after which a request counts beside one received at `received`."""
    day = received.date()
    if free.per == Per.CALENDAR_MONTH:
        return day.replace(day=1) - relativedelta(days=1)
    return day - relativedelta(months=6 if free.per == Per.SIX_MONTHS else 12)
