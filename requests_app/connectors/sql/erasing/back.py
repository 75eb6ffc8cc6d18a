"""Read back by key: which planned deeds have not happened."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, count, groupby, islice
from typing import Final

from sqlalchemy import FromClause, and_, case, column, false, literal_column, or_, quoted_name, select, table

from requests_app.connectors.erasing import Deed, Key, Left, Planned
from requests_app.connectors.sql.description import Collection
from requests_app.connectors.sql.erasing.hands import Hand, Rows
from requests_app.connectors.sql.erasing.look import look
from requests_app.connectors.sql.erasing.masks import Masks
from requests_app.connectors.sql.fitted import Fitted
from requests_app.connectors.sql.joints import Joints
from requests_app.connectors.sql.speech import Column
from requests_app.connectors.sql.text import Family

BATCH: Final = 50_000  # keys of one question


class Back:
    """Looks for records by keys, which the engine has with the types of the table's own: as lists, or in a temporary table."""

    def __init__(self, fitted: Fitted, hand: Hand) -> None:
        self._fitted, self._hand, self._joints = fitted, hand, Joints(fitted)
        self._numbers = count()

    @cached_property
    def _masks(self) -> Masks:
        return Masks(self._fitted, look(self._hand, self._fitted))

    def remaining(self, planned: Iterable[Planned]) -> Iterator[Left]:
        touched = (some for some in planned if some.ruling.deed is Deed.ERASE or some.ruling.blanked)
        for (name, fields), alike in groupby(touched, key=_question):
            keys = chain.from_iterable(some.keys for some in alike)
            while batch := tuple(islice(keys, BATCH)):
                yield from self._left(name, fields, batch)

    def _left(self, name: str, fields: tuple[str, ...], keys: tuple[Key, ...]) -> Iterator[Left]:
        collection = self._fitted.description.collection(name)
        columns = [self._fitted.live[name][field.column] for field in collection.key]
        listed = self._hand.listed(columns, keys)
        if listed is not None:
            yield from self._asked(collection, fields, listed)
            return
        names = [field.column for field in collection.key]
        wanted = f"dsar_keys_{next(self._numbers)}"
        own = self._joints.table(name)
        self._hand.keep(wanted, select(*(own.c[one] for one in names)).where(false()), {}, names)
        self._hand.fill(wanted, len(columns), self._wired(columns, keys))
        self._hand.weigh(wanted)
        yield from self._asked(collection, fields, table(wanted, *(column(quoted_name(one, quote=True)) for one in names)).alias())
        self._hand.run(f"DROP TABLE {wanted}")

    def _wired(self, columns: Sequence[Column], keys: Sequence[Key]) -> Rows:
        wire = self._fitted.speech.wire
        if all(column.family is Family.NUMBER for column in columns) and self._hand.reads_numbers:
            return keys
        return [[wire(text, one) for text, one in zip(key, columns, strict=True)] for key in keys]

    def _asked(self, collection: Collection, fields: tuple[str, ...], wanted: FromClause) -> Iterator[Left]:
        """Ask for what is left of the keys `wanted`, whose columns are those of the key in their order."""
        rows = self._joints.table(collection.name)
        live, speech = self._fitted.live[collection.name], self._fitted.speech
        names = [field.column for field in collection.key]
        same = and_(*(speech.equal(key, rows.c[one], (live[one],)) for key, one in zip(wanted.c, names, strict=True)))
        undone = [self._masks.undone(collection.name, one, rows) for one in fields]
        flags = [case((one, literal_column("1")), else_=literal_column("0")) for one in undone]
        texts = [speech.text_of(rows.c[one]) for one in names]
        where = and_(same, or_(*undone)) if undone else same
        for row in self._hand.few(select(*texts, *flags).select_from(wanted, rows).where(where)):
            key = tuple(map(speech.as_text, row[: len(names)]))
            held = tuple(one for one, flag in zip(fields, row[len(names) :], strict=True) if int(flag))
            yield Left(collection.name, key, held)


def _question(some: Planned) -> tuple[str, tuple[str, ...]]:
    """What is asked of the records: the fields that should be overwritten, none where they should be gone."""
    return some.collection, () if some.ruling.deed is Deed.ERASE else some.ruling.blanked
