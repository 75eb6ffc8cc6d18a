"""The SQL connector's system to be erased from: a SQLite file that logs what it deletes."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import make_url

from requests_app.connectors.erasing import Whom
from requests_app.values import Claim, Identity, Root
from tests.connectors.shops import EMAIL, KEY, Shop, ours, refer
from tests.contracts.erasable import Erasable

LOGGED = "CREATE TRIGGER log_{0} AFTER DELETE ON {0} BEGIN INSERT INTO log VALUES ('{0}/' || OLD.id); END"


def erasable(folder: Path) -> Erasable:
    file = folder / "shop.sqlite"
    shop = Shop(make_url(f"sqlite:///{file}"), folder)
    shop.run(
        "CREATE TABLE log (what TEXT)",
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT, name TEXT)",
        "INSERT INTO customers VALUES (0, 'ann@mail.example', 'Keller'), (1, 'bob@mail.example', 'Durand')",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id), number TEXT)",
        "INSERT INTO orders VALUES (1, 0, 'R-1'), (2, 0, 'R-2'), (3, 1, 'R-3')",
        LOGGED.format("customers"),
        LOGGED.format("orders"),
    )
    shop.describe(
        customers={"id": KEY, "email": EMAIL, "name": ours(fact="name")},
        orders={"id": KEY, "customer_id": refer("customers.id"), "number": ours(fact="order_number")},
    )
    shop.engine.dispose()

    def run(statement: str) -> list[str]:
        with closing(sqlite3.connect(file)) as connection, connection:
            return [str(row[0]) for row in connection.execute(statement)]

    def grow() -> None:
        run("INSERT INTO orders VALUES (4, 0, 'R-4')")

    @contextmanager
    def lying() -> Iterator[None]:
        run("CREATE TRIGGER lie BEFORE DELETE ON orders BEGIN SELECT RAISE(IGNORE); END")
        yield
        run("DROP TRIGGER lie")

    return Erasable(
        shop.config,
        Whom(Identity((Claim("email", "ann@mail.example"),)), (Root("customers", ("0",)),)),
        Whom(Identity((Claim("email", "bob@mail.example"),)), (Root("customers", ("1",)),)),
        {"customers": 1, "orders": 2},
        lambda: run("SELECT what FROM log ORDER BY rowid"),
        lying,
        grow,
    )
