"""Saying yes to a plan: two officers, each with the password, each to the very plan that was read."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from requests_app.console import stepup
from requests_app.console.case import Case
from requests_app.console.deciding import page, too_late
from requests_app.console.gate import OfficerRequest
from requests_app.console.plan_forms import PlanForm
from requests_app.console.planned import shown
from requests_app.console.plans import erasing
from requests_app.console.standing import Standing, standing
from requests_app.erasure import services as erasure
from requests_app.erasure.services import Frozen, NotReady, NotYours, PlanStale
from requests_app.officers.policy import Action
from requests_app.workflow.services import MoveNotAllowed, StaleState
from requests_app.workflow.states import State

_REFUSED: Final = (NotReady, NotYours, PlanStale, Frozen, MoveNotAllowed, StaleState)


@require_http_methods(["GET", "HEAD", "POST"])
def approve_erasure(request: OfficerRequest, reference: str) -> HttpResponse:
    """Say what will happen to how many records; then take this officer's yes to exactly that."""
    case = erasing(request, reference)
    case.require(Action.ANSWER)
    stands = standing(case)
    if stands is None:
        return too_late(request, case)
    if request.method == "POST" and request.POST.get("digest") != stands.digest:
        return _not_taken(request, case, stands, stale=True)
    form = _form(request, case, stands, request.POST or None)
    if request.method == "POST" and form.is_valid():
        stepup.passed(request, form)
        return _approved(request, case, stands)
    return page(request, case, "approve_erasure", form, _told(case, stands))


def _approved(request: OfficerRequest, case: Case, stands: Standing) -> HttpResponse:
    refused: Exception | None = None
    try:
        erasure.approve(case.dsr, by=request.user, digest=bytes.fromhex(stands.digest))
    except _REFUSED as why:
        refused = why
    fresh = erasing(request, case.dsr.reference)
    if refused is None:
        messages.success(request, _said(fresh))
        return redirect(fresh.url("plan"))
    now = standing(fresh)
    if now is None:
        return too_late(request, fresh)
    return _not_taken(request, fresh, now, stale=isinstance(refused, PlanStale))


def _not_taken(request: OfficerRequest, case: Case, stands: Standing, *, stale: bool) -> HttpResponse:
    """Show the plan as it is now, and that nothing was approved."""
    form = _form(request, case, stands, None)
    answer = page(request, case, "approve_erasure", form, _told(case, stands) | {"stale": stale, "not_taken": True})
    answer.status_code = 409
    return answer


def _form(request: OfficerRequest, case: Case, stands: Standing, typed: Any) -> PlanForm:
    return PlanForm(typed, seen=case.version, digest=stands.digest, **stepup.asks(request))


def _told(case: Case, stands: Standing) -> dict[str, Any]:
    case.seen("plan")
    return {"known": shown(case.dsr, private=True), "standing": stands, "brand": case.dsr.brand}


def _said(case: Case) -> str:
    if case.dsr.stage == State.REVIEWING:
        return _("Your approval is kept. One more officer must approve this plan before anything happens.")
    return _("Approved. Nothing is erased before the time to think it over has ended.")
