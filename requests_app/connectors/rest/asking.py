"""Which questions a collection takes, and which of the records that come back are this person's."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

from requests_app.connectors.base import ForeignRecord, Incomplete, NotAsDescribed
from requests_app.connectors.rest.endpoints import Api, Endpoint, Group
from requests_app.connectors.rest.held import AROUND, Key, leading, texts, value_of
from requests_app.connectors.rest.session import Session
from requests_app.connectors.rest.values import MISSING, at, lacking, plain
from requests_app.connectors.rest.walk import Record, Walk
from requests_app.connectors.sql.description import Collection, Field
from requests_app.emails import NotAnAddress, same_mailbox, spellings
from requests_app.values import Identity

Fed = Callable[[Group], Iterator[Key]]
"""From feeds that go together to their values, row by row."""


@dataclass(frozen=True, slots=True)
class Question:
    """What stands in the gaps, and for each gap the values that a record may belong to."""

    values: Mapping[str, str]
    meant: Mapping[str, frozenset[str]]


class Asker:
    """Asks for collections of one system about one person."""

    def __init__(self, api: Api, session: Session, identity: Identity) -> None:
        self.api, self.session, self._identity = api, session, identity
        self._shelved: dict[str, tuple[Record, ...]] = {}

    def records(self, endpoint: Endpoint, fed: Fed) -> Iterator[Record]:
        """Yield the person's records of a collection that is asked for itself; a record may come through several questions.

        Raises:
            ForeignRecord: somebody else's came, and none may.
            SourceFault: the system did not answer whole.
        """
        yield from self._answers(endpoint, fed)
        for asked in endpoint.also:
            yield from self._answers(asked, fed)

    def _answers(self, endpoint: Endpoint, fed: Fed) -> Iterator[Record]:
        collection = self.api.data.collection(endpoint.collection)
        for question in self._questions(endpoint, fed):
            seen: set[Key] = set()
            for record in Walk(self.session, endpoint, question.values).records():
                self._refuse_twice(endpoint, collection, record, seen)
                whole = {**record, AROUND: dict(question.values)}
                if _is_meant(endpoint, whole) and self._is_theirs(endpoint, collection, whole, question):
                    yield whole

    def met(self, endpoint: Endpoint, collection: Collection, record: Record) -> tuple[str, ...]:
        """Return the kinds of claim that a record of persons meets."""
        kinds = {
            one.identity
            for one in collection.identities
            for held in texts(value_of(endpoint, one, record))
            if any(_same(one.identity, held, value) for value in self._identity.of(one.identity))
        }
        return tuple(sorted(kinds))

    def text(self, endpoint: Endpoint, one: Field, record: Record) -> str | None:
        return plain(value_of(endpoint, one, record))

    def _refuse_twice(self, endpoint: Endpoint, collection: Collection, record: Record, seen: set[Key]) -> None:
        """Raises: Incomplete: the record came before in this answer, so that another may have slipped between two pages."""
        key = tuple(str(at(record, endpoint.paths[one.name])) for one in collection.key)
        if key and key in seen:
            raise Incomplete(f"{self.session.name}: `{endpoint.collection}` changed while it was read: a record came twice")
        seen.add(key)

    def _questions(self, endpoint: Endpoint, fed: Fed) -> Iterator[Question]:
        asked: set[str] = set()
        for claims in product(*(list(self._said(claim, endpoint.call.gaps)) for claim in endpoint.claims)):
            for batches in _each([self._batches(group, fed) for group in endpoint.together]):
                values = dict(zip(endpoint.claims, claims, strict=True))
                meant = {name: frozenset({value}) for name, value in values.items()}
                for group, batch in zip(endpoint.together, batches, strict=True):
                    for feed, column in zip(group, zip(*batch, strict=True), strict=True):
                        values[feed.name], meant[feed.name] = feed.join.join(column), frozenset(column)
                unsaid = set(values) if endpoint.call.method == "POST" else {*endpoint.belongs.values()} - endpoint.call.gaps
                key = f"{self.session.url(endpoint.call, values, {})} {sorted((name, values[name]) for name in unsaid)}"
                if key not in asked:
                    asked.add(key)
                    yield Question(values, meant)

    def _batches(self, group: Group, fed: Fed) -> Callable[[], Iterator[Sequence[Key]]]:
        def batches() -> Iterator[Sequence[Key]]:
            values = iter(self._shelf(group)) if group[0].shelf else fed(group)
            while batch := tuple(islice(values, group[0].batch)):
                yield batch

        return batches

    def _shelf(self, group: Group) -> Sequence[Key]:
        """Return the values of a list that is nobody's; it is asked for once.

        Raises:
            Incomplete: a record came twice, so that another may have slipped between two pages.
            NotAsDescribed: there is no such place in its records.
        """
        name = group[0].collection
        if name not in self._shelved:
            self._shelved[name] = tuple(Walk(self.session, self.api.shelves[name], {}).records())
        shelf = self.api.shelves[name]
        rows = [row for record in self._shelved[name] for row in leading(shelf, group, record)]
        if len(set(rows)) != len(rows):
            raise Incomplete(f"{self.session.name}: `{name}` changed while it was read: a record came twice")
        return rows

    def _said(self, claim: str, gaps: frozenset[str]) -> Iterator[str]:
        """Yield what to ask with; a claim that records are only compared with needs no second spelling."""
        return self._spellings(claim) if claim in gaps else iter(dict.fromkeys(self._identity.of(claim)))

    def _spellings(self, claim: str) -> Iterator[str]:
        told = dict.fromkeys(self._identity.of(claim))
        if claim != "email":
            yield from told
            return
        for address in told:
            try:
                yield from dict.fromkeys((address, *spellings(address)))
            except NotAnAddress:
                continue

    def _is_theirs(self, endpoint: Endpoint, collection: Collection, record: Record, question: Question) -> bool:
        theirs = all(self._belongs(endpoint, path, gap, record, question) for path, gap in endpoint.belongs.items())
        if theirs and collection.identities:
            theirs = bool(self.met(endpoint, collection, record))
        if not theirs and endpoint.others == "refuse":
            raise ForeignRecord(f"{self.session.name}: `{endpoint.collection}` holds somebody else's record")
        return theirs

    def _belongs(self, endpoint: Endpoint, path: str, gap: str, record: Record, question: Question) -> bool:
        held = at(record, path.split("."))
        if held is MISSING:
            raise lacking(f"{endpoint.collection}: {path}")
        return any(_same(gap, text, value) for text in texts(held) for value in question.meant[gap])


def _is_meant(endpoint: Endpoint, record: Record) -> bool:
    """Tell whether a record is one of this collection.

    Raises:
        NotAsDescribed: what tells it is not there, or a needed field holds nothing.
    """
    for path, expected in endpoint.only.items():
        held = at(record, path.split("."))
        if held is MISSING:
            raise lacking(f"{endpoint.collection}: {path}")
        if (type(held), held) != (type(expected), expected):
            return False
    for name in endpoint.needed:
        if at(record, endpoint.paths[name]) in (MISSING, None, ""):
            raise NotAsDescribed(f"`{endpoint.collection}.{name}` is withheld: nothing stands where something must")
    return True


def _same(kind: str, held: str, value: str) -> bool:
    return same_mailbox(held, value) if kind == "email" else held == value


def _each(sources: Sequence[Callable[[], Iterator[Sequence[Key]]]]) -> Iterator[tuple[Sequence[Key], ...]]:
    """Yield every combination, without holding the values of a source."""
    if not sources:
        yield ()
        return
    for batch in sources[0]():
        yield from ((batch, *others) for others in _each(sources[1:]))
