"""The door for customers whom the shop hands over signed in: a button on the shop's account page posts a signed token here.

The token never stands in an address. What it said travels in a cookie that nobody but us can read, until the request is
filed: before that nothing about the person is kept.
"""

import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from dataclasses import asdict
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from requests_app.brands.models import Brand
from requests_app.intake import services as intake
from requests_app.intake.services import Application
from requests_app.keys.crypto import Undecipherable, derived, derived_ever, seal, unseal_with_any
from requests_app.portal import passes, residences, signalling
from requests_app.portal.answers import SeeOther
from requests_app.portal.forms import RequestForm
from requests_app.portal.offers import offered
from requests_app.portal.passes import Pass
from requests_app.portal.place import Place, best_language, nowhere, placed, show
from requests_app.rights.base import Right
from requests_app.values import CUSTOMER
from requests_app.verification import handover
from requests_app.verification import services as verification
from requests_app.verification.handover import NotHandedOver, SignedIn

_COOKIE: Final = "signed-in"
_FORBIDDEN: Final = 403


@csrf_exempt  # it comes from the shop's own page, and nobody's cookie is looked at: the signature is what counts
@require_POST
def arrive(request: HttpRequest, brand: str) -> HttpResponse:
    """Take a token and let the browser go on at a clean address; every token that is refused gets the same answer."""
    shop = Brand.objects.filter(slug=brand).first()
    if shop is None:
        return nowhere(request)
    try:
        signed_in = handover.receive(shop, _token(request))
    except NotHandedOver:
        return refused(request, shop)
    place = Place(shop, shop.language_for(signed_in.locale[:2].lower() or best_language(request, shop)))
    signalling.heed(request, shop, signed_in, place.language)
    wanted = signed_in.right in {right.name for right in intake.rights_of(shop)}
    answer = SeeOther(place.to("request", right=signed_in.right) if wanted else place.to("signed_in"))
    _carry(answer, place, signed_in)
    return answer


@require_safe
@placed
def rights(request: HttpRequest, place: Place) -> HttpResponse:
    """Show who was handed over, and let the person choose what to ask for."""
    signed_in = known(request, place)
    if signed_in is None:
        return refused(request, place.brand, place.language)
    residence = residences.chosen(request, place.brand)
    held = offered(place, intake.laws_for(place.brand, residence), residences.said(request))
    return show(request, place, "signed_in", held | {"rows": rows(signed_in)})


@require_POST
@placed
def leave(_request: HttpRequest, place: Place) -> HttpResponse:
    """Forget who was handed over: the form asks everything again."""
    answer = SeeOther(place.to("home"))
    forget(answer, place)
    return answer


def of_form(request: HttpRequest, place: Place) -> SignedIn | None:
    """Return whom a form is for; None where it is the one that asks everything.

    Raises:
        NotHandedOver: it was shown for a hand-over that counts no more, or for another person than the last one here.
    """
    signed_in = known(request, place)
    if request.method != "POST":
        return signed_in
    meant = request.POST.get("account")
    if meant and (signed_in is None or signed_in.digest != meant):
        raise NotHandedOver("another")
    return signed_in if meant else None


def take_down(request: HttpRequest, place: Place, right: Right, form: RequestForm, signed_in: SignedIn) -> HttpResponse:
    """File the request of somebody whom the shop handed over: it goes on at once.

    Raises:
        NotHandedOver: the hand-over counts no more, or served for another request.
    """
    with transaction.atomic():
        dsr = intake.open_request(place.brand, _application(place, right, form, signed_in), by=CUSTOMER)
        made = verification.begin(dsr)
        handover.accept(dsr, signed_in)
    answer = SeeOther(place.to("status", reference=dsr.reference) + "?filed")
    passes.remember_claim(answer, place, dsr, made.claim)
    passes.let_see(request, dsr, allowed=Pass.SIGNED_IN)
    forget(answer, place)
    return answer


def _application(place: Place, right: Right, form: RequestForm, signed_in: SignedIn) -> Application:
    return Application(
        right=right.name, email=signed_in.email, name=signed_in.name, language=place.language,
        facts={"phone_number": signed_in.phone}, details=form.cleaned_data["details"], channel=handover.CHANNEL,
        residence=form.cleaned_data["residence"], customer_id=signed_in.customer_id, key=form.key(place.brand.slug, right.name),
        **form.wanted(),
    )  # fmt: skip


def known(request: HttpRequest, place: Place) -> SignedIn | None:
    """Return whom the shop handed over in this browser, as long as it counts."""
    try:
        sealed = urlsafe_b64decode(request.COOKIES.get(_COOKIE, ""))
        said = json.loads(unseal_with_any(derived_ever("portal.signed-in"), sealed, place.brand.slug.encode()))
    except (BadBase64, ValueError, Undecipherable):
        return None
    signed_in = SignedIn(**said)
    return signed_in if signed_in.until > time.time() else None


def rows(signed_in: SignedIn) -> list[dict[str, Any]]:
    """Return what is known of the person, as the pages show it: it can be read, not changed."""
    said = [
        (_("Your name"), signed_in.name), (_("Your e-mail address"), signed_in.email), (_("Phone number"), signed_in.phone),
        (_("Customer number"), signed_in.customer_id),
    ]  # fmt: skip
    return [{"label": label, "value": value} for label, value in said if value]


def forget(response: HttpResponse, place: Place) -> None:
    response.delete_cookie(_COOKIE, path=place.path, samesite="Lax")


def _token(request: HttpRequest) -> str:
    """Return the token of the body. One that stands in the address is no token: addresses are kept in too many places."""
    try:
        return "" if request.GET else str(request.POST.get("token", "")).strip()
    except (RequestDataTooBig, TooManyFieldsSent):
        return ""


def _carry(response: HttpResponse, place: Place, signed_in: SignedIn) -> None:
    sealed = seal(derived("portal.signed-in"), json.dumps(asdict(signed_in)).encode(), place.brand.slug.encode())
    response.set_cookie(
        _COOKIE,
        urlsafe_b64encode(sealed).decode(),
        max_age=int(handover.GOOD_FOR.total_seconds()),
        path=place.path,
        httponly=True,
        secure=settings.SECURE,
        samesite="Lax",
    )


def refused(request: HttpRequest, shop: Brand, language: str = "") -> HttpResponse:
    place = Place(shop, language or best_language(request, shop))
    with translation.override(place.language):
        return show(request, place, "not_signed_in", status=_FORBIDDEN)
