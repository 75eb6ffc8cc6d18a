"""The test run's own ground: PostgreSQL with both roles, and a way to empty it."""

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis
from pytest_django import DjangoDbBlocker

from tests.loopback import nothing_beyond_loopback  # noqa: F401  # a fixture for every test
from tests.mail import post  # noqa: F401  # a mail server for those that ask for one

# A busy machine is no fault of an example: neither the time that it takes nor the time to think of it is judged.
hypothesis.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.load_profile("busy")


def pytest_configure() -> None:
    """Give each of the processes that share a run a vault and a key store of its own: their janitors know one database each."""
    for name in ("DSAR_VAULT", "DSAR_KEY_STORE") if (worker := os.environ.get("PYTEST_XDIST_WORKER")) else ():
        place = getattr(settings, name) / worker
        setattr(settings, name, place)
        os.environ[name] = str(place)


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Make the test database as its owner; the product then works in it as the application's role."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "")
    name = "_".join(filter(None, [settings.DATABASES["default"]["TEST"]["NAME"], worker]))
    with django_db_blocker.unblock():
        _recreate(name)
        for alias in ("default", "owner"):
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name
        call_command("migrate", database="owner", verbosity=0)
    yield
    with django_db_blocker.unblock():
        connections.close_all()


def _recreate(name: str) -> None:
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
    owner.close()


def _owner() -> dict[str, Any]:
    return connections["owner"].get_connection_params() | {"cursor_factory": psycopg.Cursor, "context": None}


_TABLES = """
SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'django_%'"""


def _truncate(cursor: psycopg.Cursor[Any], tables: str, *, tries: int = 5) -> None:
    """A page that a browser has left may be answered still: of the two who then wait for each other, this one begins again."""
    try:
        cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
    except psycopg.errors.DeadlockDetected:
        if tries == 1:
            raise
        _truncate(cursor, tables, tries=tries - 1)


def _let_the_trail_change(cursor: psycopg.Cursor[Any], how: str) -> None:
    tables = ("auditevent", "trailleaf", "trailnode", "trailseal", "trailstamp")
    cursor.execute(";".join(f"ALTER TABLE requests_app_{table} {how} TRIGGER USER" for table in tables))


def _emptied_by_the_owner(self: TransactionTestCase) -> None:
    """Empty every table: the application's role may not, and the audit trail's trigger says no even to the owner."""
    connections["default"].close()
    with psycopg.connect(**_owner(), autocommit=True) as owner, owner.cursor() as cursor:
        cursor.execute(_TABLES)
        (tables,) = cursor.fetchone() or ("",)
        _let_the_trail_change(cursor, "DISABLE")
        _truncate(cursor, tables)
        _let_the_trail_change(cursor, "ENABLE")
        cursor.execute("DELETE FROM django_session")


TransactionTestCase._fixture_teardown = _emptied_by_the_owner  # type: ignore[attr-defined]
