"""What every page of the console carries: where else to go, and what waits there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from requests_app.console.case import Case
from requests_app.console.desk import Desk, desk_of
from requests_app.console.gate import OfficerRequest
from requests_app.console.queue import Tab, counts
from requests_app.officers.models import Officer

SOURCES = "sources"
HOLDS = "holds"
MAIL = "mail"
WORKLOAD = "workload"
REPORTS = "reports"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the masthead counts: failing systems of the desk, and open requests by tab."""

    desk: Desk
    counts: Mapping[str, int]


def show(
    request: OfficerRequest, template: str, context: Mapping[str, Any] | None = None, *, at: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    """Render `console/<template>.html`; `at` is the place of the masthead that the page belongs to.

    A page that has counted what waits says so as `waiting`.
    """
    told = dict(context or {})
    case: Case | None = told.get("case")
    waiting: Waiting = told.pop("waiting", None) or waiting_at(case.desk if case else desk_of(request.user))
    shown = {"places": _places(at, waiting), "team": _team(case, waiting.desk), **told}
    return render(request, f"console/{template}.html", shown, status=status)


def _team(case: Case | None, desk: Desk) -> list[tuple[int, str]]:
    """Return to whom the reader of a request may give it; nobody where the reader may not."""
    if case is None or not case.dsr.is_open or not desk.may_answer(case.dsr):
        return []
    return [(pk, name) for pk, name in desk.colleagues.items() if desk.may_be_given(case.dsr, pk)]


def waiting_for(officer: Officer) -> Waiting:
    return waiting_at(desk_of(officer))


def waiting_at(desk: Desk) -> Waiting:
    return Waiting(desk, counts(desk))


def _places(at: str, waiting: Waiting) -> list[dict[str, Any]]:
    found: dict[str, int] = {Tab.QUEUE: waiting.counts[Tab.QUEUE], Tab.MINE: waiting.counts[Tab.MINE]}
    found |= {SOURCES: waiting.desk.failing} if waiting.desk.failing else {}
    tabs = [
        (Tab.QUEUE, reverse("console:queue"), _("Queue")),
        (Tab.MINE, reverse("console:tab", args=[Tab.MINE.value]), pgettext("tab", "Mine")),
        (MAIL, reverse("console:mail"), _("Mail")),
        (HOLDS, reverse("console:holds"), _("Holds")),
        (SOURCES, reverse("console:sources"), _("Sources")),
        (WORKLOAD, reverse("console:workload"), _("Workload")),
        (REPORTS, reverse("console:reports"), _("Reports")),
    ]
    return [{"url": url, "label": label, "count": found.get(name), "current": name == at} for name, url, label in tabs]
