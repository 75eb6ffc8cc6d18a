"""To whom one request is lent: colleagues who would not see it otherwise."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from requests_app.console.case import opened
from requests_app.console.deciding import page
from requests_app.console.gate import OfficerRequest
from requests_app.officers import policy
from requests_app.officers.models import Officer
from requests_app.officers.policy import Action
from requests_app.workflow import lending as services
from requests_app.workflow.delegations import Delegation
from requests_app.workflow.lending import NotToLend, SeesItAnyway


class LendForm(forms.Form):
    """To whom, and until when."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address with which the colleague signs in"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    until = forms.DateField(
        label=gettext_lazy("Until and including (leave it empty: until the request is closed)"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def lending(request: OfficerRequest, reference: str) -> HttpResponse:
    """Show to whom the request is lent, and lend it."""
    case = opened(request, reference)
    case.require(Action.ANSWER)
    dsr = case.dsr
    may_lend = dsr.is_open and policy.may(request.user, Action.ANSWER, dsr.brand, dsr.side)
    form = LendForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        officer = Officer.objects.filter(email=form.cleaned_data["email"].lower(), is_active=True).first()
        try:
            if officer is None:
                form.add_error("email", _("Nobody works here under that address."))
            else:
                services.lend(dsr, officer, by=request.user, until=form.cleaned_data["until"])
        except SeesItAnyway:
            form.add_error("email", _("This colleague sees the request anyway."))
        except NotToLend:
            form.add_error(None, _("Only who answers for the shop lends an open request, and not until a day that has passed."))
        if not form.errors:
            messages.success(request, _("Lent."))
            return redirect(case.url("lending"))
    standing = set(Delegation.objects.in_force().filter(dsr=dsr).values_list("pk", flat=True)) if dsr.is_open else set()
    lent = [{"lent": one, "stands": one.pk in standing} for one in dsr.delegations.select_related("officer", "by")]
    return page(request, case, "lending", form, {"lendings": lent, "may_lend": may_lend})


@require_POST
def take_back(request: OfficerRequest, reference: str, lent: int) -> HttpResponse:
    """End one delegation."""
    case = opened(request, reference)
    case.require(Action.ANSWER)
    services.take_back(get_object_or_404(case.dsr.delegations, pk=lent), by=request.user)
    messages.success(request, _("Taken back."))
    return redirect(case.url("lending"))
