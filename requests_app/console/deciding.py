"""The pages of one request on which an officer decides. Each says in words what will happen before it happens."""

from collections.abc import Mapping
from typing import Any, Final

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from requests_app.console import stepup, words
from requests_app.console.candidates import doubtful, laid_out
from requests_app.console.case import Case, opened
from requests_app.console.forms import ApprovalForm, MatchForm, MovingForm, RefusalForm
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import show
from requests_app.console.searched import missing, systems_of
from requests_app.correspondence.services import said
from requests_app.matching.services import NotDecided, decide
from requests_app.officers.policy import Action
from requests_app.workflow.services import MoveNotAllowed, StaleState, advance
from requests_app.workflow.states import Move

_LATE: Final = (StaleState, MoveNotAllowed, NotDecided)
_reads_and_posts = require_http_methods(["GET", "HEAD", "POST"])


@_reads_and_posts
def match(request: OfficerRequest, reference: str) -> HttpResponse:
    """Choose who it is, system by system; what was decided stays to be read."""
    case = opened(request, reference)
    case.must_see_data("match")
    deciding = Move.DECIDE in case.moves
    form = MatchForm(request.POST or None, matches=doubtful(case.dsr) if deciding else [], seen=case.version)
    if request.method == "POST":
        case.require(Action.DECIDE_MATCH)
        if not deciding or _overtaken(case, form):
            return _too_late(request, case)
        if form.is_valid():
            try:
                decide(case.dsr, form.choices, by=request.user, reason=form.cleaned_data["reason"])
            except _LATE:
                return _too_late(request, case)
            messages.success(request, _("Decided. The systems are being searched now."))
            return redirect(case.url())
    return _page(
        request,
        case,
        "match",
        form,
        {"deciding": deciding, "may_refuse": Move.REFUSE in case.moves, "matches": laid_out(case.dsr, form)},
    )


@_reads_and_posts
def approve(request: OfficerRequest, reference: str) -> HttpResponse:
    """Say in words what goes out, and to whom; then send it."""
    case = opened(request, reference)
    case.require(Action.ANSWER)
    if Move.APPROVE not in case.moves:
        return _too_late(request, case)
    systems = systems_of(case.dsr)
    lacking = missing(systems)
    form = ApprovalForm(
        request.POST or None, seen=case.version, complete=not lacking, language=case.dsr.language, **stepup.asks(request)
    )
    if request.method == "POST":
        if _overtaken(case, form):
            return _too_late(request, case)
        if form.is_valid():
            stepup.passed(request, form)
            return _moved(request, case, Move.APPROVE, form, _("Approved. The copy is being built; a letter tells the customer."))
    answered = [system for system in systems if not system.failed]
    records = sum(system.records for system in answered)
    told = {
        "systems": answered, "lacking": lacking, "records": records, "shown_records": number_format(records, force_grouping=True),
        "address": words.masked_address(case.dsr.email or ""), "brand": case.dsr.brand,
    }  # fmt: skip
    return _page(request, case, "approve", form, told)


@_reads_and_posts
def refuse(request: OfficerRequest, reference: str) -> HttpResponse:
    """Take the reason, show the letter as the customer will read it, then send it."""
    case = opened(request, reference)
    case.require(Action.ANSWER)
    if Move.REFUSE not in case.moves:
        return _too_late(request, case)
    form = RefusalForm(request.POST or None, seen=case.version, **stepup.asks(request))
    letter = None
    if request.method == "POST":
        if _overtaken(case, form):
            return _too_late(request, case)
        if form.is_valid():
            stepup.passed(request, form)
            if "send" in request.POST:
                return _moved(request, case, Move.REFUSE, form, _("Refused. The letter is on its way."))
            letter = _letter(case, form.cleaned_data["reason"])
            form = RefusalForm(request.POST, seen=case.version, **stepup.asks(request))
    told = {"letter": letter, "spoken": words.language(case.dsr.language)}
    return _page(request, case, "refuse", form, told)


@require_POST
def search_again(request: OfficerRequest, reference: str) -> HttpResponse:
    """Ask the systems that failed once more; what the others said stays."""
    case = opened(request, reference)
    case.require(Action.ANSWER)
    form = MovingForm(request.POST, seen=case.version)
    if Move.SEARCH_AGAIN not in case.moves or _overtaken(case, form) or not form.is_valid():
        return _too_late(request, case)
    return _moved(request, case, Move.SEARCH_AGAIN, form, _("The missing systems are being searched again."))


def _moved(request: OfficerRequest, case: Case, move: Move, form: Form, said: str) -> HttpResponse:
    try:
        advance(case.dsr, move, by=request.user.actor, reason=form.cleaned_data.get("reason", ""))
    except _LATE:
        return _too_late(request, case)
    messages.success(request, said)
    return redirect(case.url())


def _overtaken(case: Case, form: MovingForm) -> bool:
    """Whether the request has moved since its reader opened the form."""
    return form.data.get("seen") != str(case.version)


def _too_late(request: OfficerRequest, case: Case) -> HttpResponse:
    fresh = opened(request, case.dsr.reference)
    return show(request, "quicker", fresh.context(), status=409)


def _page(request: OfficerRequest, case: Case, name: str, form: Form, told: Mapping[str, Any]) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    return show(request, name, {**case.context(name), "form": form, **told}, status=status)


def _letter(case: Case, reason: str) -> dict[str, str]:
    """Return the refusal as it would be written; its links are made when it is."""
    links = dict.fromkeys(("follow", "disown"), "…")
    subject, text = said(case.dsr, "refused", language=case.dsr.language, links=links, reason=reason)
    return {"subject": subject, "text": text}
