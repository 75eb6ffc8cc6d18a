"""Persons with very many records, to be erased: by the connector, and by statements that somebody wrote for the occasion."""

import json
import resource
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import psycopg

from benchmarks.base import Ground
from benchmarks.base.shop import DATASETS, EMAIL, Database
from requests_app.connectors.base import Config
from requests_app.connectors.erasing import Deed, Facts, Judge, Planned, Ruling, Whom, keys_of, text_of
from requests_app.values import Claim, Identity, Root

TODAY: Final = date(2026, 11, 22)
GONE: Final = Ruling(Deed.ERASE, "nothing_keeps")
YEARS: Final = {f"duty:{number}": years for number, years in enumerate((1, 2, 2, 3, 3, 5, 5, 5, 6, 6, 10, 10))}
WORDS: Final = {"orders": ("note",), "items": ("engraving",)}
_KEPT_FROM: Final = f"{TODAY.year - max(YEARS.values())}-01-01"
_TABLES: Final = (
    "CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL, name text)",
    """CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, status text NOT NULL,
       placed_on date NOT NULL, note text)""",
    """CREATE TABLE items (order_id bigint REFERENCES orders, position int, engraving text, PRIMARY KEY (order_id, position))""",
    "CREATE TABLE visits (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, page text)",
    "CREATE INDEX ON customers (lower(email))",
    "CREATE INDEX ON orders (customer_id)",
    "CREATE INDEX ON orders (placed_on)",
    "CREATE INDEX ON visits (customer_id)",
)
_FILL: Final = (
    "INSERT INTO customers VALUES ({person}, '{email}', 'A Person')",
    """INSERT INTO orders SELECT {first} + n, {person}, CASE WHEN n % 10 = 0 THEN 'open' ELSE 'done' END,
       date '2006-01-01' + (n % 7300), md5(n::text) FROM generate_series(1, {orders}) n""",
    """INSERT INTO items SELECT {first} + n, position, md5(n::text)
       FROM generate_series(1, {orders}) n, generate_series(0, 1) position""",
    "INSERT INTO visits SELECT {first} + n, {person}, '/rings/' || md5(n::text) FROM generate_series(1, {visits}) n",
)
_LATE: Final = f"customer_id = %(person)s AND status <> 'open' AND placed_on >= '{_KEPT_FROM}'"
_EARLY: Final = f"customer_id = %(person)s AND status <> 'open' AND placed_on < '{_KEPT_FROM}'"
_BY_HAND: Final = (
    f"UPDATE items SET engraving = NULL FROM orders WHERE id = order_id AND {_LATE}",
    f"UPDATE orders SET note = NULL WHERE {_LATE}",
    f"DELETE FROM items USING orders WHERE id = order_id AND {_EARLY}",
    f"DELETE FROM orders WHERE {_EARLY}",
    "DELETE FROM visits WHERE customer_id = %(person)s",
)
_READ_BACK: Final = (
    f"SELECT count(note) FROM orders WHERE {_LATE} OR {_EARLY}",
    f"SELECT count(engraving) FROM items JOIN orders ON id = order_id WHERE {_LATE} OR {_EARLY}",
    "SELECT count(*) FROM visits WHERE customer_id = %(person)s",
)


def shop_with(ground: Ground, name: str, persons: int, records: int) -> Database:
    """Make a shop whose persons have `records` each: a fifth orders, two items for each, visits."""
    orders = records // 5
    statements = [
        statement.format(
            person=person, email=EMAIL.format(person), first=person * records, orders=orders, visits=records - 3 * orders
        )
        for person in range(persons)
        for statement in _FILL
    ]
    return Database.made(ground, name, *_TABLES, *statements)


def config_of(shop: Database) -> Config:
    return Config("shop", shop.url, DATASETS / "erasing.yaml")


def whom(person: int) -> Whom:
    return Whom(Identity((Claim("email", EMAIL.format(person)),)), (Root("customers", (str(person),)),))


class Twelve(Judge):
    """Twelve duties, each from the end of a year on: the longest counts. An open order stays as it is, and so does its customer."""

    def by_month(self, collection: str) -> bool:
        return collection in WORDS

    def __call__(self, collection: str, facts: Facts) -> Ruling:
        if collection not in WORDS:
            return GONE
        if facts["status"] == "open":
            return Ruling(Deed.KEEP, "open_contract:status")
        placed = facts["placed_on"]
        ends = {duty: date(placed.year + years, 12, 31) for duty, years in YEARS.items()} if isinstance(placed, date) else {}
        duty, until = max(ends.items(), key=lambda end: end[1], default=("", TODAY))
        return Ruling(Deed.KEEP, duty, until, WORDS[collection]) if until > TODAY else GONE


judge = Twelve()


def written(plan: Iterator[Planned], file: Path) -> Iterator[Planned]:
    """Pass a plan on and put it on disk; nothing of it stays in memory."""
    with file.open("wb") as sink:
        for some in plan:
            ruling = some.ruling
            sink.write(json.dumps([some.collection, ruling.deed, ruling.reason, ruling.blanked]).encode() + b"\n")
            sink.write(text_of(some.keys) + b"\n")
            yield some


def read(file: Path) -> Iterator[Planned]:
    with file.open("rb") as source:
        for line in source:
            collection, deed, reason, blanked = json.loads(line)
            yield Planned(collection, Ruling(Deed(deed), reason, None, tuple(blanked)), keys_of(next(source).removesuffix(b"\n")))


def by_hand(connection: psycopg.Connection[Any], person: int) -> None:
    """Erase a person in one transaction and read back once."""
    with connection.transaction():
        for statement in _BY_HAND:
            connection.execute(statement.encode(), {"person": person})
    for statement in _READ_BACK:
        connection.execute(statement.encode(), {"person": person}).fetchone()


def peak() -> float:
    """Return this process's peak of memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
