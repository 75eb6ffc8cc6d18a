"""The questions: one statement for all records of a collection that belong to the chosen persons."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Select,
    TableClause,
    and_,
    column,
    exists,
    false,
    literal,
    or_,
    quoted_name,
    select,
    table,
    true,
    tuple_,
    union_all,
)

from requests_app.connectors.sql.description import Collection, Description
from requests_app.connectors.sql.graph import Edge, Graph
from requests_app.connectors.sql.session import Column, Live, Records, Session
from requests_app.values import Root

Condition = ColumnElement[bool]
Reached = Mapping[str, FromClause]


def table_of(name: str, live: Live, schema: str) -> FromClause:
    """Return the table of a collection with its described columns, under an alias of its own."""
    columns: Iterator[Any] = (column(quoted_name(field, quote=True)) for field in live[name])
    found: TableClause = table(quoted_name(name, quote=True), *columns, schema=quoted_name(schema, quote=True) if schema else None)
    return found.alias()


class Query:
    """Builds the statements of one search: the description, the live columns and the roots are given, nothing is run.

    Records are found by conditions on their own table (`IN` the values that were reached before), so that the engine
    may choose indexes and joins. Those by which an owner is named come first; the others take no record that names one.
    """

    def __init__(self, description: Description, graph: Graph, live: Live, session: Session, roots: Sequence[Root] = ()) -> None:
        """Build every step. The graph has no knots, and every collection through which it goes round has a key."""
        self._description, self._graph, self._live, self._session = description, graph, live, session
        self._roots = roots
        self._reached: dict[str, FromClause] = {}
        self._pivots: set[str] = set()
        for group in graph.groups:
            if graph.is_round(group):
                self._go_round(group)
            else:
                self._step(group[0], self._reached)

    def records(self, name: str) -> Records | None:
        """Return what to read of a collection, or None where no root leads to it."""
        collection, found = self._description.collection(name), self.table(name)
        ways = self._ways(name, found)
        if not ways:
            return None
        fields = dict.fromkeys([*(field.name for field in collection.shown), *(field.name for field in collection.key)])
        parts = [select(*(found.c[field] for field in fields)).where(way) for way in ways]
        source = parts[0] if len(parts) == 1 else union_all(*parts)
        return Records(collection, self._live[name], source.subquery("u"))

    def table(self, name: str) -> FromClause:
        """Return the table of a collection, under an alias of its own."""
        return table_of(name, self._live, self._description.schema)

    def is_root(self, found: FromClause, collection: Collection, keys: Sequence[tuple[str, ...]]) -> Condition:
        """The condition that a record's key is one of `keys`, given as text; a key that cannot be one meets nothing."""
        return or_(false(), *(self._is_key(found, collection, key) for key in keys if len(key) == len(collection.key)))

    def unowned(self, name: str, found: FromClause) -> Condition:
        """The condition that a record names no owner who exists."""
        return and_(true(), *(self._is_nowhere(self.table(edge.source), edge, found) for edge in self._graph.owners(name)))

    def joined(self, edge: Edge, source: FromClause, target: FromClause) -> Condition:
        ends = (self._column(edge.source, edge.source_field), self._column(edge.target, edge.target_field))
        return self._session.equal(source.c[edge.source_field], target.c[edge.target_field], ends)

    def _column(self, name: str, field: str) -> Column:
        return self._live[name][field]

    def _ways(self, name: str, found: FromClause) -> list[Condition]:
        """Return conditions, no two of which hold for one record."""
        if name in self._pivots:
            return [self._in_round(name, found)]
        firsts: list[tuple[Condition, Condition]] = [(way, way.is_not(true())) for way in self._root_ways(name, found)]
        firsts += self._edge_ways(self._graph.owners(name), found)
        others = self._edge_ways(self._graph.mentions(name), found)
        return [*_apart(firsts), *(and_(self.unowned(name, found), way) for way in _apart(others))]

    def _root_ways(self, name: str, found: FromClause) -> list[Condition]:
        keys = [root.key for root in self._roots if root.collection == name]
        return [self.is_root(found, self._description.collection(name), keys)] if keys else []

    def _edge_ways(self, edges: Sequence[Edge], found: FromClause) -> list[tuple[Condition, Condition]]:
        """Return for each edge the condition that a record is reached by it, and that it is not."""
        ways = [(edge, self._reached[edge.source]) for edge in edges if edge.source in self._reached]
        return [(self._is_among(edge, above, found), self._is_nowhere(above.alias(), edge, found)) for edge, above in ways]

    def _is_among(self, edge: Edge, above: FromClause, found: FromClause) -> Condition:
        here, there = self._column(edge.target, edge.target_field), self._column(edge.source, edge.source_field)
        mine, theirs = found.c[edge.target_field], above.c[edge.source_field]
        if here.exact and there.exact:
            return mine.in_(select(theirs))
        exactly = self._session.exactly
        return tuple_(mine, exactly(mine)).in_(select(theirs, exactly(theirs)))

    def _is_nowhere(self, source: FromClause, edge: Edge, found: FromClause) -> Condition:
        return ~exists(select(literal(1)).select_from(source).where(self.joined(edge, source, found)).correlate(found))

    def _is_key(self, found: FromClause, collection: Collection, key: Sequence[str]) -> Condition:
        parts = []
        for field, text in zip(collection.key, key, strict=True):
            own = self._column(collection.name, field.name)
            value = self._session.bind(text, own)
            parts.append(false() if value is None else self._session.equal(found.c[field.name], value, (own,)))
        return and_(*parts)

    def _step(self, name: str, reached: dict[str, FromClause], suffix: str = "") -> None:
        """Add the values by which the records of a collection lead on, where anything leads to it."""
        found, fields = self.table(name), self._leading(name)
        ways = [*self._root_ways(name, found), *self._plain_ways(name, found, reached)]
        if ways and fields:
            parts = [select(*(found.c[field] for field in fields)).where(way) for way in ways]
            source = parts[0] if len(parts) == 1 else union_all(*parts)
            reached[name] = source.cte(f"reached_{self._number(name)}{suffix}")

    def _plain_ways(self, name: str, found: FromClause, reached: Reached) -> Iterator[Condition]:
        for edge in self._graph.into[name]:
            if edge.source in reached:
                way = self._is_among(edge, reached[edge.source], found)
                yield and_(self.unowned(name, found), way) if edge in self._graph.mentions(name) else way

    def _leading(self, name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(edge.source_field for edge in self._graph.out_of(name)))

    def _number(self, name: str) -> int:
        return [collection.name for collection in self._description.collections].index(name)

    def _go_round(self, group: Sequence[str]) -> None:
        """Reach a group whose records lead back to it: one recursive step through a collection on every round."""
        pivot = self._graph.pivot(group)
        others = self._graph.in_line([name for name in group if name != pivot]) or ()
        outside = dict(self._reached)
        for name in others:
            self._step(name, outside, "_outside")
        found, key = self.table(pivot), (field.name for field in self._description.collection(pivot).key)
        fields = tuple(dict.fromkeys([*key, *self._leading(pivot)]))
        seeds = [*self._root_ways(pivot, found), *self._plain_ways(pivot, found, outside)]
        if not seeds:
            return
        parts = [select(*(found.c[field] for field in fields)).where(way) for way in seeds]
        first: Any = parts[0] if len(parts) == 1 else select(*(union_all(*parts).subquery().c[field] for field in fields))
        start = first.cte(f"reached_{self._number(pivot)}", recursive=True)
        self._reached[pivot] = start.union(*self._terms(start, pivot, group, fields))
        self._pivots.add(pivot)
        for name in others:
            self._step(name, self._reached)

    def _terms(self, start: CTE, pivot: str, group: Sequence[str], fields: Sequence[str]) -> list[Select[Any]]:
        ways = [self._way_round(start, way, fields) for way in self._graph.rounds(pivot, group)]
        if len(ways) > 1 and self._session.lateral:
            step = union_all(*(way.correlate(start) for way in ways)).lateral()
            return [select(*(step.c[field] for field in fields)).select_from(start).join(step, true())]
        return ways

    def _way_round(self, start: CTE, way: Sequence[Edge], fields: Sequence[str]) -> Select[Any]:
        source: FromClause = start
        conditions: list[Condition] = []
        for edge in way:
            target = self.table(edge.target)
            conditions.append(self.joined(edge, source, target))
            if edge in self._graph.mentions(edge.target):
                conditions.append(self.unowned(edge.target, target))
            source = target
        return select(*(source.c[field] for field in fields)).where(*conditions)

    def _in_round(self, name: str, found: FromClause) -> Condition:
        collection, above = self._description.collection(name), self._reached[name]
        mine: list[ColumnElement[Any]] = []
        theirs: list[ColumnElement[Any]] = []
        for field in collection.key:
            own = self._column(name, field.name)
            mine.append(found.c[field.name])
            theirs.append(above.c[field.name])
            if not own.exact:
                mine.append(self._session.exactly(found.c[field.name]))
                theirs.append(self._session.exactly(above.c[field.name]))
        return mine[0].in_(select(theirs[0])) if len(mine) == 1 else tuple_(*mine).in_(select(*theirs))


def _apart(ways: Sequence[tuple[Condition, Condition]]) -> Iterator[Condition]:
    """Yield each condition without what those before it take."""
    for index, (way, _) in enumerate(ways):
        yield and_(way, *(other for _, other in ways[:index]))
