"""T-5.04: what comes from outside is text on every page of the desk and of the portal, in a real browser (stored XSS).

Every field that can hold a person's words is filled with markup, as are records, files' names and what systems say of
themselves. The pages are the list of addresses: a page that is new is read here without being named.
"""

import time
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.template import Context, Template
from django.test import Client
from playwright.sync_api import Browser, Page
from pytest_django import Settings

from requests_app.errands import doors
from requests_app.errands.models import Keeper
from requests_app.workflow.models import SubjectRequest
from tests.browser.hostile import ADDRESS, JUDGE, LONG, MARK, Typed, addresses, poison
from tests.browser.test_everywhere import let_see
from tests.browser.window import Window, a_page
from tests.console import test_access as access
from tests.console.access import ADMINISTRATOR
from tests.making import a_brand
from tests.portal.customer import Customer

pytestmark = [pytest.mark.django_db, pytest.mark.threat("5.04")]
# What goes into letters and copies, or is only looked up by: no page shows it.
UNSHOWN: Final = {
    "Decision_remark", "Denial_provision", "Denial_reason", "Effect_note", "Entry_key", "Instruction_name", "Kept_address",
    "Kept_identity", "Part_name", "Party_signed", "Proof_declared", "RecipientNotice_subject", "RecipientNotice_text",
    "Statement_about", "SubjectRequest_postal_address",
}  # fmt: skip


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    yield from a_page(chromium)


@pytest.fixture
def window(page: Page, settings: Settings, tmp_path: Path) -> Iterator[Window]:
    settings.DSAR_VAULT, settings.PORTAL_FILL_DELAY = tmp_path / "vault", -1
    window = Window(page, ())
    window.look_css = HttpResponse(b"", content_type="text/css")
    yield window
    window.close()


def crawl(window: Window) -> tuple[set[str], list[str]]:
    """Show every page that says something from outside; return the places that no page shows, and what lives."""
    pages, everything = addresses(), SubjectRequest.objects.select_related("brand").all()
    customer = Customer(Client(), a_brand())
    door = doors.opened(doors.make(Keeper.objects.get(), None))
    for dsr in everything:
        let_see(customer, dsr)
    session = customer.client.session
    session["tasks"], session["acts"] = {"door": str(door.pk), "at": time.time()}, [str(dsr.pk) for dsr in everything]
    session.save()
    desk, filled, alive = access.a_browser(ADMINISTRATOR), poison(), list[str]()
    shown = set[tuple[str, str]]()
    for path, name in pages.items():
        alive += looked(window, customer.client if name.startswith("portal:") else desk, name, path, shown)
    return filled - {place for _name, place in shown}, alive


def looked(window: Window, client: Client, name: str, path: str, shown: set[tuple[str, str]]) -> Iterator[str]:
    """Show a page, and what it answers to markup in its forms, if it says something that it did not say before."""
    answers = [client.get(path)]
    if is_page(answers[0]) and not any(name == known for known, _place in shown):
        answers += [undone(client, to or path, fields) for to, fields in Typed(answers[0].content.decode()).sent]
    for answer in filter(is_page, answers):
        if new := {(name, place) for place in MARK.findall(answer.content.decode())} - shown:
            shown |= new
            window.look(name, answer)
            yield from [f"{name}: {found}" for found in window.page.evaluate(JUDGE)]


def is_page(answer: Any) -> bool:
    return answer.get("Content-Type", "").startswith("text/html") and answer.status_code not in {301, 302, 303}


def undone(client: Client, path: str, fields: dict[str, str]) -> Any:
    """Return what is answered; nothing of it lasts."""
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        answer = client.post(path, fields)
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


def test_nothing_from_outside_lives_on_any_page(window: Window) -> None:
    unshown, alive = crawl(window)

    assert alive == []
    assert window.wrong == []
    assert unshown - UNSHOWN == set()


@pytest.mark.parametrize("policy", ["none", "ours"])
def test_the_judge_sees_markup_that_lives(window: Window, policy: str) -> None:
    answer: Any = HttpResponse(
        Template("<title>{{ said|safe }}</title><a href='{{ to }}'>x</a>").render(Context({"said": LONG, "to": ADDRESS}))
    )
    if policy == "ours":
        answer["Content-Security-Policy"] = Client().get(f"/{a_brand().slug}/en/")["Content-Security-Policy"]
    answer.request, answer.resolver_match = {"PATH_INFO": "/control/"}, SimpleNamespace(view_name="control")

    window.look("control", answer)

    found = window.page.evaluate(JUDGE)
    assert ("it ran" in found) == (policy == "none")
    assert len(found) > 5
    assert window.wrong
