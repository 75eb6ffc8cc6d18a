"""What a shop pastes into its own pages to lead people to the forms: ready to copy, for each right in each of its languages."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language_info, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from requests_app.brands.models import Brand
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import show
from requests_app.intake.services import rights_of
from requests_app.officers import policy

FRAME_HEIGHT: Final = 460  # pixels: the page in the frame, on a phone that is 390 wide


@dataclass(frozen=True, slots=True)
class Snippet:
    """What is pasted for one right, or for all of them where `name` is empty."""

    name: str
    title: str
    link: str
    button: str
    frame: str


@require_safe
def snippets(request: OfficerRequest, brand: str = "", language: str = "") -> HttpResponse:
    """Show what a shop of the officer's may paste, in one of its languages; without one, lead to the first."""
    mine = list(policy.brands_of(request.user))
    if not brand:
        if not mine:
            return show(request, "snippets", {"shops": []})
        return redirect("console:snippets", mine[0].slug, mine[0].language_for(request.user.language))
    shop = get_object_or_404(policy.brands_of(request.user), slug=brand)
    if language not in shop.languages:
        raise Http404
    context = {
        "shop": shop, "spoken": language,
        "languages": [{"code": code, "name": get_language_info(code)["name_local"]} for code in shop.languages],
        "shops": [{"slug": one.slug, "name": one.name, "language": one.language_for(language)} for one in mine],
        "snippets": _all(shop, language),
    }  # fmt: skip
    return show(request, "snippets", context)


def _all(shop: Brand, language: str) -> list[Snippet]:
    with override(language):
        first = _snippet(shop, language, "", _("Your data, your rights"), _("Show my rights"))
        return [first, *(_snippet(shop, language, one.name, _(one.title), _(one.action)) for one in rights_of(shop))]


def _snippet(shop: Brand, language: str, right: str, title: str, action: str) -> Snippet:
    fields = {"right": right, "lang": language} if right else {"lang": language}
    told: dict[str, Any] = {
        "start": settings.DSAR_BASE_URL + reverse("portal:start", args=[shop.slug]), "query": urlencode(fields), "fields": fields,
        "frame": settings.DSAR_BASE_URL + reverse("portal:embed", args=[shop.slug]), "title": f"{title} – {shop.name}",
        "action": action, "words": title, "height": FRAME_HEIGHT,
    }  # fmt: skip
    kinds = (render_to_string(f"console/snippet_{kind}.html", told).strip() for kind in ("link", "button", "frame"))
    return Snippet(right, title, *kinds)
