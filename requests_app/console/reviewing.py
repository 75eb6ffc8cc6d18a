"""Reviewing an answer: what was found beside what the customer will see; withholding, and deciding on what was proposed."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from requests_app.collection.models import Part
from requests_app.console import reviewed
from requests_app.console.case import Case, opened
from requests_app.console.deciding import overtaken, page, too_late
from requests_app.console.forms import MovingForm
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import show
from requests_app.console.review_forms import GroundForm, SearchForm, WithholdForm
from requests_app.officers.policy import Action
from requests_app.review import proposals, searching, services
from requests_app.review.applying import members
from requests_app.review.looking import progress
from requests_app.review.models import Answer, Extent, Flag, Proposal, Ruling
from requests_app.review.services import Decided, NoSuchPlace, Spot
from requests_app.sources.services import described
from requests_app.workflow.services import StaleState
from requests_app.workflow.states import BEFORE_THE_SEARCH, State

RECORDS: Final = 20
_reads_and_posts = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def review(request: OfficerRequest, reference: str) -> HttpResponse:
    """Say what waits for a person, what is withheld, and lead to the collections."""
    case = _case(request, reference)
    case.must_see_data("review")
    language, parts = request.user.language, list(_parts(case))
    rulings = list(case.dsr.rulings.live().select_related("source", "by"))
    done, of = progress(case.dsr)
    told = {
        "standing": (stands := services.standing(case.dsr)), "why_not": reviewed.why_not(stands), "done": done, "of": of,
        "to_look_at": reviewed.flagged(case.dsr, language), "may_decide": _may_decide(case), "first_open": _next(case),
        "rulings": reviewed.ruled(rulings, language), "searched": case.dsr.state not in BEFORE_THE_SEARCH,
        "collections": [reviewed.Look(part, language, described(part.pull.source).get(part.collection)) for part in parts],
    }  # fmt: skip
    return show(request, "review", case.context("review") | told)


@_reads_and_posts
def review_part(request: OfficerRequest, reference: str, part: UUID) -> HttpResponse:
    """Show a page of a collection side by side; what is posted are words to search for in it."""
    case = _case(request, reference)
    asked = _part(case, part)
    form = SearchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = searching.find(asked, form.cleaned_data["sought"], first=form.cleaned_data["first"] or 0, count=RECORDS)
        case.must_see_data("review", part=str(asked.pk), count=len(found.numbers), searched=True)
        return _shown(request, case, asked, found.numbers, {"form": form, "go_on": found.go_on, "searched": True})
    at = Paginator(range(asked.records), RECORDS).get_page(request.GET.get("page"))
    case.must_see_data("review", part=str(asked.pk), first=at.start_index(), count=len(at.object_list))
    return _shown(request, case, asked, tuple(at.object_list), {"form": form, "page": at})


def _shown(request: OfficerRequest, case: Case, part: Part, numbers: tuple[int, ...], told: dict[str, Any]) -> HttpResponse:
    rulings = _rulings(case, part)
    look = reviewed.look(case.dsr, part, request.user.language, rulings, numbers)
    context = {
        "look": look, "records": look.records(searching.records(part, numbers)), "may_decide": _may_decide(case),
        "first_open": _next(case), "rulings": reviewed.ruled(rulings, request.user.language),
    }  # fmt: skip
    return show(request, "review_part", case.context("review") | context | told)


@_reads_and_posts
def review_record(request: OfficerRequest, reference: str, part: UUID, number: int) -> HttpResponse:
    """Withhold something of one record; of every record only after saying how many they are."""
    case = _case(request, reference)
    asked = _part(case, part)
    if request.method == "POST":
        case.require(Action.ANSWER)
        if not _may_decide(case) or overtaken(case, MovingForm(request.POST, seen=case.version)):
            return too_late(request, case)
    found = searching.records(asked, (number,))
    if not found:
        raise Http404
    case.must_see_data("review", part=str(asked.pk), first=number + 1, count=1)
    look = reviewed.look(case.dsr, asked, request.user.language, _rulings(case, asked), (number,))
    texts = {one.name: one.value for one in members(found[0][1].decode())}
    labels = {name: look.labels.get(name, name) for name in texts}
    form = WithholdForm(request.POST or None, seen=case.version, fields=labels, texts=texts)
    told = {"look": look, "records": look.records(found), "may_decide": _may_decide(case)}
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["everywhere"] and "confirmed" not in request.POST:
            return page(request, case, "review_record", form, told | {"confirm": reviewed.values_said(asked.records)})
        return _withhold(request, case, _spot(asked, number, form), form, told)
    return page(request, case, "review_record", form, told)


def _withhold(request: OfficerRequest, case: Case, spot: Spot, form: WithholdForm, told: dict[str, Any]) -> HttpResponse:
    said = form.cleaned_data
    try:
        services.withhold(case.dsr, spot, ground=said["ground"], note=said["note"], by=request.user)
    except StaleState:
        return too_late(request, case)
    except Decided as other:
        form.add_error(None, _told(other))
        return page(request, case, "review_record", form, told)
    messages.success(request, _("Withheld. It can be taken back until the answer is approved."))
    return redirect(_page_of(case, spot.part.pk, spot.number or 0))


def _spot(part: Part, number: int, form: WithholdForm) -> Spot:
    said = form.cleaned_data
    if not said["what"]:
        return Spot(part, Extent.RECORD, number)
    if said["everywhere"]:
        return Spot(part, Extent.COLUMN, None, said["what"])
    if said["passage"]:
        return Spot(part, Extent.PASSAGE, number, said["what"], form.span)
    return Spot(part, Extent.FIELD, number, said["what"])


@require_POST
def review_ruling(request: OfficerRequest, reference: str, ruling: UUID) -> HttpResponse:
    """Take back what was withheld, or let it stand for what is there now."""
    case = _deciding(request, reference)
    if isinstance(case, HttpResponse):
        return case
    asked = get_object_or_404(Ruling.objects.select_related("dsr__brand", "source"), dsr=case.dsr, pk=ruling)
    try:
        if "confirm" in request.POST:
            services.confirm(asked, by=request.user)
            messages.success(request, _("It stands, for what is there now."))
        else:
            services.undo(asked, by=request.user)
            messages.success(request, _("Taken back: it goes into the answer."))
    except StaleState:
        return too_late(request, case)
    except Decided as other:
        messages.warning(request, _told(other))
    except NoSuchPlace:
        messages.warning(request, _("The record is not there any more. Take it back instead."))
    return redirect(case.url("review"))


@require_POST
def review_proposal(request: OfficerRequest, reference: str, proposal: UUID) -> HttpResponse:
    """Withhold or keep what was proposed, and go on to the next."""
    case = _deciding(request, reference)
    if isinstance(case, HttpResponse):
        return case
    waiting = Proposal.objects.select_related("dsr__brand", "flag__part__pull__source", "flag__part__file", "flag__dsr")
    asked = get_object_or_404(waiting, dsr=case.dsr, pk=proposal)
    try:
        if "keep" in request.POST:
            proposals.dismiss(asked, by=request.user)
        else:
            proposals.accept(asked, by=request.user)
    except StaleState:
        return too_late(request, case)
    except Decided as other:
        messages.warning(request, _told(other))
    return redirect(_next(case, after=asked) or case.url("review"))


@require_POST
def review_flags(request: OfficerRequest, reference: str) -> HttpResponse:
    """Note that flagged fields were looked at, or have what could not be looked through looked through again."""
    case = _deciding(request, reference)
    if isinstance(case, HttpResponse):
        return case
    if "again" in request.POST:
        services.look_again(case.dsr, by=request.user)
        return redirect(case.url("review"))
    chosen = [int(number) for number in request.POST.getlist("flag") if number.isdecimal()]
    try:
        seen = proposals.looked_at(case.dsr, chosen, by=request.user)
    except StaleState:
        return too_late(request, case)
    said = ngettext("%(n)d field noted as looked at.", "%(n)d fields noted as looked at.", seen) % {"n": seen}
    messages.success(request, said)
    return redirect(case.url("review"))


@_reads_and_posts
def review_kind(request: OfficerRequest, reference: str, flag: int) -> HttpResponse:
    """Withhold everything of one kind in one field, having said how much that is."""
    case = _case(request, reference)
    case.must_see_data("review")
    asked = get_object_or_404(Flag.objects.select_related("dsr__brand", "part__pull__source", "part__file"), dsr=case.dsr, pk=flag)
    form = GroundForm(request.POST or None, seen=case.version)
    if request.method == "POST":
        case.require(Action.ANSWER)
        if not _may_decide(case) or overtaken(case, form):
            return too_late(request, case)
    told = {"flag": next((one for one in reviewed.flagged(case.dsr, request.user.language) if one.flag.pk == flag), None)}
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            proposals.accept_all(asked, by=request.user, ground=said["ground"], note=said["note"])
        except StaleState:
            return too_late(request, case)
        except Decided as other:
            form.add_error(None, _told(other))
            return page(request, case, "review_kind", form, told)
        messages.success(request, _("Withheld. It can be taken back until the answer is approved."))
        return redirect(case.url("review"))
    return page(request, case, "review_kind", form, told)


def _case(request: OfficerRequest, reference: str) -> Case:
    """Raises: Http404: the request is not answered with a copy that holds values."""
    case = opened(request, reference)
    if not services.is_reviewed(case.dsr):
        raise Http404
    return case


def _deciding(request: OfficerRequest, reference: str) -> Case | HttpResponse:
    case = _case(request, reference)
    case.require(Action.ANSWER)
    if not _may_decide(case) or overtaken(case, MovingForm(request.POST, seen=case.version)):
        return too_late(request, case)
    return case


def _may_decide(case: Case) -> bool:
    return case.dsr.stage == State.REVIEWING and Action.ANSWER in case.actions


def _parts(case: Case) -> Any:
    return (
        Part.objects.filter(pull__dsr=case.dsr, form="json")
        .select_related("pull__source", "file")
        .order_by("pull__source", "position")
    )


def _part(case: Case, part: UUID) -> Part:
    found: Part = get_object_or_404(_parts(case), pk=part)
    return found


def _rulings(case: Case, part: Part) -> list[Ruling]:
    here = case.dsr.rulings.live().filter(source=part.pull.source_id, collection=part.collection)
    return list(here.select_related("source", "by"))


def _next(case: Case, after: Proposal | None = None) -> str:
    """Return where the next open proposal is, from `after` on and then from the beginning; empty where there is none."""
    waiting = Proposal.objects.filter(dsr=case.dsr, answer=Answer.OPEN).select_related("flag")
    first = waiting.order_by("flag__part", "number", "flag", "pk").first()
    if after is not None:
        part = after.flag.part_id
        first = waiting.filter(flag__part=part, number__gte=after.number).order_by("number", "flag", "pk").first() or first
    return f"{_page_of(case, first.flag.part_id, first.number)}#p-{first.pk}" if first else ""


def _page_of(case: Case, part: UUID, number: int) -> str:
    at = reverse("console:review_part", args=[case.dsr.reference, part])
    return f"{at}?page={number // RECORDS + 1}"


def _told(other: Decided) -> str:
    moment = date_format(localtime(other.at), "DATETIME_FORMAT") if other.at else ""
    return reviewed.decided_by(other.by, other.at, moment)
