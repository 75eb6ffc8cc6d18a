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

from requests_app.bundle.services import parts
from requests_app.console import meanwhile, reviewed, stepup, words
from requests_app.console.candidates import doubtful, laid_out
from requests_app.console.case import Case, opened
from requests_app.console.forms import ApprovalForm, MatchForm, MovingForm, RefusalForm
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import show
from requests_app.console.searched import missing, systems_of
from requests_app.correspondence import codes, denials, grounds
from requests_app.correspondence.composing import Draft, rehearsed
from requests_app.correspondence.history import earlier
from requests_app.matching.services import NotDecided, decide
from requests_app.officers.policy import Action
from requests_app.review import services as review
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
        if not deciding or overtaken(case, form):
            return too_late(request, case)
        if form.is_valid():
            try:
                decide(case.dsr, form.choices, by=request.user, reason=form.cleaned_data["reason"], whys=form.whys)
            except _LATE:
                return too_late(request, case)
            messages.success(request, _("Decided. The systems are being searched now."))
            return redirect(case.url())
    return page(
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
    if Move.APPROVE not in case.moves or case.way != "bundle":
        return too_late(request, case)
    systems = systems_of(case.dsr)
    lacking = missing(systems)
    hinders = reviewed.why_not(review.standing(case.dsr)) if review.is_reviewed(case.dsr) else []
    unsaid = rehearsed(case.dsr, parts(case.dsr)).lacks
    form = ApprovalForm(
        request.POST or None, seen=case.version, complete=not lacking, language=case.dsr.language, **stepup.asks(request)
    )
    if request.method == "POST":
        if overtaken(case, form):
            return too_late(request, case)
        if form.is_valid() and not unsaid and (answer := _approved(request, case, form)):
            return answer
    answered = [system for system in systems if not system.failed]
    records = sum(system.records for system in answered)
    told = {
        "systems": answered, "lacking": lacking, "records": records, "shown_records": number_format(records, force_grouping=True),
        "address": words.masked_address(case.dsr.email or ""), "brand": case.dsr.brand, "lacks": codes.named(unsaid),
        "hinders": hinders, "withheld": reviewed.kept_back(case.dsr, request.user.language),
    }  # fmt: skip
    return page(request, case, "approve", form, told)


def _approved(request: OfficerRequest, case: Case, form: Form) -> HttpResponse | None:
    """Approve; None where something is still to be looked at, which the page then says."""
    stepup.passed(request, form)  # type: ignore[arg-type]
    try:
        review.approve(case.dsr, by=request.user, reason=form.cleaned_data.get("reason", ""))
    except review.NotReviewed:
        return None
    except _LATE:
        return too_late(request, case)
    messages.success(request, _("Approved. The copy is being built; a letter tells the customer."))
    return redirect(case.url())


@_reads_and_posts
def refuse(request: OfficerRequest, reference: str) -> HttpResponse:
    """Take the reason, show the letter as the customer will read it, then send it."""
    case = opened(request, reference)
    case.require(Action.ANSWER)
    if Move.REFUSE not in case.moves:
        return too_late(request, case)
    before = list(earlier(case.dsr).values_list("reference", flat=True))
    form = RefusalForm(request.POST or None, seen=case.version, dsr=case.dsr, earlier=before, **stepup.asks(request))
    letter: Draft | None = None
    if request.method == "POST":
        if overtaken(case, form):
            return too_late(request, case)
        if form.is_valid():
            stepup.passed(request, form)
            letter = denials.shown(case.dsr, form.rests)
            if "send" in request.POST and not letter.lacks:
                return _refused(request, case, form.rests)
            typed = request.POST.dict() | {"provision": form.rests.provision}
            form = RefusalForm(typed, seen=case.version, dsr=case.dsr, earlier=before, **stepup.asks(request))
    told = {
        "letter": letter, "lacks": codes.named(letter.lacks) if letter else (), "spoken": words.language(case.dsr.language),
        "provisions": grounds.suggested(case.dsr),
    }  # fmt: skip
    return page(request, case, "refuse", form, told)


def _refused(request: OfficerRequest, case: Case, rests: denials.Rests) -> HttpResponse:
    try:
        denials.refuse(case.dsr, rests, by=request.user)
    except _LATE:
        return too_late(request, case)
    messages.success(request, _("Refused. The letter is on its way."))
    return redirect(case.url())


@require_POST
def search_again(request: OfficerRequest, reference: str) -> HttpResponse:
    """Ask the systems that failed once more; what the others said stays."""
    case = opened(request, reference)
    case.require(Action.ANSWER)
    form = MovingForm(request.POST, seen=case.version)
    if Move.SEARCH_AGAIN not in case.moves or overtaken(case, form) or not form.is_valid():
        return too_late(request, case)
    return _moved(request, case, Move.SEARCH_AGAIN, form, _("The missing systems are being searched again."))


def _moved(request: OfficerRequest, case: Case, move: Move, form: Form, said: str) -> HttpResponse:
    try:
        advance(case.dsr, move, by=request.user.actor, reason=form.cleaned_data.get("reason", ""))
    except _LATE:
        return too_late(request, case)
    messages.success(request, said)
    return redirect(case.url())


def overtaken(case: Case, form: MovingForm) -> bool:
    """Whether the request has moved since its reader opened the form."""
    return form.data.get("seen") != str(case.version)


def too_late(request: OfficerRequest, case: Case) -> HttpResponse:
    """Say who did what meanwhile, and give back what was typed."""
    fresh = opened(request, case.dsr.reference)
    return show(request, "quicker", fresh.context() | meanwhile.told(fresh, request.POST), status=409)


def page(request: OfficerRequest, case: Case, name: str, form: Form, told: Mapping[str, Any]) -> HttpResponse:
    status = 422 if form.is_bound and (form.errors or told.get("lacks") or told.get("hinders")) else 200
    return show(request, name, {**case.context(name), "form": form, **told}, status=status)
