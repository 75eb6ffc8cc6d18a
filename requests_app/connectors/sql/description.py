"""What a dataset file says, as frozen values. Standard keys are fideslang's; ours stand under `dsar`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from requests_app.connectors.base import CollectionInfo, FieldInfo, Inventory, Pointer, Scope, Words


@dataclass(frozen=True, slots=True)
class Reference:
    """A field's tie to a field elsewhere. `direction`: `from` there to here, `to` there from here, or empty for either way.

    `collection` is the collection's name in this description where `outside` is false.
    """

    dataset: str
    collection: str
    field: str
    direction: str
    where: str
    outside: bool = False

    @property
    def pointer(self) -> Pointer:
        return Pointer(self.dataset, self.collection, self.field)


@dataclass(frozen=True, slots=True)
class Masking:
    """How the file wants something erased: fideslang's name of a strategy, and its settings as they are written."""

    strategy: str
    configuration: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Partition:
    """How a table is cut: by `field`, into `windows` of start and end in the engine's words. A search reads all of them."""

    field: str
    windows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One described column, or a value inside it: `path` are the names from the column down.

    `parts` are the described values below. `length` is 0 where none is stated. `masking`, `read_only` and `length` are for erasure.
    `stays`: it is read for what it leads to, and not given out, because less than all was asked for.
    """

    info: FieldInfo
    path: tuple[str, ...]
    identity: str
    fact: str
    media_type: str
    references: tuple[Reference, ...]
    where: str
    parts: tuple["Field", ...] = ()
    whole: bool = False
    masking: Masking | None = None
    read_only: bool = False
    length: int = 0
    custom: str = ""
    stays: bool = False

    @property
    def name(self) -> str:
        return self.info.name

    @property
    def column(self) -> str:
        return self.path[0]

    @property
    def travels(self) -> bool:
        return self.info.about not in {"other", "secret"} and not self.stays

    @property
    def is_many(self) -> bool:
        """Tell whether one record may hold several values of it."""
        return len(self.path) > 1 or self.info.data_type.endswith("[]")

    def every(self) -> Iterator["Field"]:
        """Yield the field and all below it."""
        return chain((self,), *(part.every() for part in self.parts))


@dataclass(frozen=True, slots=True)
class Collection:
    """One described table or view. `fields` are its columns, withheld ones too.

    `own_key` is the key of the live table where the description names none. `after` and `erase_after` hold `dataset.collection`.
    """

    info: CollectionInfo
    fields: tuple[Field, ...]
    where: str
    dataset: str = ""
    table: str = ""
    schema: str = ""
    database: str = ""
    own_key: tuple[Field, ...] = ()
    after: tuple[str, ...] = ()
    erase_after: tuple[str, ...] = ()
    masking: Masking | None = None
    partitions: tuple[Partition, ...] = ()

    @property
    def name(self) -> str:
        return self.info.name

    @property
    def key(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.info.is_key) or self.own_key

    @property
    def every(self) -> Iterator[Field]:
        return chain.from_iterable(field.every() for field in self.fields)

    @property
    def identities(self) -> tuple[Field, ...]:
        return tuple(field for field in self.every if field.identity)

    @property
    def shown(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.travels)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of all columns that are read or compared."""
        return tuple(dict.fromkeys(field.column for field in (*self.fields, *self.own_key)))

    def field(self, name: str) -> Field:
        return next(field for field in (*self.every, *self.own_key) if field.name == name)

    def has(self, name: str) -> bool:
        return any(field.name == name for field in self.every)


@dataclass(frozen=True, eq=False)
class Description:
    """One system as its file describes it, one dataset or several, as far as `scope` asks. `digest` is the file's SHA-256."""

    key: str
    title: Words
    collections: tuple[Collection, ...]
    digest: str
    datasets: tuple[str, ...] = ()
    scope: Scope = Scope.ALL

    def collection(self, name: str) -> Collection:
        return next(collection for collection in self.collections if collection.name == name)

    def at(self, pointer: Pointer) -> tuple[Collection, Field] | None:
        """Return the field that a pointer names, if it is one of this system."""
        for one in self.collections:
            if (one.dataset, one.table) == (pointer.dataset, pointer.collection) and one.has(pointer.field):
                return one, one.field(pointer.field)
        return None

    def inventory(self) -> Inventory:
        persons = tuple(collection.name for collection in self.collections if collection.identities)
        collections = tuple(collection.info for collection in self.collections)
        return Inventory(self.key, self.title, collections, self.digest, persons, self.datasets or (self.key,))
