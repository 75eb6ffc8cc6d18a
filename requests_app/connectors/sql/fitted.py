"""A description that was held against the live system: what it says of keys is completed, what lies where is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from requests_app.connectors.base import FieldInfo
from requests_app.connectors.sql.description import Collection, Description, Field
from requests_app.connectors.sql.graph import Graph, trace
from requests_app.connectors.sql.session import Keys, Session, Table
from requests_app.connectors.sql.speech import Column, Live, Speech

KEPT = 32  # systems whose descriptions and statements stay in memory


@dataclass(frozen=True, eq=False)
class Fitted:
    """A description with the keys of the live tables, the ways through it, and the live columns."""

    description: Description
    graph: Graph
    live: Live
    speech: Speech

    @property
    def persons(self) -> tuple[Collection, ...]:
        return tuple(collection for collection in self.description.collections if collection.name in self.graph.persons)

    def held(self, collection: str, field: Field) -> Column:
        """Return the column of a field; of a value inside a column what such a value is as good as."""
        return self.speech.element() if field.is_many else self.live[collection][field.column]


def table_of(collection: Collection) -> Table:
    return Table(collection.table, collection.schema, collection.database)


def fit(description: Description, session: Session) -> Fitted:
    """Ask the system for its columns and keys. As long as they do not change, the same object comes back."""
    tables = [table_of(collection) for collection in description.collections]
    rows = session.columns(tables)
    keyless = [table_of(collection) for collection in description.collections if not collection.key]
    keys = session.keys(keyless) if keyless else {}
    return _Kept.of(session, description, rows, keys)


class _Kept:
    """Descriptions that were fitted before."""

    known: dict[object, Fitted] = {}  # bounded below

    @classmethod
    def of(cls, session: Session, description: Description, rows: Sequence[Any], keys: Keys) -> Fitted:
        at = (
            type(session),
            session.speech.dialect.name,
            description.digest,
            description.datasets,
            description.scope,
            tuple(rows),
            tuple(sorted(keys.items(), key=str)),
        )
        if at not in cls.known:
            while len(cls.known) >= KEPT:
                cls.known.pop(next(iter(cls.known)))
            cls.known[at] = _fitted(session, description, rows, keys)
        return cls.known[at]


def _fitted(session: Session, description: Description, rows: Sequence[Any], keys: Keys) -> Fitted:
    tables = [table_of(collection) for collection in description.collections]
    of_column = str.lower if session.folds_columns else str
    found = {
        table: {of_column(name): column for name, column in columns.items()}
        for table, columns in session.understood(tables, rows).items()
    }
    keyed = replace(
        description,
        collections=tuple(
            replace(one, own_key=_own_key(one, keys.get(table_of(one), ()), found.get(table_of(one), {}), of_column))
            for one in description.collections
        ),
    )
    live = {
        one.name: {name: found[table_of(one)][of_column(name)] for name in one.columns if of_column(name) in found[table_of(one)]}
        for one in keyed.collections
        if table_of(one) in found
    }
    return Fitted(keyed, trace(keyed), live, session.speech)


def _own_key(collection: Collection, names: Sequence[str], columns: Mapping[str, Column], of_column: Any) -> tuple[Field, ...]:
    """The live key as fields; those that are not described are compared, and never shown."""
    described = {of_column(field.name): field for field in collection.fields}
    if any(of_column(name) not in columns for name in names):
        return ()
    return tuple(described.get(of_column(name)) or _undescribed(name) for name in names)


def _undescribed(name: str) -> Field:
    info = FieldInfo(name, {"en": name}, (), "", about="other", is_key=True)
    return Field(info, (name,), "", "", "", (), "")
