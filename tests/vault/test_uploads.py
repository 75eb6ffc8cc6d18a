from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from dsar.settings import env
from requests_app.audit.models import AuditEvent
from requests_app.keys import store
from requests_app.values import CUSTOMER
from requests_app.vault import services, uploads
from requests_app.vault.asking import UploadField
from requests_app.vault.models import Upload
from requests_app.vault.scanning import ScannerAway
from requests_app.vault.uploads import LARGEST, NotTaken, check, keep, named, plain, sniffed
from tests.making import a_dsr
from tests.vault.clamd import VIRUS, scanner

PDF = b"%PDF-1.7\n% a letter about Ada\n"


@pytest.fixture
def clamd(settings: Settings) -> Iterator[list[bytes]]:
    with scanner() as (place, seen):
        settings.DSAR_CLAMD = place
        yield seen


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, "application/pdf"),
        (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\nrest", "image/png"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x18ftypheic\0\0", "image/heic"),
        (b"II*\0rest", "image/tiff"),
        ("Mein Brief: schön".encode(), "text/plain"),
        (b"\xef\xbb\xbfwith a mark", "text/plain"),
        (b"PK\x03\x04 an archive", None),
        (b"MZ\x90\0 a program", None),
        (b"<html><script>alert(1)</script>", None),
        (b" \n<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"RIFF\x10\0\0\0WAVEfmt ", None),
        (b"\xff\xfe not UTF-8", None),
        (b"a\0b", None),
    ],
)
def test_the_bytes_say_what_a_file_is_not_its_name(content: bytes, media_type: str | None) -> None:
    assert sniffed(content) == media_type


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\ada\\bill.PDF", "bill.PDF"),
        ("bill.pdf.exe", "bill.pdf.exe.pdf"),
        ("a\r\nSet-Cookie: x\0.pdf", "aSet-Cookie: x.pdf"),
        ("exe\u202efdp.pdf", "exefdp.pdf"),
        ("", "file.pdf"),
        ("...", "file.pdf"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
    ],
)
def test_a_name_cannot_lead_anywhere_nor_deceive(name: str, shown: str) -> None:
    assert named(name, "application/pdf") == shown


@pytest.mark.parametrize(("content", "code"), [(b"", "empty"), (b"%PDF-" + bytes(LARGEST), "too_large"), (b"PK\x03\x04", "type")])
def test_what_is_not_taken_is_told_by_one_word(content: bytes, code: str) -> None:
    with pytest.raises(NotTaken) as caught:
        check(content, "a.pdf")

    assert caught.value.code == code


def test_a_scanner_sees_the_whole_file_before_it_is_kept(clamd: list[bytes]) -> None:
    content = PDF + bytes(200_000)

    check(content, "a.pdf")

    assert clamd == [content]


def test_what_the_scanner_finds_is_not_taken(clamd: list[bytes]) -> None:
    with pytest.raises(NotTaken, match="infected"):
        check(PDF + VIRUS, "a.pdf")


def test_a_scanner_without_a_verdict_or_away_lets_nothing_through(clamd: list[bytes], settings: Settings) -> None:
    with pytest.raises(ScannerAway):
        check(PDF + b"no verdict", "a.pdf")

    settings.DSAR_CLAMD = "unix:///nowhere/clamd.sock"
    with pytest.raises(ScannerAway):
        check(PDF, "a.pdf")


def test_the_address_of_a_scanner_is_checked_at_the_start() -> None:
    assert env.scanner("") == ""
    assert env.scanner("tcp://127.0.0.1:3310") == "tcp://127.0.0.1:3310"
    with pytest.raises(ImproperlyConfigured):
        env.scanner("127.0.0.1:3310")


@pytest.mark.django_db
def test_a_kept_file_is_read_back_and_lies_nowhere_in_the_clear(settings: Settings) -> None:
    dsr = a_dsr()

    upload = keep(dsr, check(PDF, "Ada Example.pdf"), by=CUSTOMER, purpose="evidence")

    assert b"".join(plain(upload)) == PDF
    lying = b"".join(path.read_bytes() for path in Path(settings.DSAR_VAULT).rglob("*") if path.is_file())
    assert PDF not in lying
    assert b"Ada Example" not in lying
    assert Upload.objects.values_list("name", flat=True).get() != "Ada Example.pdf"
    assert Upload.objects.get().name == "Ada Example.pdf"
    assert "Ada" not in str(AuditEvent.objects.get(action="file.kept").facts)


@pytest.mark.django_db
def test_a_file_can_be_kept_for_a_request_that_is_still_to_be_filed() -> None:
    number = uuid4()
    store.create(number)
    keep(number, check(PDF, "a.pdf"), by=CUSTOMER, purpose="mail")
    dsr = a_dsr(id=number)

    assert uploads.adopt(dsr) == 1
    assert b"".join(plain(dsr.uploads.get())) == PDF


@pytest.mark.django_db
def test_no_browser_shows_a_file_here_whatever_it_is_called() -> None:
    upload = keep(a_dsr(), check(PDF, 'é";x=".pdf'), by=CUSTOMER, purpose="evidence")

    headers = uploads.headers(upload)

    assert headers["Content-Disposition"] == "attachment; filename=\"file.pdf\"; filename*=UTF-8''%C3%A9%22%3Bx%3D%22.pdf"
    assert headers["Content-Security-Policy"].startswith("sandbox")
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db(transaction=True)
def test_a_file_goes_with_its_request_and_the_janitor_leaves_it_till_then(settings: Settings) -> None:
    dsr = a_dsr()
    keep(dsr, check(PDF, "a.pdf"), by=CUSTOMER, purpose="evidence")

    services.tidy(older_than=-timedelta(days=1))
    assert b"".join(plain(Upload.objects.get())) == PDF

    services.forget([dsr.pk])
    assert not Upload.objects.exists()
    assert not [path for path in Path(settings.DSAR_VAULT).rglob("*") if path.is_file()]


def test_the_field_of_a_form_gives_a_file_that_was_checked(clamd: list[bytes]) -> None:
    checked = UploadField().clean(SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\nrest", content_type="text/html"))

    assert (checked.name, checked.media_type) == ("a.png", "image/png")
    assert UploadField(required=False).clean(None) is None


@pytest.mark.parametrize(("content", "said"), [(b"", "empty"), (b"MZ\0", "type"), (PDF + VIRUS, "infected")])
def test_the_field_says_why_a_file_is_not_taken(clamd: list[bytes], content: bytes, said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        UploadField().clean(SimpleUploadedFile("a.pdf", content))

    assert caught.value.code == said


def test_an_upload_is_taken_in_memory_and_only_so_much_of_it() -> None:
    large = SimpleUploadedFile("a.pdf", b"%PDF-" + bytes(LARGEST))
    request = RequestFactory().post("/", {"file": large, "words": "kept"})

    file: Any = request.FILES["file"]
    assert request.POST["words"] == "kept"
    assert file.size == LARGEST + 5
    assert file.read() == b""
    with pytest.raises(ValidationError, match="larger than 10"):
        UploadField().clean(file)
