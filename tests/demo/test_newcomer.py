"""The pages that only a newcomer's machine has."""

import json
import time
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client
from pytest_django import Settings

from tests.console.desk import SECRET, code_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.demo.urls")]


@pytest.fixture
def home(settings: Settings, tmp_path: Path) -> Path:
    settings.DSAR_DEMO, settings.DSAR_DEMO_HOME = True, str(tmp_path)
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return tmp_path


def send(subject: str, text: str = "Open http://testserver/x/ please.", *, to: str = "Ada <ada@example.com>") -> None:
    message = EmailMultiAlternatives(subject, text, "O Jewels <privacy@o-jewels.example>", [to])
    message.attach_alternative(f"<p>{text}</p>", "text/html")
    message.connection = get_connection("requests_app.correspondence.folder.Folder")
    message.send()


@pytest.mark.parametrize("page", ["mail/", "mail/x/", "code/"])
def test_without_the_demo_there_are_no_such_pages(client: Client, page: str) -> None:
    assert client.get(f"/demo/{page}").status_code == 404


def test_mail_is_listed_newest_first(client: Client, home: Path) -> None:
    send("Première lettre")
    time.sleep(0.02)
    send("Second letter")

    shown = client.get("/demo/mail/").content.decode()

    assert shown.index("Second letter") < shown.index("Première lettre")


def test_every_letter_has_a_file_of_its_own_however_many_go_in_one_second(client: Client, home: Path) -> None:
    for number in range(20):
        send(f"Letter {number}")

    assert client.get("/demo/mail/").content.decode().count("Letter ") == 20


def test_a_letter_is_shown_with_links_that_can_be_clicked_and_no_markup_of_its_own(client: Client, home: Path) -> None:
    send("Hello", "Open http://testserver/x/ now. <b>bold</b>\n" + "-" * 79 + "\nfoot")

    (mail,) = client.get("/demo/mail/").context["mails"]
    shown = client.get(f"/demo/mail/{mail.name}/").content.decode()

    assert 'href="http://testserver/x/"' in shown
    assert "&lt;b&gt;bold" in shown
    assert "Development only" in shown


@pytest.mark.parametrize("name", ["nothing.log", "..%2Fofficer.json", "%00"])
def test_a_letter_that_is_none_is_not_found(client: Client, home: Path, name: str) -> None:
    send("Hello")
    (home / "officer.json").write_text("{}")

    assert client.get(f"/demo/mail/{name}/").status_code == 404


def test_without_mail_the_page_says_how_it_comes(client: Client, home: Path) -> None:
    assert "No mail yet" in client.get("/demo/mail/").content.decode()


def test_the_present_code_of_the_demo_officer_is_shown(client: Client, home: Path) -> None:
    assert client.get("/demo/code/").status_code == 404
    officer = {"email": "ada@demo.example", "password": "long enough for anybody", "totp_secret": SECRET}
    (home / "officer.json").write_text(json.dumps(officer))

    before, shown, after = code_of(SECRET), client.get("/demo/code/").content.decode(), code_of(SECRET)

    assert before in shown or after in shown
    assert "long enough for anybody" in shown
    assert SECRET not in shown
