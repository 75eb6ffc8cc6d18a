"""A shop whose records are erased: what is asked, what is ruled, and everything that its tables hold before and after."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from requests_app.connectors.erasing import Deed, Facts, Judge, Left, Planned, Receipt, Rules, Ruling, Whom, digest_of
from requests_app.connectors.sql import ENTRY as SQL
from requests_app.values import Identity, Root
from tests.connectors.shops import Shop

GONE = Ruling(Deed.ERASE, "nothing_keeps")


def judge(**rules: Ruling | Callable[[Facts], Ruling]) -> Judge:
    """Rules by collection; what is not named goes."""

    def ruled(collection: str, facts: Facts) -> Ruling:
        rule = rules.get(collection, GONE)
        return rule if isinstance(rule, Ruling) else rule(facts)

    return Rules(ruled)


def kept(*blanked: str, reason: str = "duty:books") -> Ruling:
    return Ruling(Deed.KEEP, reason, None, tuple(sorted(blanked)))


class Erasure:
    """One person's erasure in one shop."""

    def __init__(self, shop: Shop, identity: Identity, roots: tuple[Root, ...], judge: Judge) -> None:
        self.shop, self.whom, self.judge = shop, Whom(identity, roots), judge

    def plan(self) -> list[Planned]:
        return list(SQL.plan(self.shop.config, self.whom, self.judge))

    def keys(self) -> dict[tuple[str, str], list[Any]]:
        """The planned keys, by collection and deed with its reason."""
        found: dict[tuple[str, str], list[Any]] = {}
        for some in self.plan():
            at = (some.collection, f"{some.ruling.deed} {some.ruling.reason}")
            found.setdefault(at, []).extend(key[0] if len(key) == 1 else key for key in some.keys)
        return found

    def run(self, planned: list[Planned] | None = None) -> list[Receipt]:
        approved = digest_of(self.plan() if planned is None else planned)
        return list(SQL.erase(self.shop.config, self.whom, self.judge, approved))

    def left(self, planned: list[Planned]) -> list[Left]:
        return list(SQL.remaining(self.shop.config, planned))

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all tables of the shop's metadata."""
        with self.shop.connected() as connection:
            return {
                name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
                for name, table in self.shop.metadata.tables.items()
            }

    def one(self, question: str) -> Any:
        with self.shop.connected() as connection:
            return connection.execute(text(question)).scalar()
