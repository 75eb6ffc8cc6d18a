"""What tests are about: a shop, its systems, a request in some state. Says only what a test does not care about."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from django.db import connections

from requests_app.brands.models import Brand
from requests_app.keys.crypto import keyed_index
from requests_app.sources.models import Source
from requests_app.values import CUSTOMER, SYSTEM
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import advance, open_dsr
from requests_app.workflow.states import TRANSITIONS, Move, State

ADDRESS: Final = "ada@example.com"


def a_brand(slug: str = "o-jewels", **fields: Any) -> Brand:
    values = {
        "name": slug.title(), "languages": ["en", "fr"], "establishment": "FR", "regime": "eu-gdpr",
        "privacy_email": f"privacy@{slug}.example",
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
    """File a request and walk it to `state` by the moves of the table."""
    values = {
        "right": "access", "regime": "eu-gdpr", "language": "en", "email": ADDRESS, "name": "Ada Example",
        "email_index": keyed_index("email", ADDRESS),
    }  # fmt: skip
    dsr = open_dsr(by=CUSTOMER, brand=fields.pop("brand", None) or a_brand(), **values | fields)
    for move in path_to(state):
        advance(dsr, move, by=SYSTEM)
    return dsr


def path_to(goal: State) -> tuple[Move, ...]:
    """Return the fewest moves from the beginning to `goal`."""
    ways: deque[tuple[State, tuple[Move, ...]]] = deque([(State.RECEIVED, ())])
    while ways:
        state, way = ways.popleft()
        if state == goal:
            return way
        ways.extend(
            (target, (*way, move)) for (source, move), target in TRANSITIONS.items() if source == state and len(way) < len(State)
        )
    raise AssertionError(f"no way leads to {goal}")


@contextmanager
def as_owner() -> Iterator[psycopg.Cursor[Any]]:
    """A cursor of the role that owns the tables, outside the test's transaction."""
    values = connections["owner"].get_connection_params() | {"cursor_factory": psycopg.Cursor, "context": None}
    with psycopg.connect(**values, autocommit=True) as owner, owner.cursor() as cursor:
        yield cursor
