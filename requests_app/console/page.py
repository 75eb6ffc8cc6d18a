"""What every page of the console carries: where else to go, and what waits there."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from requests_app.console.gate import OfficerRequest
from requests_app.console.queue import Tab, counts
from requests_app.officers import policy
from requests_app.sources.models import Source

SOURCES = "sources"


def show(
    request: OfficerRequest, template: str, context: Mapping[str, Any] | None = None, *, at: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    """Render `console/<template>.html`; `at` is the place of the masthead that the page belongs to."""
    shown = {"places": _places(request, at), **(context or {})}
    return render(request, f"console/{template}.html", shown, status=status)


def _places(request: OfficerRequest, at: str) -> list[dict[str, Any]]:
    waiting: dict[str, int] = {tab.value: count for tab, count in counts(request.user).items()}
    if failing := Source.objects.searched().filter(brand__in=policy.brands_of(request.user)).exclude(last_fault="").count():
        waiting[SOURCES] = failing
    tabs = [
        (Tab.QUEUE, reverse("console:queue"), _("Queue")),
        *((tab, reverse("console:tab", args=[tab.value]), label) for tab, label in _other_tabs()),
        (SOURCES, reverse("console:sources"), _("Sources")),
    ]
    return [{"url": url, "label": label, "count": waiting.get(name), "current": name == at} for name, url, label in tabs]


def _other_tabs() -> list[tuple[Tab, str]]:
    return [(Tab.TO_DECIDE, _("To decide")), (Tab.UNVERIFIED, _("Unverified")), (Tab.ANSWERED, pgettext("tab", "Answered"))]
