"""The statements that change something: each one for all records of a collection that share a deed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    FromClause,
    Select,
    Update,
    and_,
    case,
    delete,
    false,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)

from requests_app.connectors.sql.erasing.pile import RULING, Pile
from requests_app.connectors.sql.erasing.piles import Piles
from requests_app.connectors.sql.joints import Condition

Values = Callable[[FromClause], Mapping[str, ColumnElement[Any]]]
Wrong = Callable[[FromClause], Condition]


class Deeds:
    """Builds statements over the temporary tables of a plan; nothing is run, and no value stands in them."""

    def __init__(self, piles: Piles) -> None:
        self._piles, self._speech = piles, piles.fitted.speech

    def erased(self, pile: Pile, rulings: Sequence[int]) -> Delete:
        bare = self.bare(pile)
        return delete(bare).where(self._is_among(pile, bare, rulings))

    def overwritten(self, pile: Pile, rulings: Sequence[int], values: Values) -> Update:
        """Set columns to `values`, made from the row."""
        bare = self.bare(pile)
        new = {bare.c[name]: value for name, value in values(bare).items()}
        return update(bare).values(new).where(self._is_among(pile, bare, rulings))

    def there(self, pile: Pile, wrong: Mapping[tuple[int, ...], Sequence[Wrong]]) -> Select[Any]:
        """By ruling, how many of the records are there, and of how many one of the conditions for their ruling is true."""
        mine, found = self.bare(pile).alias("mine"), pile.rows()
        bad = [and_(ruled(found, rulings), or_(false(), *(one(mine) for one in ways))) for rulings, ways in wrong.items()]
        flag = func.sum(case((or_(false(), *bad), literal_column("1")), else_=literal_column("0")))
        counts = select(found.c[RULING], func.count(), flag).select_from(found, mine)
        return counts.where(self._piles.same(pile, found, mine)).group_by(found.c[RULING])

    def bare(self, pile: Pile) -> Any:
        name = pile.collection.name
        return self._piles.joints.bare(name, self._piles.also(name))

    def _is_among(self, pile: Pile, bare: FromClause, rulings: Sequence[int]) -> Condition:
        found = pile.rows()
        if self._piles.hand.joins:
            return and_(self._piles.same(pile, found, bare), ruled(found, rulings))
        live = self._piles.fitted.live[pile.collection.name]
        loose = [name for name in pile.key if not live[name].exact]
        mine, theirs = (
            [*(rows.c[name] for name in pile.key), *(self._speech.exactly(rows.c[name]) for name in loose)]
            for rows in (bare, found)
        )
        chosen = select(*theirs).where(ruled(found, rulings))
        return tuple_(*mine).in_(chosen) if len(mine) > 1 else mine[0].in_(chosen)


def ruled(found: FromClause, rulings: Sequence[int]) -> Condition:
    """The condition that a row of a pile has one of these rulings."""
    return found.c[RULING].in_([literal_column(str(number)) for number in rulings])
