"""The page on which a shop publishes how it answered: a table, a plain chart, and the same figures for machines."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from requests_app.portal.answers import SeeOther
from requests_app.portal.line import grouped
from requests_app.portal.place import Place, placed, show
from requests_app.rights import RIGHTS
from requests_app.workflow import metrics
from requests_app.workflow.metrics import ALL, COUNTS, Published
from requests_app.workflow.services import today_of

Params = ParamSpec("Params")

HEADINGS: Final[dict[str, str | Promise]] = {
    "received": gettext_lazy("Received"),
    "whole": gettext_lazy("Done in whole"),
    "part": gettext_lazy("Done in part"),
    "denied": gettext_lazy("Refused"),
    "withdrawn": gettext_lazy("Withdrawn"),
    "unconfirmed": gettext_lazy("Address not confirmed"),
    "open": gettext_lazy("Still open"),
}
_BARS: Final = ("whole", "part", "denied", "withdrawn", "unconfirmed", "open")
_WIDTH: Final = 600  # units of the drawing


@dataclass(frozen=True, slots=True)
class Bar:
    """One piece of a bar, in the drawing's units."""

    name: str
    label: str
    count: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Row:
    """One right as the page shows it. `bars` is empty where a count is hidden: a drawing would tell it."""

    title: str
    cells: list[str]
    bars: list[Bar]


def of_a_year(
    view: Callable[Concatenate[HttpRequest, Place, int, list[Published], Params], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Let `view` answer with the published figures of a year of which every record is still there."""

    @wraps(view)
    def answer(request: HttpRequest, place: Place, year: int, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponse:
        if year not in metrics.years(place.brand, today_of(place.brand)):
            return show(request, place, "unknown", {"said": _("There are no figures for that year.")}, status=404)
        rows = metrics.masked(metrics.figures(place.brand, year), place.brand.metrics_threshold)
        return view(request, place, year, list(rows), *args, **kwargs)

    return answer


@require_safe
@placed
def latest(_request: HttpRequest, place: Place) -> HttpResponse:
    """Lead to the last year that is over; in a shop's first year to that one."""
    years = metrics.years(place.brand, today_of(place.brand))
    return SeeOther(place.to("metrics", year=years[min(1, len(years) - 1)]))


@require_safe
@placed
@of_a_year
def page(request: HttpRequest, place: Place, year: int, published: list[Published]) -> HttpResponse:
    today = today_of(place.brand)
    most = max((row.counts["received"] or 0 for row in published if row.right != ALL), default=0)
    rows = [_row(row, most, place.brand.metrics_threshold) for row in published]
    context = {
        "year": year,
        "years": [
            {"year": one, "url": place.to("metrics", year=one), "current": one == year} for one in metrics.years(place.brand, today)
        ],
        "unfinished": year == today.year,
        "headings": list(HEADINGS.values()),
        "rows": rows,
        "drawn": any(row.bars for row in rows),
        "threshold": place.brand.metrics_threshold,
        "width": _WIDTH,
        "legend": [{"name": name, "label": HEADINGS[name]} for name in _BARS],
        "any": any(row.counts["received"] != 0 for row in published),
    }
    return show(request, place, "metrics", context)


@require_safe
@placed
@of_a_year
def as_json(_request: HttpRequest, place: Place, year: int, published: list[Published]) -> HttpResponse:
    rights = [
        {"right": row.right or "all", **row.counts, "median_days": row.median_days, "mean_days": row.mean_days} for row in published
    ]
    return JsonResponse(
        {"brand": place.brand.slug, "year": year, "hidden_below": place.brand.metrics_threshold, "requests": rights},
        headers={"Content-Disposition": f'inline; filename="{place.brand.slug}-{year}.json"'},
    )


@require_safe
@placed
@of_a_year
def as_csv(_request: HttpRequest, place: Place, year: int, published: list[Published]) -> HttpResponse:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["right", *COUNTS, "median_days", "mean_days"])
    few = f"<{place.brand.metrics_threshold}"
    for row in published:
        counts = [few if row.counts[name] is None else row.counts[name] for name in COUNTS]
        days = [few if row.days_masked else value for value in (row.median_days, row.mean_days)]
        writer.writerow([row.right or "all", *counts, *days])
    return HttpResponse(
        text.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{place.brand.slug}-{year}.csv"'},
    )


def _row(row: Published, most: int, threshold: int) -> Row:
    few = _("hidden (below %(number)d)") % {"number": threshold}
    counts = [few if row.counts[name] is None else grouped(row.counts[name] or 0) for name in COUNTS]
    days = [few if row.days_masked else _days(value) for value in (row.median_days, row.mean_days)]
    title = _(RIGHTS[row.right].title) if row.right in RIGHTS else _("All requests")
    return Row(title, [*counts, *days], _bars(row, most))


def _bars(row: Published, most: int) -> list[Bar]:
    if row.right == ALL or not most or None in row.counts.values():
        return []
    x, bars = 0.0, []
    for name in _BARS:
        count = row.counts[name] or 0
        width = round(count * _WIDTH / most, 1)
        if count:
            bars.append(Bar(name, str(HEADINGS[name]), count, round(x, 1), width))
        x += width
    return bars


def _days(value: float | None) -> str:
    return "–" if value is None else number_format(value, 0 if value == int(value) else 1)
