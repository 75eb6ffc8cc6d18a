"""The same rows in the engines that are reported without a goal."""

import sqlite3
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import pymysql

from benchmarks.base import Ground
from benchmarks.base.shop import EMAIL, POSTCODE

TABLES: Final = (
    "CREATE TABLE customers (id integer PRIMARY KEY, email varchar(100) NOT NULL, name varchar(100), postcode varchar(20))",
    """CREATE TABLE events (id integer PRIMARY KEY, customer_id integer NOT NULL, happened_at datetime NOT NULL,
       kind varchar(20) NOT NULL, page varchar(200), amount decimal(10, 2), note varchar(200))""",
    "CREATE INDEX events_of ON events (customer_id, id)",
    "CREATE INDEX customers_by ON customers (email)",
)
KINDS: Final = ("visit", "basket", "order", "review")


def in_sqlite(ground: Ground, rows: int) -> str:
    """Make the events in SQLite and return the URL."""
    path = ground.folder / "events.sqlite"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    with connection:
        for statement in TABLES:
            connection.execute(statement)
        connection.execute("INSERT INTO customers VALUES (0, ?, 'A Person', ?)", [EMAIL.format(0), POSTCODE])
        connection.executemany("INSERT INTO events VALUES (?, 0, ?, ?, ?, ?, ?)", _events(rows))
    connection.close()
    return f"sqlite:///{path}"


def in_mariadb(ground: Ground, rows: int) -> str:
    """Make the events in MariaDB and return the URL; empty where there is no server."""
    if not ground.mariadb:
        return ""
    place = urlsplit(ground.mariadb)
    connection = pymysql.connect(
        host=place.hostname, port=place.port or 3306, user=place.username, password=place.password or "", autocommit=True,
    )  # fmt: skip
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE OR REPLACE DATABASE bench_events CHARACTER SET utf8mb4")
        cursor.execute("USE bench_events")
        for statement in TABLES:
            cursor.execute(statement)
        cursor.execute("INSERT INTO customers VALUES (0, %s, 'A Person', %s)", [EMAIL.format(0), POSTCODE])
        cursor.executemany("INSERT INTO events VALUES (%s, 0, %s, %s, %s, %s, %s)", list(_events(rows)))
    return ground.mariadb.rstrip("/") + "/bench_events"


def _events(rows: int) -> Iterator[tuple[Any, ...]]:
    for number in range(rows):
        moment = f"2024-{number % 12 + 1:02}-{number % 28 + 1:02} {number % 24:02}:00:00"
        note = f'Please engrave "{number * 7:x}", thank you' if number % 5 == 0 else None
        yield number, moment, KINDS[number % 4], f"/jewels/{number:032x}?from={number % 90}", f"{number / 100:.2f}", note
