"""Open cases of another tool: a file is brought, every row is shown with what follows from it, and somebody confirms."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from requests_app.arrivals import services, words
from requests_app.arrivals.models import Batch, Line
from requests_app.arrivals.reading import COLUMNS, Unreadable
from requests_app.arrivals.services import BegunAlready
from requests_app.audit.services import record
from requests_app.console.arriving_forms import ArrivingForm
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import MAIL, show
from requests_app.console.words import masked_address, right_named
from requests_app.jurisdictions import REGIMES
from requests_app.officers import policy
from requests_app.officers.policy import Action
from requests_app.values import Side

_A_PAGE: Final = 50
_ONLY: Final = ("refused", "late")
_reads_and_posts = require_http_methods(["GET", "HEAD", "POST"])


@_reads_and_posts
def import_cases(request: OfficerRequest, brand: str) -> HttpResponse:
    """Take a file in, and list those that were brought lately."""
    shop = get_object_or_404(policy.brands_of(request.user, Action.MANAGE, Side.CUSTOMERS), slug=brand)
    form = ArrivingForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            batch = services.stage(shop, told["file"].file, by=request.user, order=told["order"], tells=told["tells"])
        except Unreadable as fault:
            form.add_error("file", words.of_file(fault))
        else:
            return redirect("console:import_file", batch=batch.pk)
    known = Batch.objects.filter(brand=shop).select_related("officer")[:20]
    context = {"form": form, "shop": shop, "batches": known, "columns": COLUMNS}
    return show(request, "import_cases", context, at=MAIL, status=422 if form.errors else 200)


@_reads_and_posts
def import_file(request: OfficerRequest, batch: UUID) -> HttpResponse:
    """Show what every row becomes, or what it became; posted: file what nothing speaks against."""
    found = _mine(request, batch)
    if request.method == "POST":
        try:
            services.confirm(found, by=request.user)
        except BegunAlready:
            messages.info(request, _("Somebody confirmed this file already."))
        return redirect("console:import_file", batch=batch)
    only = request.GET.get("only", "") if request.GET.get("only") in _ONLY else ""
    page: Page[Line] = Paginator(_lines(found, only), _A_PAGE).get_page(request.GET.get("page"))
    if found.begun_at is None:
        record("import.viewed", by=request.user.actor, batch=str(found.pk), page=page.number)
    told = {"batch": found, "counts": _counts(found), "page": page, "rows": [_row(line) for line in page], "only": only}
    return show(request, "import_file", told, at=MAIL)


@require_POST
def drop_import(request: OfficerRequest, batch: UUID) -> HttpResponse:
    """Let go of a file that nobody confirmed."""
    found = _mine(request, batch)
    try:
        services.discard(found, by=request.user.actor)
    except BegunAlready:
        messages.info(request, _("Somebody confirmed this file already."))
        return redirect("console:import_file", batch=batch)
    messages.success(request, _("Dropped: nothing of the file is kept."))
    return redirect("console:import_cases", brand=found.brand.slug)


def _mine(request: OfficerRequest, batch: UUID) -> Batch:
    shops = policy.brands_of(request.user, Action.MANAGE, Side.CUSTOMERS)
    return get_object_or_404(Batch.objects.select_related("brand"), pk=batch, brand__in=shops)


def _lines(batch: Batch, only: str) -> QuerySet[Line]:
    lines = batch.lines.select_related("dsr").order_by("number")
    if only == "refused":
        return lines.exclude(verdict="")
    return lines.filter(verdict="", facts__late=True) if only == "late" else lines


def _counts(batch: Batch) -> dict[str, int]:
    found: dict[str, int] = batch.lines.aggregate(
        rows=Count("pk"), refused=Count("pk", ~Q(verdict="")), filed=Count("pk", Q(dsr__isnull=False)),
        late=Count("pk", Q(verdict="", facts__late=True)), fine=Count("pk", Q(verdict="")),
    )  # fmt: skip
    return found


def _row(line: Line) -> dict[str, Any]:
    """Return what the page says of a row: who it is about only as far as the row must be known again."""
    told, facts = line.told or {}, line.facts
    law = REGIMES.get(facts.get("law", ""))
    return {
        "line": line, "number": told.get("external_reference", ""), "who": _who(told), "why": words.of_row(line.verdict),
        "right": right_named(facts["right"]) if "right" in facts else "", "law": law.short if law else "", "facts": facts,
        "days": {name: date.fromisoformat(facts[name]) for name in ("received", "safe", "legal") if name in facts},
        "open": facts.get("reference", ""),
    }  # fmt: skip


def _who(told: dict[str, str]) -> str:
    initials = " ".join(f"{word[0]}••••" for word in told.get("name", "").split()[:3])
    return initials or (masked_address(told["email"]) if "@" in told.get("email", "") else "")
