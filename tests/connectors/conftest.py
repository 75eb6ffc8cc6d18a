"""A scratch database in every engine that the SQL connector speaks to, empty for each test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url, text

from tests.connectors.shops import Shop

ENGINES = ("postgresql", "mariadb", "sqlite")


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


@pytest.fixture(scope="session")
def postgres_database(worker_id: str) -> Iterator[URL]:
    server = server_of("postgresql")
    name = f"sql_test_{os.getpid()}_{worker_id}"
    ask(server, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    yield server.set(database=name)
    ask(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    """An empty shop in PostgreSQL."""
    url: URL = request.getfixturevalue("postgres_database")
    ask(url, "DROP SCHEMA IF EXISTS public CASCADE", "CREATE SCHEMA public")
    shop = Shop(url, tmp_path)
    yield shop
    shop.engine.dispose()


@pytest.fixture
def maria(tmp_path: Path, worker_id: str) -> Iterator[Shop]:
    """An empty shop in MariaDB."""
    server = server_of("mariadb")
    name = f"sql_test_{os.getpid()}_{worker_id}"
    ask(server, f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    shop = Shop(server.set(database=name), tmp_path)
    yield shop
    shop.engine.dispose()
    ask(server, f"DROP DATABASE {name}")


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
