"""information.html: what is done with the data, by the descriptions of what holds it. GDPR Art. 15(1)(a)–(g), (2)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.utils import translation

from requests_app.bundle import words
from requests_app.bundle.material import Material
from requests_app.bundle.pages import Page, by_topic
from requests_app.connectors.base import CollectionInfo


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: what it is about, what there is to say, and of which data it holds."""

    what: str
    says: tuple[str, ...]
    data: tuple[str, ...]


def information(material: Material) -> Iterator[bytes]:
    """Yield information.html. It grows with the descriptions, not with the data."""
    page = Page(material)
    held = [entry.part.info for entries in by_topic(material).values() for entry in entries]
    with translation.override(material.language):
        sections = _sections(page, held)
        rights = [str(words.RIGHTS[name]) for name in material.rights if name in words.RIGHTS]
    yield page.top("information.html", rights=rights, held=bool(held), **sections)
    yield page.render("end.html", is_index=False)


def _sections(page: Page, held: list[CollectionInfo]) -> dict[str, list[Line]]:
    said = page.said
    return {
        "purposes": _lines(
            page, held, lambda info: ((said(purpose.title), words.legal_basis(purpose.legal_basis)) for purpose in info.purposes)
        ),
        "categories": _lines(page, held, _categories),
        "recipients": _lines(page, held, lambda info: ((said(to.name), words.recipient(to.category)) for to in info.recipients)),
        "retention": _lines(page, held, lambda info: [(said(info.retention),)]),
        "origins": _lines(page, held, lambda info: ((said(origin),) for origin in info.origins)),
        "transfers": _lines(
            page,
            held,
            lambda info: (
                (said(to.name), words.country(to.country), words.safeguard(to.safeguard))
                for to in info.recipients
                if to.country and to.country.upper() not in words.EEA
            ),
        ),
    }


def _categories(info: CollectionInfo) -> Iterator[tuple[str]]:
    for field in info.fields:
        yield from ((words.category(key),) for key in field.categories)


def _lines(page: Page, held: list[CollectionInfo], facts: Callable[[CollectionInfo], Iterable[tuple[str, ...]]]) -> list[Line]:
    """Turn what each collection says around: every fact once, with the collections of which it holds."""
    found: dict[tuple[str, ...], dict[str, None]] = {}
    for info in held:
        for fact in facts(info):
            found.setdefault(fact, {})[page.said(info.title)] = None
    return [Line(fact[0], fact[1:], tuple(titles)) for fact, titles in found.items()]
