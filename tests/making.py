"""What tests are about: a shop, its systems, a request in some state. Says only what a test does not care about."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

import psycopg
from django.db import connections
from django.db.models.functions import Now

from requests_app.brands.models import Brand
from requests_app.erasure.models import Approval, CoolingOff, Plan, PlanState
from requests_app.keys.crypto import keyed_index
from requests_app.officers.models import Membership, Officer, Role
from requests_app.sources.models import Source
from requests_app.values import CUSTOMER, SYSTEM
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import advance, open_dsr
from requests_app.workflow.states import ERASURE, ERASURE_STATES, Move, State, table

ADDRESS: Final = "ada@example.com"
DUE_ON: Final = date(2026, 12, 22)
STATED: Final = {
    "automated_logic": {"en": "Here no machine decides alone.", "fr": "Ici aucune machine ne décide seule."},
    "ccpa_categories_sold_shared": {"en": "We sell and share nothing.", "fr": "Nous ne vendons et ne partageons rien."},
}


def a_brand(slug: str = "o-jewels", **fields: Any) -> Brand:
    values = {
        "name": slug.title(), "languages": ["en", "fr"], "establishment": "FR", "regime": "eu-gdpr",
        "privacy_email": f"privacy@{slug}.example", "statements": STATED,
    }  # fmt: skip
    return Brand.objects.get_or_create(slug=slug, defaults=values | fields)[0]


def a_source(name: str = "orders", **fields: Any) -> Source:
    values = {
        "brand": fields.pop("brand", None) or a_brand(),
        "connector": "sql",
        "description": "demo/orders.yaml",
        "secret": "NONE",
    }
    return Source.objects.create(name=name, **values | fields)


def a_dsr(state: State = State.RECEIVED, **fields: Any) -> SubjectRequest:
    """File a request and walk it to `state` by the moves of the table; only an erasure gets where things are erased."""
    right = str(fields.pop("right", right_to(state)))
    values = {
        "right": right, "regime": "eu-gdpr", "language": "en", "email": ADDRESS, "name": "Ada Example",
        "email_index": keyed_index("email", ADDRESS), "due_safe_on": DUE_ON, "due_legal_on": DUE_ON,
    }  # fmt: skip
    dsr = open_dsr(by=CUSTOMER, brand=fields.pop("brand", None) or a_brand(), **values | fields)
    walk_to(dsr, state)
    return dsr


def right_to(state: State) -> str:
    """Return a right whose requests get to `state`."""
    if state == State.PROPOSING:
        return "rectification"
    return ERASURE if state in ERASURE_STATES else "access"


def walk_to(dsr: SubjectRequest, state: State, *, begun: int = 0) -> None:
    """Take `dsr` to `state` by the moves of the table, of which `begun` were made already."""
    for move in path_to(state, dsr.right)[begun:]:
        if move == Move.APPROVE_ERASURE:
            approve_by_two(dsr)
        advance(dsr, move, by=SYSTEM)


def an_officer(email: str = "officer@desk.example", brand: Brand | None = None, role: Role = Role.OFFICER) -> Officer:
    officer, _made = Officer.objects.get_or_create(email=email)
    Membership.objects.get_or_create(officer=officer, brand=brand or a_brand(), defaults={"role": role})
    return officer


def approve_by_two(dsr: SubjectRequest) -> None:
    """Let two officers have approved that nothing at all is erased, with no time to think it over."""
    source = Source.objects.filter(brand=dsr.brand).first() or a_source("empty", brand=dsr.brand)
    Plan.objects.create(dsr=dsr, source=source, round=1, state=PlanState.DONE, done_at=Now())
    for number in range(2):
        Approval.objects.create(dsr=dsr, round=1, digest=bytes(32), officer=an_officer(f"officer{number}@desk.example", dsr.brand))
    CoolingOff.objects.create(dsr=dsr, until=Now(), earliest=Now())


def path_to(goal: State, right: str | None = None) -> tuple[Move, ...]:
    """Return the fewest moves from the beginning to `goal`, for a request for `right` where one is named."""
    ways: deque[tuple[State, tuple[Move, ...]]] = deque([(State.RECEIVED, ())])
    while ways:
        state, way = ways.popleft()
        if state == goal:
            return way
        ways.extend(
            (target, (*way, move)) for (source, move), target in table(right).items() if source == state and len(way) < len(State)
        )
    raise AssertionError(f"no way leads to {goal}")


@contextmanager
def as_owner() -> Iterator[psycopg.Cursor[Any]]:
    """A cursor of the role that owns the tables, outside the test's transaction."""
    values = connections["owner"].get_connection_params() | {"cursor_factory": psycopg.Cursor, "context": None}
    with psycopg.connect(**values, autocommit=True) as owner, owner.cursor() as cursor:
        yield cursor
