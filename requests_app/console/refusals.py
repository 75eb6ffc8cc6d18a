"""What is left of refusals to a person: a system that cannot, or failed; and new purposes, before data serves them."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from requests_app.console.gate import OfficerRequest
from requests_app.console.page import show
from requests_app.console.searched import title
from requests_app.officers import policy
from requests_app.officers.models import Officer
from requests_app.officers.policy import Action
from requests_app.optouts import announcing, services
from requests_app.optouts.channels import labels
from requests_app.optouts.figures import figures
from requests_app.optouts.models import Effect, EffectState
from requests_app.sources.models import Source

_SHOWN: Final = 100
_reads_and_posts = require_http_methods(["GET", "HEAD", "POST"])


class DoneForm(forms.Form):
    """What a person did in a system that could not do it itself."""

    note = forms.CharField(
        label=gettext_lazy("What you did"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Where it was switched off, and how you saw that it is off."),
        error_messages={"required": gettext_lazy("Say what you did")},
    )  # fmt: skip


class ToldForm(forms.Form):
    """When and how people were told of a new purpose."""

    told_on = forms.DateField(
        label=gettext_lazy("Told on"), widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": gettext_lazy("Say on which day people were told")},
    )  # fmt: skip
    note = forms.CharField(
        label=gettext_lazy("How"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("By which letter or page; or why nobody needs to be told."),
        error_messages={"required": gettext_lazy("Say how people were told")},
    )  # fmt: skip


@require_safe
def refusals(request: OfficerRequest) -> HttpResponse:
    """List what waits for an officer of these shops, the oldest first, and how many refusals there are."""
    tasks = _tasks(request.user).select_related("source", "dsr__brand")[:_SHOWN]
    brands = policy.brands_of(request.user, Action.SEE)
    told = {
        "tasks": [_row(one) for one in tasks],
        "purposes": [{"one": one, "system": title(one.source)} for one in announcing.waiting_for(request.user)[:_SHOWN]],
        "figures": [(brand.name, figures(brand)) for brand in brands],
    }
    return show(request, "refusals", told)


@_reads_and_posts
def refusal_step(request: OfficerRequest, effect: UUID) -> HttpResponse:
    """Say that it was switched off by hand, or ask the system once more."""
    one = get_object_or_404(_tasks(request.user).select_related("source", "dsr__brand"), pk=effect)
    form = DoneForm(request.POST if "done" in request.POST else None)
    if request.method == "POST" and "again" in request.POST:
        services.try_again(one, by=request.user)
        messages.success(request, _("The system is asked once more."))
        return redirect("console:refusals")
    if request.method == "POST" and form.is_valid():
        services.done_by_hand(one, by=request.user, note=form.cleaned_data["note"])
        messages.success(request, _("Kept. Thank you."))
        return redirect("console:refusals")
    told = _row(one) | {"form": form, "claims": [claim.value for claim in services.whom(one.dsr).claims]}
    return show(request, "refusal", told, status=422 if request.method == "POST" else 200)


@_reads_and_posts
def purpose_step(request: OfficerRequest, purpose: int) -> HttpResponse:
    """Show the words of the notice, and take down when it was sent."""
    one = get_object_or_404(announcing.waiting_for(request.user), pk=purpose)
    form = ToldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told_on: date = form.cleaned_data["told_on"]
        announcing.settle(one, by=request.user, told_on=told_on, note=form.cleaned_data["note"])
        messages.success(request, _("Kept. Thank you."))
        return redirect("console:refusals")
    notices = [(language, *announcing.notice(one, language)) for language in one.source.brand.languages]
    told = {"one": one, "system": title(one.source), "form": form, "notices": notices}
    return show(request, "purpose", told, status=422 if request.method == "POST" else 200)


def waiting_for(officer: Officer) -> int:
    """Return how many things wait on the page."""
    return _tasks(officer).count() + announcing.waiting_for(officer).count()


def _tasks(officer: Officer) -> QuerySet[Effect]:
    mine = Source.objects.filter(policy.within(officer, Action.ANSWER))
    return Effect.objects.for_people().visible_to(officer).filter(source__in=mine)


def _row(one: Effect) -> dict[str, Any]:
    failed = one.state == EffectState.FAILED
    return {
        "one": one, "system": title(one.source), "channels": labels(one.by_hand), "day": services.day_of(one.dsr),
        "failed": failed, "again": failed and bool(one.channels), "reference": one.dsr.reference,
    }  # fmt: skip
