"""The queue and its tabs."""

from datetime import UTC, datetime
from typing import Any, Final

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from requests_app.console import queue as queues
from requests_app.console.forms import FilterForm, FindForm
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import show
from requests_app.console.queue import Tab
from requests_app.emails import NotAnAddress
from requests_app.intake.services import address_index
from requests_app.officers import policy
from requests_app.workflow.models import SubjectRequest

ROWS: Final = 25


@require_safe
def queue(request: OfficerRequest, tab: str = Tab.QUEUE) -> HttpResponse:
    """Show one tab; the rows alone when the page itself asks, once a minute."""
    if tab not in list(Tab):
        raise Http404
    chosen = Tab(tab)
    brands = list(policy.brands_of(request.user).values_list("slug", "name"))
    form = FilterForm(request.GET or None, brands=brands, label_suffix="")
    found = Paginator(_filtered(queues.with_progress(queues.requests_in(chosen, request.user)), form), ROWS)
    page = found.get_page(request.GET.get("page"))
    context = {
        "tab": chosen,
        "form": form,
        "page": page,
        "rows": queues.rows(page.object_list, datetime.now(UTC)),
        "many": len(brands) > 1,
    }
    if request.htmx:
        return render(request, "console/queue.html#rows", context)
    return show(request, "queue", context, at=chosen)


@require_POST
def find(request: OfficerRequest) -> HttpResponse:
    """Open the request of a reference, or list those of an address."""
    form = FindForm(request.POST)
    mine = SubjectRequest.objects.visible_to(request.user)
    found: list[SubjectRequest] = []
    if form.is_valid():
        sought = form.cleaned_data["sought"]
        if dsr := mine.filter(reference=sought.upper()).first():
            return redirect("console:detail", reference=dsr.reference)
        found = list(queues.with_progress(_of_address(mine, sought)).order_by("-received_at")[:ROWS])
    return show(request, "found", {"rows": queues.rows(found, datetime.now(UTC))})


@require_POST
def language(request: OfficerRequest) -> HttpResponse:
    """Speak another language from now on."""
    from django.conf import settings

    wanted = request.POST.get("language", "")
    if wanted in dict(settings.LANGUAGES):
        request.user.language = wanted
        request.user.save(update_fields=["language"])
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, None) else "console:queue")


def _filtered(dsrs: QuerySet[SubjectRequest], form: FilterForm) -> QuerySet[SubjectRequest]:
    chosen: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    named = {"brand": "brand__slug", "state": "state"}
    return dsrs.filter(**{field: chosen[name] for name, field in named.items() if chosen.get(name)})


def _of_address(dsrs: QuerySet[SubjectRequest], address: str) -> QuerySet[SubjectRequest]:
    try:
        return dsrs.filter(email_index=address_index(address))
    except NotAnAddress:
        return dsrs.none()
