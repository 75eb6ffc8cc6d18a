"""Letting the erasures of a shop go on, after more were approved than it ever wants at once."""

from datetime import timedelta
from typing import Final

from django.contrib import messages
from django.db.models.functions import Now
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from requests_app.brands.models import Brand
from requests_app.console import stepup
from requests_app.console.deciding import overtaken, page, too_late
from requests_app.console.forms import StepUpForm
from requests_app.console.gate import OfficerRequest
from requests_app.console.plans import erasing
from requests_app.erasure import services as erasure
from requests_app.erasure.models import Approval
from requests_app.officers.policy import Action

_SHOWN: Final = 200


@require_http_methods(["GET", "HEAD", "POST"])
def lift_freeze(request: OfficerRequest, reference: str) -> HttpResponse:
    """Show a lead who approved what lately; then lift the freeze."""
    case = erasing(request, reference)
    case.require(Action.LIFT_FREEZE)
    if not erasure.is_frozen(case.dsr.brand):
        return too_late(request, case)
    form = StepUpForm(request.POST or None, seen=case.version, **stepup.asks(request))
    if request.method == "POST" and overtaken(case, form):
        return too_late(request, case)
    if request.method == "POST" and form.is_valid():
        stepup.passed(request, form)
        erasure.lift(case.dsr.brand, by=request.user)
        messages.success(request, _("Lifted. Approvals and erasures go on."))
        return redirect(case.url("plan"))
    return page(request, case, "lift_freeze", form, {"lately": _lately(case.dsr.brand), "brand": case.dsr.brand})


def _lately(brand: Brand) -> list[Approval]:
    """Return the approvals of the last day, the newest first."""
    found = Approval.objects.filter(dsr__brand=brand, at__gt=Now() - timedelta(days=1))
    return list(found.select_related("officer", "dsr").order_by("-at")[:_SHOWN])
