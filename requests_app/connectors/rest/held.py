"""What a record holds in the places that the description names."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from requests_app.connectors.base import NotAsDescribed
from requests_app.connectors.rest.endpoints import Endpoint, Feed, Group
from requests_app.connectors.rest.values import MISSING, at, fits, lacking, plain
from requests_app.connectors.rest.walk import Record
from requests_app.connectors.sql.description import Collection, Field

AROUND = "^"
"""The path by which a record reaches what it was found through."""
Key = tuple[str, ...]


def value_of(endpoint: Endpoint, one: Field, record: Record) -> Any:
    """Return the value of a described field.

    Raises:
        NotAsDescribed: it is not there, or of another type.
    """
    value = at(record, endpoint.paths[one.name])
    if value is MISSING:
        if one.name in endpoint.optional:
            return None
        raise lacking(f"{endpoint.collection}.{one.name}")
    if not fits(value, one.info.data_type):
        raise NotAsDescribed(f"`{endpoint.collection}.{one.name}` is no {one.info.data_type} in the answer")
    return value


def key_of(endpoint: Endpoint, collection: Collection, record: Record) -> Key:
    """Return the primary key as text; empty where the collection has none.

    Raises:
        NotAsDescribed: a part of it is not there.
    """
    parts = [plain(value_of(endpoint, one, record)) for one in collection.key]
    if None in parts:
        raise NotAsDescribed(f"`{endpoint.collection}`: a record without a key")
    return tuple(part or "" for part in parts)


def leading(endpoint: Endpoint, group: Group, record: Record) -> Iterator[Key]:
    """Yield the values that a record of the group's collection leads on with, row by row.

    Raises:
        NotAsDescribed: there is no such place in it.
    """
    return product(*(feeding(endpoint, feed, record) for feed in group))


def feeding(endpoint: Endpoint, feed: Feed, record: Record) -> Iterator[str]:
    """Yield the values that a record of the feed's collection leads on with.

    Raises:
        NotAsDescribed: there is no such place in it.
    """
    first, *rest = feed.path
    value = at(record, (*endpoint.paths.get(first, (first,)), *rest))
    if value is MISSING and first not in endpoint.optional:
        raise lacking(f"{feed.collection}.{'.'.join(feed.path)}")
    for one in value if isinstance(value, list) else [value]:
        text = plain(one)
        if text:
            yield text


def inside(endpoint: Endpoint, record: Record) -> Iterator[Record]:
    """Yield the records that lie inside a record of the collection around them.

    Raises:
        NotAsDescribed: there is no list of records.
    """
    found = at(record, endpoint.within[1])
    if found is None:
        return
    if endpoint.one and isinstance(found, dict):
        found = [found]
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise NotAsDescribed(f"`{endpoint.collection}`: what should be a list of records is none")
    for one in found:
        yield {**one, AROUND: record}


def texts(value: Any) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        text = plain(one)
        if text is not None:
            yield text
