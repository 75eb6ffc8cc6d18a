"""What the live schema forbids of a plan, found out beforehand: nothing is touched, and table and column are named."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, cast, literal, literal_column, quoted_name, select

from requests_app.connectors.base import Problem
from requests_app.connectors.erasing import Deed
from requests_app.connectors.sql.erasing.facts import Check, Facts, TableFacts
from requests_app.connectors.sql.erasing.masks import Masks
from requests_app.connectors.sql.erasing.pile import RULING, Pile
from requests_app.connectors.sql.erasing.piles import Piles
from requests_app.connectors.sql.erasing.postgres_hand import PostgresHand
from requests_app.connectors.sql.erasing.strategies import TAKEN_WHOLE, of_several
from requests_app.connectors.sql.fitted import Fitted
from requests_app.connectors.sql.postgres_speech import Declared
from requests_app.connectors.sql.speech import Column


class Limits:
    """The plan that lies in piles, held against what the live schema says. Every field that it overwrites is known to `masks`."""

    def __init__(self, piles: Piles, masks: Masks) -> None:
        self._piles, self._masks = piles, masks

    def problems(self) -> Iterator[Problem]:
        """Yield why the plan cannot be carried out."""
        for pile in self._piles:
            erased, blanked = pile.of(Deed.ERASE), _overwritten(pile)
            if erased or blanked:
                yield from _forbidden(pile, self._facts(pile), erases=bool(erased))
            for names, rulings in blanked.items():
                yield from self._broken(pile, names, rulings)

    def _facts(self, pile: Pile) -> TableFacts:
        return self._piles.facts[pile.collection.name]

    def _broken(self, pile: Pile, names: Sequence[str], rulings: Sequence[int]) -> Iterator[Problem]:
        """Yield conditions that the records would no longer meet."""
        live = self._piles.fitted.live[pile.collection.name]
        written = {live[pile.collection.field(name).column].name for name in names}
        for check in self._facts(pile).checks:
            columns = ", ".join(column for column in check.columns if column in written)
            if columns and self._piles.hand.few(self._failing(pile, check, names, rulings)):
                message = f"what would stand there breaks the condition `{check.name}`: {check.text}"
                yield Problem("check", pile.collection.where, f"{pile.collection.table}.{columns} cannot be overwritten: {message}")

    def _failing(self, pile: Pile, check: Check, names: Sequence[str], rulings: Sequence[int]) -> Select[Any]:
        """One row, if a record would break a condition with what is written into it: the engine itself judges its own words."""
        name, live = pile.collection.name, self._piles.fitted.live[pile.collection.name]
        known = {column.name: own for own, column in live.items()}
        row = self._piles.joints.bare(name, [column for column in check.columns if column not in known])
        found, sets = pile.rows(), self._masks.sets(name, names, row)
        cells = []
        for column in check.columns:
            own = known.get(column, column)
            value = self._typed(sets[own], live[own]) if own in sets else row.c[own]
            cells.append(value.label(quoted_name(column, quote=True)))
        ruled = found.c[RULING].in_([literal_column(str(number)) for number in rulings])
        rows = select(*cells).select_from(row, found).where(self._piles.same(pile, found, row), ruled).subquery("checked")
        return select(literal(1)).select_from(rows).where(literal_column(f"NOT ({check.text})")).limit(1)

    def _typed(self, value: ColumnElement[Any], column: Column) -> ColumnElement[Any]:
        """A value in the type of the column that it shall stand in, where the engine needs to be told."""
        return cast(value, Declared(column.declared)) if isinstance(self._piles.hand, PostgresHand) else value


def notices(fitted: Fitted, facts: Facts) -> Iterator[Problem]:
    """Yield what happens besides, or may: triggers, and what is only partly undone when something fails."""
    for collection in fitted.description.collections:
        own = facts.get(collection.name)
        for trigger in own.triggers if own else ():
            message = (
                f"`{collection.table}` has the trigger `{trigger.name}`: what it does on {trigger.event} is not ours to foresee"
            )
            yield Problem("trigger", collection.where, message, fatal=False)
        for tie in own.incoming if own else ():
            if not _is_described(fitted, tie.child.name):
                message = f"the table `{tie.child.name}`, which is not described, points at `{collection.table}` ({tie.action})"
                yield Problem("undescribed", f"{tie.child.name}.{', '.join(tie.columns)}", message, fatal=False)


def _is_described(fitted: Fitted, table: str) -> bool:
    return any(one.table.lower() == table.lower() for one in fitted.description.collections)


def _overwritten(pile: Pile) -> dict[tuple[str, ...], list[int]]:
    found: dict[tuple[str, ...], list[int]] = {}
    for number, ruling in enumerate(pile.rulings):
        if ruling.blanked and ruling.deed is not Deed.ERASE:
            found.setdefault(ruling.blanked, []).append(number)
    return found


def _forbidden(pile: Pile, facts: TableFacts, *, erases: bool) -> Iterator[Problem]:
    at, table = pile.collection.where, pile.collection.table
    if facts.is_view:
        yield Problem("is_view", at, f"`{table}` is a view: describe the tables that it is made of")
    if not facts.transactional:
        yield Problem("no_transactions", at, f"`{table}` keeps no transactions: what failed half-way would stay half done")
    several = next((one for field in pile.collection.fields for one in of_several(field)), None)
    if erases and several is not None:
        message = f"`{table}`: its records are found by one value of the list `{several.name}`, in which other persons may stand"
        yield Problem("inside_list", several.where, f"{message}: {TAKEN_WHOLE}, `erase: never` leaves it to a person")
    if erases and not facts.may_delete:
        yield Problem("no_right", at, f"`{table}`: the account may not delete there")
