"""What a brand may say in its own words in letters: how they greet, close and sign. The rest is what the law wants said."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_app.brands.models import Brand

_OURS: Final[Mapping[str, str | Promise]] = MappingProxyType(
    {
        "greeting": gettext_lazy("Hello,"),
        "closing": gettext_lazy("Questions? Write to {email} or call {phone}."),
        "signature": gettext_lazy("{brand}, data protection"),
    },
)
PASSAGES: Final = tuple(_OURS)
PLACEHOLDERS: Final = ("brand", "email", "phone", "reference")
LONGEST: Final = 400  # characters of a passage
_PLACE: Final = re.compile(r"\{([^{}]*)\}")
_LINES: Final = frozenset("\n")


def passages(brand: Brand, language: str, reference: str) -> dict[str, str]:
    """Return every passage as `brand` says it in `language`, which is also the active one; our own words where it says nothing."""
    own = brand.wording.get(language, {})
    facts = {"brand": brand.name, "email": brand.privacy_email, "phone": brand.privacy_phone, "reference": reference}
    return {name: _filled(own.get(name) or _ours(name, brand), facts).strip() for name in PASSAGES}


def problems(wording: Any, languages: list[str]) -> Iterator[str]:
    """Yield what is wrong with the `wording` of a brand, each with the place where it stands."""
    if not isinstance(wording, dict):
        yield "must be a mapping by language"
        return
    for language, said in wording.items():
        if language not in languages:
            yield f"{language}: the brand does not speak it"
        elif not isinstance(said, dict):
            yield f"{language}: must be a mapping of {', '.join(PASSAGES)}"
        else:
            yield from (f"{language}.{name}: {wrong}" for name, text in said.items() for wrong in _wrong(name, text))


def _wrong(name: str, text: Any) -> Iterator[str]:
    if name not in PASSAGES:
        yield f"no such passage; there are {', '.join(PASSAGES)}"
    elif not isinstance(text, str) or not 0 < len(text.strip()) <= LONGEST:
        yield f"must be words, {LONGEST} characters at most"
    else:
        yield from (f"no such placeholder: {{{place}}}" for place in _PLACE.findall(text) if place not in PLACEHOLDERS)
        if set(_PLACE.sub("", text)) & {"{", "}"}:
            yield "a brace stands alone"
        if any(unicodedata.category(sign) in {"Cc", "Cf", "Co", "Cs"} for sign in text if sign not in _LINES):
            yield "an invisible character stands in it"


def _ours(name: str, brand: Brand) -> str:
    if name == "closing" and not brand.privacy_phone:
        return _("Questions? Write to {email}.")
    return str(_OURS[name])


def _filled(text: str, facts: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: facts.get(place[1], place[0]), text)
