"""Where the customer lives: it decides the law. Asked with a guess, never worked out from the network address."""

import re
import unicodedata
from functools import cache
from gettext import NullTranslations, translation
from typing import Any, Final

import pycountry
from django.http import HttpRequest
from django.utils.translation import gettext as _

from requests_app.brands.models import Brand
from requests_app.jurisdictions import REGIMES
from requests_app.jurisdictions.tables import places

PARAMETER: Final = "residence"
_REGION: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z]{4})?-([A-Za-z]{2})\b")
_COUNTRIES: Final[Any] = pycountry.countries  # partly typed: what it answers is looked at here alone
_SUBDIVISIONS: Final[Any] = pycountry.subdivisions

Option = tuple[str, str]
Group = tuple[str, list[Option]]


def exists(place: str) -> bool:
    """Whether `place` is one that can be chosen."""
    country, dash, region = place.partition("-")
    return country in places() and (not dash or region in places()[country])


def said(request: HttpRequest) -> str:
    """Return where the customer said to live; empty where nobody said, or no such place is known."""
    place = request.GET.get(PARAMETER, "")
    return place if exists(place) else ""


def chosen(request: HttpRequest, brand: Brand) -> str:
    """Return where the customer says to live; else a guess from the browser's language, else the shop's own country."""
    if place := said(request):
        return place
    guess = _REGION.match(request.headers.get("Accept-Language", ""))
    country = guess.group(1).upper() if guess else ""
    return country if country in places() else brand.establishment.partition("-")[0]


@cache
def options(language: str) -> list[Option | Group]:
    """Return every place by name in `language`: countries, and the regions of those where regions have laws of their own."""
    countries = sorted(((country, _country(country, language)) for country in places()), key=lambda one: _order(one[1]))
    found: list[Option | Group] = []
    for code, name in countries:
        if REGIMES.has_regions(code):
            found.append((name, [(code, _("%(country)s: another part") % {"country": name}), *_regions(code, language)]))
        else:
            found.append((code, name))
    return found


def name(place: str, language: str) -> str:
    """Return what `place` is called; its code where nobody knows."""
    country, dash, _region = place.partition("-")
    if not dash:
        return _country(country, language)
    known = _subdivision(place)
    return f"{_words('iso3166-2', language).gettext(known.name)}, {_country(country, language)}" if known else place


def _regions(country: str, language: str) -> list[Option]:
    found = [(f"{country}-{region}", _subdivision(f"{country}-{region}")) for region in places()[country]]
    named = [(code, _words("iso3166-2", language).gettext(known.name)) for code, known in found if known]
    return sorted(named, key=lambda one: _order(one[1]))


def _subdivision(code: str) -> Any:
    return _SUBDIVISIONS.get(code=code)


def _country(code: str, language: str) -> str:
    known = _COUNTRIES.get(alpha_2=code)
    if known is None:
        return code
    return str(_words("iso3166-1", language).gettext(getattr(known, "common_name", known.name)))


def _words(standard: str, language: str) -> NullTranslations:
    return translation(standard, pycountry.LOCALES_DIR, languages=[language], fallback=True)


def _order(word: str) -> str:
    """Sort Å with A: nobody looks for Åland behind Zimbabwe."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(sign))
