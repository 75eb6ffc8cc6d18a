"""information.html: what is done with the data, by the descriptions of what holds it. GDPR Art. 15(1)(a)–(g), (2)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from requests_app.bundle.material import Material
from requests_app.bundle.pages import Page, by_topic
from requests_app.connectors.base import CollectionInfo, Purpose
from requests_app.sources import words
from requests_app.sources.recipients import Given, given


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
    stated = dict(material.stated)
    told = {"decisions": stated.get("automated_logic", ""), "sold": stated.get("ccpa_categories_sold_shared", "")}
    yield page.top("information.html", rights=rights, held=bool(held), own_words=material.statements, **told, **sections)
    yield page.render("end.html", is_index=False)


def _sections(page: Page, held: list[CollectionInfo]) -> dict[str, list[Line]]:
    said = page.said

    def basis(purpose: Purpose) -> tuple[str, str]:
        return said(purpose.title), words.legal_basis(purpose.legal_basis)

    return {
        "purposes": _lines(page, held, lambda of: map(basis, of.purposes), own=True),
        "categories": _lines(page, held, _categories),
        "recipients": [_recipient(page, one) for one in given(held)],
        "retention": _lines(page, held, lambda info: [(said(info.retention),)]),
        "origins": _lines(page, held, lambda of: ((said(origin.words),) for origin in of.origins), own=True),
        "transfers": _lines(
            page,
            held,
            lambda info: (
                (said(to.name), words.country(to.country), words.safeguard(to.safeguard))
                for to in info.receivers
                if to.country and to.country.upper() not in words.EEA
            ),
        ),
    }


def _recipient(page: Page, one: Given) -> Line:
    """Say who is sent which kinds of data for which purposes; single fields where it is not all of a collection."""
    to, named = one.recipient, page.said
    data = (
        named(part.title) if part.is_all else f"{named(part.title)} ({', '.join(named(field.title) for field in part.fields)})"
        for part in one.sent
    )
    kinds = dict.fromkeys(words.category(key) for key in one.categories)
    part = (words.recipient(to.category), words.role(to.role))
    purposes = (named(purpose.title) for purpose in one.purposes)
    return Line(named(to.name), (". ".join(filter(None, part)), " · ".join(kinds), " · ".join(purposes)), tuple(data))


def _categories(info: CollectionInfo) -> Iterator[tuple[str]]:
    for field in info.fields:
        yield from ((_kind(key),) for key in field.categories)


def _kind(key: str) -> str:
    kind = words.category(key)
    return _("%(kind)s (specially protected)") % {"kind": kind} if words.is_sensitive(key) else kind


def _lines(
    page: Page, held: list[CollectionInfo], facts: Callable[[Any], Iterable[tuple[str, ...]]], *, own: bool = False
) -> list[Line]:
    """Turn what each collection says around: every fact once, with the collections of which it holds.

    `own`: single fields may say otherwise than their collection, and are named where they do.
    """
    found: dict[tuple[str, ...], dict[str, None]] = {}
    for info in held:
        title = page.said(info.title)
        for fact in facts(info):
            found.setdefault(fact, {})[title] = None
        for field in info.fields if own else ():
            for fact in facts(field):
                found.setdefault(fact, {})[f"{title} ({page.said(field.title)})"] = None
    return [Line(fact[0], fact[1:], tuple(titles)) for fact, titles in found.items()]
