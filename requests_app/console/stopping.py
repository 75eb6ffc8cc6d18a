"""The emergency stop, at the desk: of one system, or of all erasures of a shop; placed and lifted with a reason."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from requests_app.brands.models import Brand
from requests_app.console import stepup
from requests_app.console.errand_forms import LiftForm, StopForm
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import SOURCES, show
from requests_app.console.searched import title
from requests_app.officers import policy
from requests_app.officers.policy import Action
from requests_app.sources import stops
from requests_app.sources.models import Source, Stop

_reads_and_posts = require_http_methods(["GET", "HEAD", "POST"])


@_reads_and_posts
def stop_source(request: OfficerRequest, source: int) -> HttpResponse:
    """Stop one system: it is neither asked nor changed until somebody lifts the stop."""
    mine = Source.objects.select_related("brand").filter(policy.within(request.user, Action.LIFT_FREEZE))
    meant = get_object_or_404(mine, pk=source)
    told = _(
        "From this moment nothing is asked of the system and nothing is changed there. What needs it waits; the dates of requests go on."  # noqa: E501
    )
    return _placed(request, meant.brand, meant, heading=_("Stop %(system)s") % {"system": title(meant)}, told=told)


@_reads_and_posts
def stop_erasures(request: OfficerRequest, brand: str) -> HttpResponse:
    """Stop every erasure of a shop, those under way included, before the next record goes."""
    meant = get_object_or_404(policy.brands_of(request.user, Action.LIFT_FREEZE), slug=brand)
    told = _(
        "From this moment nothing is approved or erased for this shop, in no system. What was begun stops before its next effect."
    )
    return _placed(request, meant, None, heading=_("Stop all erasures of %(shop)s") % {"shop": meant.name}, told=told)


def _placed(request: OfficerRequest, brand: Brand, source: Source | None, *, heading: str, told: str) -> HttpResponse:
    form = StopForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            stops.place(brand, source, reason=form.cleaned_data["reason"], by=request.user)
        except stops.StandsAlready:
            messages.info(request, _("It was stopped already."))
        else:
            messages.success(request, _("Stopped."))
        return redirect("console:sources")
    context = {"form": form, "heading": heading, "told": told, "button": _("Stop it now")}
    return show(request, "stop", context, at=SOURCES, status=422 if form.errors else 200)


@_reads_and_posts
def lift_stop(request: OfficerRequest, stop: int) -> HttpResponse:
    """Let what was stopped go on."""
    systems = Source.objects.filter(policy.within(request.user, Action.LIFT_FREEZE))
    mine = Q(source__in=systems) | Q(source=None, brand__in=policy.brands_of(request.user, Action.LIFT_FREEZE))
    meant = get_object_or_404(Stop.objects.filter(mine).select_related("brand", "source", "placed_by"), pk=stop)
    form = LiftForm(request.POST if request.method == "POST" else None, seen=0, **stepup.asks(request))
    if request.method == "POST" and form.is_valid():
        stepup.passed(request, form)
        try:
            stops.lift(meant, reason=form.cleaned_data["reason"], by=request.user)
        except stops.NotStanding:
            messages.info(request, _("Somebody lifted it before."))
        else:
            messages.success(request, _("Lifted. What waited goes on by itself within two minutes."))
        return redirect("console:sources")
    told = _("%(who)s stopped it: %(why)s") % {"who": meant.placed_by, "why": meant.reason}
    what = title(meant.source) if meant.source else _("all erasures of %(shop)s") % {"shop": meant.brand.name}
    context = {"form": form, "heading": _("Let go on: %(what)s") % {"what": what}, "told": told, "button": _("Let it go on")}
    return show(request, "stop", context, at=SOURCES, status=422 if form.errors else 200)
