"""Reading the live schema: what the engine's own catalog says about writing."""

from collections.abc import Iterator
from dataclasses import replace

from requests_app.connectors.sql.erasing import look_mariadb, look_postgres, look_sqlite
from requests_app.connectors.sql.erasing.facts import Facts, TableFacts
from requests_app.connectors.sql.erasing.hands import Hand
from requests_app.connectors.sql.erasing.mariadb_hand import MariaHand
from requests_app.connectors.sql.erasing.postgres_hand import PostgresHand
from requests_app.connectors.sql.fitted import Fitted, table_of


def look(hand: Hand, fitted: Fitted) -> Facts:
    """Return what the live schema says about every described table that is there."""
    ties = hand.ties()
    by_table = {one.table: one for one in _read(hand, fitted)}
    return {
        one.name: replace(
            facts,
            outgoing=tuple(tie for tie in ties if hand.same(facts.table, tie.child)),
            incoming=tuple(tie for tie in ties if hand.same(facts.table, tie.parent)),
        )
        for one in fitted.description.collections
        if (facts := by_table.get(table_of(one)))
    }


def _read(hand: Hand, fitted: Fitted) -> Iterator[TableFacts]:
    tables = list(dict.fromkeys(table_of(one) for one in fitted.description.collections))
    if isinstance(hand, PostgresHand):
        yield from look_postgres.look(hand, tables)
    elif isinstance(hand, MariaHand):
        yield from look_mariadb.look(hand, tables)
    else:
        yield from look_sqlite.look(hand, tables)
