"""What is known of candidates: facts of their own records, and of those one reference away."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Select, case, cast, desc, func, literal, or_, select
from sqlalchemy import String as SqlString

from requests_app.connectors.sql.description import Collection, Field
from requests_app.connectors.sql.graph import Edge
from requests_app.connectors.sql.plan import Plan
from requests_app.connectors.sql.session import Session
from requests_app.connectors.sql.slots import Token, key_slots
from requests_app.connectors.sql.speech import Prepared
from requests_app.values import Identity

EVIDENCE: Final = 20  # values of one kind for one candidate
Key = tuple[str, ...]
Evidence = dict[str, dict[str, None]]


def evidence(
    plan: Plan, session: Session, identity: Identity, collection: Collection, keys: Sequence[Key]
) -> Mapping[Key, Evidence]:
    """Return by key what the records say of each kind of fact, at most `EVIDENCE` values of one kind."""
    found: dict[Key, Evidence] = {key: {} for key in keys}
    if not keys or not all(keys):
        return found
    tokens, values = key_slots(plan.fitted, collection, keys)
    claimed = {f"fact_{kind}_{number}": text for kind in _kinds(identity) for number, text in enumerate(identity.of(kind))}
    counts = tuple((kind, len(identity.of(kind))) for kind in _kinds(identity))
    at = ("facts", collection.name, tokens, counts)
    as_text = plan.fitted.speech.as_text
    for fact, statement in plan.made(at, lambda: tuple(_Facts(plan, collection, tokens, dict(counts)).statements())):
        for *parts, value, _ in session.few(statement, {**values, **claimed}):
            known = found[tuple(as_text(part) for part in parts)].setdefault(fact, {})
            if len(known) < EVIDENCE:
                known[as_text(value)] = None
    return found


def _kinds(identity: Identity) -> tuple[str, ...]:
    return tuple(dict.fromkeys(claim.kind for claim in identity.claims))


class _Facts:
    """One statement for each fact field."""

    def __init__(self, plan: Plan, collection: Collection, tokens: Sequence[Sequence[Token]], claims: Mapping[str, int]) -> None:
        self._plan, self._collection, self._tokens, self._claims = plan, collection, tokens, claims

    def statements(self) -> Iterator[tuple[str, Prepared]]:
        compiled = self._plan.fitted.speech.compile
        for fact, statement in self._facts():
            yield fact, compiled(statement)

    def _facts(self) -> Iterator[tuple[str, Select[Any]]]:
        """Yield kinds and statements for the persons' own records and for those one reference away.

        What a record holds of an identity that was claimed is evidence too: one found by its address may bear another number.
        """
        for field in self._collection.identities:
            if field.identity != "email" and field.identity in self._claims and not field.is_many:
                yield field.identity, self._fact(None, self._collection, field, field.identity)
        for field in _bearing(self._collection):
            yield field.fact, self._fact(None, self._collection, field, field.fact)
        for edge in self._plan.fitted.graph.out_of(self._collection.name):
            other = self._plan.fitted.description.collection(edge.target)
            for field in _bearing(other):
                yield field.fact, self._fact(edge, other, field, field.fact)

    def _fact(self, edge: Edge | None, other: Collection, field: Field, kind: str) -> Select[Any]:
        """Select key and value, at most `EVIDENCE` distinct values a key, those first that equal a claim of the kind."""
        query, text_of = self._plan.query, self._plan.fitted.speech.text_of
        root = query.joints.table(self._collection.name)
        holder = query.joints.table(other.name) if edge else root
        parts = [text_of(root.c[one.column]).label(f"k{index}") for index, one in enumerate(self._collection.key)]
        where = [query.is_root(self._collection, self._tokens, root), holder.c[field.column].is_not(None)]
        froms: tuple[Any, ...] = ()
        if edge:
            froms, joined = query.joints.joined(edge, root, holder)
            where.append(joined)
        value = text_of(holder.c[field.column]).label("value")
        distinct = select(*parts, value).select_from(root, *froms).where(*where).distinct().subquery()
        return self._ranked(distinct, [part.name for part in parts], kind)

    def _ranked(self, distinct: Any, keys: Sequence[str], kind: str) -> Select[Any]:
        claimed = [
            func.lower(self._plan.fitted.speech.words(f"fact_{kind}_{number}")) for number in range(self._claims.get(kind, 0))
        ]
        text = func.lower(cast(distinct.c.value, SqlString()))
        first = case((or_(*(text == one for one in claimed)), 0), else_=1) if claimed else literal(1)
        place = func.row_number().over(partition_by=[distinct.c[name] for name in keys], order_by=[first, desc(distinct.c.value)])
        ranked = select(*distinct.c, place.label("place")).subquery()
        order = [*(ranked.c[name] for name in keys), ranked.c.place]
        return select(*ranked.c).where(ranked.c.place <= EVIDENCE).order_by(*order)


def _bearing(collection: Collection) -> list[Field]:
    return [field for field in collection.shown if field.fact and not field.is_many]
