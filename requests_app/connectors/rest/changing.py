"""Changing single values over HTTP, without transactions: read first, told once, read back before it counts."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import Any, Final

from requests_app.connectors.base import Config, Incomplete, TooSlow, Unreachable
from requests_app.connectors.changing import (
    HELD,
    Became,
    Change,
    Changer,
    Held,
    Kind,
    Limit,
    Misfit,
    Receipt,
    Values,
    Wanted,
    settled,
    truth,
)
from requests_app.connectors.erasing import Key, Whom
from requests_app.connectors.rest.asking import Asker
from requests_app.connectors.rest.bodies import placed
from requests_app.connectors.rest.clean import clean
from requests_app.connectors.rest.correcting import Correct, read_corrects
from requests_app.connectors.rest.description import describe_api
from requests_app.connectors.rest.endpoints import Endpoint
from requests_app.connectors.rest.gather import Gathering
from requests_app.connectors.rest.held import key_of, value_of
from requests_app.connectors.rest.looking import read_by_key
from requests_app.connectors.rest.session import Reply, Session
from requests_app.connectors.rest.values import plain
from requests_app.connectors.rest.walk import Record
from requests_app.connectors.rest.way import way
from requests_app.connectors.sql.places import read

_UNSURE: Final = (Incomplete, TooSlow, Unreachable)
_KINDS: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(("integer", "float", "decimal"), Kind.NUMBER), "boolean": Kind.BOOLEAN, "date": Kind.DATE,
    **dict.fromkeys(("", "string", "uuid", "object_id"), Kind.TEXT),
}  # fmt: skip
_ALTERED: Final = "the system says that it was done, and something else stands there"


class Changing(Changer):
    """The part of the connector that changes single values, where a description says how."""

    def limits(self, config: Config, wanted: Wanted) -> Mapping[str, Mapping[str, Limit]]:
        (found,) = clean(partial(_limits, config, wanted))
        return found

    def held(self, config: Config, whom: Whom, wanted: Wanted) -> Iterator[Held]:
        return clean(partial(_held, config, whom, wanted))

    def now(self, config: Config, places: Iterable[tuple[str, Key]], wanted: Wanted) -> Iterator[Held]:
        return clean(partial(_now, config, places, wanted))

    def change(self, config: Config, whom: Whom, changes: Iterable[Change]) -> Iterator[Receipt]:
        return clean(partial(_change, config, whom, changes))


class Holding(Gathering):
    """The records of one person, of which only the wanted fields are kept."""

    def __init__(self, asker: Asker, whom: Whom, wanted: Wanted) -> None:
        super().__init__(asker, whom.roots, whom.given)
        self._wanted = wanted
        self.found: list[Held] = []

    def write(self, endpoint: Endpoint, record: Record) -> None:
        """Keep a record that has not come yet."""
        if (fields := self._wanted.get(endpoint.collection)) is not None:
            collection = self._api.data.collection(endpoint.collection)
            values = {name: _text(value_of(endpoint, collection.field(name), record)) for name in fields}
            self.found.append(Held(collection.name, key_of(endpoint, collection, record), values))


@dataclass(frozen=True)
class Writing:
    """One system while values in it are changed."""

    session: Session
    corrects: Mapping[str, Correct]

    def limit(self, name: str, field: str) -> Limit:
        correct, one = self.corrects.get(name), self.session.api.data.collection(name).field(field)
        kind = _KINDS.get(one.info.data_type, Kind.OTHER)
        fixed = "no_way" if correct is None or field not in correct.fields else "kind" if kind is Kind.OTHER else ""
        return Limit(kind, bool(correct and field in correct.may_be_empty), one.length, "read_only" if one.read_only else fixed)

    def now(self, name: str, key: Key, fields: Iterable[str]) -> Values | None:
        """Return what stands in a record; None where it is not there, or cannot be asked for by its key."""
        correct = self.corrects.get(name)
        record = read_by_key(self.session, name, correct.read, key) if correct else None
        if record is None:
            return None
        endpoint, collection = self.session.api.endpoint(name), self.session.api.data.collection(name)
        return {field: _text(value_of(endpoint, collection.field(field), record)) for field in fields}

    def make(self, change: Change, theirs: set[tuple[str, Key]]) -> Receipt:
        """Make one change, and read it back."""
        before = self.now(change.collection, change.key, (change.field,))
        if before is None or (change.collection, change.key) not in theirs:
            return Receipt(change.name, Became.GONE)
        limit, value = self.limit(change.collection, change.field), before[change.field]
        if receipt := settled(change, limit, value):
            return receipt
        if not self._tell(change, limit):
            return Receipt(change.name, Became.REFUSED, value, Misfit.SIGNS.value)
        after = self.now(change.collection, change.key, (change.field,))
        stands = after[change.field] if after else None
        done = after is not None and limit.same(stands, change.new)
        return Receipt(change.name, Became.DONE, stands) if done else Receipt(change.name, Became.UNTRUE, stands, _ALTERED)

    def _tell(self, change: Change, limit: Limit) -> bool:
        """Have one value written; False where the system refuses it. After an answer that did not come, it is read first."""
        correct, unsure = self.corrects[change.collection], False
        ask = self._ask(correct, change, limit)

        def once() -> Reply:
            nonlocal unsure
            if unsure and self._stands(change, limit):
                return Reply({}, None, ask.url)
            try:
                return self.session.once(ask, correct.refused, is_deed=True)
            except _UNSURE:
                unsure = True
                raise

        return not self.session.again(once).nothing

    def _ask(self, correct: Correct, change: Change, limit: Limit) -> Any:
        collection = self.session.api.data.collection(change.collection)
        values = {one.name: part for one, part in zip(collection.key, change.key, strict=True)}
        path = (*correct.inside, *self.session.api.endpoint(change.collection).paths[change.field])
        body = placed({path: _json(change.new, limit, collection.field(change.field).info.data_type)}, as_form=correct.as_form)
        mark = sha256(f"{change.name} {change.collection} {change.field}".encode()).hexdigest()
        headers = {**correct.call.headers, correct.idempotency: mark} if correct.idempotency else correct.call.headers
        call = replace(correct.call, headers=headers)
        call = replace(call, form=body) if correct.as_form else replace(call, json=body)
        return self.session.asked(call, values, self.session.url(call, values, {}))

    def _stands(self, change: Change, limit: Limit) -> bool:
        held = self.now(change.collection, change.key, (change.field,))
        return held is not None and limit.same(held[change.field], change.new)


@contextmanager
def _begun(config: Config) -> Iterator[Writing]:
    api = describe_api(config.description)
    endpoints = read(config.description.name, config.description.read_bytes()).get("rest").get("endpoints")
    with Session(config, api, way(config, api)) as session:
        yield Writing(session, read_corrects(endpoints, api.data, api.values))


def _limits(config: Config, wanted: Wanted) -> Iterator[Mapping[str, Mapping[str, Limit]]]:
    with _begun(config) as writing:
        yield {name: {field: writing.limit(name, field) for field in fields} for name, fields in wanted.items()}


def _gathered(writing: Writing, whom: Whom, wanted: Wanted) -> list[Held]:
    with Holding(Asker(writing.session.api, writing.session, whom.identity), whom, wanted) as holding:
        holding.gather()
    return holding.found


def _held(config: Config, whom: Whom, wanted: Wanted) -> Iterator[Held]:
    counts: dict[str, int] = {}
    with _begun(config) as writing:
        for one in sorted(_gathered(writing, whom, wanted), key=lambda held: (held.collection, held.key)):
            counts[one.collection] = counts.get(one.collection, 0) + 1
            if counts[one.collection] <= HELD + 1:
                yield one


def _now(config: Config, places: Iterable[tuple[str, Key]], wanted: Wanted) -> Iterator[Held]:
    with _begun(config) as writing:
        for name, key in places:
            if (values := writing.now(name, key, wanted[name])) is not None:
                yield Held(name, key, values)


def _change(config: Config, whom: Whom, changes: Iterable[Change]) -> Iterator[Receipt]:
    """What the person is known by is changed last: until then the others are found by it."""
    todo = list(changes)
    with _begun(config) as writing:
        known_by = {(one.name, field.name) for one in writing.session.api.data.collections for field in one.identities}
        theirs = {(one.collection, one.key) for one in _gathered(writing, whom, {one.collection: () for one in todo})}
        for one in sorted(todo, key=lambda change: (change.collection, change.field) in known_by):
            yield writing.make(one, theirs)


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return plain(value) if isinstance(value, str | int) else str(value)


def _json(value: str | None, limit: Limit, data_type: str) -> Any:
    if value is None:
        return None
    if limit.kind is Kind.BOOLEAN:
        return truth(value)
    return int(value) if data_type == "integer" else value
