"""Choosing a shop and a right, and filing: forms check shape, services decide, a page says what happened.

Every page of the portal works without JavaScript. Opening an address changes nothing; what changes something is a button.
"""

import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from requests_app.brands.look import stylesheet
from requests_app.brands.models import Brand
from requests_app.intake import services as intake
from requests_app.intake.services import Application
from requests_app.jurisdictions.identity import needed
from requests_app.portal import account, drafts, effort, passes, refusing, residences
from requests_app.portal.answers import UNPROVEN, SeeOther, get_or_post, offer
from requests_app.portal.asking import form_for
from requests_app.portal.forms import PlaceForm, RequestForm, is_too_quick, stamp
from requests_app.portal.line import term
from requests_app.portal.offers import offered
from requests_app.portal.place import Place, best_language, nowhere, placed, show, spoken
from requests_app.rights import RIGHTS
from requests_app.rights.base import Right
from requests_app.values import CUSTOMER, CUSTOMER_KIND
from requests_app.verification import services as verification
from requests_app.verification.acting import same_name
from requests_app.verification.handover import NotHandedOver, SignedIn
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
def start(request: HttpRequest, brand: str) -> HttpResponse:
    """Lead from a shop's own page straight to the form of `right`, in `lang`; to the first page where that is none."""
    shop = Brand.objects.filter(slug=brand).first()
    if shop is None:
        return nowhere(request)
    asked, right = request.GET.get("lang", ""), request.GET.get("right", "")
    place = Place(shop, asked if asked in shop.languages else best_language(request, shop))
    known = right in {one.name for one in intake.rights_of(shop, intake.laws_for(shop, residences.chosen(request, shop)))}
    answer = HttpResponseRedirect(place.to("request", right=right) if known else place.to("home"))
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
def accessibility(request: HttpRequest, brand: str) -> HttpResponse:
    """Say for whom these pages are made, how that was tested, and how to tell us where they fail; `lang` chooses the language."""
    shop = Brand.objects.filter(slug=brand).first()
    if shop is None:
        return nowhere(request)
    asked_for = request.GET.get("lang", "")
    place = Place(shop, asked_for if asked_for in shop.languages else best_language(request, shop))
    with translation.override(place.language):
        answer = show(request, place, "accessibility")
    patch_vary_headers(answer, ["Accept-Language"])
    return answer


@require_safe
@placed
def home(request: HttpRequest, place: Place) -> HttpResponse:
    """Show the rights that hold for somebody who lives where this customer does."""
    residence = residences.chosen(request, place.brand)
    choice = intake.laws_for(place.brand, residence)
    living = PlaceForm(initial={residences.PARAMETER: residence})
    return show(request, place, "home", offered(place, choice, residences.said(request)) | {"living": living})


@get_or_post
@placed
def request_right(request: HttpRequest, place: Place, right: str) -> HttpResponse:
    """Show the form, then the answers to check, then take the request down. Nothing is kept before it is sent."""
    chosen = RIGHTS.get(right)
    if chosen is None or chosen.concerns:
        return show(request, place, "unknown", {"said": _("This cannot be asked for with a form here.")}, status=404)
    if not chosen.needs_proof:
        return refusing.refuse(request, place, chosen)
    try:
        signed_in = account.of_form(request, place)
        form = _form(request, place, chosen, signed_in)
        filing = partial(_taken_down, request, place, chosen, form, signed_in)
        return asked(request, place, chosen, form, filing, signed_in=signed_in)
    except NotHandedOver:
        return account.refused(request, place.brand, place.language)


def _form(request: HttpRequest, place: Place, right: Right, signed_in: SignedIn | None) -> RequestForm:
    kind = form_for(right, signed_in=signed_in is not None)
    if request.method == "POST":
        return kind(request.POST)
    known = {"account": signed_in and signed_in.digest, "residence": residences.chosen(request, place.brand)}
    return kind(initial=known | drafts.of(request, place) | {"opened": stamp(secrets.token_urlsafe(16))})


def asked(
    request: HttpRequest, place: Place, right: Right, form: RequestForm, filing: Callable[[], HttpResponse], **told: Any
) -> HttpResponse:
    """Show the form, then the answers to check, then what `filing` does; what was typed stays with the browser until then."""
    answer = _asked(request, place, right, form, filing, **told)
    if answer.status_code == SeeOther.status_code:
        drafts.forget(request, answer, place)
    elif request.method == "POST":
        drafts.keep(request, answer, place, form)
    return answer


def _asked(  # noqa: PLR0913  # one page in three states
    request: HttpRequest, place: Place, right: Right, form: RequestForm, filing: Callable[[], HttpResponse], *,
    signed_in: SignedIn | None = None, kind: str = CUSTOMER_KIND, **told: Any,
) -> HttpResponse:  # fmt: skip
    """Show the form, then the answers to check; when they are sent, answer with what `filing` does."""
    shown = {"form": form, "right": offer(right), "rows": account.rows(signed_in) if signed_in else None, **told}
    shown["languages"] = spoken(request, place, typed=True)
    form.declares = _declares(place, right, form, kind) and not told.get("part")
    if request.method != "POST" or "change" in request.POST:
        return show(request, place, "request", shown)
    choice = intake.laws_for(place.brand, form.cleaned_data["residence"], kind=kind) if form.is_valid() else None
    if choice and form.declares and not same_name(form.cleaned_data["declared"], form.cleaned_data["name"]):
        form.add_error("declared", _("Type your name as you gave it above: the law where you live wants this signature."))
    if choice and right not in intake.rights_of(place.brand, choice):
        form.add_error("residence", _("The law of this place does not give this right. Look at what it gives on the first page."))
    if choice is None or form.errors:
        return show(request, place, "request", shown, status=422)
    shown |= {"term": term(intake.binding(place.brand, choice), right.name, place.brand), "signed_in": signed_in}
    if request.POST.get("step") != "send":
        return show(request, place, "check", shown | effort.asked_of(request, place, form))
    if is_too_quick(form.cleaned_data["opened"]):
        form.add_error(None, _("That was quicker than a person can type. Please look at it once more and send it again."))
        return show(request, place, "request", shown, status=422)
    if status := effort.turned_away(request, place, form):
        return show(request, place, "check", shown | effort.asked_of(request, place, form), status=status)
    return filing()


def _declares(place: Place, right: Right, form: RequestForm, kind: str) -> bool:
    """Whether the law of where the person lives wants a signed statement with this right."""
    living = form.data.get("residence", "") if form.is_bound else form.initial.get("residence", "")
    if "declared" not in form.fields or (living and not residences.exists(living)):
        return False
    return needed(right.name, intake.laws_for(place.brand, living, kind=kind).names, least=0).declares


def _taken_down(request: HttpRequest, place: Place, right: Right, form: RequestForm, signed_in: SignedIn | None) -> HttpResponse:
    if signed_in:
        return account.take_down(request, place, right, form, signed_in)
    dsr, made = _take_down(place, right, form)
    answer = SeeOther(place.to("status", reference=dsr.reference))
    if made:
        passes.remember_filing(answer, place, dsr, made)
    return answer


@transaction.atomic
def _take_down(place: Place, right: Right, form: RequestForm) -> tuple[SubjectRequest, Secrets | None]:
    """Open the request and make its secrets; a form that is sent again opens nothing new, and past the proof shows nothing."""
    said = form.cleaned_data
    application = Application(
        right=right.name, email=said["email"], name=said["name"], language=place.language, facts=form.facts,
        details=said["details"], residence=said["residence"],
        key=form.key(place.brand.slug, right.name), **form.wanted(),
    )  # fmt: skip
    dsr = intake.open_request(place.brand, application, by=CUSTOMER)
    if dsr.stage not in UNPROVEN:
        return dsr, None
    return dsr, verification.begin(dsr, declared=said.get("declared", ""))
