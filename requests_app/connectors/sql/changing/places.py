"""Records of a live system as values to read, compare and write, field by field."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, Text, Update, and_, literal, literal_column, null, select, update

from requests_app.connectors.changing import Change, Limit, Values
from requests_app.connectors.erasing import Key
from requests_app.connectors.sql.changing.bounds import limit
from requests_app.connectors.sql.description import Collection
from requests_app.connectors.sql.erasing.facts import Facts
from requests_app.connectors.sql.erasing.hands import Hand
from requests_app.connectors.sql.erasing.look import look
from requests_app.connectors.sql.erasing.tongues import TONGUES
from requests_app.connectors.sql.fitted import Fitted
from requests_app.connectors.sql.joints import Condition, Joints
from requests_app.connectors.sql.plan import plan
from requests_app.connectors.sql.slots import Shape, key_slots
from requests_app.connectors.sql.speech import Column

BATCH: Final = 500  # keys of one question


class Places:
    """The tables of one system, seen by keys."""

    def __init__(self, fitted: Fitted, hand: Hand) -> None:
        self.fitted, self.hand = fitted, hand
        self.facts: Facts = look(hand, fitted)
        self.joints, self._speech = Joints(fitted), fitted.speech
        self._tongue = TONGUES[fitted.speech.dialect.name]

    def limit(self, name: str, field: str) -> Limit:
        one = self.fitted.description.collection(name)
        return limit(one, one.field(field), self._column(name, field), self.facts.get(name))

    def key(self, name: str, rows: FromClause) -> list[ColumnElement[Any]]:
        return [self._speech.text_of(rows.c[one.column]) for one in self._collection(name).key]

    def texts(self, name: str, fields: Sequence[str], rows: FromClause) -> list[ColumnElement[Any]]:
        return [self._tongue.text(rows.c[self._place(name, one)], self._column(name, one)) for one in fields]

    def key_of(self, parts: Iterable[Any]) -> Key:
        return tuple(map(self._speech.as_text, parts))

    def values(self, fields: Sequence[str], parts: Iterable[Any]) -> Values:
        return {name: None if part is None else str(part) for name, part in zip(fields, parts, strict=True)}

    def by_key(self, name: str, fields: Sequence[str], keys: Sequence[Key]) -> Iterator[tuple[Key, Values]]:
        """Yield what stands in the records with those keys."""
        size = len(self._collection(name).key)
        for first in range(0, len(keys), BATCH):
            rows = self.joints.table(name)
            where, values = self._among(name, keys[first : first + BATCH], rows)
            columns = [*self.key(name, rows), *self.texts(name, fields, rows)]
            statement: Select[Any] = select(*columns).select_from(rows).where(where)
            for row in self.hand.few(self._speech.compile(statement), values):
                yield self.key_of(row[:size]), self.values(fields, row[size:])

    def is_there(self, change: Change, theirs: Callable[[FromClause], Condition]) -> bool:
        """Tell whether the record to be changed is there and among `theirs`."""
        rows = self.joints.table(change.collection)
        where, values = self._among(change.collection, [change.key], rows)
        statement: Select[Any] = select(literal_column("1")).select_from(rows).where(and_(where, theirs(rows)))
        return bool(self.hand.few(self._speech.compile(statement), values))

    def written(self, change: Change, theirs: Condition, bare: Any) -> tuple[Update, Mapping[str, Any]]:
        """Return the statement that makes a change where the value still is the old one and the record is among `theirs`."""
        column = self._column(change.collection, change.field)
        target = bare.c[self._place(change.collection, change.field)]
        where, values = self._among(change.collection, [change.key], bare)
        new = null() if change.new is None else self._tongue.typed(change.new, column)
        still = self._is(target, column, change.old)
        return update(bare).values({target: new}).where(and_(where, still, theirs)), values

    def _is(self, value: ColumnElement[Any], column: Column, text: str | None) -> Condition:
        if text is None:
            return value.is_(None)
        return self._speech.exactly(self._tongue.text(value, column)) == self._speech.exactly(literal(text, Text()))

    def _among(self, name: str, keys: Sequence[Key], rows: FromClause) -> tuple[Condition, Mapping[str, Any]]:
        """The condition that a record has one of the keys; a text that cannot be a key meets nothing."""
        collection = self._collection(name)
        tokens, values = key_slots(self.fitted, collection, keys)
        return plan(self.fitted, Shape(())).query.is_root(collection, [key for key in tokens if key], rows), values

    def _collection(self, name: str) -> Collection:
        return self.fitted.description.collection(name)

    def _column(self, name: str, field: str) -> Column:
        return self.fitted.live[name][self._place(name, field)]

    def _place(self, name: str, field: str) -> str:
        return self._collection(name).field(field).column
