"""The shop's systems keep a log of their own, by triggers: what was touched, when. People and records have numbers."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC
from typing import Final
from uuid import UUID

import psycopg

from requests_app.brands.models import Brand
from requests_app.sources.models import Source
from tests.faults.invariants import Deed, Record, moment
from tests.small_shop import SmallShop

_LOG: Final = """
CREATE TABLE deeds (of text, id integer, at timestamptz DEFAULT clock_timestamp());
CREATE FUNCTION log_deed() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO deeds (of, id) VALUES (TG_TABLE_NAME, OLD.id); PERFORM pg_sleep(0.02); RETURN OLD; END $$;
CREATE TRIGGER log AFTER DELETE OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION log_deed();
CREATE TRIGGER log AFTER DELETE OR UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION log_deed()"""
_LETTERS: Final = "CREATE TABLE deeds (of text, id integer, at text)"
_LETTERS_TRIGGER: Final = """
CREATE TRIGGER log AFTER DELETE ON subscribers BEGIN
  INSERT INTO deeds VALUES ('subscribers', old.id, strftime('%Y-%m-%d %H:%M:%f', 'now')); END"""
_MANY: Final = 30_000


def watch(shop: SmallShop) -> None:
    """Let both systems log what is done to them, and be erased in without anybody being frozen."""
    Brand.objects.filter(pk=shop.brand.pk).update(cooling_off_hours=0, erasures_per_hour=_MANY, erasures_per_day=_MANY)
    Source.objects.filter(pk=shop.orders.pk).update(erase_secret="SMALL_ORDERS_URL")
    Source.objects.filter(pk=shop.newsletter.pk).update(erase_secret="SMALL_LETTERS_URL")
    shop.sql(_LOG)
    for statement in (_LETTERS, _LETTERS_TRIGGER):
        shop.letters(statement)
    shop.brand.refresh_from_db()


def move_in(shop: SmallShop, number: int) -> None:
    """Let person `number` be a customer with two orders and a subscription."""
    shop.customer(number, address(number))
    for order in (number * 10, number * 10 + 1):
        shop.order(order, number)
    shop.subscriber(number, address(number))


def address(number: int) -> str:
    return f"ada{number}@example.com"


def records(number: int) -> frozenset[Record]:
    """Return what the shop holds of person `number`."""
    orders = {("orders", "orders", number * 10 + one) for one in (0, 1)}
    return frozenset(orders | {("orders", "customers", number), ("newsletter", "subscribers", number)})


def deeds(shop: SmallShop, whose: Mapping[int, UUID]) -> list[Deed]:
    """Return all that was done, by the logs; `whose`: the request of each person."""
    with psycopg.connect(shop.database) as reader:
        orders = [
            (("orders", of, key), at.astimezone(UTC)) for of, key, at in reader.execute("SELECT of, id, at FROM deeds").fetchall()
        ]
    with closing(sqlite3.connect(shop.folder / "letters.sqlite")) as letters:
        news = [(("newsletter", of, key), moment(at)) for of, key, at in letters.execute("SELECT of, id, at FROM deeds").fetchall()]
    return [Deed(record, at, whose.get(_person(record))) for record, at in [*orders, *news]]


def there(shop: SmallShop) -> frozenset[Record]:
    """Return every record that the systems hold now."""
    with psycopg.connect(shop.database) as reader:
        rows = reader.execute("SELECT 'customers', id FROM customers UNION ALL SELECT 'orders', id FROM orders").fetchall()
    with closing(sqlite3.connect(shop.folder / "letters.sqlite")) as letters:
        news = letters.execute("SELECT id FROM subscribers").fetchall()
    return frozenset([*(("orders", of, key) for of, key in rows), *(("newsletter", "subscribers", key) for (key,) in news)])


def _person(record: Record) -> int:
    _system, of, key = record
    return key // 10 if of == "orders" else key
