"""Audit packs: of one request, and of all requests of a shop in a quarter. Taking one is written down."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from requests_app.audit.services import record
from requests_app.console import history, words
from requests_app.console.case import opened
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import REPORTS, show
from requests_app.console.posting import attached
from requests_app.console.report_forms import called
from requests_app.console.report_tables import law
from requests_app.officers import policy
from requests_app.officers.policy import Action
from requests_app.reports import archive
from requests_app.reports.archive import Manner
from requests_app.reports.asked import Asked, By, cohort
from requests_app.reports.counts import Counted, counted_by_each, summed
from requests_app.reports.pack import prepared
from requests_app.reports.spans import NoSpan, Span, quarter_of, recent
from requests_app.workflow.models import SubjectRequest, SubjectRequestQuerySet

_TYPE: Final = "application/zip"


@require_safe
def pack(request: OfficerRequest, reference: str) -> StreamingHttpResponse:
    """Hand out the audit pack of one request; an officer's reasons only to whoever may see its data."""
    case = opened(request, reference)
    case.require(Action.PACK)
    dsr = prepared(SubjectRequest.objects.visible_to(request.user)).get(pk=case.dsr.pk)
    manner = _manner(reasons=case.sees_data)
    record("pack.taken", by=request.user.actor, dsr_id=dsr.pk, reasons=case.sees_data)
    lines = _spoken(archive.of_request(dsr, manner), manner.language)
    return StreamingHttpResponse(lines, content_type=_TYPE, headers=attached(f"{reference}-audit.zip"))


@require_safe
def quarters(request: OfficerRequest) -> HttpResponse:
    """List the quarters of which the reader may take a pack, by shop."""
    brands = list(policy.brands_of(request.user, Action.PACK_ALL).order_by("name"))
    if not brands:
        raise PermissionDenied
    names = [name for name in recent(timezone.localdate()) if "Q" in name]
    context = {"brands": brands, "quarters": [(name, called(name)) for name in names]}
    return show(request, "reports_quarters", context, at=REPORTS)


@require_safe
def quarter_pack(request: OfficerRequest, brand: str, quarter: str) -> StreamingHttpResponse:
    """Hand out the audit pack of what `brand` received in a quarter that has begun."""
    shop = get_object_or_404(policy.brands_of(request.user), slug=brand)
    if not policy.brands_of(request.user, Action.PACK_ALL).filter(pk=shop.pk).exists():
        raise PermissionDenied
    span = _quarter(quarter)
    manner = _manner(reasons=policy.brands_of(request.user, Action.SEE_DATA).filter(pk=shop.pk).exists())
    found = cohort(request.user, Asked(span, brand=brand))
    figures = _figures(found)
    title = f"{shop.name}, {called(quarter)}"
    from requests_app.reports.paper import of_quarter  # reads the tables of fonts, which most processes never need

    named = [(caption, [(label(row.key), row) for row in rows]) for caption, label, rows in figures]
    printed = of_quarter(title, made_at=manner.made_at, language=manner.language, rows=named)
    told = {"brand": brand, "quarter": quarter, "tables": {caption: _plain(rows) for caption, _label, rows in figures}}
    record("quarter.taken", by=request.user.actor, brand=brand, quarter=quarter, reasons=manner.reasons)
    lines = _spoken(archive.of_many(found, told, printed, manner), manner.language)
    return StreamingHttpResponse(lines, content_type=_TYPE, headers=attached(f"{brand}-{quarter}-audit.zip"))


def _quarter(name: str) -> Span:
    """Raises: Http404: there is no such quarter, or it has not begun."""
    try:
        span = Span.named(name)
    except NoSpan:
        raise Http404 from None
    if quarter_of(span.first) != name or span.first > timezone.localdate():
        raise Http404
    return span


def _figures(found: SubjectRequestQuerySet) -> list[tuple[str, Any, list[Counted]]]:
    by_right, by_law = counted_by_each(found, By.RIGHT, By.LAW)
    return [
        (_("All requests"), lambda _key: _("all"), [summed(by_right)]), (_("By right"), words.right_named, by_right),
        (_("By law"), law, by_law),
    ]  # fmt: skip


def _plain(rows: list[Counted]) -> list[dict[str, Any]]:
    return [asdict(row) | {"on_time": row.on_time} for row in rows]


def _manner(*, reasons: bool) -> Manner:
    return Manner(datetime.now(UTC), get_language() or "en", reasons, history.letter)


def _spoken(parts: Iterator[bytes], language: str) -> Iterator[bytes]:
    """Yield `parts`, each made in `language`: the reader of a stream may come back in another thread's."""
    while True:
        with override(language):
            part = next(parts, None)
        if part is None:
            return
        yield part
