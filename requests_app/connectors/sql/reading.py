"""Reading a dataset file: fideslang's format as it is, every other key of it passed over, ours checked to the last key."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from typing import Final

from requests_app.connectors.base import BadDescription, CollectionInfo, FieldInfo, File, Problem, Words
from requests_app.connectors.sql.columns import distinct, field, masking, meta, title
from requests_app.connectors.sql.correcting import KEYS as CORRECTING
from requests_app.connectors.sql.correcting import restriction, ruled
from requests_app.connectors.sql.description import Collection, Description, Field, Partition, Reference
from requests_app.connectors.sql.keeping import KEYS, collected, keeping, part_of
from requests_app.connectors.sql.naming import Named
from requests_app.connectors.sql.places import Place, read

OWN: Final = ("topic", "title", "purposes", "recipients", "origins", "retention_class", "collected", "anonymous")


def describe(path: File, only: str = "") -> Description:
    """Read a dataset file, or the dataset `only` of it; what was read from the same bytes before is not read again.

    Raises:
        BadDescription: with every mistake of the file.
    """
    try:
        content = path.read_bytes()
    except OSError:
        content = None
    if content is None:
        raise BadDescription(Problem("bad_description", path.name, "the file cannot be read"))
    return _described(path.name, content, only)


@lru_cache(maxsize=32)
def _described(name: str, content: bytes, only: str) -> Description:
    root = read(name, content)
    places = [at for at in root.get("dataset").items() if not only or at.get("fides_key").text() == only]
    if not places:
        root.get("dataset").wrong(f"must hold the dataset `{only}`" if only else "must be a list of datasets")
        raise BadDescription(*root.mistakes)
    found = [_Dataset.read(at) for at in places]
    repeated = {key for key, count in Counter(one.key for one in found).items() if count > 1}
    for one in found:
        if one.key in repeated:
            one.place.wrong(f"the dataset `{one.key}` is described twice")
    collections = _resolved(found, root.mistakes)
    if not collections and not root.mistakes:
        root.get("dataset").wrong("describes no collection")
    if root.mistakes:
        raise BadDescription(*root.mistakes)
    keys = tuple(one.key for one in found)
    return Description(keys[0], _joint([one.title for one in found]), collections, sha256(content).hexdigest(), keys)


def _joint(titles: Sequence[Words]) -> Words:
    """Return the one title, or all of them in a row, in the languages that every one of them has."""
    shared = [language for language in titles[0] if all(language in words for words in titles)]
    return {language: ", ".join(words[language] for words in titles) for language in shared}


@dataclass(frozen=True, slots=True)
class _Dataset:
    place: Place
    key: str
    title: Words
    collections: tuple[Collection, ...]
    skipped: frozenset[str]

    @classmethod
    def read(cls, place: Place) -> "_Dataset":
        key = place.get("fides_key").needed()
        place = place.named(key)
        ours = place.get("dsar")
        ours.only("title", "recipients", "purposes", "origins", "retention", "reaches")
        names = Named.read(ours, key, place.get("data_categories").texts(), meta(place).get("namespace"))
        collections = place.get("collections")
        if not collections:
            collections.wrong("is missing")
        read = tuple(distinct((_collection(at, names) for at in collections.items() if not _skipped(at)), collections))
        skipped = frozenset(at.get("name").text() for at in collections.items() if _skipped(at))
        return cls(place, key, title(ours.get("title"), place.get("name").text() or key), read, skipped)


def _skipped(place: Place) -> bool:
    fields = place.get("fields")
    if meta(place).get("skip_processing").flag() or place.get("dsar").get("anonymous").flag():
        return True
    return bool(fields) and not list(fields.items())


def _collection(place: Place, names: Named) -> Collection:
    name = place.get("name").needed()
    place = place.named(name)
    ours, standard = place.get("dsar"), meta(place)
    ours.only(*OWN, *KEYS, *CORRECTING)
    categories = place.get("data_categories").texts() or names.categories
    fields = tuple(distinct((field(at.named(name), names, categories) for at in place.get("fields").items()), place.get("fields")))
    fields = ruled(place, fields)
    if not fields:
        place.get("fields").wrong("is missing")
    return Collection(
        _info(name, ours, fields, names),
        fields,
        place.where,
        names.key,
        name,
        names.namespace.get("schema", "schema_name", "dataset_id").text(),
        names.namespace.get("database_name", "database", "database_id", "project_id").text(),
        (),
        standard.get("after").texts(),
        standard.get("erase_after").texts(),
        masking(standard.get("masking_strategy_override")),
        tuple(_partition(at) for at in standard.get("partitioning").one_or_more()),
    )


def _info(name: str, ours: Place, fields: tuple[Field, ...], names: Named) -> CollectionInfo:
    return CollectionInfo(
        name,
        title(ours.get("title"), name),
        ours.get("topic").text() or "other",
        tuple(one.info for one in fields if one.travels),
        tuple(one for one in _apart(fields) if one.about != "secret"),
        names.purposes_at(ours),
        names.recipients_at(ours),
        names.origins_at(ours),
        ours.get("retention_class").text(),
        names.retention_at(ours),
        keeping(ours, fields),
        restriction=restriction(ours, fields),
        collected=collected(ours, fields),
        secrets=tuple(one for one in _apart(fields) if one.about == "secret"),
    )


def _apart(fields: Sequence[Field]) -> Iterator[FieldInfo]:
    """Yield what does not travel."""
    for one in fields:
        if one.travels:
            yield from _apart(one.parts)
        else:
            yield one.info


def _partition(place: Place) -> Partition:
    """What partitioning says is not ours to judge: it may take any form."""
    windows = place.get("windows").plain()
    cut = [one for one in windows if isinstance(one, dict)] if isinstance(windows, list) else []
    return Partition(
        str(place.get("field").plain() or ""), tuple((str(one.get("start", "")), str(one.get("end", ""))) for one in cut)
    )


def _resolved(found: Sequence[_Dataset], mistakes: list[Problem]) -> tuple[Collection, ...]:
    """Give every collection a name of its own, and every reference the name of what it leads to."""
    tables = [(one.key, collection) for one in found for collection in one.collections]
    shared = {table for table, count in Counter(collection.table for _, collection in tables).items() if count > 1}
    names = {(key, one.table): f"{key}.{one.table}" if one.table in shared else one.table for key, one in tables}
    known = {(key, one.table): one for key, one in tables}
    gone = {(one.key, name) for one in found for name in one.skipped}
    keys = {one.key for one in found}

    def resolved(reference: Reference) -> Iterator[Reference]:
        at = (reference.dataset, reference.collection)
        if reference.dataset not in keys:
            yield replace(reference, outside=True)
        elif at in known and known[at].has(reference.field):
            yield replace(reference, collection=names[at])
        elif at not in gone:
            target = f"{reference.collection}.{reference.field}"
            mistakes.append(Problem("bad_description", reference.where, f"`{target}` is not described"))

    def tied(one: Field) -> Field:
        references = tuple(found for reference in one.references for found in resolved(reference))
        return replace(one, references=references, parts=tuple(map(tied, one.parts)))

    named = [
        replace(one, info=replace(one.info, name=names[key, one.table]), fields=tuple(map(tied, one.fields))) for key, one in tables
    ]
    return tuple(part_of(named, mistakes))
