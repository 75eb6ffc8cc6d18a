"""The demo shop, built once for a test run, in every engine that it knows."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, create_engine, make_url, text

from demo.build import build_marketing, build_orders

OWNER = make_url(os.environ["DATABASE_OWNER_URL"]).set(drivername="postgresql+psycopg")
MARIADB = os.environ.get("DSAR_TEST_MARIADB_URL", "")


def name(worker_id: str) -> str:
    return f"demo_test_{os.getpid()}_{worker_id}"


def drop(url: URL) -> None:
    server = create_engine(
        url.set(database="postgres" if url.get_backend_name() == "postgresql" else ""), isolation_level="AUTOCOMMIT"
    )
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {url.database}"))
    server.dispose()


def shown(url: URL) -> str:
    return url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shop")


@pytest.fixture(scope="session")
def orders_url(home: Path, worker_id: str) -> Iterator[str]:
    url = OWNER.set(database=name(worker_id))
    build_orders(shown(url), home)
    yield shown(url)
    drop(url)


@pytest.fixture(scope="session")
def sqlite_url(home: Path) -> str:
    url = f"sqlite:///{home / 'marketing.sqlite'}"
    build_marketing(url)
    return url


@pytest.fixture(scope="session")
def mariadb_url(worker_id: str) -> Iterator[str]:
    if not MARIADB:
        pytest.skip("needs a MariaDB server: set DSAR_TEST_MARIADB_URL")
    url = make_url(MARIADB).set(database=name(worker_id))
    build_marketing(shown(url))
    yield shown(url)
    drop(url)


@pytest.fixture(scope="session")
def marketing_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def orders(orders_url: str) -> Iterator[Connection]:
    yield from _connected(orders_url)


@pytest.fixture
def marketing(marketing_url: str) -> Iterator[Connection]:
    yield from _connected(marketing_url)


@pytest.fixture
def systems(orders: Connection, marketing: Connection) -> dict[str, Connection]:
    return {"orders": orders, "marketing": marketing}


def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()
