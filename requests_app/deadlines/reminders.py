"""Reminders: one waiting row for each request and kind of notice, so that a sweep costs what is due, not what is open.

The notices of the countdown follow one another: when one is settled, the same transaction writes the next. Whether a
notice is still true is decided by the step that tells it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.deadlines.models import Notice, Reminder
from requests_app.deadlines.verdicts import COUNTDOWN
from requests_app.ledger.services import enqueue_many
from requests_app.values import SYSTEM
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import locked
from requests_app.workflow.states import OPEN

AT_ONCE: Final = 1000
_NOTICES: Final = """(VALUES (0, 'half_time', p.received_on + (p.safe_on - p.received_on) / 2), (1, 'week', p.safe_on - 7),
          (2, 'three_days', p.safe_on - 3), (3, 'tomorrow', p.safe_on - 1), (4, 'today', p.safe_on), (5, 'overdue', p.safe_on + 1)
        ) AS m(place, notice, day)"""
# Each brand's morning, at its place, whatever the clocks there do: an hour that is skipped is the next that exists, one
# that comes twice is one moment. Half-time is a notice of its own only where more than a week is left then.
NEXT: Final = """
INSERT INTO requests_app_reminder (id, dsr_id, notice, due_at, told)
SELECT gen_random_uuid(), p.dsr_id, n.notice, n.due_at, false
  FROM (SELECT d.dsr_id, d.after, b.time_zone, b.morning, coalesce(d.safe_on, r.due_safe_on) AS safe_on,
               coalesce(d.came_on, (r.received_at AT TIME ZONE b.time_zone)::date) AS received_on
          FROM unnest(%(dsrs)s::uuid[], %(received)s::date[], %(safe)s::date[], %(after)s::int[])
               AS d(dsr_id, came_on, safe_on, after)
          JOIN requests_app_subjectrequest r ON r.id = d.dsr_id AND r.state = ANY(%(open)s)
          JOIN requests_app_brand b ON b.id = r.brand_id) p
 CROSS JOIN LATERAL (
       SELECT max(m.place) AS place FROM requests_app_reminder t JOIN [NOTICES] ON m.notice = t.notice
        WHERE t.dsr_id = p.dsr_id AND t.told AND m.day = (t.due_at AT TIME ZONE p.time_zone)::date) told
 CROSS JOIN LATERAL (
       SELECT m.notice, a.due_at FROM [NOTICES]
        CROSS JOIN LATERAL (SELECT (m.day + p.morning) AT TIME ZONE p.time_zone AS due_at) a
        WHERE m.day > p.received_on AND (m.place > 0 OR m.day < p.safe_on - 7) AND m.place > greatest(p.after, told.place)
        ORDER BY a.due_at > statement_timestamp(), abs(extract(epoch FROM a.due_at - statement_timestamp())) LIMIT 1) n""".replace(
    "[NOTICES]", _NOTICES
)

ACKNOWLEDGE: Final = """
INSERT INTO requests_app_reminder (id, dsr_id, notice, due_at, told)
SELECT gen_random_uuid(), d.dsr_id, 'acknowledge', (d.day + b.morning) AT TIME ZONE b.time_zone, false
  FROM unnest(%(dsrs)s::uuid[], %(acknowledge)s::date[]) AS d(dsr_id, day)
  JOIN requests_app_subjectrequest r ON r.id = d.dsr_id AND r.state = ANY(%(open)s)
  JOIN requests_app_brand b ON b.id = r.brand_id
 WHERE d.day IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM requests_app_reminder t WHERE t.dsr_id = d.dsr_id AND t.notice = 'acknowledge' AND t.told)"""


@dataclass(frozen=True, slots=True)
class Dates:
    """The days of one request that reminders run on, at its brand's place. `safe_on` is the one that stands at the request."""

    dsr_id: UUID
    received_on: date | None
    safe_on: date | None
    acknowledge_on: date | None = None


def plan(dsr: SubjectRequest, *, received_on: date, safe_on: date | None, acknowledge_on: date | None = None) -> None:
    """Let `dsr` be reminded by these days, in place of what still waits; nothing that was told of a day is told of it again.

    Of notices whose moment is past already, only the latest is told.
    """
    plan_many([Dates(dsr.pk, received_on, safe_on, acknowledge_on)])


@transaction.atomic
def plan_many(dates: Sequence[Dates]) -> None:
    """Do for many requests what `plan` does for one, in as many statements."""
    dsrs = _held([one.dsr_id for one in dates])
    Reminder.objects.filter(dsr__in=dsrs, notice__in=[*COUNTDOWN, Notice.ACKNOWLEDGE], settled_at=None).delete()
    _write_next(dates, after=[-1] * len(dates))
    days: dict[str, Any] = {
        "dsrs": [one.dsr_id for one in dates],
        "acknowledge": [one.acknowledge_on for one in dates],
        "open": sorted(OPEN),
    }
    with connection.cursor() as cursor:
        cursor.execute(ACKNOWLEDGE, days)


@transaction.atomic
def renew(dsr: SubjectRequest) -> None:
    """Begin the countdown of `dsr` again from the dates that stand there now."""
    locked(dsr)
    Reminder.objects.filter(dsr=dsr, notice__in=COUNTDOWN, settled_at=None).delete()
    _write_next([Dates(dsr.pk, None, None)], after=[-1])


def schedule(dsr: SubjectRequest, notice: Notice, at: datetime | Combinable) -> None:
    """Let `notice` come at that moment, in place of one that still waits. The caller holds the request."""
    if not Reminder.objects.filter(dsr=dsr, notice=notice, settled_at=None).update(due_at=at):
        Reminder.objects.create(dsr=dsr, notice=notice, due_at=at)


def sweep() -> int:
    """Settle every reminder whose moment has come, and write the step that tells it; return how many.

    Any number of sweeps share the work: each takes what the others do not hold, and what somebody works on waits.
    """
    settled = 0
    while batch := _settle():
        settled += batch
    return settled


def due() -> "QuerySet[Reminder, tuple[UUID, str, UUID, str]]":
    """Return what a sweep takes, with the rows of its requests held too: of a plan and a sweep, one waits for the other."""
    waiting = Reminder.objects.due().select_for_update(skip_locked=True, no_key=True)
    return waiting.values_list("pk", "notice", "dsr_id", "dsr__state")[:AT_ONCE]


@transaction.atomic
def _settle() -> int:
    batch = list(due())
    if not batch:
        return 0
    Reminder.objects.filter(pk__in=[pk for pk, *_ in batch]).update(settled_at=Now())
    counted = [(dsr_id, Notice(notice)) for _pk, notice, dsr_id, _state in batch if notice in COUNTDOWN]
    _write_next([Dates(dsr_id, None, None) for dsr_id, _ in counted], after=[COUNTDOWN.index(notice) for _, notice in counted])
    enqueue_many("journey.remind", [(f"remind:{pk}", dsr_id, {"reminder": str(pk)}) for pk, _notice, dsr_id, _state in batch])
    return len(batch)


def tell(reminder: Reminder) -> None:
    """Write down that `reminder` was told."""
    Reminder.objects.filter(pk=reminder.pk).update(told=True)
    record("reminder.told", by=SYSTEM, dsr_id=reminder.dsr_id, notice=reminder.notice)


def _held(dsrs: Sequence[UUID]) -> list[UUID]:
    """Return those requests, held until the transaction ends; in one order always: two that hold many wait in no ring."""
    found = SubjectRequest.objects.select_for_update(no_key=True).filter(pk__in=dsrs).order_by("pk")
    return list(found.values_list("pk", flat=True))


def _write_next(dates: Sequence[Dates], *, after: Sequence[int]) -> None:
    """Write, for each request, the latest notice of the countdown that has come due, else the next that will."""
    values: dict[str, Any] = {
        "dsrs": [one.dsr_id for one in dates], "received": [one.received_on for one in dates],
        "safe": [one.safe_on for one in dates], "after": list(after), "open": sorted(OPEN),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(NEXT, values)
