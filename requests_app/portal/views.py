"""Choosing a shop and a right, and filing: forms check shape, services decide, a page says what happened.

Every page of the portal works without JavaScript. Opening an address changes nothing; what changes something is a button.
"""

import secrets

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from requests_app.brands.look import stylesheet
from requests_app.brands.models import Brand
from requests_app.intake import services as intake
from requests_app.intake.services import Application
from requests_app.portal import passes
from requests_app.portal.answers import UNPROVEN, SeeOther, get_or_post, offer
from requests_app.portal.forms import RequestForm, is_too_quick, stamp
from requests_app.portal.line import term
from requests_app.portal.place import Place, best_language, nowhere, placed, show
from requests_app.rights.base import Right
from requests_app.values import CUSTOMER
from requests_app.verification import services as verification
from requests_app.verification.services import Secrets
from requests_app.workflow.models import SubjectRequest


@require_safe
def brands(request: HttpRequest) -> HttpResponse:
    """List the shops of the demo; elsewhere nobody is told who answers here."""
    return render(request, "portal/brands.html", {"brands": Brand.objects.all() if settings.DSAR_DEMO else None})


@require_safe
def door(request: HttpRequest, brand: str) -> HttpResponse:
    shop = Brand.objects.filter(slug=brand).first()
    if shop is None:
        return nowhere(request)
    answer = HttpResponseRedirect(Place(shop, best_language(request, shop)).to("home"))
    patch_vary_headers(answer, ["Accept-Language"])
    return answer


@require_safe
def look(_request: HttpRequest, brand: str) -> HttpResponse:
    """Answer the brand's colours; the one page here that a browser may keep."""
    shop = Brand.objects.filter(slug=brand).first()
    if shop is None:
        raise Http404
    return HttpResponse(
        stylesheet(shop.look), content_type="text/css; charset=utf-8", headers={"Cache-Control": "public, max-age=300"}
    )


@require_safe
@placed
def home(request: HttpRequest, place: Place) -> HttpResponse:
    rights = [offer(right) | {"url": place.to("request", right=right.name)} for right in intake.rights_of(place.brand)]
    return show(request, place, "home", {"rights": rights, "term": term(place.brand.regime)})


@get_or_post
@placed
def request_right(request: HttpRequest, place: Place, right: str) -> HttpResponse:
    """Show the form, then the answers to check, then take the request down. Nothing is kept before it is sent."""
    chosen = next((offered for offered in intake.rights_of(place.brand) if offered.name == right), None)
    if chosen is None:
        return show(request, place, "unknown", {"said": _("This cannot be asked for with a form here.")}, status=404)
    form = (
        RequestForm(request.POST) if request.method == "POST" else RequestForm(initial={"opened": stamp(secrets.token_urlsafe(16))})
    )
    if request.method != "POST" or "change" in request.POST:
        return _request_form(request, place, chosen, form)
    if not form.is_valid():
        return _request_form(request, place, chosen, form, status=422)
    if request.POST.get("step") != "send":
        return show(request, place, "check", {"form": form, "right": offer(chosen), "term": term(place.brand.regime)})
    if is_too_quick(form.cleaned_data["opened"]):
        form.add_error(None, _("That was quicker than a person can type. Please look at it once more and send it again."))
        return _request_form(request, place, chosen, form, status=422)
    dsr, made = _take_down(place, chosen, form)
    answer = SeeOther(place.to("status", reference=dsr.reference))
    if made:
        passes.remember_filing(answer, place, dsr, made)
    return answer


def _request_form(request: HttpRequest, place: Place, right: Right, form: RequestForm, *, status: int = 200) -> HttpResponse:
    return show(request, place, "request", {"form": form, "right": offer(right)}, status=status)


@transaction.atomic
def _take_down(place: Place, right: Right, form: RequestForm) -> tuple[SubjectRequest, Secrets | None]:
    """Open the request and make its secrets; a form that is sent again opens nothing new, and past the proof shows nothing."""
    said = form.cleaned_data
    application = Application(
        right=right.name, email=said["email"], name=said["name"], language=place.language, facts=form.facts,
        details=said["details"],
        key=form.key(place.brand.slug, right.name),
    )  # fmt: skip
    dsr = intake.open_request(place.brand, application, by=CUSTOMER)
    return dsr, verification.begin(dsr) if dsr.stage in UNPROVEN else None
