"""What became of the requests of some days, in figures. Each leads to its requests; nobody counts what they may not see."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.console import charts, page, words
from requests_app.console import queue as queues
from requests_app.console.charts import Chart
from requests_app.console.desk import Desk, desk_of
from requests_app.console.exporting import guarded
from requests_app.console.gate import OfficerRequest
from requests_app.console.narrowing import Narrowing
from requests_app.console.page import REPORTS, show
from requests_app.console.queue import Tab, belongs
from requests_app.console.report_forms import ReportForm
from requests_app.console.report_tables import Cell, Columns, Drawn, Line, Table, days_said, number, percent
from requests_app.officers import policy
from requests_app.officers.policy import Action
from requests_app.reports import counts, effort, failures
from requests_app.reports.asked import By, cohort
from requests_app.reports.times import times
from requests_app.values import Side
from requests_app.workflow import metrics
from requests_app.workflow.models import SubjectRequest, SubjectRequestQuerySet
from requests_app.workflow.states import Waiting

ROWS: Final = 50
_ANY: Final = (By.RIGHT, By.LAW, By.BRAND, By.SOURCE, By.MONTH)
_DISJOINT: Final = (By.RIGHT, By.LAW, By.BRAND, By.MONTH)
_MOVERS: Final = {
    Waiting.OFFICER: gettext_lazy("an officer"), Waiting.CUSTOMER: gettext_lazy("the customer"),
    Waiting.SYSTEMS: gettext_lazy("systems"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a page shows."""

    tables: Sequence[Table]
    charts: Sequence[Chart | None] = ()


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, at which desk, for what."""

    request: OfficerRequest
    desk: Desk
    form: ReportForm

    @property
    def waiting(self) -> page.Waiting:
        return page.Waiting(self.desk, queues.counts(self.desk))

    @property
    def found(self) -> SubjectRequestQuerySet:
        return cohort(self.request.user, self.form.asked)

    @property
    def everywhere(self) -> SubjectRequestQuerySet:
        """The same, whichever systems were asked."""
        return cohort(self.request.user, replace(self.form.asked, source=""))

    @property
    def drawn(self) -> Drawn:
        return Drawn(self.form, self.desk, self.form.grouped)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the reports: its name, what its rows may stand for, and how it is drawn."""

    title: str | Promise
    groups: tuple[By, ...]
    draw: Callable[[Reader], Drawing]


def _on_time(reader: Reader) -> Drawing:
    found, drawn = reader.found, reader.drawn
    rows, months = counts.counted_by_each(found, reader.form.grouped, By.MONTH)
    drawn.know(row.key for row in rows)
    whole = counts.summed(months)
    dated = {
        "received": _("received"), "on_time": _("on time"), "late": _("late"), "safe": _("by the safe date"),
        "running": _("still in time"), "ended": _("withdrawn or never confirmed"),
    }  # fmt: skip
    rates = {"on_time": _("on time, of all due"), "within_safe": _("by the safe date, of all due")}
    figures = [(drawn.label(row.key), row.on_time, percent(row.on_time)) for row in rows]
    monthly = [(date_format(row.key, "m/Y"), row.on_time, percent(row.on_time)) for row in months]
    drawings = [
        charts.bars(_("Answered on time, of all that was due"), figures, most=1.0),
        charts.line(_("Answered on time, by month of receipt"), monthly, [(part, percent(part)) for part in (0.0, 0.5, 1.0)]),
    ]
    columns = Columns("on-time", _("Answers and their dates"), dated, rates)
    return Drawing([drawn.counts(columns, rows, whole), _waits(reader)], drawings)


def _waits(reader: Reader) -> Table:
    """Say on whom open requests wait today, whenever they came. One question; the queue lists them."""
    desk, today, brand = reader.desk, timezone.localdate(), reader.form.asked.brand
    conditions: dict[str, Q] = {mover.value: Narrowing(mover=mover.value).condition(desk, today) for mover in _MOVERS}
    late = Q(due_legal_on__lt=today)
    named: dict[str, Any] = {name: Count("pk", condition) for name, condition in conditions.items()}
    named |= {f"{name}_late": Count("pk", condition & late) for name, condition in conditions.items()}
    mine = SubjectRequest.objects.visible_to(reader.request.user).open().filter(belongs(Tab.QUEUE, reader.request.user))
    found = (mine.filter(brand__slug=brand) if brand else mine).aggregate(**named)
    lines = []
    for mover, said in _MOVERS.items():
        url = f"{reverse('console:queue')}?{Narrowing(mover=mover.value, brand=brand).query}"
        cells = [
            Cell(_("open requests"), number(found[mover.value]), url),
            Cell(_("late by law"), number(found[f"{mover.value}_late"]), f"{url}&within=0"),
        ]
        lines.append(Line(str(said), cells))
    return Table("waits", _("What waits on whom now"), [_("waits for"), _("open requests"), _("late by law")], lines)


def _proof(reader: Reader) -> Drawing:
    found, drawn = reader.found, reader.drawn
    rows = counts.counted(found, reader.form.grouped)
    drawn.know(row.key for row in rows)
    whole = counts.summed(rows)
    named = {
        "to_prove": _("had to prove who they are"), "proven": _("proven"), "not_yet_proven": _("not yet"),
        "never_proven": _("never"),
    }  # fmt: skip
    figures = [(drawn.label(row.key), row.completion, percent(row.completion)) for row in rows]
    columns = Columns("proof", _("Who proved who they are"), named, {"completion": _("proven, of all that are over")})
    table = drawn.counts(columns, rows, whole)
    return Drawing([table], [charts.bars(_("Proven, of all whose time to prove is over"), figures, most=1.0)])


def _times(reader: Reader) -> Drawing:
    rows, drawn = times(reader.found, reader.form.grouped), reader.drawn
    closed = [(drawn.label(row.key), row.stages["closed"].median) for row in rows if not row.whole]
    figures = [(label, size, "" if size is None else days_said(size)) for label, size in closed]
    return Drawing([drawn.times(rows if len(rows) > 1 else [])], [charts.bars(_("Median of days until closed"), figures)])


def _effort(reader: Reader) -> Drawing:
    rows, drawn = effort.effort(reader.found, reader.form.grouped), reader.drawn
    figures = [
        (drawn.label(row.key), row.median, _("%(number)s min") % {"number": number(row.median, 1)}) for row in rows if not row.whole
    ]
    return Drawing([drawn.effort(rows)], [charts.bars(_("Median of minutes in hand"), figures)])


def _sources(reader: Reader) -> Drawing:
    rows, drawn = failures.answers(reader.found), reader.drawn
    tables = drawn.sources(rows)
    figures = [(line.label, float(row.failures), number(row.failures)) for line, row in zip(tables[0].lines, rows, strict=True)]
    return Drawing(tables, [charts.bars(_("Failures that stand, by system"), figures)])


def _published(reader: Reader) -> Drawing:
    """Draw what a shop publishes of the year in which the days end, of shops whose customers the reader may see."""
    year, slug = reader.form.asked.span.last.year, reader.form.asked.brand
    shops = [shop for shop in reader.desk.shops if Side.CUSTOMERS in shop.sides and slug in {"", shop.slug}][:1]
    brands = Brand.objects.filter(pk__in=[shop.pk for shop in shops])
    return Drawing([reader.drawn.published(brand.slug, year, metrics.figures(brand, year)) for brand in brands])


_RULES: Final = {
    "on-time": gettext_lazy(
        "Each request is measured by its own dates, in which questions, extensions and the law are counted already. "
        "An answer is on time by the day it was closed; an open request is late once its date has passed. "
        "What was withdrawn or never confirmed is neither."
    ),
    "proof": gettext_lazy("Only requests of rights that need a proof. One that is open and unproven is not over yet."),
    "times": gettext_lazy("Counted from receipt, in days of 24 hours. The median: half of the requests were faster."),
    "effort": gettext_lazy(
        "Measured from what officers opened and did. Time between two deeds of one officer at one request counts when it is five "
        "minutes or less; a deed that stands alone counts one minute. A shop that names no cost of an hour has none."
    ),
    "sources": gettext_lazy("How the systems answered for these requests, and the failures that still stand."),
    "published": gettext_lazy(
        "The figures behind the public page of one shop, of the year in which the chosen days end. Small counts are hidden there, "
        "not here."
    ),
}
PARTS: Final = MappingProxyType(
    {
        "on-time": Part(gettext_lazy("On time"), _ANY, _on_time),
        "proof": Part(gettext_lazy("Proof of identity"), _DISJOINT, _proof),
        "times": Part(gettext_lazy("Times"), _DISJOINT, _times),
        "effort": Part(gettext_lazy("Minutes and cost"), _DISJOINT, _effort),
        "sources": Part(gettext_lazy("Systems"), (By.RIGHT,), _sources),
        "published": Part(gettext_lazy("Published figures"), (By.RIGHT,), _published),
    },
)


def _reader(request: OfficerRequest, groups: tuple[By, ...]) -> Reader:
    desk = desk_of(request.user)
    return Reader(request, desk, ReportForm(request.GET.dict(), desk=desk, today=timezone.localdate(), groups=groups))


def _part(name: str) -> Part:
    if name not in PARTS:
        raise Http404
    return PARTS[name]


@require_safe
def report(request: OfficerRequest, topic: str = "on-time") -> HttpResponse:
    """Show one part of the reports."""
    one = _part(topic)
    reader = _reader(request, one.groups)
    drawing = one.draw(reader)
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    taker = policy.brands_of(request.user, Action.PACK_ALL)
    context = {
        "waiting": reader.waiting, "title": one.title, "rule": _RULES[topic], "form": reader.form,
        "many": len(reader.desk.shops) > 1,
        "tables": drawing.tables, "charts": [chart for chart in drawing.charts if chart],
        "empty": not drawing.tables or not drawing.tables[0].lines,
        "csv": reverse("console:report_csv", args=[topic]) + query, "may_pack": taker.exists(),
        "tabs": [
            {"url": reverse("console:report", args=[name]) + query, "label": each.title, "current": name == topic}
            for name, each in PARTS.items()
        ],
    }  # fmt: skip
    return show(request, "reports", context, at=REPORTS)


@require_safe
def report_csv(request: OfficerRequest, topic: str) -> HttpResponse:
    """Hand out the tables of a part as CSV."""
    one = _part(topic)
    reader = _reader(request, one.groups)
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8", headers={"Cache-Control": "no-store"})
    answer["Content-Disposition"] = f'attachment; filename="{topic}-{datetime.now(UTC):%Y-%m-%d}.csv"'
    writer = csv.writer(answer, quoting=csv.QUOTE_ALL)
    for table in one.draw(reader).tables:
        writer.writerows([[guarded(cell) for cell in row] for row in _lines(table)])
    told: Any = {name: value for name, value in reader.form.told.items() if name != "by"}
    record("report.exported", by=request.user.actor, part=topic, put_together_by=reader.form.grouped.value, **told)
    return answer


def _lines(table: Table) -> Iterator[list[str]]:
    yield [table.caption]
    yield [str(name) for name in table.head]
    for line in table.lines:
        yield [line.label, *(cell.text for cell in line.cells)]
    yield []


@require_safe
def report_requests(request: OfficerRequest) -> HttpResponse:
    """List the requests behind one figure, the newest first, a page at a time from where the one before ended."""
    reader = _reader(request, _ANY)
    found = _behind(reader, request.GET.get("count", "received"), request.GET.get("fault", ""))
    before = request.GET.get("before", "")
    rows = list(found.filter(_after(before)).select_related("brand").order_by("-received_at", "pk")[: ROWS + 1])
    last = rows[ROWS - 1] if len(rows) > ROWS else None
    told = reader.form.asked.span
    context = {
        "waiting": reader.waiting, "title": _("Requests behind a figure"),
        "told": _("Received from %(first)s to %(last)s, the newest first.")
        % {"first": date_format(told.first, "SHORT_DATE_FORMAT"), "last": date_format(told.last, "SHORT_DATE_FORMAT")},
        "rows": [_row(dsr) for dsr in rows[:ROWS]], "before": before,
        "older": f"{last.received_at.isoformat()}_{last.pk}" if last else "",
        "back": reverse("console:reports"),
    }  # fmt: skip
    return show(request, "reports_requests", context, at=REPORTS)


def _behind(reader: Reader, count: str, fault: str) -> SubjectRequestQuerySet:
    """Raises: Http404: nothing is counted under that name."""
    if count in counts.LISTED:
        return counts.behind(reader.found, count)
    if count == "in_hand":
        return effort.in_hand(reader.found)
    source = int(reader.form.asked.source or 0)
    if count == "asked":
        return failures.asked_of(reader.found, source)
    if count == "failed":
        return failures.failed_at(reader.everywhere, source, fault)
    raise Http404


def _after(place: str) -> Q:
    moment, _line, pk = place.partition("_")
    try:
        at, number_of = datetime.fromisoformat(moment), UUID(pk)
    except ValueError:
        return Q()
    return Q(received_at__lte=at) & (Q(received_at__lt=at) | Q(pk__gt=number_of))


def _row(dsr: SubjectRequest) -> dict[str, Any]:
    zone = ZoneInfo(dsr.brand.time_zone)
    return {
        "dsr": dsr, "right": words.right(dsr), "law": words.law(dsr), "stage": words.stage(dsr),
        "received": dsr.received_at.astimezone(zone).date(), "closed": dsr.closed_at and dsr.closed_at.astimezone(zone).date(),
    }  # fmt: skip
