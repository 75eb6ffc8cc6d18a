from copy import deepcopy
from itertools import product
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from requests_app.collection.models import Part
from requests_app.console import urls
from requests_app.officers.models import Role
from requests_app.officers.services import leave
from requests_app.values import SYSTEM
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.console.access import ADMINISTRATOR, AUDITOR, FOREIGN, LEFT, NOBODY, ONE_FACTOR, TABLE, WHO
from tests.console.desk import an_officer, at_the_desk, failed, searched
from tests.making import a_brand, a_dsr, a_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def dsr() -> SubjectRequest:
    dsr = a_dsr(State.REVIEWING)
    searched(dsr, a_source("orders"))
    failed(dsr, a_source("marketing"))
    return dsr


def a_browser(who: str) -> Client:
    if who == NOBODY:
        return Client()
    roles = {AUDITOR: Role.AUDITOR, ADMINISTRATOR: Role.ADMINISTRATOR}
    brand = a_brand("maison-s") if who == FOREIGN else a_brand()
    officer = an_officer(brand=brand, role=roles.get(who, Role.OFFICER), factor=who != ONE_FACTOR)
    if who != ONE_FACTOR:
        RecoveryCodes.activate(officer)
    client = at_the_desk(officer, fresh=True)
    if who == LEFT:
        leave(officer.email, by=SYSTEM)
    return client


def addresses() -> set[str]:
    """Return the name of every address below /console/."""
    parts: list[Any] = [part for part in urls.urlpatterns if isinstance(part, URLResolver)]
    return {f"{part.namespace}:{page.name}" if part.namespace else page.name for part in parts for page in part.url_patterns}


def test_every_address_of_the_console_is_in_the_table() -> None:
    assert {name for _method, name in TABLE} == addresses()
    assert {(method, name) for method, name in product(("GET", "POST"), addresses())} == set(TABLE)


@pytest.mark.parametrize("who", WHO)
def test_an_address_answers_as_the_table_says(dsr: SubjectRequest, who: str) -> None:
    client = a_browser(who)

    answers = {asked: answered(client, dsr, *asked) for asked in TABLE}

    assert answers == {asked: row[WHO.index(who)] for asked, row in TABLE.items()}


def answered(client: Client, dsr: SubjectRequest, method: str, name: str) -> int:
    """Return the status of one answer; what the call changed is undone."""
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        status = client.generic(method, reverse(name, kwargs=words_of(name, dsr))).status_code
        transaction.set_rollback(True)
    client.cookies = cookies
    return status


def words_of(name: str, dsr: SubjectRequest) -> dict[str, Any]:
    """Return what stands in the address called `name`, for this request."""
    known: dict[str, Any] = {
        "reference": dsr.reference, "part": Part.objects.get().pk, "tab": "to-decide", "token": "unknown",
        "source": dsr.brand.sources.get(name="orders").pk,
    }  # fmt: skip
    pattern = next(iter(get_resolver().namespace_dict["console"][1].reverse_dict.getlist(name[8:]) if ":" in name else []), None)
    return {key: known[key] for key in pattern[0][0][1]} if pattern else {}
