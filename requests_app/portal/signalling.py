"""The signal of a browser (`Sec-GPC: 1`): honoured where the law of the customer's place says so, and said on every page.

Source: Global Privacy Control; 11 CCR 7025(c)(6).
"""

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from requests_app.brands.models import Brand
from requests_app.optouts import browsers
from requests_app.portal import residences
from requests_app.verification.handover import SignedIn

SINCE: Final = "2026-11-22"
_COOKIE: Final = "refused-sale"


@require_safe
def declaration(_request: HttpRequest) -> HttpResponse:
    """Say that the signal is heeded here."""
    return JsonResponse({"gpc": True, "lastUpdate": SINCE}, headers={"Cache-Control": "public, max-age=86400"})


def sent(request: HttpRequest) -> bool:
    """Tell whether the browser sends the signal; any other value is none."""
    return request.headers.get("Sec-GPC") == "1"


def told(request: HttpRequest, brand: Brand) -> dict[str, Any]:
    """Return what a page says of the signal: `honoured`, `seen` where no law makes it count, or nothing."""
    if request.COOKIES.get(_COOKIE):
        return {"signal": "honoured"}
    if not sent(request):
        return {}
    return {"signal": "honoured" if browsers.counts(residences.chosen(request, brand)) else "seen"}


def remember(request: HttpRequest, response: HttpResponse, brand: Brand, said: dict[str, Any]) -> None:
    """Keep for the browser's session that it was honoured, so that it holds on every page of this shop."""
    patch_vary_headers(response, ["Sec-GPC"])
    if said.get("signal") == "honoured" and not request.COOKIES.get(_COOKIE):
        response.set_cookie(_COOKIE, "1", path=f"/{brand.slug}/", httponly=True, secure=settings.SECURE, samesite="Lax")


def heed(request: HttpRequest, brand: Brand, signed_in: SignedIn, language: str) -> None:
    """Record the signal of a browser for the customer whom the shop hands over in it."""
    residence = residences.chosen(request, brand)
    if sent(request) and browsers.counts(residence):
        browsers.record_of(
            brand, signed_in.email, residence=residence, language=language, customer_id=signed_in.customer_id
        )  # fmt: skip
