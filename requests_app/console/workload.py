"""Who has how much to do by when, and on which days what is due."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Q
from django.db.models.functions import TruncWeek
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.formats import get_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from requests_app.console.desk import Desk, desk_of
from requests_app.console.gate import OfficerRequest
from requests_app.console.narrowing import NOBODY, TO_DECIDE
from requests_app.console.page import WORKLOAD, Waiting, show
from requests_app.console.queue import Tab, belongs, counts
from requests_app.workflow.models import SubjectRequest, SubjectRequestQuerySet
from requests_app.workflow.states import CLOSED

AHEAD: Final = 4  # weeks, this one among them
BACK: Final = 8
_WEEK: Final = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Load:
    """What one officer has to do: `late` by law already, then by the week in which the safe date lies."""

    name: str
    url: str
    late: int
    weeks: tuple[int, ...]
    later: int
    decide: int
    total: int


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a month, with what is due on it; `safe` and `legal` count requests."""

    on: date
    inside: bool
    today: bool
    safe: int
    legal: int


@require_safe
def workload(request: OfficerRequest) -> HttpResponse:
    """Show the load of each officer by week, and what came and was closed in the weeks before."""
    desk, today = desk_of(request.user), timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    context = {
        "loads": _loads(desk, today, monday), "ahead": [monday + number * _WEEK for number in range(AHEAD)],
        "past": _past(desk, monday), "waiting": Waiting(desk, counts(desk)),
    }  # fmt: skip
    return show(request, "workload", context, at=WORKLOAD)


def _open(desk: Desk) -> SubjectRequestQuerySet:
    return SubjectRequest.objects.filter(desk.sees).open().filter(belongs(Tab.QUEUE, desk.officer))


def _loads(desk: Desk, today: date, monday: date) -> list[Load]:
    """One question: what is open, by officer and week."""
    ends = [monday + (number + 1) * _WEEK for number in range(AHEAD)]
    starts = [date.min, *ends[:-1]]
    weeks = {
        f"week_{number}": Count("pk", Q(due_safe_on__gte=start, due_safe_on__lt=end) & ~Q(due_legal_on__lt=today))
        for number, (start, end) in enumerate(zip(starts, ends, strict=True))
    }
    late, later = Count("pk", Q(due_legal_on__lt=today)), Count("pk", Q(due_safe_on__gte=ends[-1]) | Q(due_safe_on=None))
    grouped = _open(desk).order_by().values("assignee")
    found = grouped.annotate(late=late, later=later, decide=Count("pk", TO_DECIDE), total=Count("pk"), **weeks)
    by_officer: dict[int | None, Mapping[str, Any]] = {row["assignee"]: row for row in found}
    known: dict[int | None, str] = {None: _("nobody yet")}
    known.update(desk.colleagues.items())
    known |= {pk: _("somebody who left") for pk in by_officer if pk not in known}
    return [_load(pk, name, by_officer.get(pk, {})) for pk, name in known.items()]


def _load(pk: int | None, name: str, row: Mapping[str, Any]) -> Load:
    weeks = tuple(row.get(f"week_{number}", 0) for number in range(AHEAD))
    return Load(
        name=name, url=f"{reverse('console:queue')}?who={pk or NOBODY}", late=row.get("late", 0), weeks=weeks,
        later=row.get("later", 0), decide=row.get("decide", 0), total=row.get("total", 0),
    )  # fmt: skip


def _past(desk: Desk, monday: date) -> list[dict[str, Any]]:
    """Return what was received and closed at the officer's shops in each of the last weeks, this one first."""
    since = timezone.make_aware(datetime.combine(monday - (BACK - 1) * _WEEK, datetime.min.time()))
    here = SubjectRequest.objects.filter(desk.stands_here).order_by()
    sets = {"received_at": here, "closed_at": here.filter(state__in=sorted(CLOSED))}  # the index of what is closed holds no more
    came, went = (
        dict(one.filter(**{f"{name}__gte": since}).annotate(week=TruncWeek(name)).values_list("week").annotate(n=Count("*")))
        for name, one in sets.items()
    )
    weeks = [monday - number * _WEEK for number in range(BACK)]
    in_days = [{moment.date(): count for moment, count in found.items()} for found in (came, went)]
    return [{"week": week, "came": in_days[0].get(week, 0), "went": in_days[1].get(week, 0)} for week in weeks]


@require_safe
def month(request: OfficerRequest, year: int = 0, month: int = 0) -> HttpResponse:
    """Show a month with what is due on each of its days."""
    today = timezone.localdate()
    try:
        first = date(year, month, 1) if year else today.replace(day=1)
        before, after = (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=31)).replace(day=1)
    except (ValueError, OverflowError):
        raise Http404 from None
    desk = desk_of(request.user)
    counted = counts(desk)
    starts_on = (get_format("FIRST_DAY_OF_WEEK") - 1) % 7
    context = {
        "first": first, "before": before, "after": after, "weeks": _weeks(desk, first, today, starts_on),
        "weekdays": [WEEKDAYS[(starts_on + number) % 7] for number in range(7)], "unverified": counted[Tab.UNVERIFIED],
        "waiting": Waiting(desk, counted),
    }  # fmt: skip
    return show(request, "month", context, at=Tab.QUEUE)


def _weeks(desk: Desk, first: date, today: date, starts_on: int) -> list[list[Day]]:
    weeks = calendar.Calendar(starts_on).monthdatescalendar(first.year, first.month)
    bounds = (weeks[0][0], weeks[-1][-1])
    safe, legal = (
        dict(_open(desk).order_by().filter(**{f"{name}__range": bounds}).values_list(name).annotate(n=Count("*")))
        for name in ("due_safe_on", "due_legal_on")
    )
    return [
        [Day(day, day.month == first.month, day == today, safe.get(day, 0), legal.get(day, 0)) for day in week] for week in weeks
    ]
