"""Collections whose references lead back to them: one recursive step for any knot, over values tagged with where they stand."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import CTE, FromClause, Integer, Select, and_, cast, literal_column, select, true, union_all

from requests_app.connectors.sql.description import Field
from requests_app.connectors.sql.fitted import Fitted
from requests_app.connectors.sql.graph import Edge
from requests_app.connectors.sql.joints import Condition, Joints, Values

Seeds = Mapping[str, tuple[FromClause, Sequence[Condition]]]


class Rounds:
    """What is reached in one group: pairs of a tag (collection and field) and a packed value, each once, whatever the way.

    A row stands for a value that leads on; so references of a table to itself, rings and knots all end when no new value comes.
    """

    def __init__(
        self,
        fitted: Fitted,
        joints: Joints,
        group: Sequence[str],
        name: str,
        unowned: Callable[[str, FromClause], Condition],
    ) -> None:
        self._fitted, self._joints, self._group, self._name, self._unowned = fitted, joints, group, name, unowned
        edges = [edge for one in group for edge in fitted.graph.out_of(one)]
        self._tags = {at: number for number, at in enumerate(dict.fromkeys((edge.source, edge.source_field) for edge in edges))}
        self._reached: CTE | None = None

    def values(self, edge: Edge) -> Values | None:
        if self._reached is None:
            return None
        rows = self._reached.alias()
        return Values((rows,), rows.c.value, None, rows.c.tag == self._tags[edge.source, edge.source_field])

    def go(self, seeds: Seeds) -> None:
        parts = [part for name, (found, ways) in seeds.items() for way in ways for part in self._led(name, found, (), way)]
        first: Any = parts[0] if len(parts) == 1 else _columns(union_all(*parts).subquery())
        start = first.cte(self._name, recursive=True)
        steps = [step for edge in self._fitted.graph.within(self._group) for step in self._along(edge, start)]
        if self._fitted.speech.lateral and len(steps) > 1:
            step = union_all(*(one.correlate(start) for one in steps)).lateral()
            steps = [select(step.c.tag, step.c.value).select_from(start).join(step, true())]
        else:
            steps = [one.select_from(start) for one in steps]
        self._reached = start.union(*steps)

    def _along(self, edge: Edge, start: CTE) -> Iterator[Select[Any]]:
        """Yield what the records lead on to that one edge reaches."""
        found = self._joints.table(edge.target)
        field = self._fitted.description.collection(edge.target).field(edge.target_field)
        froms, met = self._met(edge.target, field, start, found)
        where = and_(start.c.tag == self._tags[edge.source, edge.source_field], met)
        if edge in self._fitted.graph.mentions(edge.target):
            where = and_(where, self._unowned(edge.target, found))
        yield from self._led(edge.target, found, froms, where)

    def _met(self, name: str, field: Field, start: CTE, found: FromClause) -> tuple[tuple[FromClause, ...], Condition]:
        speech = self._fitted.speech
        if field.is_many:
            inside = self._joints.inside(name, field, found)
            return inside.froms, speech.packed(inside.value) == start.c.value
        mine, own = found.c[field.column], self._fitted.live[name][field.column]
        typed = speech.unpacked(start.c.value, own)
        if typed is None:
            return (), speech.packed(mine) == start.c.value
        return (), (mine == typed if own.exact else and_(mine == typed, speech.packed(mine) == start.c.value))

    def _led(self, name: str, found: FromClause, froms: Sequence[FromClause], where: Condition) -> Iterator[Select[Any]]:
        """Yield for each field that leads on from a collection what its records have there."""
        for (source, field_name), tag in self._tags.items():
            if source == name:
                field = self._fitted.description.collection(name).field(field_name)
                inside, value = self._value(name, field, found)
                tagged = cast(literal_column(str(tag)), Integer).label("tag")
                packed = self._fitted.speech.packed(value).label("value")
                yield select(tagged, packed).select_from(found, *froms, *inside).where(where, value.is_not(None))

    def _value(self, name: str, field: Field, found: FromClause) -> tuple[tuple[FromClause, ...], Any]:
        if not field.is_many:
            return (), found.c[field.column]
        inside = self._joints.inside(name, field, found)
        return inside.froms, inside.value


def _columns(found: FromClause) -> Select[Any]:
    return select(found.c.tag, found.c.value)
