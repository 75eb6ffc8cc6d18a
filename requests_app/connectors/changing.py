"""What rooms and connectors say to each other about changing single values: what stands there, what may, what was written."""

import dataclasses
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

from requests_app.connectors.base import Config, SourceFault
from requests_app.connectors.erasing import Key, Whom

HELD: Final = 200
"""Records of one collection that are shown to a person at once; what is beyond is told, and changed by an officer's hand."""
_TRUE: Final = frozenset({"true", "1", "t", "yes"})
_FALSE: Final = frozenset({"false", "0", "f", "no"})
_DIGITS: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)

Values = Mapping[str, str | None]
"""Values of one record, by field, as text; None for NULL."""
Wanted = Mapping[str, tuple[str, ...]]
"""Fields by collection."""


class Kind(StrEnum):
    """What a field holds, as far as somebody who types a new value must know."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    OTHER = "other"


class Misfit(StrEnum):
    """Why a value cannot stand in a field."""

    FIXED = "fixed"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    NO_NUMBER = "no_number"
    NO_DATE = "no_date"
    NO_YES_OR_NO = "no_yes_or_no"
    SIGNS = "signs"


@dataclass(frozen=True, slots=True)
class Limit:
    """What a system lets stand in a field. `length` in characters, 0 for no limit. `fixed`: why nobody can write there.

    `fixed` is empty, `generated`, `no_right`, `read_only`, `is_view`, `no_key`, `kind` or `no_way` (the system offers none).
    """

    kind: Kind = Kind.TEXT
    nullable: bool = True
    length: int = 0
    fixed: str = ""

    def misfit(self, value: str | None) -> Misfit | None:
        """Return why `value` cannot stand there, None where it can."""
        if self.fixed:
            return Misfit.FIXED
        if value is None:
            return None if self.nullable else Misfit.EMPTY
        if self.length and len(value) > self.length:
            return Misfit.TOO_LONG
        return _MISFITS[self.kind](value)

    def same(self, one: str | None, other: str | None) -> bool:
        """Tell whether two texts are the same value: `5` and `5.0` are one number."""
        if one is None or other is None or one == other:
            return one == other
        if self.kind is Kind.NUMBER and number(one) is not None:
            return number(one) == number(other)
        return self.kind is Kind.BOOLEAN and truth(one) is not None and truth(one) == truth(other)


@dataclass(frozen=True, slots=True)
class Held:
    """One record of the person, with the fields that were asked for. `shared`: it is another person's record as well."""

    collection: str
    key: Key = dataclasses.field(repr=False)
    values: Values = dataclasses.field(repr=False)
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One value of one record becomes another, if it still is `old`. `name` is the caller's own, and names nobody."""

    name: str
    collection: str
    key: Key = dataclasses.field(repr=False)
    field: str
    old: str | None = dataclasses.field(repr=False)
    new: str | None = dataclasses.field(repr=False)

    @property
    def undone(self) -> "Change":
        """The way back."""
        return Change(self.name, self.collection, self.key, self.field, self.new, self.old)


class Became(StrEnum):
    """What became of a change, as it was read back.

    `done`: we wrote it. `found`: it stood there already. `stale`: something else stands there than what was to be changed.
    `gone`: the record is not there, or no longer the person's. `refused`: the system does not take the value. `untrue`: the
    system said that it was done, and it was not.
    """

    DONE = "done"
    FOUND = "found"
    STALE = "stale"
    GONE = "gone"
    REFUSED = "refused"
    UNTRUE = "untrue"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one change. `now` is what stands there; `told` is the system's reason, without values."""

    name: str
    became: Became
    now: str | None = dataclasses.field(default=None, repr=False)
    told: str = ""


def settled(change: Change, limit: Limit, value: str | None) -> Receipt | None:
    """Return what becomes of a change where nothing is to be written, for what stands there now; None where it is."""
    if limit.same(value, change.new):
        return Receipt(change.name, Became.FOUND, value)
    if value != change.old:
        return Receipt(change.name, Became.STALE, value)
    misfit = limit.misfit(change.new)
    return Receipt(change.name, Became.REFUSED, value, misfit.value) if misfit else None


class CannotChange(SourceFault):
    """The system takes no changes as it is described or opened. Nothing was touched."""

    code = "cannot_change"
    passing = False


class Changer(ABC):
    """A connector that can also change single values. One that is none leaves it to a person.

    To restrict processing is to change a field that the description names, and to lift the restriction the way back.
    """

    @abstractmethod
    def limits(self, config: Config, wanted: Wanted) -> Mapping[str, Mapping[str, Limit]]:
        """Return by collection and field what may stand there. Touches nothing, and asks for no record.

        Raises:
            SourceFault: the system did not answer.
        """

    @abstractmethod
    def held(self, config: Config, whom: Whom, wanted: Wanted) -> Iterator[Held]:
        """Yield the person's records with those fields, at most `HELD` and one more of each collection. Touches nothing.

        Raises:
            ForeignRecord: a root is no longer this person's.
            SourceFault: the system did not answer, or not whole.
        """

    @abstractmethod
    def now(self, config: Config, places: Iterable[tuple[str, Key]], wanted: Wanted) -> Iterator[Held]:
        """Yield what stands in those records, asked by key alone, whoever they belong to; what is gone is left out.

        Raises:
            SourceFault: the system did not answer.
        """

    @abstractmethod
    def change(self, config: Config, whom: Whom, changes: Iterable[Change]) -> Iterator[Receipt]:
        """Make the changes and read each back. One that cannot be made does not stop the others.

        A value that is not `old` any more is left as it is; one that is `new` already counts as done.

        Raises:
            ForeignRecord: a root is no longer this person's; nothing was touched.
            SourceFault: the system did not answer; what was done, `now` tells.
        """


def truth(text: str) -> bool | None:
    """Return what a text says of yes or no; None where it says neither."""
    return True if text.lower() in _TRUE else False if text.lower() in _FALSE else None


def number(text: str) -> Decimal | None:
    try:
        return Decimal(text) if _DIGITS.fullmatch(text) else None
    except InvalidOperation:
        return None


def _text(value: str) -> Misfit | None:
    return Misfit.SIGNS if any(ord(sign) < 32 and sign not in "\n\r\t" for sign in value) else None  # noqa: PLR2004


def _number(value: str) -> Misfit | None:
    return Misfit.NO_NUMBER if number(value) is None else None


def _boolean(value: str) -> Misfit | None:
    return Misfit.NO_YES_OR_NO if truth(value) is None else None


def _other(_: str) -> Misfit:
    return Misfit.FIXED


def _date(value: str) -> Misfit | None:
    try:
        return None if date.fromisoformat(value).isoformat() == value else Misfit.NO_DATE
    except ValueError:
        return Misfit.NO_DATE


_MISFITS: Final[Mapping[Kind, Callable[[str], Misfit | None]]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.OTHER: _other,
}
