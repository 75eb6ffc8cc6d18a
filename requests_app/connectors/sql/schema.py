"""The description held against the live system."""

from collections.abc import Collection as Some
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from sqlalchemy import false, select

from requests_app.connectors.base import NotAsDescribed, Pointer, Problem
from requests_app.connectors.sql.description import Collection, Description, Field
from requests_app.connectors.sql.fitted import Fitted, table_of
from requests_app.connectors.sql.graph import Graph, trace
from requests_app.connectors.sql.joints import Joints
from requests_app.connectors.sql.session import Session
from requests_app.connectors.sql.speech import Column, Live
from requests_app.connectors.sql.text import Family

_FIT: Final[Mapping[str, frozenset[Family]]] = MappingProxyType(
    {
        "string": frozenset(Family) - {Family.BINARY, Family.NUMBER, Family.BOOLEAN},
        "integer": frozenset({Family.NUMBER, Family.BOOLEAN}),
        "float": frozenset({Family.NUMBER}),
        "decimal": frozenset({Family.NUMBER}),
        "boolean": frozenset({Family.BOOLEAN, Family.NUMBER}),
        "object": frozenset({Family.JSON, Family.TEXT}),
        "json": frozenset({Family.JSON, Family.TEXT}),
        "date": frozenset({Family.MOMENT, Family.TEXT}),
        "datetime": frozenset({Family.MOMENT, Family.TEXT}),
        "time": frozenset({Family.MOMENT, Family.TEXT}),
        "uuid": frozenset({Family.UUID, Family.TEXT, Family.BINARY}),
        "object_id": frozenset({Family.TEXT}),
        "binary": frozenset({Family.BINARY}),
    }
)
"""Which live columns a described type may stand for; a type with `[]`, and a column of family OTHER, fit always."""


def differences(fitted: Fitted) -> Iterator[Problem]:
    """Yield what the live system lacks, has otherwise, or cannot compare."""
    live = fitted.live
    for collection in fitted.description.collections:
        if collection.name not in live:
            message = f"the system has no table `{collection.table}`, or hides it from the account"
            yield Problem("no_table", collection.where, message)
            continue
        for field in collection.fields:
            column = live[collection.name].get(field.column)
            if column is None:
                message = f"the table `{collection.table}` has no column `{field.column}`, or hides it from the account"
                yield Problem("no_column", field.where, message)
            else:
                yield from _misfits(collection, field, column)
                yield from _mismatches(field, column, live, fitted.description)


def require(fitted: Fitted, name: str) -> None:
    """Refuse to search a system that is not as described.

    Raises:
        NotAsDescribed: names tables and columns.
    """
    found = _lacking(fitted)
    if found:
        raise NotAsDescribed(f"{name}: " + "; ".join([*found[:5], "…"] if len(found) > 5 else found))  # noqa: PLR2004


@lru_cache(maxsize=64)
def _lacking(fitted: Fitted) -> tuple[str, ...]:
    return tuple(f"{problem.where}: {problem.message}" for problem in differences(fitted))


def notices(description: Description, graph: Graph, supplied: Some[Pointer] = ()) -> Iterator[Problem]:
    """Yield what the description alone tells: collections out of reach, ways not gone, values that another system has."""
    for collection in graph.unreached:
        message = f"no reference leads to `{collection.name}` from a collection with an identity field"
        yield Problem("no_path", collection.where, message)
    for collection in description.collections:
        if collection.name in graph.persons and graph.owners(collection.name):
            message = f"a record of `{collection.name}` that names an owner is found through its owner where he is known"
            yield Problem("owned", collection.where, message, fatal=False)
        if collection.partitions:
            cut = ", ".join(one.field for one in collection.partitions if one.field) or "?"
            message = f"partitions by `{cut}` are not looked at: each search looks into the whole table"
            yield Problem("partitioned", collection.where, message, fatal=False)
    for edge in graph.refused:
        yield Problem("leads_to_a_person", edge.where, f"not followed: `{edge.target}` are persons, who are matched", fatal=False)
    for edge in graph.shared():
        message = f"`{edge.target}` is found through `{edge.source}`, which several persons may share"
        yield Problem("shared", edge.where, message, fatal=False)
    yield from _other_systems(description, graph, frozenset(supplied))


def _other_systems(description: Description, graph: Graph, supplied: frozenset[Pointer]) -> Iterator[Problem]:
    without = {collection.name for collection in trace(description, supplied).unreached}
    for one in graph.entrances:
        if one.pointer not in supplied:
            told = f"{one.pointer.dataset}.{one.pointer.collection}.{one.pointer.field}"
            message = f"the values of `{told}`, in another system, are not supplied"
            alone = one.target in without
            yield Problem("other_dataset", one.where, f"{message}: `{one.target}` is not found" if alone else message, fatal=alone)


def prices(fitted: Fitted, session: Session) -> Iterator[Problem]:
    """Yield the columns by which records are looked for without an index, with the number of rows that each search reads."""
    for collection in fitted.description.collections:
        for field in collection.every:
            if _is_sought(collection, field, fitted.graph):
                lacks = _lacks_index(collection, field, fitted, session)
                if lacks:
                    rows = session.estimate(table_of(collection))
                    message = f"no index on {lacks}: each search reads about {rows:,} rows of `{collection.name}`"
                    yield Problem("not_indexed", field.where, message, fatal=False)


def _lacks_index(collection: Collection, field: Field, fitted: Fitted, session: Session) -> str:
    if field.is_many:
        return f"the values inside {field.column}"
    return session.lacks_index(table_of(collection), fitted.live[collection.name][field.column], email=field.identity == "email")


def refusals(fitted: Fitted, session: Session) -> Iterator[Problem]:
    """Read no row of every table: what the account may not see is told here, the first alone."""
    for collection in fitted.description.collections:
        table = Joints(fitted).table(collection.name)
        try:
            list(session.rows(select(*table.c).where(false())))
        except Exception as error:
            fault = session.fault(error, session.config)
            if fault is None:
                raise
            yield Problem(fault.code, collection.where, str(fault))
            return


def _misfits(collection: Collection, field: Field, column: Column) -> Iterator[Problem]:
    wanted = field.info.data_type
    if not wanted.endswith("[]") and wanted and column.family is not Family.OTHER and column.family not in _FIT[wanted]:
        yield Problem("wrong_type", field.where, f"described as {wanted}, but is {column.declared}")
    if field.identity == "email" and not field.is_many and column.family not in {Family.TEXT, Family.OTHER}:
        yield Problem("wrong_type", field.where, f"an e-mail address cannot be kept in {column.declared}")
    if (field.is_many or field.parts) and column.family not in {Family.TEXT, Family.JSON, Family.OTHER}:
        yield Problem("wrong_type", field.where, f"several values cannot be kept in {column.declared}")
    if field.info.is_file and column.family not in {Family.TEXT, Family.BINARY, Family.OTHER}:
        yield Problem("wrong_type", field.where, f"a file's path or content cannot be kept in {column.declared}")
    if field.info.is_file and column.family is Family.BINARY and not collection.key:
        yield Problem("no_key", field.where, "file contents can only be read where the collection has a primary key")


def _mismatches(field: Field, column: Column, live: Live, description: Description) -> Iterator[Problem]:
    for reference in () if field.is_many else field.references:
        if reference.outside or description.collection(reference.collection).field(reference.field).is_many:
            continue
        other = live.get(reference.collection, {}).get(reference.field)
        if other and other.family is not column.family and Family.OTHER not in {other.family, column.family}:
            message = (
                f"{column.declared} cannot be compared with `{reference.collection}.{reference.field}`, which is {other.declared}"
            )
            yield Problem("wrong_type", reference.where, message)


def _is_sought(collection: Collection, field: Field, graph: Graph) -> bool:
    entered = any((one.target, one.field) == (collection.name, field.name) for one in graph.entrances)
    return bool(field.identity) or entered or any(edge.target_field == field.name for edge in graph.into[collection.name])
