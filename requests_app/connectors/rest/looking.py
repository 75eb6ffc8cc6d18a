"""Asking for one record by its key."""

from collections.abc import Mapping
from typing import Any

from requests_app.connectors.base import ForeignRecord
from requests_app.connectors.erasing import Key
from requests_app.connectors.rest.deeds import Read
from requests_app.connectors.rest.session import Session
from requests_app.connectors.rest.values import MISSING, at, lacking, plain
from requests_app.connectors.rest.walk import Record


def read_by_key(session: Session, name: str, read: Read, key: Key) -> Record | None:
    """Return the record of `name` with that key; None where it is gone.

    Raises:
        NotAsDescribed: the answer has not the described form.
        ForeignRecord: another record came.
    """
    endpoint, collection = session.api.endpoint(name), session.api.data.collection(name)
    values = {one.name: part for one, part in zip(collection.key, key, strict=True)}
    reply = session.ask(read.call, values, session.url(read.call, values, {}), read.none)
    came = None if reply.nothing else at(reply.body, read.record)
    if came is MISSING:
        raise lacking(f"{name}: {'.'.join(read.record)}")
    own = {part: values[one] for one in values if (part := endpoint.paths[one])[0] != "^"}
    records = [came] if isinstance(came, dict) else came or []
    mine = [one for one in records if all(plain(at(one, path)) == value for path, value in own.items())]
    if isinstance(came, dict) and not mine:
        raise ForeignRecord(f"{session.name}: `{name}`: another record came than was asked for")
    return mine[0] if mine and not (read.erased and stands(mine[0], read.erased)) else None


def stands(body: Any, told: Mapping[str, Any]) -> bool:
    """Tell whether a body holds what is told, by dotted path."""
    return all((type(held := at(body, tuple(path.split(".")))), held) == (type(value), value) for path, value in told.items())
