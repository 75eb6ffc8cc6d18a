"""What a dataset file says, as frozen values. Standard keys are fideslang's; ours stand under `dsar`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final, TypeVar

from requests_app.connectors.base import (
    DATA_TYPES,
    BadDescription,
    CollectionInfo,
    FieldInfo,
    Inventory,
    Problem,
    Purpose,
    Recipient,
    Words,
)
from requests_app.connectors.sql.places import Place, read

FACTS: Final = ("name", "postcode", "birth_date", "order_number", "phone_number")
_T = TypeVar("_T", "Field", "Collection")
LEGAL_BASES: Final = ("consent", "contract", "legal_obligation", "vital_interest", "public_task", "legitimate_interest")


@dataclass(frozen=True, slots=True)
class Reference:
    """A field's tie to a field elsewhere. `direction`: `from` there to here, `to` there from here, or empty for either way."""

    dataset: str
    collection: str
    field: str
    direction: str
    where: str


@dataclass(frozen=True, slots=True)
class Hold:
    """A duty to keep: `kind`, for records whose `field` is one of `values` (no field: for every record)."""

    kind: str
    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One described column."""

    info: FieldInfo
    identity: str
    fact: str
    media_type: str
    keep_as: str
    references: tuple[Reference, ...]
    where: str

    @property
    def name(self) -> str:
        return self.info.name

    @property
    def travels(self) -> bool:
        return self.info.about != "other"


@dataclass(frozen=True, slots=True)
class Collection:
    """One described table or view. `fields` are all of them, withheld ones too."""

    info: CollectionInfo
    fields: tuple[Field, ...]
    keep_as: str
    holds: tuple[Hold, ...]
    where: str

    @property
    def name(self) -> str:
        return self.info.name

    @property
    def key(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.info.is_key)

    @property
    def identities(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.identity)

    @property
    def shown(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.travels)

    def field(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)


@dataclass(frozen=True, slots=True)
class Description:
    """One system as its file describes it. `schema` is the namespace of its tables, or empty; `digest` is the file's SHA-256."""

    key: str
    title: Words
    schema: str
    collections: tuple[Collection, ...]
    digest: str

    def collection(self, name: str) -> Collection:
        return next(collection for collection in self.collections if collection.name == name)

    def inventory(self) -> Inventory:
        return Inventory(self.key, self.title, tuple(collection.info for collection in self.collections), self.digest)


def describe(path: Path) -> Description:
    """Read a dataset file; what was read from the same bytes before is not read again.

    Raises:
        BadDescription: with every mistake of the file.
    """
    try:
        content = path.read_bytes()
    except OSError:
        content = None
    if content is None:
        raise BadDescription(Problem("bad_description", path.name, "the file cannot be read"))
    return _described(path.name, content)


@lru_cache(maxsize=32)
def _described(name: str, content: bytes) -> Description:
    root = read(name, content)
    found = list(root.get("dataset").items())
    if len(found) != 1:
        root.get("dataset").wrong("must be a list of exactly one dataset: a system is one dataset in one file")
        raise BadDescription(*root.mistakes)
    description = _description(found[0], sha256(content).hexdigest())
    skipped = {at.get("name").text() for at in found[0].get("collections").items() if _skipped(at)}
    _refuse_dangling(description, skipped, root.mistakes)
    if root.mistakes:
        raise BadDescription(*root.mistakes)
    return description


@dataclass(frozen=True, slots=True)
class _Named:
    """What a dataset names once and its collections refer to."""

    purposes: Mapping[str, Purpose]
    recipients: Mapping[str, Recipient]
    origins: Mapping[str, Words]
    retention: Mapping[str, Words]


def _description(place: Place, digest: str) -> Description:
    key = place.get("fides_key").needed()
    place = place.named(key)
    ours = place.get("dsar")
    ours.only("title", "recipients", "purposes", "origins", "retention")
    names = _Named(
        {name: _purpose(at) for name, at in ours.get("purposes").pairs()},
        {name: _recipient(at) for name, at in ours.get("recipients").pairs()},
        {name: at.words() for name, at in ours.get("origins").pairs()},
        {name: at.words() for name, at in ours.get("retention").pairs()},
    )
    collections = place.get("collections")
    if not collections:
        collections.wrong("is missing")
    return Description(
        key,
        _title(ours.get("title"), place.get("name").text() or key),
        _meta(place).get("namespace").get("schema").text(),
        tuple(_distinct((_collection(at, names) for at in collections.items() if not _skipped(at)), collections)),
        digest,
    )


def _skipped(place: Place) -> bool:
    return _meta(place).get("skip_processing").flag()


def _meta(place: Place) -> Place:
    return place.get("fides_meta", "fidesops_meta")


def _title(place: Place, fallback: str) -> Words:
    words = place.words()
    return words if words["en"] else {**words, "en": fallback.replace("_", " ").strip().capitalize()}


def _purpose(place: Place) -> Purpose:
    place.only("title", "legal_basis")
    place.get("legal_basis").needed()
    return Purpose(place.get("title").words(), place.get("legal_basis").one_of(*LEGAL_BASES))


def _recipient(place: Place) -> Recipient:
    place.only("name", "category", "country", "safeguard")
    return Recipient(
        place.get("name").words(), place.get("category").needed(), place.get("country").text(), place.get("safeguard").text()
    )


def _collection(place: Place, names: _Named) -> Collection:
    name = place.get("name").needed()
    place = place.named(name)
    ours = place.get("dsar")
    ours.only("topic", "title", "purposes", "recipients", "origins", "retention_class", "keep_as", "holds")
    categories = place.get("data_categories").texts()
    fields = tuple(_distinct((_field(at.named(name), categories) for at in place.get("fields").items()), place.get("fields")))
    if not fields:
        place.get("fields").wrong("is missing")
    retention = ours.get("retention_class")
    return Collection(
        CollectionInfo(
            name,
            _title(ours.get("title"), name),
            ours.get("topic").text() or "other",
            tuple(field.info for field in fields if field.travels),
            tuple(field.info for field in fields if not field.travels),
            tuple(names.purposes[key] for key in _refer(ours.get("purposes"), names.purposes)),
            tuple(names.recipients[key] for key in _refer(ours.get("recipients"), names.recipients)),
            tuple(names.origins[key] for key in _refer(ours.get("origins"), names.origins)),
            retention.text(),
            names.retention[retention.text()] if _known(retention, names.retention) else {"en": ""},
        ),
        fields,
        ours.get("keep_as").text(),
        tuple(_hold(at, fields) for at in ours.get("holds").items()),
        place.where,
    )


def _refer(place: Place, known: Mapping[str, object]) -> Iterator[str]:
    return (item.text() for item in place.items() if _known(item, known))


def _known(place: Place, known: Mapping[str, object]) -> bool:
    if place and place.text() not in known:
        place.wrong(f"`{place.text()}` is not named at the dataset")
    return place.text() in known


def _hold(place: Place, fields: tuple[Field, ...]) -> Hold:
    place.only("kind", "when")
    when = place.get("when")
    when.only("field", "in")
    name = when.get("field")
    if name and name.text() not in {field.name for field in fields}:
        name.wrong(f"`{name.text()}` is no field of this collection")
    return Hold(place.get("kind").needed(), name.text(), when.get("in").texts())


def _field(place: Place, categories: tuple[str, ...]) -> Field:
    name = place.get("name").needed()
    place = place.named(f"{place.name}.{name}")
    if place.get("fields"):
        place.get("fields").wrong("a column of a SQL system has no fields below it: describe it as a whole")
    ours, meta = place.get("dsar"), _meta(place)
    ours.only("title", "fact", "about", "file", "type", "keep_as")
    file = ours.get("file")
    file.only("media_type")
    return Field(
        FieldInfo(
            name,
            _title(ours.get("title"), name),
            place.get("data_categories").texts() or categories,
            _data_type(ours.get("type")) or _data_type(meta.get("data_type")),
            ours.get("about").one_of("subject", "other", "both"),
            bool(file),
            meta.get("primary_key").flag(),
        ),
        meta.get("identity").text(),
        ours.get("fact").one_of("", *FACTS),
        file.get("media_type").text(),
        ours.get("keep_as").text(),
        tuple(_reference(at) for at in meta.get("references").items()),
        place.where,
    )


def _data_type(place: Place) -> str:
    text = place.text()
    if text and text.removesuffix("[]") not in DATA_TYPES:
        place.wrong(f"must be one of: {', '.join(sorted(DATA_TYPES))}")
    return text


def _reference(place: Place) -> Reference:
    dataset, target = place.get("dataset").needed(), place.get("field")
    collection, dot, name = target.needed().partition(".")
    if not (dot and collection and name) or "." in name:
        target.wrong("must be `collection.field`")
    return Reference(dataset, collection, name, place.get("direction").one_of("", "from", "to"), place.where)


def _distinct(found: Iterator[_T], place: Place) -> Iterator[_T]:
    seen: set[str] = set()
    for one in found:
        if one.name in seen:
            place.mistakes.append(Problem("bad_description", one.where, f"`{one.name}` is described twice"))
        elif one.name:
            yield one
        seen.add(one.name)


def _refuse_dangling(description: Description, skipped: set[str], mistakes: list[Problem]) -> None:
    known = {(collection.name, field.name) for collection in description.collections for field in collection.fields}
    for collection in description.collections:
        for reference in (reference for field in collection.fields for reference in field.references):
            here = reference.dataset == description.key and reference.collection not in skipped
            if here and (reference.collection, reference.field) not in known:
                target = f"{reference.collection}.{reference.field}"
                mistakes.append(Problem("bad_description", reference.where, f"`{target}` is not described"))
