"""What a connector that changes values brings to be tried: the same small shop in each engine, and the demo's account service."""

from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Integer, String, Table

from demo import accounts
from demo.people import BY_NAME
from requests_app.connectors.base import Config
from requests_app.connectors.changing import Change, Changer, Receipt
from requests_app.connectors.erasing import Key, Whom
from requests_app.connectors.rest import ENTRY as REST
from requests_app.connectors.sql import ENTRY as SQL
from requests_app.values import Claim, Identity, Root
from tests.connectors.rest.erasable import config, house, lie, whom
from tests.connectors.shops import EMAIL, KEY, Shop


@dataclass(frozen=True)
class Changeable:
    """A small system that knows one person. `collection.field` of the record `key` holds `old`; `other` is somebody else's record.

    `effects` counts what the system wrote. While `lying` is entered, it says that it is done, and does nothing. `meddle` writes
    a value into the field, as the shop itself would.
    """

    changer: Changer
    config: Config
    whom: Whom
    collection: str
    field: str
    key: Key
    other: Key
    effects: Callable[[], int]
    lying: Callable[[], AbstractContextManager[None]]
    meddle: Callable[[str], None]

    @property
    def wanted(self) -> dict[str, tuple[str, ...]]:
        return {self.collection: (self.field,)}

    def value(self, key: Key | None = None) -> str | None:
        """What stands in the field now."""
        (held,) = self.changer.now(self.config, [(self.collection, key or self.key)], self.wanted)
        return held.values[self.field]

    def asked(self, new: str | None, old: str | None = None, key: Key | None = None, name: str = "one") -> Change:
        return Change(name, self.collection, key or self.key, self.field, old or self.value(key), new)

    def change(self, *changes: Change) -> list[Receipt]:
        return list(self.changer.change(self.config, self.whom, changes))


def in_sql(shop: Shop) -> Changeable:
    Table(
        "customers", shop.metadata, Column("id", Integer, primary_key=True, autoincrement=False), Column("email", String(60)),
        Column("city", String(20)), Column("writes", Integer),
    )  # fmt: skip
    shop.fill(
        customers=[
            {"id": 0, "email": "ann@mail.example", "city": "Lyon", "writes": 0},
            {"id": 1, "email": "bob@mail.example", "city": "Nice", "writes": 0},
        ]
    )
    shop.describe(
        customers={
            "id": KEY,
            "email": EMAIL,
            "city": {"data_categories": ["user.contact.address.city"]},
            "writes": {"data_categories": ["user.behavior"]},
        }
    )
    _count(shop)

    @contextmanager
    def lying() -> Any:
        _lie(shop)
        shop.engine.dispose()
        yield
        shop.run("DROP TRIGGER lie ON customers" if shop.backend == "postgresql" else "DROP TRIGGER lie")

    def one(question: str) -> Any:
        with shop.connected() as connection:
            return connection.exec_driver_sql(question).scalar()

    return Changeable(
        SQL, shop.config, Whom(Identity((Claim("email", "ann@mail.example"),)), (Root("customers", ("0",)),)), "customers", "city",
        ("0",), ("1",), lambda: int(one("SELECT writes FROM customers WHERE id = 0")), lying,
        lambda value: shop.run(f"UPDATE customers SET city = '{value}' WHERE id = 0"),
    )  # fmt: skip


def _count(shop: Shop) -> None:
    """Have the system count what is written into the row."""
    if shop.backend == "postgresql":
        shop.run(
            "CREATE FUNCTION tally() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.writes := OLD.writes + 1; RETURN NEW; END $$",
            "CREATE TRIGGER tally BEFORE UPDATE OF city ON customers FOR EACH ROW EXECUTE FUNCTION tally()",
        )
    elif shop.backend == "mysql":
        shop.run("CREATE TRIGGER tally BEFORE UPDATE ON customers FOR EACH ROW SET NEW.writes = OLD.writes + 1")
    else:
        shop.run(
            "CREATE TRIGGER tally AFTER UPDATE OF city ON customers "
            "BEGIN UPDATE customers SET writes = OLD.writes + 1 WHERE id = OLD.id; END"
        )


def _lie(shop: Shop) -> None:
    """Have the system keep the old value and say nothing."""
    if shop.backend == "postgresql":
        shop.run(
            "CREATE OR REPLACE FUNCTION lie() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN NEW.city := OLD.city; NEW.writes := OLD.writes; RETURN NEW; END $$",
            "CREATE TRIGGER lie BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION lie()",
        )
    elif shop.backend == "mysql":
        shop.run("CREATE TRIGGER lie BEFORE UPDATE ON customers FOR EACH ROW FOLLOWS tally SET NEW.city = OLD.city")
    else:
        shop.run("CREATE TRIGGER lie BEFORE UPDATE OF city ON customers BEGIN SELECT RAISE(IGNORE); END")


def over_rest() -> Changeable:
    at = house()

    @contextmanager
    def lying() -> Any:
        at.fault = lie
        yield
        at.fault = None

    rose, sophie = (accounts.account_id(BY_NAME[name].customer or 0) for name in ("rose", "sophie"))

    def meddle(value: str) -> None:
        at.stock.change("accounts", rose, {"profile": {"first_name": value}})

    return Changeable(
        REST, config(at), whom("rose"), "accounts", "first_name", (rose,), (sophie,),
        lambda: sum(len(call.did) for call in at.calls), lying, meddle,
    )  # fmt: skip
