"""The two pages of the demo: mail that was sent, and the second factor."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import include, path
from pytest_django import Settings

from dsar.urls import urlpatterns as real  # now, while the settings are those of the product

urlpatterns = [path("demo/", include("demo.urls")), path("", include("requests_app.urls"))]
pytestmark = pytest.mark.urls(__name__)
RFC_6238_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
LETTERS = re.compile(r'href="(/demo/mail/[^"]+)">([^<]+)<')


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = "requests_app.correspondence.folder.Folder"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    settings.DSAR_DEMO = True
    settings.DSAR_DEMO_HOME = str(tmp_path)
    return tmp_path / "mail"


def send(subject: str, to: str = "claire@mail.example", text: str = "Hello") -> None:
    message = EmailMultiAlternatives(subject, text, "privacy@o-jewels.example", [to])
    message.attach_alternative("<p>The same</p>", "text/html")
    message.send()


def test_an_empty_mailbox_says_how_letters_get_there(folder: Path, client: Client) -> None:
    assert "No mail yet" in client.get("/demo/mail/").content.decode()


def test_the_newest_letter_stands_first_and_can_be_read_with_its_links(folder: Path, client: Client) -> None:
    send("First")
    send(
        "Zweiter Brief für Zoé",
        "zoé@bücher.example",
        "Öffne http://127.0.0.1:8000/o-jewels/en/letter/abc_-1/\n\n<script>x</script>",
    )
    (newest, subject), (_, older) = listed(client)
    assert (subject, older) == ("Zweiter Brief für Zoé", "First")
    page = client.get(newest).content.decode()
    assert '<a href="http://127.0.0.1:8000/o-jewels/en/letter/abc_-1/"' in page
    assert "<script>" not in page


def listed(client: Client) -> list[tuple[str, str]]:
    """The addresses of the letters, and their subjects."""
    return LETTERS.findall(client.get("/demo/mail/").content.decode())


def test_an_unknown_letter_is_not_found(folder: Path, client: Client) -> None:
    assert client.get("/demo/mail/unknown.log-0/").status_code == 404


def test_nothing_can_be_sent_to_the_pages(folder: Path, client: Client) -> None:
    assert {client.post(f"/demo/{page}/").status_code for page in ("mail", "code")} == {405}


def test_the_code_page_shows_a_code_and_not_the_secret_behind_it(folder: Path, client: Client, tmp_path: Path) -> None:
    officer = {"email": "ada@demo.example", "password": "open sesame", "totp_secret": RFC_6238_SECRET}
    (tmp_path / "officer.json").write_text(json.dumps(officer), encoding="utf-8")
    page = client.get("/demo/code/").content.decode()
    assert "ada@demo.example" in page
    assert re.search(r"\b\d{6}\b", page)
    assert RFC_6238_SECRET not in page


def test_the_pages_do_not_answer_outside_the_demo(folder: Path, client: Client, settings: Settings) -> None:
    settings.DSAR_DEMO = False
    assert {client.get(f"/demo/{page}/").status_code for page in ("mail", "code")} == {404}


@pytest.mark.urls("dsar.urls")
def test_outside_the_demo_there_are_no_such_pages() -> None:
    assert configured.DSAR_DEMO is False
    assert not any(str(pattern.pattern).startswith("demo") for pattern in real)
