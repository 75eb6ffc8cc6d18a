"""What only a shop itself can say of its processing, and a law wants said in an answer. Nothing is assumed for it."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from requests_app.brands.models import Brand

# By the content's code: why no system's description can tell it.
STATEMENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "automated_logic": "whether machines alone decide about customers, and by which logic (GDPR Art. 15(1)(h), 22)",
        "ccpa_categories_sold_shared": "which categories are sold or shared, and with whom, or that none is (11 CCR 7024(k))",
    },
)
LONGEST: Final = 4000  # characters of a statement


def stated(brand: Brand, code: str, language: str) -> str:
    """Return what `brand` states about `code` in `language`; empty where it does not."""
    said = brand.statements.get(code, {}).get(language, "")
    return str(said).strip()


def problems(statements: Any, languages: list[str]) -> Iterator[str]:
    """Yield what is wrong with the `statements` of a brand, each with the place where it stands."""
    if not isinstance(statements, dict):
        yield "must be a mapping by what is stated"
        return
    for code, said in statements.items():
        if code not in STATEMENTS:
            yield f"{code}: no such statement; there are {', '.join(STATEMENTS)}"
        elif not isinstance(said, dict):
            yield f"{code}: must be a mapping by language"
        else:
            yield from (
                f"{code}.{language}: {wrong}" for language, text in said.items() for wrong in _wrong(language, text, languages)
            )


def _wrong(language: str, text: Any, languages: list[str]) -> Iterator[str]:
    if language not in languages:
        yield "the brand does not speak it"
    if not isinstance(text, str) or not 0 < len(text.strip()) <= LONGEST:
        yield f"must be words, {LONGEST} characters at most"
