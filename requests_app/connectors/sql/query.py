"""The questions: one statement for all records of a collection that belong to the chosen persons."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, false, literal_column, null, or_, select, true, union_all

from requests_app.connectors.sql.description import Collection, Field
from requests_app.connectors.sql.fitted import Fitted
from requests_app.connectors.sql.graph import Edge
from requests_app.connectors.sql.joints import Condition, Joints, Values
from requests_app.connectors.sql.rounds import Rounds
from requests_app.connectors.sql.shapes import shape_of
from requests_app.connectors.sql.slots import Shape, Token
from requests_app.connectors.sql.speech import Prepared, Records


class Query:
    """Builds the statements of one shape of search; nothing is run.

    Records are found by conditions on their own table (`IN` the values that were reached before), so that the engine
    may choose indexes and joins. Those by which an owner is named come first; the others take no record that names one.
    Collections whose references go round are reached together, by one recursive step.
    """

    def __init__(self, fitted: Fitted, shape: Shape) -> None:
        self._fitted, self._shape = fitted, shape
        self._description, self._graph = fitted.description, fitted.graph
        self.joints = Joints(fitted)
        self._reached: dict[str, FromClause] = {}
        self._rounds: dict[str, Rounds] = {}
        for group in self._graph.groups:
            if self._graph.within(group):
                self._go_round(group)
            else:
                self._step(group[0])

    def records(self, name: str) -> Records | None:
        """Return what to read of a collection, or None where nothing leads to it."""
        collection, found = self._description.collection(name), self.joints.table(name)
        ways = self._ways(name, found)
        if not ways:
            return None
        columns = dict.fromkeys([*(field.column for field in collection.shown), *(field.column for field in collection.key)])
        entered = self._entered(collection)
        shapes = {field.name: shape for field in collection.shown if (shape := shape_of(field, entered))}
        cut = [field for shape in shapes.values() for field in shape.entered]
        matched = [self._matched(collection, field, found).label(f"m{index}") for index, field in enumerate(cut)]
        parts = [select(*(found.c[column] for column in columns), *matched).where(way) for way in ways]
        source = parts[0] if len(parts) == 1 else union_all(*parts)
        names = {f"m{index}": field.name for index, field in enumerate(cut)}
        return Records(collection, self._fitted.live[name], source.subquery("u"), shapes, names)

    def found(self, name: str, also: Sequence[str] = ()) -> tuple[FromClause, FromClause] | None:
        """Return a collection's table, with `also` other columns, and the records found in it; None where nothing leads to it.

        The records have all columns of the table and `dsar_own`: 2 where they are chosen, claimed or named by another system,
        1 where they point to one that was found, 0 where they are found only because others point to them.
        """
        found = self.joints.table(name, also)
        ways = self._ways(name, found)
        if not ways:
            return None
        own = len(list(self._own_ways(name, found)))
        up = sum(not edge.down and self._values(edge) is not None for edge in self._graph.mentions(name))
        strength = [2] * own + [1] * (len(ways) - own - up) + [0] * up
        parts = [
            select(*found.c, literal_column(str(own)).label("dsar_own")).where(way) for own, way in zip(strength, ways, strict=True)
        ]
        return found, (parts[0] if len(parts) == 1 else union_all(*parts)).subquery("u")

    def values(self, collection: Collection, field: Field) -> Prepared | None:
        """Return the statement of the distinct values that the records of a collection hold in a field, as text."""
        found, speech = self.joints.table(collection.name), self._fitted.speech
        ways = self._ways(collection.name, found)
        if not ways:
            return None
        inside = self.joints.inside(collection.name, field, found) if field.is_many else None
        value = speech.text_of(inside.value if inside else found.c[field.column])
        return speech.compile(select(value).select_from(found, *(inside.froms if inside else ())).where(or_(*ways)).distinct())

    def is_root(self, collection: Collection, keys: Sequence[Sequence[Token]], found: FromClause) -> Condition:
        """The condition that a record's key is one of those in the slots; a key that cannot be one meets nothing."""
        return or_(false(), *(self._is_key(collection, key, found) for key in keys if all(token for _, token in key)))

    def claimed(self, collection: Collection, found: FromClause) -> Condition:
        """The condition that a record meets a claim itself."""
        return or_(false(), *(self.meets(collection, field, found) for field in collection.identities))

    def meets(self, collection: Collection, field: Field, found: FromClause) -> Condition:
        """The condition that a record meets a claim by one field."""
        tokens = self._shape.of(collection.name, field.name)
        if not tokens:
            return false()
        if not field.is_many:
            return self._is_claimed(collection, field, tokens, found.c[field.column])
        inside = self.joints.inside(collection.name, field, found)
        return self.joints.exists(inside.froms, self._is_claimed(collection, field, tokens, inside.value), found)

    def unowned(self, name: str, found: FromClause) -> Condition:
        """The condition that a record names no owner who exists."""
        return and_(true(), *(self.joints.is_nowhere(edge, found) for edge in self._graph.owners(name)))

    def owner_claimed(self, name: str, found: FromClause) -> Condition:
        """The condition that a record names an owner who meets a claim."""
        ways = []
        for edge in self._graph.owners(name):
            owner = self.joints.table(edge.source)
            froms, joined = self.joints.joined(edge, owner, found)
            claimed = self.claimed(self._description.collection(edge.source), owner)
            ways.append(self.joints.exists((owner, *froms), and_(joined, claimed), found))
        return or_(false(), *ways)

    def _is_claimed(self, collection: Collection, field: Field, tokens: Sequence[Token], value: ColumnElement[Any]) -> Condition:
        column, speech = self._fitted.held(collection.name, field), self._fitted.speech
        slots = [speech.slot(name, column, token) for name, token in tokens]
        if field.identity == "email":
            return speech.is_email(value, column, slots)
        return or_(*(speech.equal(value, slot, (column,)) for slot in slots))

    def _ways(self, name: str, found: FromClause) -> list[Condition]:
        """Return conditions, no two of which hold for one record."""
        firsts: list[tuple[Condition, Condition]] = [(way, way.is_not(true())) for way in self._own_ways(name, found)]
        firsts += self._edge_ways(self._graph.owners(name), found)
        others = self._edge_ways(sorted(self._graph.mentions(name), key=lambda edge: not edge.down), found)
        return [*_apart(firsts), *(and_(self.unowned(name, found), way) for way in _apart(others))]

    def _own_ways(self, name: str, found: FromClause) -> Iterator[Condition]:
        """Yield the conditions that need no other collection: chosen, claimed, named by another system."""
        collection = self._description.collection(name)
        keys = [key for root, key in self._shape.roots if root == name]
        if any(keys):
            yield self.is_root(collection, [key for key in keys if key], found)
        if () in keys:
            yield self.claimed(collection, found)
        for field, values in self._given(name):
            yield self.joints.is_among(values, name, field, found)

    def _given(self, name: str) -> Iterator[tuple[str, Values]]:
        collection = self._description.collection(name)
        for number, pointer in enumerate(self._shape.given):
            values = self.joints.given(number, inline=self._shape.inline)
            for entrance in self._graph.entrances:
                if entrance.pointer == pointer and entrance.target == name:
                    yield entrance.field, values
            if (pointer.dataset, pointer.collection) == (collection.dataset, collection.table) and collection.has(pointer.field):
                yield pointer.field, values

    def _edge_ways(self, edges: Sequence[Edge], found: FromClause) -> list[tuple[Condition, Condition]]:
        """Return for each edge the condition that a record is reached by it, and that it is not."""
        return [
            (self.joints.is_among(values, edge.target, edge.target_field, found), self.joints.is_not_among(values, edge, found))
            for edge in edges
            if (values := self._values(edge)) is not None
        ]

    def _values(self, edge: Edge) -> Values | None:
        """Return the values by which an edge leads on, where anything leads to its source."""
        if edge.source in self._rounds:
            return self._rounds[edge.source].values(edge)
        above = self._reached.get(edge.source)
        if above is None:
            return None
        return self.joints.held(edge.source, self._description.collection(edge.source).field(edge.source_field), above)

    def _is_key(self, collection: Collection, key: Sequence[Token], found: FromClause) -> Condition:
        parts = []
        for field, (name, token) in zip(collection.key, key, strict=True):
            column = self._fitted.live[collection.name][field.column]
            slot = self._fitted.speech.slot(name, column, token)
            parts.append(self._fitted.speech.equal(found.c[field.column], slot, (column,)))
        return and_(*parts)

    def _step(self, name: str) -> None:
        """Add the columns by which the records of a collection lead on, where anything leads to it."""
        found = self.joints.table(name)
        columns = dict.fromkeys(self._leading(name, edge).column for edge in self._graph.out_of(name))
        ways = [*self._own_ways(name, found), *self._plain_ways(name, found)]
        if ways and columns:
            parts = [select(*(found.c[column] for column in columns)).where(way) for way in ways]
            source = parts[0] if len(parts) == 1 else union_all(*parts)
            self._reached[name] = source.cte(f"reached_{self._number(name)}")

    def _plain_ways(self, name: str, found: FromClause) -> Iterator[Condition]:
        for edge in self._graph.into[name]:
            values = self._values(edge)
            if values is not None:
                way = self.joints.is_among(values, name, edge.target_field, found)
                yield and_(self.unowned(name, found), way) if edge in self._graph.mentions(name) else way

    def _leading(self, name: str, edge: Edge) -> Field:
        return self._description.collection(name).field(edge.source_field)

    def _number(self, name: str) -> int:
        return [collection.name for collection in self._description.collections].index(name)

    def _go_round(self, group: Sequence[str]) -> None:
        seeds = {}
        for name in group:
            found = self.joints.table(name)
            ways = [*self._own_ways(name, found), *self._plain_ways(name, found)]
            seeds[name] = (found, ways)
        if any(ways for _, ways in seeds.values()):
            rounds = Rounds(self._fitted, self.joints, group, f"reached_{self._number(group[0])}", self.unowned)
            rounds.go(seeds)
            self._rounds |= dict.fromkeys(group, rounds)

    def _entered(self, collection: Collection) -> list[Field]:
        """Return the fields in arrays by which records of a collection are found, in this shape of search."""
        by_edge = {edge.target_field for edge in self._graph.into[collection.name] if self._values(edge) is not None}
        names = {field for field, _ in self._given(collection.name)} | by_edge
        return [
            field
            for field in collection.every
            if field.is_many and (field.name in names or self._shape.of(collection.name, field.name))
        ]

    def _matched(self, collection: Collection, field: Field, found: FromClause) -> ColumnElement[Any]:
        """The list of those values of a field in an array that lead to the record; NULL where none does."""
        inside = self.joints.inside(collection.name, field, found)
        ways = []
        tokens = self._shape.of(collection.name, field.name)
        if tokens:
            ways.append(self._is_claimed(collection, field, tokens, inside.value))
        sources = [values for name, values in self._given(collection.name) if name == field.name]
        edges = (edge for edge in self._graph.into[collection.name] if edge.target_field == field.name)
        sources += [values for edge in edges if (values := self._values(edge)) is not None]
        ways += [self.joints.is_listed(values, inside.value) for values in sources]
        if not ways:
            return null()
        listed = select(self._fitted.speech.listed(self._fitted.speech.packed(inside.value)))
        return listed.select_from(*inside.froms).where(or_(*ways)).correlate(found).scalar_subquery()


def _apart(ways: Sequence[tuple[Condition, Condition]]) -> Iterator[Condition]:
    """Yield each condition without what those before it take."""
    for index, (way, _) in enumerate(ways):
        yield and_(way, *(other for _, other in ways[:index]))
