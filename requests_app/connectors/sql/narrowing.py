"""Less than all that is described: fields that stay are read for what they lead to, and never given out."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from requests_app.connectors.base import CollectionInfo, FieldInfo, Scope
from requests_app.connectors.portable import why_not
from requests_app.connectors.sql.description import Collection, Description, Field


@lru_cache(maxsize=64)
def narrowed(description: Description, scope: Scope) -> Description:
    """Return the description as far as `scope` asks; the same object for the same one."""
    if scope == Scope.ALL:
        return description
    narrow = _portable if scope == Scope.PORTABLE else _counted
    collections = tuple(_collection(one, narrow(one)) for one in description.collections)
    return replace(description, collections=collections, scope=scope)


def _portable(one: Collection) -> tuple[Field, ...]:
    return tuple(_field(each, one.info) for each in one.fields)


def _counted(one: Collection) -> tuple[Field, ...]:
    """Leave of each record its key, or its first field where it has none: enough to count it."""
    kept = [each for each in one.shown if each.info.is_key] or one.shown[:1]
    return tuple(replace(each, stays=each not in kept) for each in one.fields)


def _collection(one: Collection, fields: tuple[Field, ...]) -> Collection:
    given = tuple(each.info for each in fields if each.travels)
    info = replace(one.info, fields=given, left_out=tuple(_left_out(fields)))
    return replace(one, info=info, fields=fields)


def _field(one: Field, collection: CollectionInfo) -> Field:
    parts = tuple(_field(part, collection) for part in one.parts)
    stays = not any(part.travels for part in parts) if parts else why_not(one.info, collection) is not None
    info = replace(one.info, parts=tuple(part.info for part in parts if part.travels))
    return replace(one, info=info, parts=parts, stays=stays)


def _left_out(fields: Sequence[Field]) -> Iterator[FieldInfo]:
    for one in fields:
        if one.stays and one.info.about not in {"other", "secret"}:
            yield one.info
        else:
            yield from _left_out(one.parts)
