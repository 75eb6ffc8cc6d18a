"""T-2.10: every kind of token at every door that takes one. Each opens its own, and no other."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Final

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from requests_app.api import services as api
from requests_app.api.models import Scope
from requests_app.connectors.suppressing import Channel
from requests_app.errands import doors
from requests_app.errands.models import Keeper
from requests_app.optouts.digests import digest_of, token_for
from requests_app.portal import urls
from requests_app.portal.proving import _PAGES
from requests_app.values import SYSTEM, Claim
from requests_app.verification import acting
from requests_app.verification import services as verification
from requests_app.verification.models import Purpose
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.parties import Part, Party
from requests_app.workflow.services import Move, advance
from tests.impostors.undoing import forgotten
from tests.making import ADDRESS, a_dsr, a_source
from tests.signing import a_signing_shop, a_token

pytestmark = pytest.mark.django_db
GOOD: Final = frozenset({200, 202, 302, 303})
HERE: Final = "/o-jewels/en"


@pytest.fixture
def dsr() -> SubjectRequest:
    """A request for which each kind of token can be made."""
    dsr = a_dsr(brand=a_signing_shop())
    acting.name(dsr, Part.AGENT, called="Mia Agent", email="agent@office.example")
    advance(dsr, Move.ASK_FOR_PROOF, by=SYSTEM)
    return dsr


def mailed(dsr: SubjectRequest, purpose: Purpose) -> str:
    return verification.link(dsr, purpose, timedelta(hours=1), on_paper=False).rstrip("/").rpartition("/")[2]


def on_paper(dsr: SubjectRequest) -> str:
    return verification.link(dsr, Purpose.FOLLOW, timedelta(hours=1), on_paper=True).split()[-1]


def of_a_task(dsr: SubjectRequest) -> str:
    keeper = Keeper.objects.create(source=a_source("papers", brand=dsr.brand), name="The clerk", email="clerk@shop.example")
    return doors.make(keeper, None)


TOKENS: Final[Mapping[str, Callable[[SubjectRequest], str]]] = {
    **{f"mailed: {purpose.value}": partial(mailed, purpose=purpose) for purpose in Purpose},
    "on paper": on_paper,
    "a keeper's task": of_a_task,
    "unsubscribe": lambda dsr: token_for(dsr.brand, digest_of(dsr.brand, Claim("email", ADDRESS)), Channel.EMAIL),
    "handed over": lambda _dsr: a_token(),
    "a machine's key": lambda dsr: api.make(dsr.brand, tuple(Scope), label="a site", by=SYSTEM),
    "the key of the request": lambda dsr: verification.begin(dsr).claim,
    "figures": lambda dsr: verification.begin(dsr).code,
}


def _page(view: str) -> Callable[[str, SubjectRequest], int]:
    """Return a door that takes a mailed link: the token is opened, and the clean page of `view` asked for."""

    def tries(token: str, _dsr: SubjectRequest) -> int:
        client = Client()
        client.get(f"{HERE}/letter/{token}/")
        return int(client.get(reverse(f"portal:{view}", args=["o-jewels", "en"])).status_code)

    return tries


def _typed(token: str, dsr: SubjectRequest) -> int:
    return int(Client().post(f"{HERE}/code/", {"reference": dsr.reference, "code": token}).status_code)


def _machine(token: str, _dsr: SubjectRequest) -> int:
    return int(Client().get("/api/v1/requests", headers={"Authorization": f"Bearer {token}"}).status_code)


def _with_a_link(token: str, dsr: SubjectRequest) -> int:
    """The second half of a proof: what the filing browser showed, beside the mailed link; nobody acts for the person here."""
    Party.objects.update(stopped_at=Now())
    client = Client()
    client.get(f"{HERE}/letter/{mailed(dsr, Purpose.CONFIRM)}/")
    return int(client.post(f"{HERE}/confirm/", {"code": token}).status_code)


def _in_a_cookie(token: str, dsr: SubjectRequest) -> int:
    client = Client()
    client.cookies[f"claim-{dsr.reference}"] = token
    return int(client.get(f"{HERE}/requests/{dsr.reference}/").status_code)


DOORS: Final[Mapping[str, Callable[[str, SubjectRequest], int]]] = {
    **{view: _page(view) for view in ("confirm", "disown", "open", "prove_party", "agree", "act", "move")},
    "code": _typed,
    "task_code": lambda token, _dsr: Client().get(f"{HERE}/task/{token}/", follow=True).status_code,
    "unsubscribe": lambda token, _dsr: Client().get(f"/o-jewels/unsubscribe/{token}/").status_code,
    "hand_over": lambda token, _dsr: Client().post("/o-jewels/hand-over/", {"token": token}).status_code,
    "the machines' door": _machine,
    "beside a mailed link": _with_a_link,
    "in the browser's cookie": _in_a_cookie,
}
OPENS: Final[Mapping[str, frozenset[str]]] = {
    # Whoever may say yes may say no; a letter on paper and one by mail lead to the same pages.
    "mailed: confirm": frozenset({"confirm", "disown"}),
    "mailed: disown": frozenset({"disown"}),
    "mailed: follow": frozenset({"open"}),
    "mailed: download": frozenset({"open"}),
    "mailed: revive": frozenset(),  # nothing has lapsed here
    "mailed: party": frozenset({"prove_party"}),
    "mailed: agree": frozenset({"agree", "disown"}),
    "mailed: act": frozenset({"act"}),
    "mailed: move": frozenset({"move"}),
    "on paper": frozenset({"code"}),
    "a keeper's task": frozenset({"task_code"}),
    "unsubscribe": frozenset({"unsubscribe"}),
    "handed over": frozenset({"hand_over"}),
    "a machine's key": frozenset({"the machines' door"}),
    "the key of the request": frozenset({"in the browser's cookie"}),
    "figures": frozenset({"beside a mailed link"}),
}


@pytest.mark.threat("2.10")
@pytest.mark.parametrize("kind", TOKENS)
def test_a_token_opens_its_own_door_and_no_other(dsr: SubjectRequest, kind: str) -> None:
    opened = set()
    for door, tries in DOORS.items():
        with forgotten():
            if tries(TOKENS[kind](dsr), dsr) in GOOD:
                opened.add(door)

    assert opened == OPENS[kind]


@pytest.mark.threat("2.10")
def test_every_address_that_takes_a_token_is_among_the_doors() -> None:
    """A new page that a link leads to, or a new path with a token in it, fails here until it has its row."""
    with_a_token = {pattern.name for pattern in urls.urlpatterns if "token" in str(pattern.pattern)}

    assert with_a_token == {"unsubscribe", "link", "task_link"}
    assert set(_PAGES.values()) | {"open"} == (set(DOORS) & {str(pattern.name) for pattern in urls.urlpatterns}) - {
        "code", "task_code", "unsubscribe", "hand_over",
    } | {"revive"}  # fmt: skip
