"""The tables of a report, with a link at each count to the requests behind it; the same tables are the CSV."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from requests_app.console import words
from requests_app.console.desk import Desk
from requests_app.console.report_forms import GROUPS, ReportForm
from requests_app.console.searched import title
from requests_app.jurisdictions import REGIMES
from requests_app.reports.asked import By
from requests_app.reports.counts import Counted
from requests_app.reports.effort import Cost, Effort
from requests_app.reports.failures import Answers
from requests_app.reports.spans import Span, month_of
from requests_app.reports.times import STAGES, Times, Took
from requests_app.sources.models import Source
from requests_app.workflow import metrics

NONE: Final = "–"
_FIELDS: Final = {By.RIGHT: "right", By.LAW: "law", By.BRAND: "brand", By.SOURCE: "source"}


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a column, and where the requests behind it are listed."""

    column: str
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table; the one of all has `whole`."""

    label: str
    cells: Sequence[Cell]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A caption, the names of the columns, and the rows."""

    id: str
    caption: str
    head: Sequence[str]
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Columns:
    """What a table of counts shows: counts by their name, and rates by that of the property of `Counted`."""

    table: str
    caption: str
    counts: Mapping[str, str]
    rates: Mapping[str, str]


class Drawn:
    """Draws tables for one reader, about what one form asks."""

    def __init__(self, form: ReportForm, desk: Desk, by: By) -> None:
        self.form, self.by = form, by
        self._shops = {shop.slug: shop.name for shop in desk.shops}
        self._systems: dict[int, str] = {}

    def know(self, keys: Iterable[Any]) -> None:
        """Learn what systems are called, where rows stand for these. One question then, none else."""
        if self.by == By.SOURCE:
            found = Source.objects.filter(pk__in=[key for key in keys if key]).select_related("brand")
            self._systems = {source.pk: f"{title(source)} ({source.brand.name})" for source in found}

    def label(self, key: Any) -> str:
        if isinstance(key, date):
            return date_format(key, "YEAR_MONTH_FORMAT")
        named: dict[By, Callable[[Any], str]] = {
            By.RIGHT: words.right_named, By.LAW: law, By.BRAND: lambda slug: self._shops.get(slug, slug),
            By.SOURCE: lambda pk: self._systems.get(pk, _("no system asked")),
        }  # fmt: skip
        return named[self.by](key)

    def behind(self, count: str, key: Any = None, **more: Any) -> str:
        """Return where the requests behind a count are listed, of the row `key` or of all rows."""
        told = self.form.told | {"count": count}
        if isinstance(key, date):
            span = self.form.asked.span.within(Span.named(month_of(key)))
            told = {name: value for name, value in told.items() if name != "period"}
            told |= {"since": span.first.isoformat(), "until": span.last.isoformat()}
        elif key is not None:
            told[_FIELDS[self.by]] = str(key)
        told |= {name: str(value) for name, value in more.items()}
        return f"{reverse('console:report_requests')}?{urlencode(told)}"

    def counts(self, columns: Columns, rows: Sequence[Counted], whole: Counted) -> Table:
        lines = [self._counted(self.label(row.key), row, columns) for row in rows]
        total = self._counted(_("all"), whole, columns, whole=True)
        head = [_heading(self.by), *columns.counts.values(), *columns.rates.values()]
        return Table(columns.table, columns.caption, head, [total, *lines] if lines else [])

    def _counted(self, label: str, row: Counted, columns: Columns, *, whole: bool = False) -> Line:
        linked = whole or row.key is not None
        cells = [
            Cell(said, number(many), self.behind(name, None if whole else row.key) if linked and many else "")
            for name, said, many in ((name, said, row.counts[name]) for name, said in columns.counts.items())
        ]
        return Line(label, [*cells, *(Cell(said, percent(getattr(row, name))) for name, said in columns.rates.items())], whole)

    def times(self, rows: Sequence[Times]) -> Table:
        said = {"proven": _("proven"), "ready": _("ready for an officer"), "approved": _("approved"), "closed": _("closed")}
        head = [column for stage in STAGES for column in (said[stage], _("median"), _("9 of 10"))]
        lines = [Line(_("all") if row.whole else self.label(row.key), [*self._took(row, head)], row.whole) for row in rows]
        return Table(
            "times",
            _("Days from receipt to each stage: how many got there, the median, and within how many days nine of ten did"),
            [_heading(self.by), *head],
            lines,
        )

    def _took(self, row: Times, head: Sequence[str]) -> Iterable[Cell]:
        for stage in STAGES:
            took: Took = row.stages[stage]
            url = self.behind(f"reached_{stage}", None if row.whole else row.key) if took.many else ""
            yield Cell(head[STAGES.index(stage) * 3], number(took.many), url)
            yield Cell(_("median"), days(took.median))
            yield Cell(_("9 of 10"), days(took.ninth))

    def effort(self, rows: Sequence[Effort]) -> Table:
        head = [
            _("requests in hand"),
            _("minutes in all"),
            _("minutes each"),
            _("median"),
            _("9 of 10"),
            _("cost in all"),
            _("cost each"),
        ]
        lines = [
            Line(_("all") if row.whole else self.label(row.key), [*map(Cell, head, *self._spent(row))], row.whole) for row in rows
        ]
        return Table("effort", _("Minutes that officers spent, as measured"), [_heading(self.by), *head], lines)

    def _spent(self, row: Effort) -> tuple[list[str], list[str]]:
        """Return the words of the columns, and where the first of them leads."""
        minutes = [row.minutes, row.minutes / row.requests, row.median, row.ninth]
        costs = [_costs(row.costs, lambda cost: cost.amount), _costs(row.costs, lambda cost: cost.each)]
        texts = [number(row.requests), *(number(one, 1) for one in minutes), *costs]
        return texts, [self.behind("in_hand", None if row.whole else row.key), *[""] * (len(texts) - 1)]

    def sources(self, rows: Sequence[Answers]) -> list[Table]:
        what, count = _("what"), _("requests")
        head = [_("asked"), _("answered"), _("waiting"), _("failures"), _("median days"), _("9 of 10")]
        lines, faults = [], []
        for row in rows:
            name, at = f"{title(row.source)} ({row.source.brand.name})", {"source": row.source.pk}
            texts = [*map(number, (row.asked, row.answered, row.waiting, row.failures)), days(row.median), days(row.ninth)]
            urls = [
                self.behind("asked", **at) if row.asked else "",
                "",
                "",
                self.behind("failed", **at) if row.failures else "",
                "",
                "",
            ]
            lines.append(Line(name, [*map(Cell, head, texts, urls)]))
            for code, many in sorted(row.faults.items(), key=lambda one: -one[1]):
                cells = [Cell(what, words.fault(code)), Cell(count, number(many), self.behind("failed", fault=code, **at))]
                faults.append(Line(name, cells))
        return [
            Table("sources", _("How each system answered"), [_("system"), *head], lines),
            Table("faults", _("Failures that stand, by what went wrong"), [_("system"), what, count], faults),
        ]

    def published(self, slug: str, year: int, rows: Sequence[metrics.Figures]) -> Table:
        said = {
            "received": _("received"), "whole": _("in whole"), "part": _("in part"), "denied": _("denied"),
            "withdrawn": _("withdrawn"), "unconfirmed": _("unconfirmed"), "open": _("open"),
        }  # fmt: skip
        lines = []
        for row in rows:
            told = {"period": str(year), "brand": slug} | ({"right": row.right} if row.right else {})
            cells = [_listed(said[name], row.counts[name], told | {"count": f"published_{name}"}) for name in metrics.COUNTS]
            label = words.right_named(row.right) if row.right else _("all")
            lines.append(Line(label, [*cells, Cell(_("median days"), number(row.median_days, 1))], not row.right))
        caption = _("%(shop)s, %(year)s: what the public page is made from") % {"shop": self._shops[slug], "year": year}
        return Table("published", caption, [_("right"), *said.values(), _("median days")], lines)


def _listed(column: str, many: int, told: Mapping[str, str]) -> Cell:
    return Cell(column, number(many), f"{reverse('console:report_requests')}?{urlencode(told)}" if many else "")


def law(name: str) -> str:
    return REGIMES[name].short if name in REGIMES else name


def number(size: float | None, places: int = 0) -> str:
    return NONE if size is None else number_format(round(size, places) if places else size, decimal_pos=places, force_grouping=True)


def percent(part: float | None) -> str:
    return NONE if part is None else _("%(number)s%%") % {"number": number_format(100 * part, decimal_pos=1)}


def days(size: float | None) -> str:
    return number(size, 1)


def days_said(size: float) -> str:
    return ngettext("%(days)s day", "%(days)s days", round(size)) % {"days": days(size)}


def _costs(costs: Sequence[Cost], amount: Callable[[Cost], Any]) -> str:
    return "; ".join(f"{number_format(amount(cost), decimal_pos=2, force_grouping=True)} {cost.currency}" for cost in costs) or NONE


def _heading(by: By) -> str:
    return str(GROUPS[by])
