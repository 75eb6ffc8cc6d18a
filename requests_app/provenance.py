"""Where a fact of law comes from, how sure it is, and the places it is about: the words that every catalogue of law shares."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from requests_app.schema import Pattern

Place = Annotated[str, Pattern(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", "a country 'AA' or region 'AA-BB', in quotes")]
Country = Annotated[str, Pattern(r"[A-Z]{2}", "a country 'AA', in quotes")]
Slug = Annotated[str, Pattern(r"[a-z0-9]+(-[a-z0-9]+)*", "a name of small letters, digits and hyphens")]
Url = Annotated[str, Pattern(r"https?://\S+", "an address that begins with http")]


class Confidence(StrEnum):
    """How sure a row is; rows of low confidence are off until somebody switches them on."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class SourceKind(StrEnum):
    """`seen`: a text was read; `knowledge`: cited from knowledge, the text was not seen."""

    SEEN = "seen"
    KNOWLEDGE = "knowledge"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact was found; `covers` says which part of it."""

    kind: SourceKind
    title: str | None = None
    url: Url | None = None
    covers: str | None = None
    cite: str | None = None

    def contradictions(self) -> Iterator[str]:
        if self.kind == SourceKind.SEEN and not self.title:
            yield "title is missing"
        if self.kind == SourceKind.SEEN and self.cite:
            yield "cite belongs to a source of kind knowledge"
        if self.kind == SourceKind.KNOWLEDGE and not self.cite:
            yield "cite is missing"
        if self.kind == SourceKind.KNOWLEDGE and (self.title or self.url or self.covers):
            yield "title, url and covers belong to a source of kind seen"
