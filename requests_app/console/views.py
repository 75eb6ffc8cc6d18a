"""The queue and its tabs."""

from datetime import UTC, datetime
from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from requests_app.console import asking, finding, tabs
from requests_app.console import queue as queues
from requests_app.console.asking import Asked, asked
from requests_app.console.desk import desk_of
from requests_app.console.gate import OfficerRequest
from requests_app.console.models import SavedView
from requests_app.console.page import Waiting, show
from requests_app.console.queue import Tab
from requests_app.console.queue_forms import FindForm, KeepViewForm

ROWS: Final = 25


@require_safe
def queue(request: OfficerRequest, tab: str = Tab.QUEUE) -> HttpResponse:
    """Show one tab; the rows alone when the page itself asks, once a minute."""
    ask = asked(request, tab)
    counted = queues.counts(ask.desk, ask.among, ask.tab)
    context = {
        "tab": ask.tab, "title": tabs.title(ask.tab), "form": ask.form, "many": len(ask.desk.shops) > 1,
        "narrowed": bool(ask.wanted), "query": ask.wanted.query, "hidden": tabs.hidden(ask.tab, counted, narrowed=bool(ask.wanted)),
        "selects": ask.desk.answers and ask.tab != Tab.ANSWERED, "team": ask.desk.colleagues.items(), "me": request.user.pk,
        **(_closed(request, ask) if ask.tab == Tab.ANSWERED else _open(request, ask, counted["among"])),
    }  # fmt: skip
    if request.htmx:
        return render(request, "console/queue.html#rows", context)
    views = SavedView.objects.of(request.user).select_related("officer")
    context |= {"tabs": tabs.listed(ask.tab, counted), "views": views, "keep": KeepViewForm(desk=ask.desk)}
    context |= {"waiting": Waiting(ask.desk, counted)}
    at = Tab.MINE if ask.tab == Tab.MINE else Tab.QUEUE
    return show(request, "queue", context, at=at)


def _open(request: OfficerRequest, ask: Asked, many: int) -> dict[str, Any]:
    page = Paginator(range(many), ROWS).get_page(request.GET.get("page"))
    start = max(page.start_index() - 1, 0)
    found = asking.places_of(ask, start, start + ROWS)
    return {"rows": queues.told([one.pk for one in found], ask.desk, datetime.now(UTC)), "page": page}


def _closed(request: OfficerRequest, ask: Asked) -> dict[str, Any]:
    """Return the newest, or what comes after a place in that order: nobody counts what was answered in all the years."""
    place = request.GET.get("before", "")
    found = asking.places_of(ask, 0, ROWS + 1, besides=asking.after(place))
    rows = queues.told([one.pk for one in found[:ROWS]], ask.desk, datetime.now(UTC))
    return {"rows": rows, "older": str(found[ROWS - 1]) if len(found) > ROWS else "", "before": place}


@require_POST
def find(request: OfficerRequest) -> HttpResponse:
    """Open the request of a reference, or list those of a name or an address."""
    form, found = FindForm(request.POST), []
    desk = desk_of(request.user)
    if form.is_valid():
        sought = form.cleaned_data["sought"]
        if reference := finding.by_reference(request.user, sought):
            return redirect("console:detail", reference=reference)
        found = finding.by_person(request.user, sought)
    rows = queues.told(found[: finding.MOST], desk, datetime.now(UTC))
    context = {"rows": rows, "many": len(desk.shops) > 1, "more": len(found) > finding.MOST, "most": finding.MOST}
    context |= {"waiting": Waiting(desk, queues.counts(desk))}
    return show(request, "found", context)


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
