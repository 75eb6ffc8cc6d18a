"""Rehearsing the plan of one system: asked for here, done by a worker, and looked at for a day."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRefresh

from requests_app.console import deeds, words
from requests_app.console.case import Case
from requests_app.console.deciding import overtaken, too_late
from requests_app.console.forms import MovingForm
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import show
from requests_app.console.planned import Infos, field_titles, named
from requests_app.console.plans import erasing
from requests_app.console.searched import title
from requests_app.erasure import rehearsals
from requests_app.erasure import services as erasure
from requests_app.erasure.models import Plan
from requests_app.erasure.rehearsals import Rehearsal, RehearsalState
from requests_app.erasure.rehearsing import Rehearsed
from requests_app.erasure.services import Deed, NotOpen
from requests_app.keys.store import KeyGone
from requests_app.officers.policy import Action
from requests_app.sources.services import described
from requests_app.vault.frames import Unreadable
from requests_app.vault.storage import Away, Missing


@dataclass(frozen=True, slots=True)
class Sample:
    """One record before and after: the title of each field, what stands there, what would stand there."""

    title: str
    kind: str
    said: str
    is_gone: bool
    fields: tuple[tuple[str, str, str], ...]


@require_http_methods(["GET", "HEAD", "POST"])
def rehearsal(request: OfficerRequest, reference: str, plan: UUID) -> HttpResponse:
    """Show what the last rehearsal of a system's plan came to, or have another."""
    case = erasing(request, reference)
    case.require(Action.SEE_DATA)
    asked = get_object_or_404(erasure.current(case.dsr), pk=plan)
    if request.method == "POST":
        return _ask(request, case, asked)
    last = rehearsals.latest(asked)
    if request.htmx:
        waits = last is not None and last.state == RehearsalState.ASKED
        return HttpResponse(status=204) if waits else HttpResponseClientRefresh()
    case.seen("rehearsal", source=asked.source.name)
    return show(request, "rehearsal", case.context("plan") | _told(asked, last))


def _ask(request: OfficerRequest, case: Case, plan: Plan) -> HttpResponse:
    case.require(Action.ANSWER)
    if overtaken(case, MovingForm(request.POST, seen=case.version)):
        return too_late(request, case)
    try:
        rehearsals.ask(plan, by=request.user)
    except NotOpen:
        return too_late(request, case)
    messages.info(request, _("It is being rehearsed. Nothing stays changed."))
    return redirect("console:rehearsal", case.dsr.reference, plan.pk)


def _told(plan: Plan, last: Rehearsal | None) -> dict[str, Any]:
    told = _read(last)
    infos = described(plan.source)
    shown: dict[str, Any] = {
        "plan": plan, "title": title(plan.source), "last": last, "told": told, "waits": last and last.state == RehearsalState.ASKED,
        "fault": words.fault(last.fault) if last and last.fault else "",
    }  # fmt: skip
    if told is None:
        return shown
    return shown | {
        "receipts": [{**one, "title": named(one["collection"], infos), **_deed(one["deed"])} for one in told.receipts],
        "problems": [{**one, "mend": deeds.mend(one["code"])} for one in told.problems],
        "statements": [{"title": named(one["collection"], infos), "text": one["text"]} for one in told.statements],
        "samples": [_sample(one, infos) for one in told.samples],
    }


def _deed(deed: str) -> dict[str, str]:
    kind, said = deeds.DEEDS[Deed(deed)]
    return {"kind": kind, "said": str(said)}


def _sample(one: dict[str, Any], infos: Infos) -> Sample:
    titles = field_titles(infos.get(one["collection"]))
    fields = tuple((titles.get(name, name), before, after) for name, before, after in one["fields"])
    return Sample(named(one["collection"], infos), **_deed(one["deed"]), is_gone=one["deed"] == Deed.ERASE, fields=fields)


def _read(last: Rehearsal | None) -> Rehearsed | None:
    if last is None or last.file is None:
        return None
    try:
        return Rehearsed.read(last.file)
    except (Missing, Away, Unreadable, KeyGone):
        return None
