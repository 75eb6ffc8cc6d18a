"""Where the customer stands: which shop answers, and in which language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language_from_request, get_language_info
from django.utils.translation import gettext as _

from dsar.settings import browser
from requests_app.brands.models import Brand
from requests_app.portal import signalling

Params = ParamSpec("Params")


@dataclass(frozen=True, slots=True)
class Place:
    """A shop's portal in one language."""

    brand: Brand
    language: str

    def to(self, view: str, **kwargs: object) -> str:
        """Return the path of one of the portal's pages, at this place."""
        return reverse(f"portal:{view}", kwargs={"brand": self.brand.slug, "language": self.language, **kwargs})

    @property
    def path(self) -> str:
        """The path below which the browser keeps what it remembers of this shop."""
        return f"/{self.brand.slug}/"


def placed(view: Callable[Concatenate[HttpRequest, Place, Params], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let `view` answer for a shop, in the language and at the clock of that shop; say so where there is none."""

    @wraps(view)
    def answer(request: HttpRequest, brand: str, language: str, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponseBase:
        shop = Brand.objects.filter(slug=brand).first()
        if shop is None:
            return nowhere(request)
        spoken = shop.language_for(language)
        place = Place(shop, spoken)
        with translation.override(spoken), timezone.override(ZoneInfo(shop.time_zone)):
            if spoken != language:
                return show(request, place, "unknown", {"said": _("This page is not written in that language.")}, status=404)
            return view(request, place, *args, **kwargs)

    return answer


def nowhere(request: HttpRequest) -> HttpResponse:
    """Say that no shop of that name answers here."""
    return render(request, "portal/nowhere.html", status=404)


def best_language(request: HttpRequest, brand: Brand) -> str:
    """Return the first language of the browser that `brand` speaks, else the brand's own."""
    return (
        brand.language_for(get_language_from_request(request)) if "Accept-Language" in request.headers else brand.default_language
    )


def show(
    request: HttpRequest, place: Place, page: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Render a page of the portal; the languages are offered only where changing loses nothing."""
    signal = signalling.told(request, place.brand)
    shown = {"brand": place.brand, "place": place, "languages": spoken(request, place), **signal, **(context or {})}
    written = csp_replace(browser.WORKER)(render) if "effort" in shown else render
    response = written(request, f"portal/{page}.html", shown, status=status)
    signalling.remember(request, response, place.brand, signal)
    response["Content-Language"] = place.language
    return response


def spoken(request: HttpRequest, place: Place, *, typed: bool = False) -> list[dict[str, Any]]:
    """Return the languages, where changing loses nothing: after a form was sent, if the browser keeps what was `typed`."""
    match = request.resolver_match
    if (request.method == "POST" and not typed) or match is None or "language" not in match.kwargs or "token" in match.kwargs:
        return []
    offered = [code for code in place.brand.languages if code in dict(settings.LANGUAGES)]
    return [
        {
            "code": code,
            "name": get_language_info(code)["name_local"].capitalize(),
            "current": code == place.language,
            "url": reverse(match.view_name, kwargs={**match.kwargs, "language": code}),
        }
        for code in offered
    ]
