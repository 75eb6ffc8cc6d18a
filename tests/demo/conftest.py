"""The demo shop, built once for a test run, in every engine that it knows."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import URL, Connection, create_engine, make_url, text

from demo.build import build_marketing, build_orders

OWNER = make_url(os.environ["DATABASE_OWNER_URL"]).set(drivername="postgresql+psycopg")
ROOT = Path(__file__).parents[2]
TOKEN = "accounts-t0ken"
MARIADB = os.environ.get("DSAR_TEST_MARIADB_URL", "")


@contextmanager
def scratch(server: URL) -> Iterator[URL]:
    """Name a database that no other test, process or earlier run has, and drop it in any case."""
    url = server.set(database=f"demo_test_{os.getpid()}_{uuid4().hex[:12]}")
    try:
        yield url
    finally:
        drop(url)


def drop(url: URL) -> None:
    is_postgres = url.get_backend_name() == "postgresql"
    server = create_engine(url.set(database="postgres" if is_postgres else ""), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {url.database}{' WITH (FORCE)' if is_postgres else ''}"))
    server.dispose()


def shown(url: URL) -> str:
    return url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shop")


@pytest.fixture(scope="session")
def orders_url(home: Path) -> Iterator[str]:
    with scratch(OWNER) as url:
        build_orders(shown(url), home)
        yield shown(url)


@pytest.fixture(scope="session")
def sqlite_url(home: Path) -> str:
    url = f"sqlite:///{home / 'marketing.sqlite'}"
    build_marketing(url)
    return url


@pytest.fixture(scope="session")
def mariadb_url() -> Iterator[str]:
    if not MARIADB:
        pytest.skip("needs a MariaDB server: set DSAR_TEST_MARIADB_URL")
    with scratch(make_url(MARIADB)) as url:
        build_marketing(shown(url))
        yield shown(url)


@pytest.fixture(scope="session")
def marketing_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture(scope="session")
def accounts_url() -> Iterator[str]:
    """The account service, started as the demo starts it."""
    command = [sys.executable, "-m", "demo.accounts_api", "0"]
    environment = os.environ | {"DEMO_ACCOUNTS_TOKEN": TOKEN}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, env=environment) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1#token={TOKEN}&private=yes&plain=yes"
        process.kill()


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
