"""Which records stand for a person, what is known of them, and whether a chosen one still does."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, cast, desc, func, literal, or_, select
from sqlalchemy import String as SqlString

from requests_app.connectors.base import Candidate, ForeignRecord, TooManyCandidates
from requests_app.connectors.sql.description import Collection, Description, Field
from requests_app.connectors.sql.graph import Edge, Graph
from requests_app.connectors.sql.query import Query
from requests_app.connectors.sql.session import Column, Live, Session
from requests_app.emails import NotAnAddress, same_mailbox, spellings
from requests_app.values import Identity, Root

EVIDENCE: Final = 20  # values of one kind for one candidate
Key = tuple[str, ...]
Evidence = dict[str, dict[str, None]]


class Persons:
    """Asks the persons' own collections, within one snapshot."""

    def __init__(self, description: Description, graph: Graph, live: Live, session: Session, identity: Identity) -> None:
        self._description, self._graph, self._live, self._session, self._identity = description, graph, live, session, identity
        self._query = Query(description, graph, live, session)

    def candidates(self, limit: int) -> Iterator[Candidate]:
        """Yield at most `limit` candidates.

        Raises:
            TooManyCandidates: after the last, when there are more.
        """
        left = limit
        for collection in self._collections():
            found = self._meeting(collection, left + 1)
            keys = sorted(found)[:left]
            evidence = self._evidence(collection, keys)
            for key in keys:
                facts = {kind: tuple(values) for kind, values in evidence[key].items()}
                yield Candidate(Root(collection.name, key), tuple(sorted(found[key])), facts)
            if len(found) > left:
                raise TooManyCandidates(f"{self._session.config.name}: more than {limit} records meet the claims")
            left -= len(keys)

    def verify(self, roots: Sequence[Root]) -> None:
        """Ask again whether every root is there and meets a claim.

        Raises:
            ForeignRecord: one does not.
        """
        for collection in self._collections():
            keys = {root.key for root in roots if root.collection == collection.name}
            met = self._met(collection, sorted(keys)) if keys else {}
            if any(not met.get(key) for key in keys):
                raise self._foreign(collection.name)
        strangers = {root.collection for root in roots} - {collection.name for collection in self._collections()}
        if strangers:
            raise self._foreign(min(strangers))

    def _foreign(self, name: str) -> ForeignRecord:
        return ForeignRecord(f"{self._session.config.name}: a record chosen in `{name}` no longer meets what was asked")

    def _collections(self) -> tuple[Collection, ...]:
        return tuple(collection for collection in self._description.collections if collection.name in self._graph.persons)

    def _meeting(self, collection: Collection, limit: int) -> dict[Key, set[str]]:
        """Return the keys of records that meet a claim, each with the kinds that met; a few more than `limit` end the search."""
        met: dict[Key, set[str]] = {}
        for field in collection.identities:
            for value in self._identity.of(field.identity):
                table = self._query.table(collection.name)
                condition = self._is(collection, field, table, value)
                if condition is None or len(met) > limit:
                    continue
                where = and_(condition, self._query.unowned(collection.name, table))
                for key, held in self._keyed(collection, table, [field], where, limit):
                    if self._meets(field, held[0], value):
                        met.setdefault(key, set()).add(field.identity)
        return met

    def _met(self, collection: Collection, keys: Sequence[Key]) -> dict[Key, bool]:
        """Return for each record that is there whether it meets any claim."""
        table = self._query.table(collection.name)
        where = self._query.is_root(table, collection, keys)
        found = self._keyed(collection, table, collection.identities, where, len(keys) + 1)
        return {
            key: any(
                self._meets(field, text, value)
                for field, text in zip(collection.identities, held, strict=True)
                for value in self._identity.of(field.identity)
            )
            for key, held in found
        }

    def _keyed(
        self, collection: Collection, table: FromClause, fields: Sequence[Field], where: ColumnElement[bool], limit: int
    ) -> Iterator[tuple[Key, tuple[str | None, ...]]]:
        columns = [self._text(field, table) for field in (*collection.key, *fields)]
        size = len(collection.key)
        for row in self._session.rows(select(*columns).where(where).limit(limit)):
            texts = tuple(None if value is None else self._session.as_text(value) for value in row)
            yield tuple(text or "" for text in texts[:size]), texts[size:]

    def _text(self, field: Field, table: FromClause) -> ColumnElement[Any]:
        return self._session.text_of(table.c[field.name])

    def _column(self, collection: Collection, field: Field) -> Column:
        return self._live[collection.name][field.name]

    def _is(self, collection: Collection, field: Field, table: FromClause, value: str) -> ColumnElement[bool] | None:
        column = self._column(collection, field)
        if field.identity == "email":
            try:
                return self._session.is_email(table.c[field.name], column, spellings(value))
            except NotAnAddress:
                return None
        bound = self._session.bind(value, column)
        return None if bound is None else self._session.equal(table.c[field.name], bound, (column,))

    def _meets(self, field: Field, held: str | None, value: str) -> bool:
        if held is None:
            return False
        return same_mailbox(held, value) if field.identity == "email" else held == value

    def _evidence(self, collection: Collection, keys: Sequence[Key]) -> Mapping[Key, Evidence]:
        found: dict[Key, Evidence] = {key: {} for key in keys}
        if not keys:
            return found
        for fact, statement in self._facts(collection, keys):
            for *parts, value, _ in self._session.rows(statement):
                key = tuple(self._session.as_text(part) for part in parts)
                values = found[key].setdefault(fact, {})
                if len(values) < EVIDENCE:
                    values[self._session.as_text(value)] = None
        return found

    def _facts(self, collection: Collection, keys: Sequence[Key]) -> Iterator[tuple[str, Select[Any]]]:
        """Yield one statement for each fact field of the persons' own records and of those one reference away."""
        for field in collection.shown:
            if field.fact:
                yield field.fact, self._fact(collection, keys, None, collection, field)
        for edge in self._graph.out_of(collection.name):
            other = self._description.collection(edge.target)
            for field in other.shown:
                if field.fact:
                    yield field.fact, self._fact(collection, keys, edge, other, field)

    def _fact(self, collection: Collection, keys: Sequence[Key], edge: Edge | None, other: Collection, field: Field) -> Select[Any]:
        """Select key and value, at most `EVIDENCE` distinct values a key, those first that equal a claim of the kind."""
        root = self._query.table(collection.name)
        holder = self._query.table(other.name) if edge else root
        value = self._text(field, holder)
        parts = [self._text(one, root).label(f"k{index}") for index, one in enumerate(collection.key)]
        where = [self._query.is_root(root, collection, keys), holder.c[field.name].is_not(None)]
        if edge:
            where.append(self._query.joined(edge, root, holder))
        distinct = select(*parts, value.label("value")).where(*where).distinct().subquery()
        claimed = [func.lower(literal(one)) for one in self._identity.of(field.fact)]
        text = func.lower(cast(distinct.c.value, SqlString()))
        first = case((or_(*(text == one for one in claimed)), 0), else_=1) if claimed else literal(1)
        keys_of = [part.name for part in parts]
        place = func.row_number().over(
            partition_by=[distinct.c[name] for name in keys_of], order_by=[first, desc(distinct.c.value)]
        )
        ranked = select(*distinct.c, place.label("place")).subquery()
        order = [*(ranked.c[name] for name in keys_of), ranked.c.place]
        return select(*ranked.c).where(ranked.c.place <= EVIDENCE).order_by(*order)
