"""The plan of an erasure: what becomes of which records, who approved it, how far it is, and what it came to."""

from typing import Any, Final

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh

from requests_app.changes.phrases import GROUNDS
from requests_app.console import aftermath, deeds, receipts
from requests_app.console.case import Case, opened
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import show
from requests_app.console.planned import done_of, shown
from requests_app.console.standing import standing
from requests_app.erasure import services as erasure
from requests_app.erasure.services import Deed
from requests_app.holds import restrictions
from requests_app.holds.restrictions import Restriction
from requests_app.officers.policy import Action
from requests_app.rights.restriction import Ground
from requests_app.workflow.states import ERASURE, Move, State

SETS: Final = 100
_WORKING: Final = frozenset({State.MATCHING, State.COLLECTING, State.ERASING})
_STOPPED: Final = frozenset({State.REVIEWING, State.COOLING_OFF, State.ERASING})
_AFTER: Final = frozenset({State.ERASING, State.ANSWERED, State.ERASED_IN_PART})


def erasing(request: OfficerRequest, reference: str) -> Case:
    """Return the request for erasure that `reference` names.

    Raises:
        Http404: there is none, or it is for something else.
    """
    case = opened(request, reference)
    if case.dsr.right != ERASURE:
        raise Http404
    return case


@require_safe
def plan(request: OfficerRequest, reference: str) -> HttpResponse:
    """Show the plan; how far it is alone when the page itself asks, every few seconds."""
    case = erasing(request, reference)
    if request.htmx:
        return _progress(request, case)
    if case.sees_data:
        case.seen("plan")
    return show(request, "plan", case.context("plan") | told(request, case))


def told(request: OfficerRequest, case: Case) -> dict[str, Any]:
    """Return what a page says of the plan; `?deed=` narrows it to one deed."""
    asked = request.GET.get("deed", "")
    only = Deed(asked) if asked in list(Deed) else None
    known = shown(case.dsr, private=case.sees_data, only=only)
    after = aftermath.told(case) if case.dsr.stage in _AFTER else {}
    return {
        "known": known, "working": case.dsr.stage in _WORKING, "frozen": _frozen(case), "standing": standing(case), "only": only,
        "filters": [{"deed": deed.value, "label": deeds.deed(deed)} for deed in Deed],
        "until": erasure.cooling_off_until(case.dsr), "may_answer": Action.ANSWER in case.actions,
        "may_lift": Action.LIFT_FREEZE in case.actions, "may_refuse": Move.REFUSE in case.moves,
        "set_aside": _set_aside(case),
        "may_plan_again": case.dsr.stage == State.REVIEWING and Action.ANSWER in case.actions, **after,
    }  # fmt: skip


def _set_aside(case: Case) -> list[dict[str, Any]]:
    """What is set aside for this person: since when, on which ground, and where that was asked. Another side's is not named."""
    return [
        {"since": one.began_at, "ground": _ground(one), "lifts_at": one.lifts_at, "dsr": one.dsr}
        for one in restrictions.of_the_person(case.dsr)
        if one.dsr.side == case.dsr.side
    ]


def _ground(one: Restriction) -> str:
    said = str((one.dsr.wish or {}).get("ground", ""))
    return str(GROUNDS[Ground(said)]) if said in list(Ground) else ""


def _frozen(case: Case) -> bool:
    """Whether a freeze stands in the way: of the approval, of the beginning, or of the run."""
    return case.dsr.stage in _STOPPED and erasure.is_frozen(case.dsr.brand)


def _progress(request: OfficerRequest, case: Case) -> HttpResponse:
    if case.dsr.stage not in _WORKING:
        return HttpResponseClientRefresh()
    systems = erasure.summary(case.dsr).systems
    return render(request, "console/plan_progress.html", {"done": done_of(systems), "of": len(systems), "dsr": case.dsr})


@require_safe
def all_receipts(request: OfficerRequest, reference: str) -> HttpResponse:
    """List every set of records with what was meant, what was done, what was read back, when, and by whom."""
    case = erasing(request, reference)
    if case.sees_data:
        case.seen("receipts")
    page = Paginator(receipts.sets_of(case.dsr), SETS).get_page(request.GET.get("page"))
    rows = receipts.rows(case.dsr, list(page.object_list))
    return show(request, "receipts", case.context("plan") | {"page": page, "rows": rows})
