"""T-1.02, T-6.05, T-8.09: who is known and who is not get the same answer, byte for byte, after the same work.

The same statements in the same order stand in for the time, which depends on the machine.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest
from django.test import Client
from django.urls import reverse

from requests_app.api import services as api
from requests_app.api.models import Scope
from requests_app.bundle.models import Bundle
from requests_app.intake.services import address_index
from requests_app.portal.forms import stamp
from requests_app.values import SYSTEM
from requests_app.verification import services as verification
from requests_app.verification.models import Challenge, Purpose
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.console.desk import an_officer
from tests.impostors.alike import difference, shape
from tests.making import a_dsr
from tests.portal.customer import ANSWERS
from tests.signing import a_signing_shop, a_token

pytestmark = pytest.mark.django_db
KNOWN, UNKNOWN = "ada.known@example.com", "ada.other@example.com"
HERE: Final = "/o-jewels/en"


@pytest.fixture(autouse=True)
def _somebody_known() -> None:
    """Somebody of whom there is much: requests in several states, under proven addresses; and an officer."""
    brand = a_signing_shop()
    for state in (State.VERIFYING, State.MATCHING, State.REVIEWING, State.ANSWERED, State.WITHDRAWN):
        a_dsr(state, brand=brand, email=KNOWN, email_index=address_index(KNOWN))
    a_dsr(State.MATCHING, brand=brand, email="grace@example.com", email_index=address_index("grace@example.com"))
    an_officer(KNOWN, brand=brand)


def files(address: str) -> Callable[[], Any]:
    said = ANSWERS | {"email": address, "opened": stamp("one form"), "step": "send"}
    return lambda: Client().post(f"{HERE}/access/", said)


def files_and_looks(address: str) -> Callable[[], Any]:
    client = Client()
    answer = client.post(f"{HERE}/access/", ANSWERS | {"email": address, "opened": stamp("one form"), "step": "send"})
    return lambda: client.get(answer["Location"])


def checks_the_form(address: str) -> Callable[[], Any]:
    said = ANSWERS | {"email": address, "opened": stamp("one form"), "step": "check"}
    return lambda: Client().post(f"{HERE}/access/", said)


def asks_to_follow(address: str) -> Callable[[], Any]:
    return lambda: Client().post(f"{HERE}/follow/", {"email": address})


def refuses_advertising(address: str) -> Callable[[], Any]:
    said = {"email": address, "opened": stamp("one form"), "website": "", "phone": "", "residence": "FR"}
    return lambda: Client().post(f"{HERE}/object_direct_marketing/", said)


def acts_for(address: str) -> Callable[[], Any]:
    said = ANSWERS | {
        "email": address,
        "your_name": "Mia",
        "your_email": "mia@office.example",
        "step": "send",
        "opened": stamp("f"),
    }
    return lambda: Client().post(f"{HERE}/for-others/access/agent/", said)


def files_by_machine(address: str) -> Callable[[], Any]:
    brand = SubjectRequest.objects.select_related("brand").latest("received_at").brand
    key = api.make(brand, (Scope.REQUESTS_WRITE,), label="a site", by=SYSTEM)
    said = {"right": "access", "email": address, "name": "Ada Example", "residence": "FR", "language": "en"}
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"filing-of-{len(address)}"}
    return lambda: Client().post("/api/v1/requests", json.dumps(said), content_type="application/json", headers=headers)


def is_handed_over(address: str) -> Callable[[], Any]:
    token = a_token(email=address, key=None, aud="another-shop")
    return lambda: Client().post("/o-jewels/hand-over/", {"token": token})


def signs_in_as_officer(address: str) -> Callable[[], Any]:
    return lambda: Client().post(reverse("account_login"), {"login": address, "password": "a wrong one of five words"})


ASKED: Final = (
    files, files_and_looks, checks_the_form, asks_to_follow, refuses_advertising, acts_for, files_by_machine, is_handed_over,
    signs_in_as_officer,
)  # fmt: skip


@pytest.mark.threat("1.02")
@pytest.mark.threat("8.09")
@pytest.mark.parametrize("asks", ASKED)
def test_known_and_unknown_get_one_answer_after_one_work(asks: Callable[[str], Callable[[], Any]]) -> None:
    shape(asks("warm.this@example.com"))  # what is looked up once and kept has been looked up

    known, unknown = shape(asks(KNOWN), KNOWN), shape(asks(UNKNOWN), UNKNOWN)

    assert difference(known, unknown) == []
    assert known.queries or asks is checks_the_form


def letters() -> dict[str, str]:
    """Return links that are good for nothing, each in its own way."""
    dsr = SubjectRequest.objects.select_related("brand").filter(state=State.VERIFYING).latest("received_at")
    other = a_dsr(State.VERIFYING, brand=a_signing_shop("a-jewels"))

    def made(of: SubjectRequest, lasts: timedelta = timedelta(hours=1)) -> str:
        return verification.link(of, Purpose.CONFIRM, lasts).rstrip("/").rpartition("/")[2]

    ended, revoked, foreign = made(dsr, timedelta(0)), made(dsr), made(other)
    Challenge.objects.filter(dsr=dsr).update(revoked_at=dsr.received_at)
    return {"unknown": "A" * 43, "ended": ended, "revoked": revoked, "of another shop": foreign}


@pytest.mark.threat("6.05")
@pytest.mark.parametrize("then", ["", "confirm/", "disown/", "open/"])
def test_every_dead_link_is_the_same_dead_link(then: str) -> None:
    def asks(token: str) -> Any:
        client = Client()
        first = client.get(f"{HERE}/letter/{token}/")
        return client.get(f"{HERE}/{then}") if then else first

    shape(lambda: asks("B" * 43))
    shapes = {name: shape(lambda token=token: asks(token)) for name, token in letters().items()}

    assert [name for name, one in shapes.items() if difference(shapes["unknown"], one)] == []


@pytest.mark.threat("6.05")
@pytest.mark.parametrize("page", ["", "download/", "say/", "withdraw/", "acting/", "acting/fetch/", "certificate/", "send/"])
def test_a_reference_of_somebody_else_is_one_that_is_not_there(page: str) -> None:
    there = SubjectRequest.objects.filter(state=State.ANSWERED).get().reference

    def asks(reference: str) -> Callable[[], Any]:
        return lambda: Client().get(f"{HERE}/requests/{reference}/{page}")

    shape(asks("DSR-0000-0000"))
    foreign, missing = shape(asks(there)), shape(asks("DSR-0000-0000"))

    assert [name for name in difference(foreign, missing) if name != "queries"] == []


def test_one_word_more_or_one_query_more_is_seen() -> None:
    """The control: a page that says a word more, and one that looks something up besides, are not the same."""
    plain = shape(lambda: Client().get(f"{HERE}/follow/"))

    other = shape(lambda: Client().get(f"{HERE}/access/"))
    busier = shape(lambda: (Bundle.objects.count(), Client().get(f"{HERE}/follow/"))[1])

    assert {"size", "body"} <= set(difference(plain, other))
    assert difference(plain, busier) == ["queries"]
