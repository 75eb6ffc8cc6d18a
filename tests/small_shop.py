"""A shop with two small systems of its own, for journeys: orders in PostgreSQL, a newsletter in SQLite."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any, Final
from uuid import uuid4

import psycopg
import pytest

from requests_app.brands.models import Brand
from requests_app.sources.models import Source
from tests.making import a_brand

ORDERS: Final = """
dataset:
  - fides_key: orders
    name: Orders
    dsar:
      title: {en: Orders, fr: Commandes}
      purposes: {sale: {title: {en: To sell and deliver, fr: Vendre et livrer}, legal_basis: contract}}
      recipients:
        courier:
          name: {en: Parcel carrier, fr: Transporteur}
          category: shipping
          country: US
          safeguard: standard contractual clauses
      origins: {you: {en: You gave it to us, fr: Vous nous l’avez donné}}
      retention: {account: {en: As long as your account exists, fr: Tant que votre compte existe}}
    collections:
      - name: customers
        dsar:
          topic: account
          title: {en: Your account, fr: Votre compte}
          purposes: [sale]
          origins: [you]
          retention_class: account
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true, data_type: integer}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email, data_type: string}}
          - {name: name, data_categories: [user.name], dsar: {fact: name}}
          - {name: postcode, data_categories: [user.contact.address], dsar: {fact: postcode}}
          - {name: scan, data_categories: [user.content], dsar: {file: {media_type: application/pdf}}}
      - name: orders
        dsar:
          topic: orders
          title: {en: Your orders, fr: Vos commandes}
          purposes: [sale]
          recipients: [courier]
          origins: [you]
          retention_class: account
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true, data_type: integer}}
          - name: customer_id
            data_categories: [user.unique_id]
            fides_meta: {references: [{dataset: orders, field: customers.id, direction: from}]}
          - {name: number, data_categories: [user.purchase], dsar: {fact: order_number}}
          - {name: total, data_categories: [user.purchase]}
"""
LETTERS: Final = """
dataset:
  - fides_key: newsletter
    name: Newsletter
    dsar:
      title: {en: Newsletter, fr: Lettre d’information}
      purposes: {news: {title: {en: To send you news, fr: Vous envoyer des nouvelles}, legal_basis: consent}}
      origins: {you: {en: You gave it to us, fr: Vous nous l’avez donné}}
      retention: {consent: {en: Until you change your mind, fr: Jusqu’à ce que vous changiez d’avis}}
    collections:
      - name: subscribers
        dsar:
          topic: marketing
          title: {en: Subscriptions, fr: Abonnements}
          purposes: [news]
          origins: [you]
          retention_class: consent
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true, data_type: integer}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email, data_type: string}}
          - {name: list, data_categories: [user.behavior]}
"""
_TABLES: Final = """
CREATE TABLE customers (id integer PRIMARY KEY, email text, name text, postcode text, scan text);
CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer REFERENCES customers, number text, total numeric(10, 2));
CREATE INDEX ON customers (email); CREATE INDEX ON orders (customer_id);
"""


@dataclass(slots=True)
class SmallShop:
    """The shop: its brand, both sources, and doors into its systems."""

    brand: Brand
    orders: Source
    newsletter: Source
    folder: Path
    database: str

    def sql(self, statement: str, *values: Any) -> None:
        """Change something in the order system."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            connection.execute(statement.encode(), values or None)

    def customer(self, number: int, email: str, name: str = "Ada Example", postcode: str = "75001", scan: str = "") -> None:
        self.sql("INSERT INTO customers VALUES (%s, %s, %s, %s, %s)", number, email, name, postcode, scan or None)

    def order(self, number: int, customer: int, text: str = "", total: str = "10.50") -> None:
        self.sql("INSERT INTO orders VALUES (%s, %s, %s, %s)", number, customer, text or f"O-{number}", total)

    def subscriber(self, number: int, email: str, name: str = "news") -> None:
        self.letters("INSERT INTO subscribers VALUES (?, ?, ?)", number, email, name)

    def letters(self, statement: str, *values: Any) -> None:
        """Change something in the newsletter's system."""
        connection = sqlite3.connect(self.folder / "letters.sqlite")
        with connection:
            connection.execute(statement, values)
        connection.close()

    def scan(self, name: str, content: bytes) -> str:
        (self.folder / "files").mkdir(exist_ok=True)
        (self.folder / "files" / name).write_bytes(content)
        return name


@pytest.fixture
def shop(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallShop]:
    """Both systems, empty, and the brand that searches them."""
    with _scratch(os.environ["DATABASE_OWNER_URL"]) as database:
        yield _opened(tmp_path, database, monkeypatch)


@contextmanager
def _scratch(server: str) -> Iterator[str]:
    """Make a database that no other test, process or earlier run has, and drop it in any case."""
    name = f"small_shop_{os.getpid()}_{uuid4().hex[:12]}"
    try:
        _ask_server(server, f"CREATE DATABASE {name}")
        yield server.rpartition("/")[0] + f"/{name}"
    finally:
        _drop(server, name)


def _drop(server: str, name: str) -> None:
    """Drop it as its owner, who may not end the server's own vacuum: that one is waited for."""
    for _ in range(50):
        with suppress(psycopg.errors.InsufficientPrivilege):
            return _ask_server(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        sleep(0.1)
    return _ask_server(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _opened(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> SmallShop:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(_TABLES.encode())
    monkeypatch.setenv("SMALL_ORDERS_URL", database)
    monkeypatch.setenv("SMALL_LETTERS_URL", f"sqlite:///{tmp_path / 'letters.sqlite'}")
    monkeypatch.setenv("SMALL_FILES", str(tmp_path / "files"))
    (tmp_path / "files").mkdir()
    made = _made(tmp_path, database)
    made.letters("CREATE TABLE subscribers (id integer PRIMARY KEY, email text, list text)")
    return made


def _made(folder: Path, database: str) -> SmallShop:
    brand = a_brand(authority={"name": "The Authority", "url": "https://authority.example"}, privacy_phone="+33 1 23 45 67 89")
    sources = [
        Source.objects.create(
            brand=brand, name=name, connector="sql", description=str(_written(folder / f"{name}.yaml", text)), secret=secret,
            files=files, title={"en": title, "fr": f"{title} (fr)"},
        )
        for name, text, secret, files, title in (
            ("orders", ORDERS, "SMALL_ORDERS_URL", "SMALL_FILES", "Orders"),
            ("newsletter", LETTERS, "SMALL_LETTERS_URL", "", "Newsletter"),
        )
    ]  # fmt: skip
    return SmallShop(brand, sources[0], sources[1], folder, database)


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def _ask_server(server: str, *statements: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
