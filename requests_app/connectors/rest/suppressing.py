"""Switching channels off over HTTP, record by record: told, then read back."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from requests_app.connectors.base import NOTHING, BadDescription, Config, File
from requests_app.connectors.rest.asking import Asker
from requests_app.connectors.rest.clean import clean
from requests_app.connectors.rest.description import describe_api
from requests_app.connectors.rest.endpoints import Api, Call, Endpoint
from requests_app.connectors.rest.gather import Gathering
from requests_app.connectors.rest.held import value_of
from requests_app.connectors.rest.parts import read_call, read_path, read_texts, read_tree, refuse_filters
from requests_app.connectors.rest.session import Session
from requests_app.connectors.rest.values import at, plain
from requests_app.connectors.rest.walk import Record
from requests_app.connectors.rest.way import way
from requests_app.connectors.sql.places import Place, read
from requests_app.connectors.sql.suppressing.rules import refusing
from requests_app.connectors.suppressing import Channel, NotSuppressed, Stopped, Suppressor
from requests_app.values import Identity, Root

KEYS = ("channel", "method", "path", "query", "headers", "json", "form", "read", "done")
READ = ("method", "path", "query", "headers", "json", "form", "record")


@dataclass(frozen=True, slots=True)
class Switch:
    """How a record of a collection is switched off: `call`; then `read` must show at each path of `done` what stands there."""

    collection: str
    channels: tuple[Channel, ...]
    call: Call
    read: Call
    record: tuple[str, ...]
    done: Mapping[str, Any]


class Suppressing(Suppressor):
    """The part of the connector that switches off, where a description says how."""

    def suppressible(self, config: Config) -> frozenset[Channel]:
        return frozenset(channel for switch in _switches(config.description) for channel in switch.channels)

    def reaches(self, config: Config) -> frozenset[Channel] | None:
        return refusing(config.description).reaches

    def suppress(self, config: Config, identity: Identity, channels: Collection[Channel]) -> Iterator[Stopped]:
        return clean(partial(_suppress, config, identity, channels))


class _Found(Gathering):
    """The records of one person, in memory: each means two questions to the system."""

    def __init__(self, asker: Asker, roots: Sequence[Root]) -> None:
        super().__init__(asker, roots, NOTHING)
        self.records: dict[str, list[Record]] = {}

    def write(self, endpoint: Endpoint, record: Record) -> None:
        self.records.setdefault(endpoint.collection, []).append(record)


def _suppress(config: Config, identity: Identity, channels: Collection[Channel]) -> Iterator[Stopped]:
    wanted = [(one, channel) for one in _switches(config.description) for channel in one.channels if channel in channels]
    if not wanted:
        return
    api = describe_api(config.description)
    roots = tuple(Root(one.name, ()) for one in api.data.collections if one.identities)
    with Session(config, api, way(config, api)) as session, _Found(Asker(api, session, identity), roots) as found:
        found.gather()
        for switch, channel in wanted:
            records = found.records.get(switch.collection, [])
            changed = sum(_switch(session, api, switch, record) for record in records)
            yield Stopped(switch.collection, channel, len(records), changed)


def _switch(session: Session, api: Api, switch: Switch, record: Record) -> bool:
    """Switch one record off, unless it is; return whether it was on.

    Raises:
        NotSuppressed: the system said that it was done, and it was not.
    """
    endpoint, collection = api.endpoint(switch.collection), api.data.collection(switch.collection)
    names = {name for name in switch.call.gaps | switch.read.gaps if collection.has(name)}
    values = {name: plain(value_of(endpoint, collection.field(name), record)) or "" for name in names}
    if _is_off(session, switch, values):
        return False
    ask = session.asked(switch.call, values, session.url(switch.call, values, {}))
    session.again(lambda: session.once(ask, frozenset(), is_deed=True))
    if not _is_off(session, switch, values):
        raise NotSuppressed(f"{session.name}: `{switch.collection}`: the system said that it was done, and it is not")
    return True


def _is_off(session: Session, switch: Switch, values: Mapping[str, str]) -> bool:
    body = at(session.ask(switch.read, values, session.url(switch.read, values, {})).body, switch.record)
    told = ((at(body, tuple(path.split("."))), wanted) for path, wanted in switch.done.items())
    return all((type(held), held) == (type(wanted), wanted) for held, wanted in told)


def _switches(path: File) -> tuple[Switch, ...]:
    """Raises: BadDescription: with every mistake."""
    return _read(path, path.read_bytes())


@lru_cache(maxsize=32)
def _read(path: File, content: bytes) -> tuple[Switch, ...]:
    root, api = read(path.name, content), describe_api(path)
    found: list[Switch] = []
    for collection, endpoint in root.get("rest").get("endpoints").pairs():
        found += [_one(place.named(f"{collection}.suppress"), collection) for place in endpoint.get("suppress").one_or_more()]
    for one in found:
        described, filled = api.data.collection(one.collection), set(api.values)
        for gap in (one.call.gaps | one.read.gaps) - filled:
            if not described.has(gap):
                root.get("rest").wrong(f"`{{{gap}}}` in `{one.collection}.suppress` is no field of the collection")
    if root.mistakes:
        raise BadDescription(*root.mistakes)
    return tuple(found)


def _one(place: Place, collection: str) -> Switch:
    place.only(*KEYS)
    place.get("read").only(*READ)
    refuse_filters(place)
    channels = tuple(Channel(one.text()) for one in place.get("channel").one_or_more() if one.text() in set(Channel))
    if len(channels) != len(list(place.get("channel").one_or_more())) or not channels:
        place.get("channel").wrong(f"must be one of: {', '.join(Channel)}")
    done = read_tree(place.get("done")) or {}
    if not done:
        place.wrong("must say what is read back when it is off: `done`")
    call = Call(
        place.get("method").one_of("PATCH", "PUT", "POST", "DELETE"), place.get("path").needed(), read_texts(place.get("query")),
        read_texts(place.get("headers")), read_tree(place.get("json")), read_texts(place.get("form")),
    )  # fmt: skip
    return Switch(collection, channels, call, read_call(place.get("read")), read_path(place.get("read").get("record")), done)
