"""The database's clock, moved for one test: what asks the database for the time, and only that, sees another hour."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache

from django.db import connection

from tests.making import as_owner

_FUNCTIONS = ("now", "statement_timestamp")


@contextmanager
def later(by: timedelta) -> Iterator[None]:
    """Let this connection's database clock run ahead by `by`."""
    _make_movable()
    _set(f"{by.total_seconds()} s", "moved, pg_catalog, public")
    try:
        yield
    finally:
        _set("0 s", '"$user", public')


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let this transaction's database clock stand at `moment`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (now,) = cursor.fetchone()
    with later(moment - now):
        yield


@cache
def _make_movable() -> None:
    """Once for the test run's database: nothing that empties it takes functions away."""
    with as_owner() as owner:
        owner.execute("CREATE SCHEMA IF NOT EXISTS moved")
        owner.execute("GRANT USAGE ON SCHEMA moved TO PUBLIC")
        for name in _FUNCTIONS:
            owner.execute(
                f"CREATE OR REPLACE FUNCTION moved.{name}() RETURNS timestamptz LANGUAGE sql STABLE "
                f"AS $$ SELECT pg_catalog.{name}() + coalesce(current_setting('moved.ahead', true), '0 s')::interval $$"
            )


def _set(ahead: str, path: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('moved.ahead', %s, false), set_config('search_path', %s, false)", [ahead, path])
