"""Which records stand for a person, what is known of them, and whether a chosen one still does."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, and_, case, literal_column, not_, select

from requests_app.connectors.base import Candidate, ForeignRecord, TooManyCandidates
from requests_app.connectors.sql.description import Collection, Field
from requests_app.connectors.sql.evidence import Evidence, Key, evidence
from requests_app.connectors.sql.fitted import Fitted
from requests_app.connectors.sql.plan import Plan
from requests_app.connectors.sql.session import Session
from requests_app.connectors.sql.slots import Slots, Token, key_slots
from requests_app.connectors.sql.speech import Prepared
from requests_app.emails import same_mailbox
from requests_app.values import Identity, Root

_NO: Final[ColumnElement[Any]] = literal_column("0")


class Persons:
    """Asks the persons' own collections, within one snapshot."""

    def __init__(self, plan: Plan, asked: Slots, session: Session, identity: Identity) -> None:
        self._plan, self._asked, self._session, self._identity = plan, asked, session, identity
        self._fitted: Fitted = plan.fitted

    def candidates(self, limit: int) -> Iterator[Candidate]:
        """Yield at most `limit` candidates.

        Raises:
            TooManyCandidates: after the last, when there are more.
        """
        left = limit
        for collection in self._fitted.persons:
            if not any(self._asked.shape.of(collection.name, field.name) for field in collection.identities):
                continue
            found = self._meeting(collection, left + 1)
            keys = sorted(found)[:left]
            known = evidence(self._plan, self._session, self._identity, collection, keys)
            for key in keys:
                kinds, owned = found[key]
                yield Candidate(Root(collection.name, key), tuple(sorted(kinds)), _facts(known[key]), owned)
            if len(found) > left:
                raise TooManyCandidates(f"{self._session.config.name}: more than {limit} records meet the claims")
            left -= len(keys)

    def verify(self, roots: Sequence[Root]) -> None:
        """Ask again whether every root is there and meets a claim. One that stands for a claim has nothing to be asked.

        Raises:
            ForeignRecord: one does not.
        """
        for collection in self._fitted.persons:
            keys = sorted({root.key for root in roots if root.collection == collection.name and root.key})
            met = self._met(collection, keys) if keys else {}
            if any(not met.get(key) for key in keys):
                raise self._foreign(collection.name)
        strangers = {root.collection for root in roots} - {collection.name for collection in self._fitted.persons}
        if strangers:
            raise self._foreign(min(strangers))

    def _foreign(self, name: str) -> ForeignRecord:
        return ForeignRecord(f"{self._session.config.name}: a record chosen in `{name}` no longer meets what was asked")

    def _meeting(self, collection: Collection, limit: int) -> dict[Key, tuple[set[str], bool]]:
        """Return the keys of records that meet a claim, each with the kinds that met and whether somebody else owns it."""
        statement = self._plan.made(("candidates", collection.name, limit), lambda: self._by_claim(collection, limit))
        found: dict[Key, tuple[set[str], bool]] = {}
        for key, held, met, owned in self._read(collection, len(_key(collection)), statement, self._asked.values):
            kinds = self._kinds(collection, held, met)
            if kinds:
                found.setdefault(key, (set(), owned))[0].update(kinds)
        return found

    def _by_claim(self, collection: Collection, limit: int) -> Prepared:
        query = self._plan.query
        table = query.joints.table(collection.name)
        owners = self._fitted.graph.owners(collection.name)
        owned = case((query.unowned(collection.name, table), 0), else_=1) if owners else _NO
        columns = [*self._columns(collection, table, _key(collection)), owned]
        where = and_(query.claimed(collection, table), not_(query.owner_claimed(collection.name, table)))
        return self._fitted.speech.compile(select(*columns).where(where).limit(limit if _key(collection) else 1))

    def _met(self, collection: Collection, keys: Sequence[Key]) -> dict[Key, bool]:
        """Return for each record that is there whether it meets any claim."""
        tokens, values = key_slots(self._fitted, collection, keys)
        statement = self._plan.made(("roots", collection.name, tokens), lambda: self._by_key(collection, tokens))
        found = self._read(collection, len(collection.key), statement, {**self._asked.values, **values})
        return {key: bool(self._kinds(collection, held, met)) for key, held, met, _ in found}

    def _by_key(self, collection: Collection, tokens: Sequence[Sequence[Token]]) -> Prepared:
        table = self._plan.query.joints.table(collection.name)
        columns = [*self._columns(collection, table, collection.key), _NO]
        where = self._plan.query.is_root(collection, tokens, table)
        return self._fitted.speech.compile(select(*columns).where(where).limit(len(tokens) + 1))

    def _columns(self, collection: Collection, table: FromClause, key: Sequence[Field]) -> list[ColumnElement[Any]]:
        """Key, identities as they are held (of those inside a column nothing), and whether each of them meets a claim."""
        text_of, query = self._fitted.speech.text_of, self._plan.query
        own = [text_of(table.c[field.column]) for field in (*key, *_bare(collection))]
        return [*own, *(case((query.meets(collection, field, table), 1), else_=0) for field in collection.identities)]

    def _read(
        self, collection: Collection, size: int, statement: Prepared, values: Mapping[str, Any]
    ) -> Iterator[tuple[Key, tuple[str | None, ...], tuple[bool, ...], bool]]:
        bare = len(_bare(collection))
        as_text = self._fitted.speech.as_text
        for row in self._session.few(statement, values):
            texts = tuple(None if value is None else as_text(value) for value in row[: size + bare])
            met = tuple(bool(int(flag)) for flag in row[size + bare : -1])
            yield tuple(text or "" for text in texts[:size]), texts[size:], met, bool(int(row[-1]))

    def _kinds(self, collection: Collection, held: Sequence[str | None], met: Sequence[bool]) -> set[str]:
        """Return the kinds of claim that a record meets. What the engine found equal is looked at once more where it is at hand."""
        texts = dict(zip((field.name for field in _bare(collection)), held, strict=True))
        found = zip(collection.identities, met, strict=True)
        return {field.identity for field, is_met in found if is_met and self._agrees(field, texts)}

    def _agrees(self, field: Field, texts: Mapping[str, str | None]) -> bool:
        if field.name not in texts:
            return True
        text = texts[field.name]
        same = same_mailbox if field.identity == "email" else str.__eq__
        return text is not None and any(same(text, value) for value in self._identity.of(field.identity))


def _key(collection: Collection) -> tuple[Field, ...]:
    """The key of a candidate: none where there is none, or where it holds a claim among other things (an address and a date)."""
    key = collection.key
    return () if len(key) > 1 and any(field.identity for field in key) else key


def _bare(collection: Collection) -> tuple[Field, ...]:
    return tuple(field for field in collection.identities if not field.is_many)


def _facts(known: Evidence) -> Mapping[str, tuple[str, ...]]:
    return {kind: tuple(values) for kind, values in known.items()}
