"""The one page that another site may show in a frame: what the right is, and a link that leads out of the frame.

A browser sends no cookie of ours into another site's frame, so no form works there. This page needs none and changes nothing:
whoever lays buttons over it gains a click on a link. It is framed by the origins that the brand lists, and by nobody else.
"""

from urllib.parse import urlencode

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from requests_app.brands.models import Brand
from requests_app.intake import services as intake
from requests_app.portal.answers import offer
from requests_app.portal.place import Place, best_language, nowhere


@require_safe
def embed(request: HttpRequest, brand: str) -> HttpResponse:
    """Show the right that `right` names, or all of them, in `lang`; its link opens the form in the whole window."""
    shop = Brand.objects.filter(slug=brand).first()
    if shop is None:
        return nowhere(request)
    asked = request.GET.get("lang", "")
    place = Place(shop, asked if asked in shop.languages else best_language(request, shop))
    with translation.override(place.language):
        answer = _page(request, place)
    patch_vary_headers(answer, ["Accept-Language"])
    return _framed(answer, shop)


def _page(request: HttpRequest, place: Place) -> HttpResponse:
    right = next((one for one in intake.rights_of(place.brand) if one.name == request.GET.get("right", "")), None)
    query = urlencode({"right": right.name, "lang": place.language} if right else {"lang": place.language})
    start = f"{reverse('portal:start', args=[place.brand.slug])}?{query}"
    shown = {"brand": place.brand, "place": place, "right": right and offer(right), "start": start}
    return render(request, "portal/embed.html", shown)


def _framed(answer: HttpResponse, brand: Brand) -> HttpResponse:
    """Name who may frame `answer`; where the brand lists nobody it stays as every other page."""
    if not brand.framed_by:
        return answer
    allowed = csp_replace({"frame-ancestors": list(brand.framed_by)})(lambda _request: answer)
    return xframe_options_exempt(allowed)(None)  # type: ignore[no-any-return]
