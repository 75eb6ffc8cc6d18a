"""What a bundle is made of: facts that the caller collected, and openers of parts that are read only when their turn comes."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from requests_app.brands.policies import Policy
from requests_app.bundle.names import ending, stems
from requests_app.connectors.base import CollectionInfo, Inventory, Scope
from requests_app.review.applying import Redactor
from requests_app.vault.frames import PartReader
from requests_app.vault.rows import Kind

Opener = Callable[[], AbstractContextManager[PartReader]]


class NotThisPart(Exception):
    """A part is of another kind, or holds another number of records, than the material says. Carries counts only."""


@contextmanager
def opened(opener: Opener, kind: Kind, records: int) -> Iterator[PartReader]:
    """Open a part and see that it is the one meant.

    Raises:
        NotThisPart: it is another.
        Unreadable: it was damaged, or belongs to another request.
    """
    with opener() as reader:
        if (reader.index.kind, reader.index.records) != (kind, records):
            raise NotThisPart(f"{records} {kind} records expected, {reader.index.records} {reader.index.kind} records found")
        yield reader


class SystemState(StrEnum):
    """What became of the search of one system."""

    SEARCHED = "searched"
    NOTHING = "nothing"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Brand:
    """Who answers, as the customer knows it. `look` is a stylesheet of custom properties, made by us and never typed by hand."""

    slug: str
    name: str
    email: str
    phone: str = ""
    address: str = ""
    policy_url: str = ""
    authority: str = ""
    authority_url: str = ""
    look: str = ""
    time_zone: str = "UTC"
    policies: tuple[Policy, ...] = ()


@dataclass(frozen=True, slots=True)
class FilePart:
    """One file of one record. `record` counts from 0; `name` is what the source calls it, shown and never used as a path."""

    record: int
    field: str
    name: str
    media_type: str
    open: Opener


@dataclass(frozen=True, slots=True)
class Withholding:
    """So much of one kind (`record`, `field`, `passage`) that is withheld, in words of the customer; `law` cites the exception."""

    what: str
    said: str
    why: str
    law: str
    count: int
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CollectionPart:
    """What one collection of a system holds about the person. `redactor` takes out what is withheld, `withheld` tells of it."""

    info: CollectionInfo
    records: int = 0
    json: Opener | None = None
    csv: Opener | None = None
    files: tuple[FilePart, ...] = ()
    redactor: Redactor | None = None
    withheld: tuple["Withholding", ...] = ()


@dataclass(frozen=True, slots=True)
class SystemPart:
    """What one system answered. `fault` is the code of a `SourceFault`; `reason` an officer's own words to the customer."""

    name: str
    inventory: Inventory
    state: SystemState
    collections: tuple[CollectionPart, ...] = ()
    answered_at: datetime | None = None
    by_person: bool = False
    fault: str = ""
    reason: str = ""

    @property
    def records(self) -> int:
        return sum(part.records for part in self.collections)

    @property
    def files(self) -> int:
        return sum(len(part.files) for part in self.collections)


@dataclass(frozen=True)
class Material:
    """Everything that decides the bytes of a bundle: time and ids are inputs too.

    `person` are kinds of claim (`name`, `email` …) with the values by which the cover names the customer, `subject` a
    keyed digest of the person, `rights` the names of the rights to tell about, `law` the law that grants the request, in
    words, `authorities` (name and address) hear complaints under it, `stated` are contents that only the shop can say (code
    and words), `scope` is how much was asked for, `statements` what the person said of data that was not corrected (what it is
    about, and the words), `trail` is a head of the audit trail with proofs (`audit.proofs`). A bundle whose `number` is above 1
    replaces an earlier one and adds what was missing there.
    """

    brand: Brand
    reference: str
    person: tuple[tuple[str, str], ...]
    subject: str
    language: str
    asked_on: date
    made_at: datetime
    systems: tuple[SystemPart, ...]
    signing_key: Ed25519PrivateKey = field(repr=False)
    law: str = ""
    rights: tuple[str, ...] = ()
    authorities: tuple[tuple[str, str], ...] = ()
    stated: tuple[tuple[str, str], ...] = ()
    number: int = 1
    scope: Scope = Scope.ALL
    statements: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    trail: Mapping[str, Any] | None = None

    @cached_property
    def paths(self) -> dict[str, dict[str, str]]:
        """For every system, the stem `system/collection` of each of its collections."""
        systems = stems(system.name for system in self.systems)
        return {
            system.name: {
                name: f"{systems[system.name]}/{stem}"
                for name, stem in stems(info.name for info in system.inventory.collections).items()
            }
            for system in self.systems
        }

    @property
    def missing(self) -> tuple[SystemPart, ...]:
        """The systems that did not answer: a supplement is owed for them."""
        return tuple(system for system in self.systems if system.state is SystemState.FAILED)

    @property
    def records(self) -> int:
        return sum(system.records for system in self.systems)

    @property
    def is_portable(self) -> bool:
        return self.scope == Scope.PORTABLE

    @property
    def has_values(self) -> bool:
        return self.scope != Scope.KINDS

    @property
    def holds_nothing(self) -> bool:
        """Every system was searched, and none holds anything."""
        return not self.missing and not self.records

    def path(self, folder: str, system: SystemPart, part: CollectionPart, suffix: str) -> str:
        return f"{folder}/{self.paths[system.name][part.info.name]}{suffix}"

    def file_path(self, system: SystemPart, part: CollectionPart, number: int) -> str:
        """Return where file `number` (from 0) of a collection lies."""
        return self.path("files", system, part, f"-{number + 1}.{ending(part.files[number].media_type)}")
