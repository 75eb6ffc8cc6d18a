"""A fee is announced before anything is charged, so that the customer may withdraw: a question whose answer ends it."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from requests_app.console import stepup, words
from requests_app.console.case import Case, opened
from requests_app.console.deciding import overtaken, page, too_late
from requests_app.console.forms import FeeForm
from requests_app.console.gate import OfficerRequest
from requests_app.correspondence import codes, denials, grounds
from requests_app.correspondence.composing import LetterLacks
from requests_app.correspondence.history import earlier
from requests_app.correspondence.models import DenialKind
from requests_app.deadlines import questions
from requests_app.deadlines.questions import NotNow
from requests_app.officers.policy import Action
from requests_app.verification import services as verification


@require_http_methods(["GET", "HEAD", "POST"])
def fee(request: OfficerRequest, reference: str) -> HttpResponse:
    """Announce a fee: how much, how computed, on which ground, measured by which earlier request."""
    case = opened(request, reference)
    case.require(Action.ANSWER)
    if not may_announce(case):
        return too_late(request, case)
    before = list(earlier(case.dsr).values_list("reference", flat=True))
    form = FeeForm(request.POST or None, seen=case.version, dsr=case.dsr, earlier=before, **stepup.asks(request))
    told: dict[str, Any] = {"spoken": words.language(case.dsr.language), "provisions": grounds.suggested(case.dsr), "lacks": ()}
    if request.method == "POST":
        if overtaken(case, form):
            return too_late(request, case)
        if form.is_valid():
            stepup.passed(request, form)
            try:
                return _announced(request, case, form)
            except NotNow:
                return too_late(request, case)
            except LetterLacks as lack:
                told["lacks"] = codes.named(lack.codes)
    return page(request, case, "fee", form, told)


def may_announce(case: Case) -> bool:
    """Whether the request is at a point at which a fee may be announced, and no law of it forbids any."""
    dsr = case.dsr
    open_now = dsr.is_open and dsr.verified_at is not None and not questions.is_open(dsr)
    return open_now and Action.ANSWER in case.actions and not grounds.forbids_a_fee(dsr)


def _announced(request: OfficerRequest, case: Case, form: FeeForm) -> HttpResponse:
    dsr, said = case.dsr, form.cleaned_data
    denials.check(dsr, form.rests)
    with transaction.atomic():
        links = verification.links(dsr)
        told = {"amount": said["amount"], "computed": said["computed"], "denial": form.rests}
        questions.ask(dsr, about="fee", by=request.user, links=links, **told)
        denials.keep(dsr, form.rests, kind=DenialKind.FEE, by=request.user)
    messages.success(request, _("Announced. A letter tells the customer that it stands on the page; nothing is charged yet."))
    return redirect(case.url("talk"))
