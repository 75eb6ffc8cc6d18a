"""The answer on paper: the pages of the sealed copy, word for word, as a PDF. What is not a page stays in the copy's files."""

import struct
import zlib
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Final

from requests_app.bundle.models import Bundle
from requests_app.bundle.services import NotAvailable, opened
from requests_app.correspondence.sheet import Sheet
from requests_app.workflow.models import SubjectRequest

LONGEST: Final = 4 * 1024 * 1024  # of a page, in bytes: some thousand records; more is no letter any more
_PAGES: Final = ("index.html", "information.html")
_HEADER: Final = struct.Struct("<4s5H3I2H")
_DESCRIPTOR: Final = 16
_SIZES: Final = {"h1": 16.0, "h2": 12.0, "h3": 10.5, "h4": 9.5}
_BLOCKS: Final = frozenset({"p", "li", "dt", "dd", "td", "th", *_SIZES})
_LEFT_OUT: Final = frozenset({"head", "style", "script", "nav", "thead"})
_VOID: Final = frozenset({"br", "meta", "link", "img", "hr", "input", "col"})


class TooLong(Exception):
    """The copy has more than can be sent on paper: it is handed over as a file."""


def paper(bundle: Bundle) -> bytes:
    """Return the pages of a copy as a PDF.

    Raises:
        NotAvailable: the copy can no longer be had.
        TooLong: a page is too long to be printed.
    """
    dsr: SubjectRequest = bundle.dsr
    with opened(bundle) as reader:
        pages = list(_pages(reader.plain()))
    sheet = Sheet(
        title=dsr.reference, author=dsr.brand.name, language=dsr.language, made_at=bundle.built_at,
        foot=f"{dsr.brand.name} · {dsr.reference}",
    )  # fmt: skip
    for page in pages:
        sheet.add_page()
        printer = _Printer(sheet)
        printer.feed(page)
        printer.close()
    return bytes(sheet.output())


def _pages(chunks: Iterable[bytes]) -> Iterator[str]:
    """Yield the pages, which are the first members of the archive; no more of it is read."""
    archive, held = iter(chunks), b""
    while True:
        while len(held) < _HEADER.size:
            held += _more(archive)
        *_fields, name_length, extra = _HEADER.unpack_from(held)
        while len(held) < _HEADER.size + name_length + extra:
            held += _more(archive)
        name = held[_HEADER.size : _HEADER.size + name_length].decode()
        if name not in _PAGES:
            return
        page, held = _inflated(held[_HEADER.size + name_length + extra :], archive)
        yield page.decode()
        while len(held) < _DESCRIPTOR:
            held += _more(archive)
        held = held[_DESCRIPTOR:]


def _inflated(held: bytes, archive: Iterator[bytes]) -> tuple[bytes, bytes]:
    """Return one member, and what of the archive was read beyond it."""
    inflate, page = zlib.decompressobj(-zlib.MAX_WBITS), bytearray()
    while True:
        page += inflate.decompress(held, LONGEST + 1 - len(page))
        if len(page) > LONGEST:
            raise TooLong
        if inflate.eof:
            return bytes(page), inflate.unused_data
        held = inflate.unconsumed_tail or _more(archive)


def _more(archive: Iterator[bytes]) -> bytes:
    read = next(archive, None)
    if read is None:
        raise NotAvailable
    return read


class _Printer(HTMLParser):
    """Prints a page of ours: headings, sentences, lists, labels with values; of a table, each cell behind its column's name."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(convert_charrefs=True)
        self._sheet = sheet
        self._text: list[str] = []
        self._label = self._before = ""
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        hidden = tag in _LEFT_OUT or "screen" in (known.get("class") or "").split() or known.get("aria-labelledby") == "beside"
        if (self._silent or hidden) and tag not in _VOID:
            self._silent.append(tag)
        if tag in _BLOCKS:
            self._flush("")
            self._before = known.get("data-label") or ""
        elif tag == "br":
            self._text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            if tag in self._silent:
                while self._silent.pop() != tag:
                    pass
            self._text.clear()
        elif tag in _BLOCKS:
            self._flush(tag)
        elif tag == "tr":
            self._sheet.ln(1.5)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._text.append(data)

    def _flush(self, tag: str) -> None:
        said = "\n".join(" ".join(line.split()) for line in "".join(self._text).split("\n") if line.strip())
        self._text.clear()
        if tag in _SIZES:
            self._sheet.say(said, size=_SIZES[tag], bold=True, above=4)
        elif tag == "dt":
            self._label = said
        elif tag == "dd":
            self._sheet.row(self._label, said)
        elif said:
            shown = f"{self._before}: {said}" if self._before else f"– {said}" if tag == "li" else said
            self._sheet.say(shown, size=9, bold=tag == "th", above=0.5)
