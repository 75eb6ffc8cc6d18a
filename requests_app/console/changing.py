"""The page on which an officer decides on corrections and restrictions, and what became of them."""

from datetime import datetime, time
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from requests_app.changes import phrases
from requests_app.changes import services as changes
from requests_app.changes.models import OPEN_STANDS, WAITING_STANDS, Deed, Entry, Stand
from requests_app.changes.services import NotChecked, NothingAccepted, NotOpen, Undecided
from requests_app.changes.showing import Known
from requests_app.console import stepup
from requests_app.console.case import Case, opened
from requests_app.console.change_forms import (
    ACCEPT,
    AGAIN,
    ASK,
    DONE,
    GIVE_UP,
    REFUSE,
    CarryOutForm,
    LeftForm,
    LiftForm,
    VerdictsForm,
)
from requests_app.console.deciding import overtaken, page, too_late
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import show
from requests_app.correspondence.models import Statement
from requests_app.officers.policy import Action
from requests_app.rights.restriction import Ground
from requests_app.vault import uploads
from requests_app.vault.models import Upload
from requests_app.workflow.services import MoveNotAllowed, StaleState
from requests_app.workflow.states import Move, State

_LATE: Final = (NotOpen, NotChecked, MoveNotAllowed, StaleState)
_DECIDED: Final = (Stand.PROPOSED, Stand.ASKED, Stand.ACCEPTED, Stand.REFUSED)
_reads_and_posts = require_http_methods(["GET", "HEAD", "POST"])


def changed(request: OfficerRequest, reference: str) -> Case:
    """Return the request for a correction or a restriction that `reference` names.

    Raises:
        Http404: there is none, or it is for something else.
    """
    case = opened(request, reference)
    if case.way != "changes":
        raise Http404
    return case


@_reads_and_posts
def decide(request: OfficerRequest, reference: str) -> HttpResponse:
    """Show every field with old and new side by side, and take the officer's verdicts."""
    case = changed(request, reference)
    case.must_see_data("changes")
    entries = list(case.dsr.entries.asked().select_related("source"))
    form = _form(request, case, entries)
    if request.method == "POST":
        case.require(Action.ANSWER)
        if form is None or overtaken(case, form):
            return too_late(request, case)
        if form.is_valid():
            try:
                _keep(form, request)
            except _LATE:
                return too_late(request, case)
            messages.success(request, _("Kept."))
            return redirect(case.url("changes"))
    told = _told(case, entries, form)
    if form is None:
        return show(request, "changes", case.context("changes") | told)
    return page(request, case, "changes", form, told)


def _form(request: OfficerRequest, case: Case, entries: list[Entry]) -> VerdictsForm | LeftForm | None:
    data = request.POST or None
    if Action.ANSWER not in case.actions:
        return None
    if case.dsr.stage == State.REVIEWING:
        open_ones = [entry for entry in entries if entry.stand in _DECIDED]
        restricts = case.dsr.right == changes.RESTRICTION
        return VerdictsForm(data, seen=case.version, entries=open_ones, restricts=restricts) if open_ones else None
    left = [entry for entry in entries if entry.stand in WAITING_STANDS]
    return LeftForm(data, seen=case.version, entries=left) if left else None


@transaction.atomic
def _keep(form: VerdictsForm | LeftForm, request: OfficerRequest) -> None:
    """Keep all of the verdicts or, where somebody was quicker with one of them, none."""
    for entry in form.entries.values():
        if isinstance(form, LeftForm):
            _settle(form, entry, request)
        else:
            _decide(form, entry, request)


def _decide(form: VerdictsForm, entry: Entry, request: OfficerRequest) -> None:
    verdict, words = form.verdict(entry)
    if verdict == ACCEPT:
        changes.accept(entry, by=request.user, checked=words, seen=form.found(entry))
    elif verdict == REFUSE:
        changes.refuse(entry, reason=words, by=request.user)
    elif verdict == ASK:
        changes.ask(entry, question=words, by=request.user)


def _settle(form: LeftForm, entry: Entry, request: OfficerRequest) -> None:
    way, words = form.way(entry)
    if way == DONE:
        changes.done_by_hand(entry, by=request.user)
    elif way == GIVE_UP:
        changes.give_up(entry, reason=words, by=request.user)
    elif way == AGAIN:
        changes.again(entry, by=request.user, seen=form.found(entry))


def _told(case: Case, entries: list[Entry], form: VerdictsForm | LeftForm | None) -> dict[str, Any]:
    dsr, known = case.dsr, Known({entry.source for entry in entries})
    stands = {entry.stand for entry in entries}
    reviewing = dsr.stage == State.REVIEWING
    asks = reviewing and Stand.ASKED in stands
    undecided = reviewing and Stand.PROPOSED in stands and dsr.right == changes.CORRECTION
    said = {one.subject: one.text for one in Statement.objects.filter(dsr=dsr)}
    return {
        "form": form, "rows": [_row(entry, known, form, said.get(entry.pk)) for entry in entries], "asks": asks,
        "ready": reviewing and not asks and not undecided and stands != {Stand.REFUSED},
        "all_refused": reviewing and stands == {Stand.REFUSED}, "undecided": undecided,
        "restricts": dsr.right == changes.RESTRICTION, "ground": _ground(case), "failed": _failed(case),
        "evidence": Upload.objects.filter(dsr=dsr, purpose="evidence"), "restriction": getattr(dsr, "restriction", None),
        "can_lift": Action.ANSWER in case.actions and _can_lift(case), "may_answer": Action.ANSWER in case.actions,
        "more": dsr.looks.filter(more=True).exists(), "working": dsr.stage == State.FULFILLING and bool(stands & set(OPEN_STANDS)),
    }  # fmt: skip


def _can_lift(case: Case) -> bool:
    stands = changes.standing(case.dsr)
    return case.dsr.stage == State.ANSWERED and stands is not None and stands.announced_at is None


def _failed(case: Case) -> list[dict[str, str]]:
    return [{"title": look.source.title_in(case.reader.language), "code": look.fault} for look in changes.failed(case.dsr)]


def _ground(case: Case) -> str:
    said = (case.dsr.wish or {}).get("ground", "")
    return str(phrases.GROUNDS[Ground(said)]) if said in list(Ground) else ""


def _row(entry: Entry, known: Known, form: VerdictsForm | LeftForm | None, said: str | None) -> dict[str, Any]:
    names = [f"{name}_{entry.pk.hex}" for name in ("verdict", "way", "words", "found")]
    inputs = [form[name] for name in names if form is not None and name in form.fields]
    return {
        "entry": entry, "title": known.title(entry, get_language() or "en"), "inputs": inputs,
        "old": entry.old, "new": entry.new, "empties": entry.empties, "found": entry.found, "by_hand": not entry.field,
        "stand": phrases.stand(entry), "kind": phrases.KINDS.get(Stand(entry.stand), "info"),
        "needs_check": changes.needs_check(entry), "said": said, "elsewhere": entry.same_as_id is not None,
        "lifts": entry.deed == Deed.LIFT, "fixed": entry.bounds.fixed if entry.field else "",
    }  # fmt: skip


@require_safe
def evidence(request: OfficerRequest, reference: str, file: UUID) -> StreamingHttpResponse:
    """Hand out a file that the customer sent to show that something is wrong: to be saved, never shown here."""
    case = changed(request, reference)
    case.must_see_data("evidence")
    sent = get_object_or_404(Upload, dsr=case.dsr, purpose="evidence", pk=file)
    return StreamingHttpResponse(uploads.plain(sent), content_type=sent.media_type, headers=uploads.headers(sent))


@require_POST
def ask_back(request: OfficerRequest, reference: str) -> HttpResponse:
    """Send the questions that were noted to the customer."""
    case = changed(request, reference)
    case.require(Action.ANSWER)
    try:
        changes.ask_back(case.dsr, by=request.user)
    except _LATE:
        return too_late(request, case)
    messages.success(request, _("The questions are on their way to the customer."))
    return redirect(case.url())


@_reads_and_posts
def carry_out(request: OfficerRequest, reference: str) -> HttpResponse:
    """Say in words what is changed where; then let it be changed."""
    case = changed(request, reference)
    case.require(Action.ANSWER)
    if Move.APPROVE not in case.moves:
        return too_late(request, case)
    form = CarryOutForm(request.POST or None, seen=case.version, **stepup.asks(request))
    if request.method == "POST":
        if overtaken(case, form):
            return too_late(request, case)
        if form.is_valid():
            stepup.passed(request, form)
            try:
                changes.approve(case.dsr, by=request.user)
            except (*_LATE, Undecided, NothingAccepted):
                return too_late(request, case)
            messages.success(request, _("Approved. The systems are being changed now."))
            return redirect(case.url("changes"))
    case.seen("carry_out")
    stands = (Stand.ACCEPTED, Stand.PROPOSED) if case.dsr.right == changes.RESTRICTION else (Stand.ACCEPTED,)
    entries = list(case.dsr.entries.filter(stand__in=stands).select_related("source"))
    return page(request, case, "carry_out", form, _told(case, entries, None) | {"form": form})


@_reads_and_posts
def lift(request: OfficerRequest, reference: str) -> HttpResponse:
    """End a restriction: the letter first, the deed on the day that it names."""
    case = changed(request, reference)
    case.require(Action.ANSWER)
    if not _can_lift(case):
        return too_late(request, case)
    form = LiftForm(request.POST or None, seen=case.version, today=case.today, **stepup.asks(request))
    if request.method == "POST":
        if overtaken(case, form):
            return too_late(request, case)
        if form.is_valid():
            stepup.passed(request, form)
            zone, said = ZoneInfo(case.dsr.brand.time_zone), form.cleaned_data
            at = datetime.combine(said["lifts_on"], time(), zone)
            try:
                changes.announce(case.dsr, reason=said["reason"], lifts_at=at, by=request.user)
            except (*_LATE, ValueError):
                return too_late(request, case)
            messages.success(request, _("The letter is on its way. The restriction ends on the day that it names."))
            return redirect(case.url("changes"))
    return page(request, case, "lift", form, {})
