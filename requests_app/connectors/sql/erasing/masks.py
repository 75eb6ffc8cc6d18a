"""Overwriting fields, set-based: expressions for an UPDATE, and the question that is read back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from secrets import token_bytes
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, and_, case, exists, func, literal, null, or_, select

from requests_app.connectors.base import Problem
from requests_app.connectors.sql.description import Collection, Field
from requests_app.connectors.sql.erasing.facts import Facts
from requests_app.connectors.sql.erasing.fideslang import EMPTY, HASH, HMAC, NULL, RANDOM, TEXT, Mask, Unmaskable
from requests_app.connectors.sql.erasing.strategies import every, mask_of, problem
from requests_app.connectors.sql.erasing.tongues import TONGUES, register
from requests_app.connectors.sql.fitted import Fitted
from requests_app.connectors.sql.speech import Column

__all__ = ["Masks", "register"]

_APART: Final = "\x1f"
_DIGITS: Final = 64


class Masks:
    """How fields are overwritten, in the SQL of one engine. NULL stays NULL.

    A random text is made from the names of collection and field and from the record's key, all of which stay: it is the same
    whenever it is asked for, differs from record to record, and holds nothing of what it replaces. Hashes are salted with what
    this object alone knows: equal values stay equal within one run, and nobody can guess them afterwards.
    """

    def __init__(self, fitted: Fitted, facts: Facts) -> None:
        self._fitted, self._facts = fitted, facts
        self._tongue = TONGUES[fitted.speech.dialect.name]
        self._salt = token_bytes(32)

    def problems(self, collection: str, names: Sequence[str]) -> Iterator[Problem]:
        """Yield why fields cannot be overwritten, each with file, line, table and column."""
        one = self._fitted.description.collection(collection)
        for field in every(one, names):
            column = self._fitted.live[collection].get(field.column)
            try:
                self._mask(one, field)
            except Unmaskable as fault:
                yield problem(fault, one, field, column)

    def how(self, collection: str, names: Sequence[str]) -> Mapping[str, str]:
        """Return by field what is written into it."""
        one = self._fitted.description.collection(collection)
        return {field.name: self._mask(one, field).how for field in every(one, names)}

    def sets(self, collection: str, names: Sequence[str], found: FromClause) -> Mapping[str, ColumnElement[Any]]:
        """Return by column what it is set to, from the values of `found`."""
        one = self._fitted.description.collection(collection)
        places: dict[str, list[_At]] = {}
        for field in every(one, names):
            places.setdefault(field.column, []).append(self._at(one, field.name, found))
        return {column: self._set(some) for column, some in places.items()}

    def undone(self, collection: str, name: str, found: FromClause) -> ColumnElement[bool]:
        """The condition that a record's field does not hold what is written into it, and is not NULL either.

        Of a hash only its form can be told: a value that looks like one is taken for it.
        """
        at = self._at(self._fitted.description.collection(collection), name, found)
        if not at.is_inside:
            return self._differs(at, at.value, at.column)
        inside = self._fitted.speech.elements(at.value, at.column, at.path)
        wrong = self._differs(at, inside.value, self._fitted.speech.element())
        return exists(select(literal(1)).select_from(*inside.froms).where(wrong).correlate(found))

    def _at(self, one: Collection, name: str, found: FromClause) -> "_At":
        field = one.field(name)
        return _At(one, field, self._live(one, field), self._mask(one, field), found)

    def _live(self, one: Collection, field: Field) -> Column:
        return self._fitted.live[one.name][field.column]

    def _mask(self, one: Collection, field: Field) -> Mask:
        for length in range(1, len(field.path)):
            above = one.field(".".join(field.path[:length]))
            if above.info.data_type.endswith("[]"):
                raise Unmaskable("inside_list", f"`{above.name}` is a list: overwrite it whole, or nothing of it")
        return mask_of(one, field, self._live(one, field), self._facts[one.name])

    def _set(self, places: Sequence["_At"]) -> ColumnElement[Any]:
        """What a column is set to: one value, or a document in which some places are overwritten."""
        value = places[0].value
        if not places[0].is_inside:
            return self._whole(places[0])
        for at in places:
            held = self._tongue.at(value, at.column, at.path)
            value = self._tongue.placed(value, at.column, at.path, self._document(at, held))
        return value

    def _document(self, at: "_At", held: ColumnElement[Any]) -> ColumnElement[Any]:
        if at.mask.kind in {NULL, EMPTY}:
            return self._tongue.json("null" if at.mask.kind == NULL else "[]")
        return self._tongue.json_of(self._text(at, held))

    def _whole(self, at: "_At") -> ColumnElement[Any]:
        if at.mask.kind == NULL:
            return null()
        if at.mask.kind == TEXT:
            new = self._tongue.typed(at.mask.text, at.column)
        else:
            new = self._text(at, self._tongue.text(at.value, at.column))
        return case((at.value.is_(None), null()), else_=new)

    def _text(self, at: "_At", held: ColumnElement[Any]) -> ColumnElement[Any]:
        """What a mask writes, as text; `held` is what stands there, as text."""
        mask = at.mask
        if mask.kind == TEXT:
            return literal(mask.text)
        if mask.kind == RANDOM:
            made = self._random(at)
        elif mask.kind == HMAC:
            made = self._tongue.keyed(held, self._salt, mask.bits)
        else:
            made = self._tongue.digest(self._tongue.joined(held, literal(self._salt.hex())), mask.bits)
        lead, suffix = ([literal(text)] if text else [] for text in (mask.lead, mask.suffix))
        return self._tongue.joined(*lead, func.substr(made, 1, mask.length), *suffix)

    def _random(self, at: "_At") -> ColumnElement[Any]:
        keys = [self._tongue.text(at.found.c[part.column], self._live(at.collection, part)) for part in at.collection.key]
        apart = [piece for key in keys for piece in (literal(_APART), key)]
        seeds = (f"{at.collection.name}.{at.field.name}.{number}" for number in range(-(-at.mask.length // _DIGITS)))
        return self._tongue.joined(*(self._tongue.digest(self._tongue.joined(literal(seed), *apart), 256) for seed in seeds))

    def _differs(self, at: "_At", value: ColumnElement[Any], column: Column) -> ColumnElement[bool]:
        """The condition that a value, of the field's column or inside it, is neither NULL nor what is written."""
        exactly, text = self._fitted.speech.exactly, self._tongue.text(value, column)
        if at.mask.kind in {NULL, EMPTY}:
            return value.is_not(None)
        if at.mask.kind in {HASH, HMAC}:
            return and_(value.is_not(None), _is_no_hash(at.mask, text))
        if at.mask.kind == TEXT and not at.is_inside:
            return and_(value.is_not(None), exactly(value) != exactly(self._tongue.typed(at.mask.text, column)))
        return and_(value.is_not(None), exactly(text) != exactly(self._text(at, text)))


@dataclass(frozen=True, slots=True)
class _At:
    """A field of the records of `found`, and what is written into it."""

    collection: Collection
    field: Field
    column: Column
    mask: Mask
    found: FromClause

    @property
    def value(self) -> ColumnElement[Any]:
        return self.found.c[self.field.column]

    @property
    def path(self) -> tuple[str, ...]:
        return self.field.path[1:]

    @property
    def is_inside(self) -> bool:
        return len(self.field.path) > 1


def _is_no_hash(mask: Mask, text: ColumnElement[Any]) -> ColumnElement[bool]:
    digits = func.substr(text, 1, mask.length)
    bare = reduce(lambda left, digit: func.replace(left, digit, ""), "0123456789abcdef", digits)
    return or_(func.length(digits) != mask.length, func.length(bare) != 0, func.substr(text, mask.length + 1) != mask.suffix)
