"""The pages of one request on which an officer looks and nothing changes. Each look at personal data is written down."""

import re
from typing import Any, Final
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from requests_app.collection import services as collection
from requests_app.collection.models import Part
from requests_app.console import before, history, shapes, wishes, words
from requests_app.console.case import Case, opened
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import show
from requests_app.console.searched import systems_of
from requests_app.correspondence.models import Letter
from requests_app.matching.services import typed_by
from requests_app.officers.policy import Action
from requests_app.workflow.states import Move

_LINK: Final = re.compile(r"https?://\S+(?:\s{1,2}(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4})?")
RECORDS: Final = 50
EVENTS: Final = 100


@require_safe
def detail(request: OfficerRequest, reference: str) -> HttpResponse:
    case = opened(request, reference)
    if case.sees_data:
        case.seen("overview")
    told = {"systems": systems_of(case.dsr), "asked": _asked(case), "dates": _dates(case), "copies": case.copies}
    told |= before.told(case.dsr) | wishes.will(case.dsr, private=case.sees_data and case.is_willed)
    return show(request, "detail", case.context("detail") | told)


@require_safe
def systems(request: OfficerRequest, reference: str) -> HttpResponse:
    case = opened(request, reference)
    again = Move.SEARCH_AGAIN in case.moves
    return show(request, "systems", case.context("systems") | {"systems": systems_of(case.dsr), "again": again})


@require_safe
def records(request: OfficerRequest, reference: str) -> HttpResponse:
    """List what was found, collection by collection; the records themselves are a page further."""
    case = opened(request, reference)
    case.must_see_data("records")
    found = list(Part.objects.filter(pull__dsr=case.dsr, form="json").select_related("pull__source"))
    files = (
        Part.objects.filter(pull__dsr=case.dsr, form="file").order_by().values_list("pull", "collection").annotate(n=Count("pk"))
    )
    counted = {(pull, name): count for pull, name, count in files}
    return show(request, "records", case.context("records") | {"systems": shapes.listed(found, counted, request.user.language)})


@require_safe
def part(request: OfficerRequest, reference: str, part: UUID) -> HttpResponse:
    """Show one page of a collection's records, read from the frames that hold them and no others."""
    case = opened(request, reference)
    asked = get_object_or_404(Part.objects.select_related("pull__source", "file"), pull__dsr=case.dsr, form="json", pk=part)
    page = Paginator(range(asked.records), RECORDS).get_page(request.GET.get("page"))
    case.must_see_data("records", part=str(asked.pk), first=page.start_index(), count=len(page.object_list))
    found = collection.page(asked, max(page.start_index() - 1, 0), RECORDS) if asked.records else []
    shape = shapes.of(asked, found, request.user.language)
    return show(request, "part", case.context("records") | {"page": page, "shape": shape, "records": shape.cells(found)})


@require_safe
def timeline(request: OfficerRequest, reference: str) -> HttpResponse:
    case = opened(request, reference)
    if case.sees_data:
        case.seen("timeline")
    views = "views" in request.GET
    page = Paginator(history.Events(case.dsr, reasons=case.sees_data, views=views), EVENTS).get_page(request.GET.get("page"))
    told = {"page": page, "views": views, "packs": Action.PACK in case.actions}
    return show(request, "timeline", case.context("timeline") | told)


@require_safe
def letters(request: OfficerRequest, reference: str) -> HttpResponse:
    case = opened(request, reference)
    if case.sees_data:
        case.seen("letters")
    written = [_letter(case, letter) for letter in case.dsr.letters.filter(officer=None).order_by("-written_at")]
    return show(request, "letters", case.context("letters") | {"letters": written})


def _letter(case: Case, letter: Letter) -> dict[str, Any]:
    """Return a letter as an officer may read it: its links open doors for the customer alone."""
    shown: dict[str, Any] = {
        "kind": history.letter(letter.kind),
        "state": letter.state,
        "at": letter.written_at,
        "language": letter.language,
        "on_paper": letter.on_paper,
    }
    if case.sees_data:
        shown |= {"pk": letter.pk, "subject": letter.subject, "address": letter.address, "text": words_of(letter)}
    return shown


def words_of(letter: Letter) -> str:
    """Return what a letter says, without its links: they open doors for the customer alone."""
    return _LINK.sub(_("[a link, for the customer only]"), letter.text or "")


def _asked(case: Case) -> list[dict[str, Any]]:
    """Return what the person typed: whole for those who may see it, masked for the others."""
    dsr = case.dsr
    rows = [{"label": _("Shop"), "value": dsr.brand.name}, {"label": _("Language"), "value": words.language(dsr.language)}]
    rows += wishes.of_erasure(dsr, private=case.sees_data)
    rows += wishes.of_reply(dsr, private=case.sees_data)
    if not case.sees_data:
        return [*rows, {"label": _("Who"), "value": words.masked(dsr)}]
    typed = {"email": dsr.email, **typed_by(dsr)}
    rows += [{"label": words.fact(kind), "value": value} for kind, value in typed.items() if value]
    return [*rows, {"label": _("In their own words"), "value": dsr.details}] if dsr.details else rows


def _dates(case: Case) -> list[dict[str, Any]]:
    dsr = case.dsr
    known = [
        (_("Received"), dsr.received_at),
        (_("Address proven"), dsr.verified_at),
        (_("Approved"), dsr.approved_at),
        (_("Closed"), dsr.closed_at),
    ]
    rows = [{"label": label, "value": date_format(localtime(at), "DATETIME_FORMAT")} for label, at in known if at is not None]
    return [*rows, *_ruled(case)]


def _ruled(case: Case) -> list[dict[str, Any]]:
    """Say that no officer approved, and by which rule; a request that nobody approved yet costs no question."""
    if case.dsr.approved_at is None:
        return []
    approved = case.dsr.transitions.filter(move=Move.APPROVE, actor_kind="rule").last()
    return [{"label": _("Approved without an officer"), "value": words.reason(approved)}] if approved else []
