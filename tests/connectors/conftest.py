"""A scratch database in every engine that the SQL connector speaks to, empty for each test."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from uuid import uuid4

import pytest
from sqlalchemy import URL, create_engine, make_url, text

from requests_app.connectors.sql import pool
from tests.connectors.shops import Shop

ENGINES = ("postgresql", "mariadb", "sqlite")
KEPT = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'dsar' AND datname = current_database()"


def server_of(engine: str) -> URL:
    """Return the address of the engine's server, with a right to make databases."""
    if engine == "postgresql":
        return make_url(os.environ["DATABASE_OWNER_URL"]).set(drivername="postgresql+psycopg")
    address = os.environ.get("DSAR_TEST_MARIADB_URL")
    if not address:
        pytest.skip("needs a MariaDB server: set DSAR_TEST_MARIADB_URL")
    return make_url(address).set(drivername="mysql+pymysql")


def ask(url: URL, *statements: str) -> None:
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    server.dispose()


@contextmanager
def made(engine: str, said: str) -> Iterator[URL]:
    """Make a database that no other test, process or earlier run has; `said` is how it is made. It is dropped in any case."""
    server = server_of(engine)
    name = f"sql_test_{os.getpid()}_{uuid4().hex[:12]}"
    force = " WITH (FORCE)" if engine == "postgresql" else ""
    try:
        ask(server, f"CREATE DATABASE {name} {said}")
        yield server.set(database=name)
    finally:
        ask(server, f"DROP DATABASE IF EXISTS {name}{force}")


@pytest.fixture(scope="session")
def postgres_database() -> Iterator[URL]:
    with made("postgresql", "TEMPLATE template0 ENCODING 'UTF8'") as url:
        yield url


def let_go(url: URL) -> None:
    """Close what earlier tests left open for the next question, also as other roles, and return when the server noticed."""
    pool.close()
    ends = monotonic() + 30
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        while connection.execute(text(KEPT)).scalar_one() and monotonic() < ends:
            sleep(0.01)
    server.dispose()


@pytest.fixture
def postgres(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    """An empty shop in PostgreSQL."""
    url: URL = request.getfixturevalue("postgres_database")
    let_go(url)
    ask(url, "DROP SCHEMA IF EXISTS public CASCADE", "CREATE SCHEMA public")
    shop = Shop(url, tmp_path)
    yield shop
    shop.engine.dispose()


@pytest.fixture
def maria(tmp_path: Path) -> Iterator[Shop]:
    """An empty shop in MariaDB."""
    with made("mariadb", "CHARACTER SET utf8mb4") as url:
        shop = Shop(url, tmp_path)
        yield shop
        shop.engine.dispose()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Shop]:
    """An empty shop in a SQLite file."""
    shop = Shop(make_url(f"sqlite:///{tmp_path / 'shop.sqlite'}"), tmp_path)
    shop.run("PRAGMA user_version = 1")
    yield shop
    shop.engine.dispose()


@pytest.fixture(params=ENGINES)
def shop(request: pytest.FixtureRequest) -> Shop:
    """An empty shop, once in each engine."""
    fixture = {"postgresql": "postgres", "mariadb": "maria", "sqlite": "sqlite"}[request.param]
    shop: Shop = request.getfixturevalue(fixture)
    return shop
