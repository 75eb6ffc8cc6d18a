"""One change after the other in one transaction; what the system refuses is taken back, and does not stop the others."""

from typing import Final

from sqlalchemy import FromClause

from requests_app.connectors.changing import Became, Change, Receipt, settled
from requests_app.connectors.sql.changing.places import Places
from requests_app.connectors.sql.erasing.pile import Pile
from requests_app.connectors.sql.erasing.piles import Piles
from requests_app.connectors.sql.joints import Condition

_ALTERED: Final = "the system makes something else of the value"


class Writing:
    """Makes changes in records that were found to be the person's."""

    def __init__(self, piles: Piles, places: Places) -> None:
        self._piles, self._places, self._hand = piles, places, piles.hand

    def make(self, change: Change) -> Receipt:
        """Make one change, and read it back."""
        pile, before = self._piles.get(change.collection), self._now(change)
        if pile is None or before is None or not self._places.is_there(change, lambda rows: self._is_theirs(pile, rows)):
            return Receipt(change.name, Became.GONE)
        limit, (value,) = self._places.limit(change.collection, change.field), before
        if receipt := settled(change, limit, value):
            return receipt
        self._hand.run("SAVEPOINT dsar_change")
        receipt = self._written(change, pile)
        if receipt.became in {Became.REFUSED, Became.UNTRUE}:
            self._hand.run("ROLLBACK TO SAVEPOINT dsar_change")
        self._hand.run("RELEASE SAVEPOINT dsar_change")
        return receipt

    def _written(self, change: Change, pile: Pile) -> Receipt:
        bare = self._places.joints.bare(change.collection)
        statement, values = self._places.written(change, self._is_theirs(pile, bare), bare)
        try:
            count = self._hand.run(self._hand.speech.compile(statement), values)
        except Exception as error:
            if problem := self._hand.refusal(error):
                return Receipt(change.name, Became.REFUSED, told=problem.message)
            raise
        return self._read_back(change, count)

    def _read_back(self, change: Change, count: int) -> Receipt:
        after = self._now(change)
        if after is None:
            return Receipt(change.name, Became.UNTRUE, told=_ALTERED) if count else Receipt(change.name, Became.GONE)
        if not count:
            return Receipt(change.name, Became.STALE, after[0])
        if self._places.limit(change.collection, change.field).same(after[0], change.new):
            return Receipt(change.name, Became.DONE, after[0])
        return Receipt(change.name, Became.UNTRUE, told=_ALTERED)

    def _now(self, change: Change) -> tuple[str | None] | None:
        """Return what stands in the field; None where the record is not there."""
        found = self._places.by_key(change.collection, (change.field,), (change.key,))
        return next(((values[change.field],) for _key, values in found), None)

    def _is_theirs(self, pile: Pile, rows: FromClause) -> Condition:
        found = pile.rows()
        return self._places.joints.exists((found,), self._piles.same(pile, found, rows), rows)
