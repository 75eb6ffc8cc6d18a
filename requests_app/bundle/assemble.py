"""From material to the bytes of a bundle: a ZIP as a stream, pages rendered and parts copied as their turn comes."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from textwrap import fill
from typing import Final

from django.template.loader import get_template
from django.utils import translation

from requests_app.bundle.information import information
from requests_app.bundle.linked import context
from requests_app.bundle.manifest import Member, as_json, manifest
from requests_app.bundle.material import CollectionPart, FilePart, Material, Opener, SystemPart, opened
from requests_app.bundle.pages import Page, index
from requests_app.bundle.redacting import redacted
from requests_app.bundle.schemas import schema
from requests_app.bundle.zip64 import Archive
from requests_app.keys.signature import fingerprint, public_key, signature
from requests_app.vault.rows import Kind

WIDTH: Final = 92  # characters of a line of README.txt


def assemble(material: Material) -> Iterator[bytes]:
    """Yield the bundle as a ZIP. Parts are opened one by one, when they are copied; memory stays flat.

    Same material, same bytes: `made_at` is the time stamp of every member.

    Raises:
        Unreadable: a part was damaged, or belongs to another request.
        NotThisPart: a part is not the one that the material says.
    """
    yield from _Build(material).stream()


class _Build:
    """One bundle in the making: the archive, and what went into it so far."""

    def __init__(self, material: Material) -> None:
        self._material = material
        self._archive = Archive(material.made_at)
        self._members: list[Member] = []

    def stream(self) -> Iterator[bytes]:
        material, key = self._material, self._material.signing_key
        yield from self._made("index.html", index(material))
        if not material.is_portable:
            yield from self._made("information.html", information(material))
        yield from self._made("README.txt", [self._readme()])
        for system in material.systems if material.has_values else ():
            for part in system.collections:
                yield from self._collection(system, part)
        if material.trail:
            yield from self._made("trail.json", [as_json(material.trail)])
        yield from self._made("public-key.pem", [public_key(key)])
        yield from self._made("check.py", [_raw("bundle/check.py.txt")])
        with translation.override(material.language):
            listed = manifest(material, self._members)
        yield from self._archive.pack("manifest.json", [listed], small=True)
        yield from self._archive.pack("manifest.json.sig", [signature(listed, key)], small=True)
        yield from self._archive.close()

    def _readme(self) -> bytes:
        text = Page(self._material).render("readme.txt", fingerprint=fingerprint(self._material.signing_key)).decode()
        return "".join(f"{_wrapped(line)}\n" for line in text.splitlines()).encode()

    def _collection(self, system: SystemPart, part: CollectionPart) -> Iterator[bytes]:
        if not part.records:
            return
        path = self._material.path
        if part.json:
            yield from self._text(path("data", system, part, ".json"), part, part.json, Kind.JSON)
        if part.csv:
            yield from self._text(path("data", system, part, ".csv"), part, part.csv, Kind.CSV)
        for number, file in enumerate(part.files):
            yield from self._file(self._material.file_path(system, part, number), file)
        if part.json or part.csv:
            described = schema(part.info, self._material.language, part.redactor.fields if part.redactor else frozenset())
            yield from self._made(path("schemas", system, part, ".schema.json"), [described])
            linked = context(part.info, system.name, self._material.brand.slug)
            yield from self._made(path("context", system, part, ".jsonld"), [linked])

    def _text(self, name: str, part: CollectionPart, opener: Opener, kind: Kind) -> Iterator[bytes]:
        """Copy a text form as it lies in the vault; one from which something is withheld is written anew, record by record."""
        if part.redactor is None:
            yield from self._copied(name, opener, kind, part.records)
        else:
            yield from self._made(name, redacted(part, kind), records=part.records)

    def _file(self, name: str, file: FilePart) -> Iterator[bytes]:
        yield from self._copied(name, file.open, Kind.FILE, None)

    def _made(self, name: str, content: Iterable[bytes], *, records: int | None = None) -> Iterator[bytes]:
        digest, size = sha256(), 0

        def counted() -> Iterator[bytes]:
            nonlocal size
            for text in content:
                digest.update(text)
                size += len(text)
                yield text

        yield from self._archive.pack(name, counted(), small=records is None)
        self._members.append(Member(name, digest.hexdigest(), size, records))

    def _copied(self, name: str, opener: Opener, kind: Kind, records: int | None) -> Iterator[bytes]:
        with opened(opener, kind, records or 0) as reader:
            yield from self._archive.copy(name, reader.blocks(), reader.facts(), header=reader.header, footer=reader.footer)
            self._members.append(Member(name, reader.sha256, reader.size, records))


def _wrapped(line: str) -> str:
    """Break a long line of prose; what is indented is to be copied, and columns stay as they are."""
    return line if "  " in line else fill(line, WIDTH, break_long_words=False, break_on_hyphens=False)


def _raw(template: str) -> bytes:
    source: str = get_template(template).template.source  # type: ignore[attr-defined]
    return source.encode()
