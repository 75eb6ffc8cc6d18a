"""The autopilot's page: what goes without a person, what it did and would have done, and what a person looks at afterwards."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from requests_app.autopilot import brakes, services
from requests_app.autopilot.figures import figures, to_check
from requests_app.autopilot.models import Decision, Mode, Pilot
from requests_app.brands.models import Brand
from requests_app.console import stepup, words
from requests_app.console.forms import StepUpForm
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import show
from requests_app.officers import policy
from requests_app.officers.policy import Action
from requests_app.workflow.models import SubjectRequest

_LOOKED_AT: Final = timedelta(days=90)
_SHOWN: Final = 50
MODES: Final[dict[str, str | Promise]] = {
    Mode.OFF: gettext_lazy("Off: a person approves"),
    Mode.SHADOW: gettext_lazy("Shadow: a person approves, and it is kept what the autopilot would have done"),
    Mode.ON: gettext_lazy("On: goes by itself where nothing is left to decide"),
}
_SHORT: Final[dict[str, str | Promise]] = {
    Mode.OFF: gettext_lazy("off"), Mode.SHADOW: gettext_lazy("shadow"), Mode.ON: gettext_lazy("on"),
}  # fmt: skip


class PilotForm(StepUpForm):
    """What a brand lets go by itself, and of how many a person looks at one."""

    mode = forms.ChoiceField(label=gettext_lazy("What goes by itself?"), choices=MODES.items, widget=forms.RadioSelect)
    one_in = forms.IntegerField(
        label=gettext_lazy("Of how many automatic answers does a person look at one afterwards?"), min_value=1, max_value=100,
        help_text=gettext_lazy("1: of every one. Which ones is drawn by lot."),
    )  # fmt: skip


class CheckForm(forms.Form):
    """Whether an automatic answer was right."""

    was_right = forms.ChoiceField(
        label=gettext_lazy("Was it right that this went by itself?"), widget=forms.RadioSelect,
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No: the autopilot goes back to shadow at once"))],
        error_messages={"required": gettext_lazy("Say whether it was right.")},
    )  # fmt: skip
    remark = forms.CharField(
        label=gettext_lazy("What was wrong?"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("was_right") == "no" and not said.get("remark"):
            self.add_error("remark", _("Say what was wrong."))
        return said


@require_safe
def autopilot(request: OfficerRequest) -> HttpResponse:
    """Show, for each shop and each right that may, what goes by itself and how that turned out."""
    brands = list(policy.brands_of(request.user))
    said = {(one.brand_id, one.right): one for one in Pilot.objects.now().filter(brand__in=brands).select_related("set_by")}
    mine = SubjectRequest.objects.visible_to(request.user)
    told = figures(Decision.objects.filter(dsr__in=mine, decided_at__gte=timezone.now() - _LOOKED_AT))
    manages = set(policy.brands_of(request.user, Action.MANAGE).values_list("pk", flat=True))
    rows = [
        {"brand": brand, "right": words.right_named(right), "code": right, "manages": brand.pk in manages}
        | _row(said.get((brand.pk, right)), told.get((brand.pk, right)))
        for brand in brands
        for right in services.MAY
    ]
    drawn = list(to_check(mine)[:_SHOWN])
    return show(request, "autopilot", {"rows": rows, "drawn": drawn, "brakes": [str(what) for _by, what in brakes.BRAKES.values()]})


def _row(word: Pilot | None, told: object) -> dict[str, Any]:
    mode = word.mode if word else Mode.OFF
    return {"mode": mode, "said": _SHORT[mode], "word": word, "figures": told}


@require_http_methods(["GET", "HEAD", "POST"])
def set_autopilot(request: OfficerRequest, brand: str, right: str) -> HttpResponse:
    """Let a shop's right go by itself, or not; with the password, for it lets answers out that nobody reads."""
    shop = _managed(request, brand, right)
    word = services.word_of(shop, right)
    before = {"mode": word.mode if word else Mode.OFF, "one_in": word.one_in if word else 5, "seen": word.pk if word else 0}
    form = PilotForm(request.POST or None, initial=before, seen=before["seen"], **stepup.asks(request))
    if request.method == "POST" and form.data.get("seen") != str(before["seen"]):
        messages.warning(request, _("Somebody else changed this first. This is how it stands now."))
        return redirect("console:set_autopilot", brand=brand, right=right)
    if request.method == "POST" and form.is_valid():
        stepup.passed(request, form)
        services.choose(shop, right, Mode(form.cleaned_data["mode"]), one_in=form.cleaned_data["one_in"], by=request.user)
        messages.success(request, _("Kept. It counts from the next request on."))
        return redirect("console:autopilot")
    told = {"form": form, "shop": shop, "right": words.right_named(right)}
    return show(request, "autopilot_set", told, status=422 if form.is_bound else 200)


def _managed(request: OfficerRequest, brand: str, right: str) -> Brand:
    if right not in services.MAY:
        raise Http404
    return get_object_or_404(policy.brands_of(request.user, Action.MANAGE), slug=brand)


@require_http_methods(["GET", "HEAD", "POST"])
def check_autopilot(request: OfficerRequest, decision: UUID) -> HttpResponse:
    """Say of an automatic answer whether it was right that nobody had looked."""
    one = get_object_or_404(to_check(SubjectRequest.objects.visible_to(request.user)), pk=decision)
    if not policy.may(request.user, Action.ANSWER, one.dsr.brand, one.dsr.side):
        raise PermissionDenied
    form = CheckForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _checked(request, one, form)
    return show(request, "autopilot_check", {"form": form, "dsr": one.dsr}, status=422 if form.is_bound else 200)


def _checked(request: OfficerRequest, one: Decision, form: CheckForm) -> HttpResponse:
    was_right = form.cleaned_data["was_right"] == "yes"
    try:
        services.check(one, was_right=was_right, remark=form.cleaned_data["remark"], by=request.user)
    except services.AlreadyChecked:
        messages.warning(request, _("Somebody else looked at it first."))
    else:
        messages.success(request, _("Kept. Thank you."))
    return redirect("console:autopilot")
