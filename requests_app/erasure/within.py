"""Whether a plan is a part of another that was approved: what is gone by now is missing, and nothing is new."""

import json
from collections.abc import Iterable, Iterator
from hashlib import blake2b

from requests_app.connectors.erasing import Deed, Key, Planned, digest_of


class Beyond(Exception):
    """The plan would touch a record that was not approved, or do something else with one. `collections` are where."""

    def __init__(self, collections: Iterable[str]) -> None:
        self.collections = tuple(sorted(set(collections)))
        super().__init__(", ".join(self.collections))


def digest_within(now: Iterable[Planned], approved: Iterable[Planned], *, deeds: bool = True) -> bytes:
    """Return the digest of `now`, in which each record that is touched was approved for that deed. Holds 16 bytes for a record.

    Without `deeds` it is enough that the record was approved.

    Raises:
        Beyond: it does not.
    """
    allowed = {_mark(some, key, deeds=deeds) for some in approved for key in some.keys}
    beyond: set[str] = set()

    def seen() -> Iterator[Planned]:
        for some in now:
            touches = some.ruling.deed is not Deed.KEEP or some.how
            if touches and not all(_mark(some, key, deeds=deeds) in allowed for key in some.keys):
                beyond.add(some.collection)
            yield some

    digest = digest_of(seen())
    if beyond:
        raise Beyond(beyond)
    return digest


def _mark(some: Planned, key: Key, *, deeds: bool) -> bytes:
    return mark_of(some.collection, key, *([some.ruling.deed, sorted(some.how.items())] if deeds else []))


def mark_of(*what: object) -> bytes:
    """Return 16 bytes that stand for a record."""
    return blake2b(json.dumps(what).encode(), digest_size=16).digest()
