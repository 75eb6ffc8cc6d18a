"""Everything that one system holds about one person: asked, looked at, and laid aside until the whole is known to be whole."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from hashlib import blake2b
from typing import Final, Self

from requests_app.connectors.base import Batch, ForeignRecord, Form, Given, Incomplete, TooMuch
from requests_app.connectors.rest.asking import Asker
from requests_app.connectors.rest.endpoints import Endpoint, Group
from requests_app.connectors.rest.held import AROUND, Key, feeding, inside, key_of, leading, value_of
from requests_app.connectors.rest.spool import RECORD, Spool
from requests_app.connectors.rest.values import lacking, line, plain
from requests_app.connectors.rest.walk import Record
from requests_app.values import Root

Place = tuple[str, tuple[str, ...]]
"""A collection, and a path in its records."""
File = tuple[int, str]
"""The number of a record, and what it says of where its file is."""
_MARK: Final = 16  # bytes of a digest by which a record is known again


class Gathering:
    """The records of one person, collection by collection, with what leads on from them."""

    def __init__(self, asker: Asker, roots: Sequence[Root], given: Given) -> None:
        self._asker, self._api, self._roots, self._given = asker, asker.api, roots, given
        self._open = ExitStack()
        self.spools: dict[tuple[str, Form], Spool] = {}
        self.files: dict[tuple[str, str], list[File]] = {}
        self._fed: dict[tuple[Place, ...], dict[Key, None]] = {}
        self._leads: dict[str, dict[tuple[Place, ...], Group]] = {}
        for group in [group for one in self._api.endpoints for group in one.together]:
            if not (group[0].dataset or group[0].shelf):
                self._fed[_places(group)] = {}
                self._leads.setdefault(group[0].collection, {})[_places(group)] = group
        self._told: dict[Place, dict[str, int]] = {}
        self._marks: dict[str, set[bytes]] = {endpoint.collection: set() for endpoint in self._api.endpoints}

    def __enter__(self) -> Self:
        for endpoint in self._api.endpoints:
            for form in Form:
                self.spools[endpoint.collection, form] = self._open.enter_context(Spool())
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def gather(self) -> None:
        """Ask for everything.

        Raises:
            ForeignRecord: a chosen record is not among the person's any more.
            SourceFault: the answer is not whole.
        """
        persons = [one for one in self._api.ordered() if self._api.data.collection(one.collection).identities]
        self._take_persons(persons)
        for endpoint in self._api.ordered():
            if endpoint not in persons and endpoint.is_asked:
                counted: Counter[str] = Counter()
                for record in self._asker.records(endpoint, self._values):
                    counted.update(record[AROUND].values() if endpoint.at_least[0] else ())
                    self._take(endpoint, record)
                self._refuse_fewer(endpoint, counted)

    def _refuse_fewer(self, endpoint: Endpoint, counted: Counter[str]) -> None:
        """Raises: Incomplete: fewer came than the record that led to them says there are."""
        for value, told in self._told.get(endpoint.at_least, {}).items():
            if counted[value] < told:
                raise Incomplete(f"{self._asker.session.name}: fewer `{endpoint.collection}` came than there are")

    def batches(self, collection: str) -> Iterator[Batch]:
        for form in Form:
            for text, records in self.spools[collection, form].frames():
                yield Batch(collection, form, text, records)

    def _take_persons(self, persons: Sequence[Endpoint]) -> None:
        met: dict[str, set[Key]] = {}
        for endpoint in persons:
            chosen = {root.key for root in self._roots if root.collection == endpoint.collection}
            collection = self._api.data.collection(endpoint.collection)
            for record in self._asker.records(endpoint, self._values) if chosen else ():
                key = key_of(endpoint, collection, record)
                if key in chosen or () in chosen:
                    met.setdefault(endpoint.collection, set()).add(key)
                    self._take(endpoint, record)
        for root in self._roots:
            if root.key and root.key not in met.get(root.collection, ()):
                raise ForeignRecord(
                    f"{self._asker.session.name}: a record chosen in `{root.collection}` no longer meets what was asked"
                )

    def _take(self, endpoint: Endpoint, record: Record) -> None:
        if not self._is_new(endpoint, record):
            return
        self.write(endpoint, record)
        self._lead_on(endpoint, record)
        for inner in self._api.endpoints:
            if inner.within[0] == endpoint.collection:
                for one in inside(inner, record):
                    self._take(inner, one)

    def _lead_on(self, endpoint: Endpoint, record: Record) -> None:
        for places, group in self._leads.get(endpoint.collection, {}).items():
            self._fed[places].update(dict.fromkeys(leading(endpoint, group, record)))
        for other in self._api.endpoints:
            if other.at_least[0] == endpoint.collection:
                count = next(feeding(endpoint, replace(other.feeds[0], path=other.at_least[1]), record), "")
                if not count.isdecimal():
                    raise lacking(f"{other.at_least[0]}.{'.'.join(other.at_least[1])}")
                told = self._told.setdefault(other.at_least, {})
                told.update(dict.fromkeys(feeding(endpoint, other.feeds[0], record), int(count)))

    def _is_new(self, endpoint: Endpoint, record: Record) -> bool:
        """Tell whether a record with this key has not come yet; the same key with other content means that it changed."""
        collection = self._api.data.collection(endpoint.collection)
        if not collection.key:
            return True
        mark = blake2b("\0".join(key_of(endpoint, collection, record)).encode("utf-8", "replace"), digest_size=_MARK).digest()
        marks = self._marks[endpoint.collection]
        if mark in marks:
            return False
        marks.add(mark)
        return True

    def write(self, endpoint: Endpoint, record: Record) -> None:
        """Lay aside a record that has not come yet."""
        shown = self._api.data.collection(endpoint.collection).shown
        row = [value_of(endpoint, one, record) for one in shown]
        names, kinds = [one.name for one in shown], [one.info.data_type for one in shown]
        number = self.spools[endpoint.collection, Form.JSON].records
        if number >= self._asker.session.way.options["record_limit"]:
            raise TooMuch(f"{self._asker.session.name}: `{endpoint.collection}` has more records than record_limit")
        for form in Form:
            text = line(row, names, kinds, form)
            if len(text) > RECORD:
                raise TooMuch(f"{self._asker.session.name}: a record of `{endpoint.collection}` is larger than a megabyte")
            self.spools[endpoint.collection, form].write(text)
        for one, value in zip(shown, row, strict=True):
            if one.info.is_file and value not in (None, ""):
                self.files.setdefault((endpoint.collection, one.name), []).append((number, plain(value) or ""))

    def _values(self, group: Group) -> Iterator[Key]:
        feed = group[0]
        if not feed.dataset:
            return iter(tuple(self._fed[_places(group)]))
        if feed.pointer not in self._given:
            raise Incomplete(f"{self._asker.session.name}: the system `{feed.dataset}` was not asked for what leads here")
        return ((value,) for value in dict.fromkeys(self._given[feed.pointer]()))


def _places(group: Group) -> tuple[Place, ...]:
    return tuple((feed.collection, feed.path) for feed in group)
