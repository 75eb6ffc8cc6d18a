"""What a dataset file says about refusing: `dsar.suppress` of a collection, `dsar.reaches` of a dataset."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from requests_app.connectors.base import BadDescription, File
from requests_app.connectors.sql.description import Collection, Description
from requests_app.connectors.sql.places import Place, read
from requests_app.connectors.sql.reading import describe
from requests_app.connectors.suppressing import Channel

NOW: Final = "{now}"
CHANNEL: Final = "{channel}"
_CLAIMS: Final = {"{email}": "email", "{phone_number}": "phone_number", "{customer_id}": "customer_id"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One way in which records of a collection are switched off for `channels`.

    `field` gets `value` (None: NULL; `{now}`: the moment, where nothing stands yet) in records that meet `where`; or, where there
    is no `field`, a record of the columns `insert` is added unless the person has one: their texts may be `{email}`,
    `{phone_number}`, `{customer_id}`, `{channel}` and `{now}`.
    """

    collection: str
    channels: tuple[Channel, ...]
    field: str
    value: str | None
    where: Mapping[str, str] = dataclasses.field(default_factory=dict)
    insert: Mapping[str, str | None] = dataclasses.field(default_factory=dict)

    @property
    def claims(self) -> frozenset[str]:
        """The kinds of claim that an added record names."""
        return frozenset(_CLAIMS[text] for text in self.insert.values() if text in _CLAIMS)


@dataclass(frozen=True, slots=True)
class Refusing:
    """What one file says: its rules, and by which channels the system reaches people; None where it does not say."""

    rules: tuple[Rule, ...]
    reaches: frozenset[Channel] | None

    @property
    def channels(self) -> frozenset[Channel]:
        return frozenset(channel for rule in self.rules for channel in rule.channels)


def refusing(path: File, only: str = "") -> Refusing:
    """Read a dataset file, or the dataset `only` of it.

    Raises:
        BadDescription: with every mistake.
    """
    return _read(describe(path, only), path.name, path.read_bytes(), only)


def claim_of(text: str | None) -> str:
    """Return the kind of claim that a text of a record to be added stands for; empty where it is a text of its own."""
    return _CLAIMS.get(text or "", "")


@lru_cache(maxsize=32)
def _read(description: Description, name: str, content: bytes, only: str) -> Refusing:
    root = read(name, content)
    rules: list[Rule] = []
    told: list[frozenset[Channel]] = []
    for dataset in root.get("dataset").items():
        key = dataset.get("fides_key").text()
        if only and key != only:
            continue
        if said := dataset.get("dsar").get("reaches"):
            told.append(frozenset(_channels(said)))
        for at in dataset.get("collections").items():
            found = [one for one in description.collections if (one.dataset, one.table) == (key, at.get("name").text())]
            for collection in found:
                rules += _rules(at.get("dsar").get("suppress").named(f"{collection.name}.suppress"), collection)
    if root.mistakes:
        raise BadDescription(*root.mistakes)
    return Refusing(tuple(rules), frozenset[Channel]().union(*told) if told else None)


def _rules(place: Place, collection: Collection) -> Iterator[Rule]:
    for at in place.one_or_more():
        at.only("channel", "field", "value", "where", "insert")
        channels = tuple(_channels(at.get("channel")))
        if not channels:
            at.wrong("names no channel")
        if bool(at.get("field")) == bool(at.get("insert")):
            at.wrong("needs either `field` with `value`, or `insert`")
        where = {name: value.needed() for name, value in at.get("where").pairs()}
        insert = {name: value.text() if value else None for name, value in at.get("insert").pairs()}
        _refuse_undescribed(at, collection, [*where, *insert, *([at.get("field").text()] if at.get("field") else [])])
        value = at.get("value").text() if at.get("value") else None
        rule = Rule(collection.name, channels, at.get("field").text(), value, where, insert)
        if insert and not (rule.claims and collection.identities):
            at.get("insert").wrong("must name the person, by a field that is an identity: {email}, {phone_number} or {customer_id}")
        yield rule


def _channels(place: Place) -> Iterator[Channel]:
    for at in place.one_or_more():
        if at.text() in set(Channel):
            yield Channel(at.text())
        else:
            at.wrong(f"must be one of: {', '.join(Channel)}")


def _refuse_undescribed(place: Place, collection: Collection, names: Sequence[str]) -> None:
    plain = {one.name: one for one in collection.fields}
    for name in names:
        if name not in plain:
            place.wrong(f"`{name}` is no field of the collection")
        elif plain[name].info.is_key:
            place.wrong(f"`{name}` is part of the key by which a record is known")
