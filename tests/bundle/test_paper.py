"""The answer on paper is the sealed copy's own pages, and no more of the archive is read than they are."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from requests_app.bundle import paper
from requests_app.bundle.paper import TooLong
from requests_app.bundle.services import NotAvailable
from requests_app.bundle.zip64 import Archive
from requests_app.correspondence.sheet import Sheet

PAGE = """<!doctype html><html><head><title>no</title><style>p { color: red }</style></head><body>
<p class="screen"><a href="x">Back</a></p><h1>Your data</h1><dl><div><dt>Name</dt><dd>Ada &amp; Σωκράτης</dd></div></dl>
<section aria-labelledby="beside"><h2>What else is in this folder</h2><p>README.txt</p></section>
<table><thead><tr><th>Column</th></tr></thead><tbody><tr><td data-label="Total"><span>10.50</span></td></tr></tbody></table>
</body></html>"""


def archive(*members: tuple[str, bytes]) -> Iterator[bytes]:
    made = Archive(datetime(2026, 11, 22, tzinfo=UTC))
    for name, content in members:
        yield from made.pack(name, [content], small=True)
    yield from made.close()


def test_the_first_members_are_read_in_whatever_pieces_they_come() -> None:
    whole = b"".join(archive(("index.html", PAGE.encode()), ("information.html", b"<p>Law</p>"), ("README.txt", b"x" * 9999)))

    for size in (1, 7, 4096, len(whole)):
        pieces = (whole[at : at + size] for at in range(0, len(whole), size))
        assert list(paper._pages(pieces)) == [PAGE, "<p>Law</p>"]  # what is read of an archive


def test_what_breaks_off_or_is_too_long_is_no_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = b"".join(archive(("index.html", PAGE.encode())))
    with pytest.raises(NotAvailable):
        list(paper._pages([whole[:100]]))
    monkeypatch.setattr(paper, "LONGEST", 100)
    with pytest.raises(TooLong):
        list(paper._pages([whole]))


def test_the_words_of_a_page_are_printed_without_what_is_for_a_screen(tmp_path: Path) -> None:
    reader = shutil.which("pdftotext")
    sheet = Sheet(title="t", author="a", language="en", made_at=datetime(2026, 11, 22, tzinfo=UTC), foot="Shop · DSR-1")
    sheet.add_page()
    printer = paper._Printer(sheet)
    printer.feed(PAGE)
    printer.close()
    (tmp_path / "page.pdf").write_bytes(bytes(sheet.output()))

    assert not printer._silent
    if reader is None:
        pytest.skip("needs pdftotext, of poppler-utils, to read what was printed")
    text = subprocess.run([reader, "-layout", tmp_path / "page.pdf", "-"], check=True, capture_output=True).stdout.decode()
    for said in ("Your data", "Name", "Ada & Σωκράτης", "Total: 10.50", "Shop · DSR-1 · 1/1"):
        assert said in text
    for left_out in ("Back", "README", "Column", "color", "folder"):
        assert left_out not in text
