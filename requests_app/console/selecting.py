"""The pages on which one deed is done to many requests, and the button by which one is given to somebody."""

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from requests_app.console import bulk
from requests_app.console.bulk import DEEDS, Order
from requests_app.console.case import opened
from requests_app.console.desk import Desk, desk_of
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import Waiting, show
from requests_app.console.queue import counts
from requests_app.console.queue_forms import ReasonForm
from requests_app.officers.models import Officer
from requests_app.officers.policy import Action

_AT_ONCE: Final = "back"  # what only undoes needs no second word


@require_POST
def many(request: OfficerRequest) -> HttpResponse:
    """Say what will happen to which of the selected requests; with the word to go on, do it and say what happened."""
    desk = desk_of(request.user)
    order = _order(request, desk)
    seen = dict(_parted(entry) for entry in request.POST.getlist("chosen"))
    dsrs = bulk.chosen(desk, seen)
    form = ReasonForm(request.POST if "go" in request.POST else None, label_suffix="") if order.deed == "extend" else None
    told: dict[str, Any] = {"deed": order.deed, "to": request.POST.get("to", ""), "officer": order.to, "form": form}
    told |= {"waiting": Waiting(desk, counts(desk))}
    if "go" in request.POST and (form is None or form.is_valid()):
        order = Order(order.deed, desk, order.to, form.cleaned_data["reason"] if form else "")
        return show(request, "bulk_done", _sorted(bulk.done(order, dsrs, seen)) | told)
    if order.deed == _AT_ONCE:
        known = {dsr.reference: bulk.version(dsr) for dsr in dsrs}
        return show(request, "bulk_done", _sorted(bulk.done(order, dsrs, known)) | told)
    lines = _sorted(bulk.foretold(order, dsrs))
    return show(request, "bulk", lines | told | {"none": not dsrs}, status=422 if form is not None and form.errors else 200)


@require_POST
def assign(request: OfficerRequest, reference: str) -> HttpResponse:
    """Give one request to an officer, or to nobody."""
    case = opened(request, reference)
    case.require(Action.ANSWER)
    order = _order(request, desk_of(request.user), deed="assign")
    dsrs = bulk.chosen(order.desk, [reference])
    (line,) = bulk.done(order, dsrs, {dsr.reference: bulk.version(dsr) for dsr in dsrs})
    (messages.warning if line.why_not else messages.success)(request, line.why_not or line.said)
    return redirect(case.url())


def _order(request: OfficerRequest, desk: Desk, deed: str = "") -> Order:
    """Return what was ordered.

    Raises:
        Http404: there is no such deed, or nobody like that works here.
        PermissionDenied: the officer answers for no shop.
    """
    if not desk.answers:
        raise PermissionDenied
    deed = deed or request.POST.get("deed", "")
    if deed not in DEEDS:
        raise Http404
    to = request.POST.get("to", bulk.NOBODY)
    if deed != "assign" or to == bulk.NOBODY:
        return Order(deed, desk)
    if not to.isdecimal() or int(to) not in desk.colleagues:
        raise Http404
    return Order(deed, desk, Officer.objects.get(pk=int(to)))


def _parted(entry: str) -> tuple[str, str]:
    """Return the reference, and what its reader saw of it: nothing where it comes from the queue."""
    reference, _colon, seen = entry.partition(":")
    return reference, seen


def _sorted(lines: list[bulk.Line]) -> dict[str, Any]:
    return {"will": [line for line in lines if not line.why_not], "cannot": [line for line in lines if line.why_not]}
