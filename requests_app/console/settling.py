"""What an officer does about a plan besides approving it: answer its questions, settle a system, have it made anew."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from requests_app.console import deeds, stepup
from requests_app.console.because import because
from requests_app.console.case import Case
from requests_app.console.deciding import overtaken, page, too_late
from requests_app.console.forms import MovingForm
from requests_app.console.gate import OfficerRequest
from requests_app.console.plan_forms import AGAIN, DONE, GIVE_UP, AnswersForm, MarkForm, SystemForm
from requests_app.console.planned import named, shown
from requests_app.console.plans import erasing
from requests_app.console.searched import title
from requests_app.correspondence import recipients
from requests_app.correspondence.models import NoticeState, RecipientNotice
from requests_app.erasure import services as erasure
from requests_app.erasure.models import Plan, PlanState, RecordSet
from requests_app.erasure.services import Deed, NotOpen
from requests_app.officers.policy import Action
from requests_app.sources.services import described
from requests_app.workflow.services import MoveNotAllowed, StaleState
from requests_app.workflow.states import State

_LATE: Final = (NotOpen, MoveNotAllowed, StaleState)
_reads_and_posts = require_http_methods(["GET", "HEAD", "POST"])


@_reads_and_posts
def questions(request: OfficerRequest, reference: str) -> HttpResponse:
    """Decide what becomes of records about which the rules ask a person; the plan is then made anew."""
    case = erasing(request, reference)
    case.require(Action.ANSWER)
    asked = _asked(case)
    if not asked or case.dsr.stage != State.REVIEWING:
        return too_late(request, case)
    labels = [(one["field"], one["label"]) for one in asked]
    form = AnswersForm(request.POST or None, seen=case.version, questions=labels, today=case.today)
    if request.method == "POST":
        if overtaken(case, form):
            return too_late(request, case)
        if form.is_valid():
            return _answered(request, case, {one["field"]: one["set"] for one in asked}, form)
    case.seen("questions")
    for one in asked:
        one["inputs"] = [form[one["field"]], form[f"{one['field']}_until"]]
    return page(request, case, "questions", form, {"asked": asked})


def _asked(case: Case) -> list[dict[str, Any]]:
    """Return each question once: sets that differ in their fields only have one answer."""
    found: dict[tuple[UUID, str, str], list[RecordSet]] = {}
    for one in erasure.undecided(case.dsr):
        found.setdefault((one.plan_id, one.collection, one.reason), []).append(one)
    firsts = [sets[0] for sets in found.values()]
    prefetch_related_objects(firsts, "plan__source")
    told = because(case.dsr, {one.reason for one in firsts}, private=True)
    return [
        {
            "set": sets[0], "field": f"set_{sets[0].pk}", "system": title(sets[0].plan.source), "because": told[sets[0].reason],
            "label": named(sets[0].collection, described(sets[0].plan.source)),
            "records": deeds.number(sum(one.records for one in sets)),
        }
        for sets in found.values()
    ]  # fmt: skip


def _answered(request: OfficerRequest, case: Case, sets: dict[str, RecordSet], form: AnswersForm) -> HttpResponse:
    try:
        with transaction.atomic():
            for field, (deed, until) in form.answers.items():
                erasure.answer(sets[field], deed, until=until, by=request.user)
            erasure.plan_again(case.dsr, by=request.user, reason=_reason(form, sets))
    except _LATE:
        return too_late(request, case)
    messages.success(request, _("Answered. The plan is being made anew."))
    return redirect(case.url("plan"))


def _reason(form: AnswersForm, sets: dict[str, RecordSet]) -> str:
    """Return the officer's reason, with what was answered before it."""
    told = [f"{sets[field].collection}: {_answer(deed, until)}" for field, (deed, until) in form.answers.items()]
    return f"{'; '.join(told)}. {form.cleaned_data['reason']}"


def _answer(deed: Deed, until: date | None) -> str:
    return f"{deeds.deed(deed)} {until.isoformat()}" if until else deeds.deed(deed)


@require_POST
def plan_again(request: OfficerRequest, reference: str) -> HttpResponse:
    """Have everything that is not done planned anew."""
    case = erasing(request, reference)
    case.require(Action.ANSWER)
    form = MovingForm(request.POST, seen=case.version)
    if overtaken(case, form) or not form.is_valid():
        return too_late(request, case)
    try:
        erasure.plan_again(case.dsr, by=request.user)
    except _LATE:
        return too_late(request, case)
    messages.success(request, _("The plan is being made anew."))
    return redirect(case.url("plan"))


@_reads_and_posts
def settle(request: OfficerRequest, reference: str, plan: UUID) -> HttpResponse:
    """Say what becomes of a system that waits for a person: erased by hand, tried again, or left out with a reason."""
    case = erasing(request, reference)
    case.require(Action.ANSWER)
    asked = get_object_or_404(erasure.current(case.dsr), pk=plan)
    ways = _ways(case, asked)
    if not ways:
        return too_late(request, case)
    form = SystemForm(request.POST or None, seen=case.version, ways=ways, **stepup.asks(request))
    if request.method == "POST":
        if overtaken(case, form):
            return too_late(request, case)
        if form.is_valid():
            stepup.passed(request, form)
            return _settled(request, case, asked, form)
    case.seen("settle")
    panel = next(one for one in shown(case.dsr, private=True).panels if one.plan == asked.pk)
    return page(request, case, "settle", form, {"panel": panel})


def _ways(case: Case, plan: Plan) -> list[str]:
    """Return what an officer may say of a system, the kindest first."""
    stuck, runs = plan.state in (PlanState.IMPOSSIBLE, PlanState.FAILED), case.dsr.stage == State.ERASING
    if case.dsr.stage not in (State.REVIEWING, State.ERASING):
        return []
    if plan.by_hand and plan.state == PlanState.RUNNING:
        return [DONE, GIVE_UP]
    if stuck and runs:
        return [AGAIN, GIVE_UP]
    return [GIVE_UP] if stuck or (plan.by_hand and plan.state == PlanState.READY) else []


def _settled(request: OfficerRequest, case: Case, plan: Plan, form: SystemForm) -> HttpResponse:
    way = form.cleaned_data["way"]
    try:
        if way == DONE:
            erasure.done_by_hand(plan, by=request.user)
        elif way == GIVE_UP:
            erasure.give_up(plan, reason=form.cleaned_data["reason"], by=request.user)
        elif not erasure.try_again(plan, by=request.user):
            return too_late(request, case)
    except _LATE:
        return too_late(request, case)
    said = {DONE: _("Kept. Every system is searched again before the request ends."), GIVE_UP: _("Settled without that system."),
            AGAIN: _("It is being tried again.")}  # fmt: skip
    messages.success(request, said[way])
    return redirect(case.url("plan"))


@require_POST
def mark(request: OfficerRequest, reference: str) -> HttpResponse:
    """Keep what a recipient of the data answered to being told."""
    case = erasing(request, reference)
    case.require(Action.ANSWER)
    form = MarkForm(request.POST)
    if not form.is_valid():
        return too_late(request, case)
    notice = get_object_or_404(RecipientNotice, dsr=case.dsr, pk=form.cleaned_data["notice"])
    recipients.mark(notice, NoticeState(form.cleaned_data["answer"]), by=request.user)
    messages.success(request, _("Kept."))
    return redirect(case.url("plan"))
