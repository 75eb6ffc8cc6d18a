"""What every answer carries, whoever asks at whichever address (T-6.04), and how a session ends."""

from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from requests_app.officers.models import Role
from tests.console.desk import PASSWORD, an_officer, at_the_desk
from tests.doors.crawl import paths
from tests.making import a_brand

pytestmark = [pytest.mark.django_db, pytest.mark.threat("6.04")]
QUEUE: Final = "/console/"
OUT: Final = "/console/account/logout/"
ALWAYS: Final = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": settings.PERMISSIONS_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
}
# What everybody may have, and may keep: colours, key figures, the places where programs look.
FOR_ALL: Final = {
    "portal:look",
    "portal:gpc",
    "portal:security",
    "portal:metrics_latest",
    "portal:metrics_csv",
    "portal:metrics_json",
}


def browsers() -> dict[str, Client]:
    """A stranger's, and one in which an administrator has just typed the password."""
    officer = at_the_desk(an_officer(brand=a_brand(), role=Role.ADMINISTRATOR), fresh=True)
    found = {"stranger": Client(), "administrator": officer}
    for one in found.values():
        one.raise_request_exception = False
    return found


def test_every_answer_says_what_a_browser_may_do_with_it() -> None:
    wrong = []
    for who, client in browsers().items():
        for name, path in paths().items():
            answer: Any = client.get(path)
            lacks = [key for key, value in ALWAYS.items() if answer.headers.get(key) != value]
            if "Content-Security-Policy" not in answer.headers:
                lacks.append("Content-Security-Policy")
            if name not in FOR_ALL and "no-store" not in answer.headers.get("Cache-Control", ""):
                lacks.append("Cache-Control")
            wrong += [(who, name, answer.status_code, lacks)] if lacks else []

    assert wrong == []


def test_no_address_leads_off_the_site_whatever_it_is_told() -> None:
    said = dict.fromkeys(("next", "to", "url", "return", "redirect_to", "back"), "https://evil.example/")
    off = []
    for client in browsers().values():
        for name, path in paths().items():
            led = [answer.get("Location", "") for answer in (client.get(path, said), client.post(path, said))]
            off += [(name, where) for where in led if urlsplit(where).netloc not in {"", "testserver"}]

    assert off == []


def test_trace_is_answered_nowhere() -> None:
    client = browsers()["administrator"]
    echoed = [
        (name, said) for name, path in paths().items() if (said := client.trace(path).status_code) != HTTPStatus.METHOD_NOT_ALLOWED
    ]

    assert echoed == []


@pytest.mark.parametrize("path", ["/static/", "/static/admin/", "/media/", "/o-jewels/static/"])
def test_no_folder_is_listed(path: str) -> None:
    assert Client().get(path).status_code == HTTPStatus.NOT_FOUND


def test_who_signs_out_is_out_at_the_server_and_leaves_nothing_in_the_browser() -> None:
    officer = an_officer()
    here, elsewhere = at_the_desk(officer), at_the_desk(officer)
    stolen = Client()
    stolen.cookies.load(here.cookies.output(header=""))
    assert stolen.get(QUEUE).status_code == HTTPStatus.OK

    answer = here.post(OUT)

    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert stolen.get(QUEUE).status_code == HTTPStatus.FOUND
    assert elsewhere.get(QUEUE).status_code == HTTPStatus.OK
    assert here.post("/console/account/login/", {"login": officer.email, "password": PASSWORD}).status_code == HTTPStatus.FOUND


def test_every_page_of_the_desk_has_the_way_out() -> None:
    client = browsers()["administrator"]
    shown = {name: client.get(path) for name, path in paths().items() if name.startswith("console:")}
    pages = {
        name: answer for name, answer in shown.items()
        if answer.status_code == HTTPStatus.OK and answer.get("Content-Type", "").startswith("text/html")
    }  # fmt: skip

    assert len(pages) > 15
    assert [
        name
        for name, answer in pages.items()
        if "<html" in answer.content.decode() and f'action="{OUT}"' not in answer.content.decode()
    ] == []
