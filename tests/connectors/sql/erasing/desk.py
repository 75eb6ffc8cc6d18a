"""A writing connection to a shop, with what its schema says, for what is below a plan."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from requests_app.connectors.base import Problem
from requests_app.connectors.sql.erasing.facts import Facts
from requests_app.connectors.sql.erasing.hands import Hand
from requests_app.connectors.sql.erasing.look import look
from requests_app.connectors.sql.erasing.mariadb_hand import MariaHand
from requests_app.connectors.sql.erasing.masks import Masks
from requests_app.connectors.sql.erasing.postgres_hand import PostgresHand
from requests_app.connectors.sql.erasing.sqlite_hand import SqliteHand
from requests_app.connectors.sql.fitted import Fitted, fit
from requests_app.connectors.sql.joints import Joints
from requests_app.connectors.sql.reading import describe
from tests.connectors.shops import Shop

HANDS: dict[str, type[Hand]] = {"postgresql": PostgresHand, "mysql": MariaHand, "sqlite": SqliteHand}


@dataclass
class Desk:
    """An open transaction."""

    hand: Hand
    fitted: Fitted
    facts: Facts
    masks: Masks

    def problems(self, *names: str, of: str = "customers") -> list[Problem]:
        return list(self.masks.problems(of, names))

    def overwrite(self, *names: str, of: str = "customers") -> None:
        bare = Joints(self.fitted).bare(of)
        values = {bare.c[column]: value for column, value in self.masks.sets(of, names, bare).items()}
        self.hand.careful()
        self.hand.run(update(bare).values(values))

    def undone(self, name: str, of: str = "customers") -> int:
        """How many records still hold what should have gone."""
        rows = Joints(self.fitted).table(of)
        return len(self.hand.few(select(rows.c.id).where(self.masks.undone(of, name, rows))))

    def held(self, *columns: str, of: str = "customers") -> list[tuple[Any, ...]]:
        rows = Joints(self.fitted).table(of)
        found: Sequence[Sequence[Any]] = self.hand.few(select(*(rows.c[name] for name in columns)).order_by(rows.c.id))
        return [tuple(row) for row in found]


@contextmanager
def opened(shop: Shop) -> Iterator[Desk]:
    """Give a transaction that is never committed."""
    shop.engine.dispose()
    hand = HANDS[shop.backend](shop.config, 60, writes=True)
    try:
        fitted = fit(describe(shop.config.description), hand)
        facts = look(hand, fitted)
        yield Desk(hand, fitted, facts, Masks(fitted, facts))
    finally:
        hand.close()
