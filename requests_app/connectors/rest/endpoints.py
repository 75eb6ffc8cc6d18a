"""How the collections of one REST system are asked for, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from requests_app.connectors.base import Pointer
from requests_app.connectors.rest.templates import gaps
from requests_app.connectors.sql.description import Description


@dataclass(frozen=True, slots=True)
class Mark:
    """Where something stands in an answer: a header, or a dotted path in the body."""

    header: str
    path: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.header or self.path)


@dataclass(frozen=True, slots=True)
class Auth:
    """How we say who we are; the texts of `parts` may have gaps for the source's values."""

    kind: str
    parts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Paging:
    """How an answer goes on. `size`: records a page, 0 where the description does not say."""

    kind: str
    param: str
    first: int
    size_param: str
    size: int
    total: Mark
    pages: Mark
    more: Mark
    next: Mark
    last: tuple[str, ...]
    next_may_lack: bool


@dataclass(frozen=True, slots=True)
class Feed:
    """Values of a field of other records, each of which is asked with. `dataset` is empty for this very system.

    With `shelf`, `collection` names a list that is nobody's. Feeds of one collection go together: their values are of one record.
    """

    name: str
    dataset: str
    collection: str
    path: tuple[str, ...]
    batch: int
    join: str
    shelf: bool = False

    @property
    def pointer(self) -> Pointer:
        return Pointer(self.dataset, self.collection, ".".join(self.path))


Group = tuple[Feed, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One question over HTTP, with gaps."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    json: Any
    form: Mapping[str, str]

    @property
    def gaps(self) -> frozenset[str]:
        return frozenset(gaps([self.path, self.query, self.headers, self.json, self.form]))


@dataclass(frozen=True, slots=True)
class Beside:
    """Records that lie beside the list in an answer: those in which `where` holds what the record has at `equals`."""

    records: tuple[str, ...]
    where: tuple[str, ...]
    equals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How one collection is asked for.

    `within`: it is a list inside the records of another collection, and no question of its own. `belongs` maps a path in a
    record to the gap whose value must stand there; `others` says what becomes of a record in which it does not. `only` maps a
    path to what stands there in the records of this collection; others that come are left out. `needed` fields hold something in
    every record. `at_least` names where the record that led here says how many there are. `also`: further questions of the same.
    """

    collection: str
    call: Call
    within: tuple[str, tuple[str, ...]]
    feeds: tuple[Feed, ...]
    claims: tuple[str, ...]
    records: tuple[str, ...]
    one: bool
    paging: Paging
    none: frozenset[int]
    failed: tuple[str, ...]
    belongs: Mapping[str, str]
    others: str
    paths: Mapping[str, tuple[str, ...]]
    optional: frozenset[str]
    only: Mapping[str, Any]
    needed: frozenset[str]
    at_least: tuple[str, tuple[str, ...]]
    where: str
    also: tuple[Self, ...] = ()
    beside: Mapping[str, Beside] = field(default_factory=dict)

    @property
    def is_asked(self) -> bool:
        return not self.within[0]

    @property
    def parents(self) -> tuple[str, ...]:
        fed = tuple(feed.collection for feed in self.led if not feed.dataset)
        return (self.within[0], *fed) if self.within[0] else fed

    @property
    def led(self) -> tuple[Feed, ...]:
        """The feeds that lead here from somebody's records."""
        return tuple(feed for feed in self.feeds if not feed.shelf)

    @property
    def together(self) -> tuple[Group, ...]:
        """The feeds in groups, each with the values of one record."""
        groups: dict[tuple[str, bool, str], Group] = {}
        for feed in self.feeds:
            key = (feed.dataset and feed.name, feed.shelf, feed.collection)
            groups[key] = (*groups.get(key, ()), feed)
        return tuple(groups.values())


@dataclass(frozen=True, slots=True)
class Api:
    """One REST system as its file describes it. `values` are the names that the source's address must carry."""

    data: Description
    address: str
    values: tuple[str, ...]
    hosts: tuple[str, ...]
    headers: Mapping[str, str]
    auth: Auth
    per_second: float
    probe: Call | None
    endpoints: tuple[Endpoint, ...]
    shelves: Mapping[str, Endpoint]

    def endpoint(self, collection: str) -> Endpoint:
        return next(endpoint for endpoint in self.endpoints if endpoint.collection == collection)

    def ordered(self) -> tuple[Endpoint, ...]:
        """The endpoints, parents before those that hang on them."""
        line: list[Endpoint] = []
        while len(line) < len(self.endpoints):
            done = {endpoint.collection for endpoint in line}
            line += [one for one in self.endpoints if one.collection not in done and done.issuperset(one.parents)]
        return tuple(line)
