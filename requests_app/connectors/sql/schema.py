"""The description held against the live system."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from sqlalchemy import false, select

from requests_app.connectors.base import NotAsDescribed, Problem
from requests_app.connectors.sql.description import Collection, Description, Field
from requests_app.connectors.sql.graph import Graph
from requests_app.connectors.sql.query import table_of
from requests_app.connectors.sql.session import Column, Live, Session
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


def live_columns(description: Description, session: Session) -> Live:
    """Return the live columns under the names of the description; tables and columns that are not there are left out."""
    found = session.columns([collection.name for collection in description.collections])
    of_table, of_column = (str.lower if folds else str for folds in (session.folds_tables, session.folds_columns))
    tables = {of_table(name): {of_column(field): column for field, column in columns.items()} for name, columns in found.items()}
    return {
        collection.name: {
            field.name: tables[of_table(collection.name)][of_column(field.name)]
            for field in collection.fields
            if of_column(field.name) in tables[of_table(collection.name)]
        }
        for collection in description.collections
        if of_table(collection.name) in tables
    }


def differences(description: Description, live: Live) -> Iterator[Problem]:
    """Yield what the live system lacks, has otherwise, or cannot compare."""
    for collection in description.collections:
        if collection.name not in live:
            yield Problem(
                "no_table", collection.where, f"the system has no table `{collection.name}`, or hides it from the account"
            )
            continue
        for field in collection.fields:
            column = live[collection.name].get(field.name)
            if column is None:
                message = f"the table `{collection.name}` has no column `{field.name}`, or hides it from the account"
                yield Problem("no_column", field.where, message)
            else:
                yield from _misfits(collection, field, column)
                yield from _mismatches(description, field, column, live)


def require(description: Description, live: Live, name: str) -> None:
    """Refuse to search a system that is not as described.

    Raises:
        NotAsDescribed: names tables and columns.
    """
    found = [f"{problem.where}: {problem.message}" for problem in differences(description, live)]
    if found:
        raise NotAsDescribed(f"{name}: " + "; ".join([*found[:5], "…"] if len(found) > 5 else found))  # noqa: PLR2004


def notices(description: Description, graph: Graph) -> Iterator[Problem]:
    """Yield what the description alone tells: collections out of reach, keys that are missing, ways not gone."""
    for collection in graph.unreached:
        message = f"no reference leads to `{collection.name}` from a collection with an identity field"
        yield Problem("no_path", collection.where, message)
    for collection in description.collections:
        if collection.name in graph.persons and not collection.key:
            yield Problem("no_key", collection.where, "a collection with an identity field needs a primary key")
        if collection.name in graph.persons and graph.owners(collection.name):
            message = f"a record of `{collection.name}` that names an owner is found through its owner alone"
            yield Problem("owned", collection.where, message, fatal=False)
    for group in graph.knots():
        where = description.collection(group[0]).where
        yield Problem("knot", where, f"references go round in too many ways: {', '.join(group)}")
    for group in graph.groups:
        if graph.is_round(group) and group not in graph.knots() and not description.collection(graph.pivot(group)).key:
            where = description.collection(graph.pivot(group)).where
            yield Problem("no_key", where, f"references go round ({', '.join(group)}): a primary key is needed")
    for edge in graph.refused:
        yield Problem("leads_to_a_person", edge.where, f"not followed: `{edge.target}` are persons, who are matched", fatal=False)
    for edge in graph.shared():
        message = f"`{edge.target}` is found through `{edge.source}`, which several persons may share"
        yield Problem("shared", edge.where, message, fatal=False)
    yield from _other_datasets(description)


def prices(description: Description, graph: Graph, live: Live, session: Session) -> Iterator[Problem]:
    """Yield the columns by which records are looked for without an index, with the number of rows that each search reads."""
    for collection in description.collections:
        sought = [field for field in collection.fields if _is_sought(collection, field, graph)]
        for field in sought:
            column = live[collection.name][field.name]
            index = session.lacks_index(collection.name, column, email=field.identity == "email")
            if index:
                rows = session.estimate(collection.name)
                message = f"no index on {index}: each search reads about {rows:,} rows of `{collection.name}`"
                yield Problem("not_indexed", field.where, message, fatal=False)


def refusals(description: Description, live: Live, session: Session) -> Iterator[Problem]:
    """Read no row of every table: what the account may not see is told here, the first alone."""
    for collection in description.collections:
        table = table_of(collection.name, live, description.schema)
        columns = [table.c[field.name] for field in collection.fields]
        try:
            list(session.rows(select(*columns).where(false())))
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
    if field.identity == "email" and column.family not in {Family.TEXT, Family.OTHER}:
        yield Problem("wrong_type", field.where, f"an e-mail address cannot be kept in {column.declared}")
    if field.info.is_file and column.family not in {Family.TEXT, Family.BINARY, Family.OTHER}:
        yield Problem("wrong_type", field.where, f"a file's path or content cannot be kept in {column.declared}")
    if field.info.is_file and column.family is Family.BINARY and not collection.key:
        yield Problem("no_key", field.where, "file contents can only be read where the collection has a primary key")


def _mismatches(description: Description, field: Field, column: Column, live: Live) -> Iterator[Problem]:
    for reference in field.references:
        other = live.get(reference.collection, {}).get(reference.field) if reference.dataset == description.key else None
        if other and other.family is not column.family and Family.OTHER not in {other.family, column.family}:
            message = (
                f"{column.declared} cannot be compared with `{reference.collection}.{reference.field}`, which is {other.declared}"
            )
            yield Problem("wrong_type", reference.where, message)


def _other_datasets(description: Description) -> Iterator[Problem]:
    for collection in description.collections:
        for field in collection.fields:
            for reference in field.references:
                if reference.dataset != description.key:
                    message = f"not followed: `{reference.dataset}` is another system"
                    yield Problem("other_dataset", reference.where, message, fatal=False)


def _is_sought(collection: Collection, field: Field, graph: Graph) -> bool:
    return bool(field.identity) or any(edge.target_field == field.name for edge in graph.into[collection.name])
