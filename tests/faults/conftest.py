import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from uuid import uuid4

import pytest
from pytest_django import Settings
from sqlalchemy import URL, create_engine, make_url, text

from demo.build import build_marketing, build_orders
from demo.people import Person
from demo.shop import ordinary_numbers, person
from tests import database
from tests.brokers import Broker
from tests.faults.crew import Crew
from tests.mail import Post


@dataclass(frozen=True, slots=True)
class Shop:
    """The demo shop's two systems, both in PostgreSQL."""

    environment: dict[str, str]
    customers: tuple[Person, ...]


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    home = tmp_path_factory.mktemp("shop")
    owner = make_url(os.environ["DATABASE_OWNER_URL"]).set(drivername="postgresql+psycopg")
    run = f"faults_{os.getpid()}_{uuid4().hex[:12]}"  # no other process and no earlier run has it
    names = [f"{run}_{system}" for system in ("orders", "marketing")]
    orders, marketing = (owner.set(database=name).render_as_string(hide_password=False) for name in names)
    try:
        build_orders(orders, home)
        build_marketing(marketing)
        yield _shop(orders, marketing, home)
    finally:
        _drop(owner, names)


def _shop(orders: str, marketing: str, home: Path) -> Shop:
    people = (person(number) for number in ordinary_numbers())
    customers = tuple(islice((one for one in people if one.recipe.orders and one.lives_with is None), 150))
    places = {"DSAR_SOURCE_ORDERS_URL": orders, "DSAR_SOURCE_MARKETING_URL": marketing}
    places["DSAR_SOURCE_ORDERS_FILES"] = str(home / "files")
    return Shop(places, customers)


def _drop(owner: URL, names: Sequence[str]) -> None:
    server = create_engine(owner.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as asked:
        for name in names:
            asked.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture
def broker() -> Iterator[Broker]:
    made = Broker()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def place(settings: Settings, tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Key store and vault of this test, known to this process too."""
    settings.DSAR_KEY_STORE, settings.DSAR_VAULT = tmp_path / "keys", tmp_path / "vault"
    for name, value in shop.environment.items():
        monkeypatch.setenv(name, value)
    return tmp_path


@pytest.fixture
def crew(place: Path, shop: Shop, broker: Broker, post: Post, transactional_db: None) -> Iterator[Crew]:
    environment = shop.environment | {
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings", "DATABASE_URL": database.url(), "REDIS_URL": broker.url,
        "EMAIL_URL": f"smtp://127.0.0.1:{post.port}", "DSAR_KEY_STORE": str(place / "keys"), "DSAR_VAULT": str(place / "vault"),
    }  # fmt: skip
    made = Crew(environment, place / "crew.log")
    made.start()
    yield made
    made.stop()
    print(made.log.read_text(errors="replace")[-20_000:])
