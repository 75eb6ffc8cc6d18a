"""What a record is part of: the record that it points to, or the one that points to it."""

from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, FromClause, Integer, case, cast, func, select

from requests_app.connectors.base import Problem
from requests_app.connectors.erasing import CannotErase
from requests_app.connectors.sql.description import Collection, Description
from requests_app.connectors.sql.graph import Edge, pointers
from requests_app.connectors.sql.joints import Joints

_APART: Final = 1_000_000_000  # more groups than a collection has
Ruled = tuple[FromClause, ColumnElement[Any], ColumnElement[Any]]


def way_of(description: Description, part: Collection, whole: Collection) -> tuple[Edge, bool]:
    """Return the reference that makes a record of `part` part of one of `whole`, and whether it is the part that points.

    Raises:
        CannotErase: there is none between their keys and columns.
    """
    key = tuple(field.column for field in whole.key)
    for edge in pointers(description):
        if _is_plain(description, edge):
            if (edge.source, edge.target) == (whole.name, part.name) and key == (whole.field(edge.source_field).column,):
                return edge, True
            if (edge.source, edge.target) == (part.name, whole.name):
                return edge, False
    message = f"is part of `{whole.name}`, and neither has a reference to the other's key"
    raise CannotErase(Problem("part_of", part.where, message))


def _is_plain(description: Description, edge: Edge) -> bool:
    ends = ((edge.source, edge.source_field), (edge.target, edge.target_field))
    return not any(description.collection(name).field(field).is_many for name, field in ends)


def youngest(joints: Joints, edge: Edge, source: FromClause, above: FromClause, ruled: tuple[str, str]) -> Ruled:
    """Join the records of `source` with those of `above` along an edge; give origin and group, NULL where there is none.

    `ruled` are the names of both in `above`. Of several records that point to one, the last of the highest group counts: groups are
    numbered in the order of their days, so it is the youngest.
    """
    origin, group = ruled
    pointer = above.c[edge.target_field]
    rank = func.max(cast(above.c[origin], BigInteger) * _APART + above.c[group]).label("dsar_rank")
    highest = select(pointer, rank).where(pointer.is_not(None)).group_by(pointer).subquery()
    where = joints.joined(edge, source, highest)[1]
    last = highest.c.dsar_rank
    place = case((last.is_not(None), cast(last % _APART, Integer)))
    number = case((last.is_not(None), cast((last - last % _APART) / _APART, Integer)))
    return source.outerjoin(highest, where), number, place
