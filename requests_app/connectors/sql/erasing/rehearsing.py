"""Looking at an erasure before it happens: its statements, what may happen besides, and the run that is taken back."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from requests_app.connectors.base import Config, Problem, Statement
from requests_app.connectors.erasing import Deed, Judge, Receipt, Whom
from requests_app.connectors.sql.description import Collection
from requests_app.connectors.sql.erasing import doors
from requests_app.connectors.sql.erasing.facts import TableFacts
from requests_app.connectors.sql.erasing.limits import notices
from requests_app.connectors.sql.erasing.look import look
from requests_app.connectors.sql.erasing.made import Made
from requests_app.connectors.sql.erasing.postgres_hand import PostgresHand
from requests_app.connectors.sql.erasing.run import Run, alike
from requests_app.connectors.sql.erasing.strategies import KEY, is_key
from requests_app.connectors.sql.gifts import Gifts
from requests_app.connectors.sql.opening import explained, searchable
from requests_app.connectors.sql.speech import Column


def rehearse(config: Config, whom: Whom, judge: Judge) -> Iterator[Receipt]:
    """Carry a plan out in a transaction that is never committed."""
    with doors.made(config, whom, judge, writes=True) as found:
        receipts = Run(found).go()
        _settle(found)
    yield from receipts


def deeds(config: Config, whom: Whom, judge: Judge) -> Iterator[Statement]:
    """Yield the statements of a plan in the order of the run. `dsar_…` are its temporary tables: which record has which ruling."""
    with doors.made(config, whom, judge, writes=False) as found:
        piles = [pile for group in found.groups for pile in group]
        for pile in piles:
            for blanked, rulings in alike(pile).items():
                written = partial(found.masks.sets, pile.collection.name, blanked)
                yield Statement(pile.collection.name, _shown(found, found.deeds.overwritten(pile, rulings, written)))
        for pile in piles:
            if rulings := pile.of(Deed.ERASE):
                yield Statement(pile.collection.name, _shown(found, found.deeds.erased(pile, rulings)))


def besides(config: Config) -> Iterator[Problem]:
    description = searchable(config)
    with doors.held(config, Gifts({}), writes=False) as hand, explained(config, description, hand) as fitted:
        yield from notices(fitted, look(hand, fitted))


def fixed(config: Config) -> Mapping[str, Mapping[str, str]]:
    description = searchable(config)
    with doors.held(config, Gifts({}), writes=False) as hand, explained(config, description, hand) as fitted:
        facts = look(hand, fitted)
        return {one.name: dict(_fixed(one, fitted.live[one.name], facts[one.name])) for one in fitted.description.collections}


def _fixed(one: Collection, live: Mapping[str, Column], facts: TableFacts) -> Iterator[tuple[str, str]]:
    for field in one.fields:
        column = live[field.column]
        known = facts.columns.get(column.name)
        if is_key(one, field, column, facts):
            yield field.name, KEY
        elif known and known.fixed == "generated":
            yield field.name, "the system computes it"


def _settle(found: Made) -> None:
    """Have foreign keys looked at that would be only at the end."""
    if isinstance(found.piles.hand, PostgresHand):
        found.piles.hand.run("SET CONSTRAINTS ALL IMMEDIATE")


def _shown(made: Made, statement: Any) -> str:
    """A statement with what is written into fields in it; those values come from the description."""
    return str(statement.compile(dialect=made.piles.fitted.speech.dialect, compile_kwargs={"literal_binds": True}))
