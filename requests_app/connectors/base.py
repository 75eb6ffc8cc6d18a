"""What a connector is. It knows nothing of requests, officers or our database: configuration and identity in, findings out."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final

from requests_app.connectors.inventories import DATA_TYPES as DATA_TYPES
from requests_app.connectors.inventories import CollectionInfo as CollectionInfo
from requests_app.connectors.inventories import FieldInfo as FieldInfo
from requests_app.connectors.inventories import Inventory as Inventory
from requests_app.connectors.inventories import Origin as Origin
from requests_app.connectors.inventories import OriginKind as OriginKind
from requests_app.connectors.inventories import Purpose as Purpose
from requests_app.connectors.inventories import Recipient as Recipient
from requests_app.connectors.inventories import Role as Role
from requests_app.connectors.inventories import Scope as Scope
from requests_app.connectors.inventories import Words as Words
from requests_app.values import Identity, Root


@dataclass(frozen=True, slots=True)
class Written:
    """A dataset file that lies in no folder: its name, by which mistakes are told, and what is written there."""

    name: str
    content: bytes = field(repr=False)

    def read_bytes(self) -> bytes:
        return self.content

    def read_text(self, encoding: str = "utf-8") -> str:
        return self.content.decode(encoding)


File = Path | Written


@dataclass(frozen=True, slots=True)
class Config:
    """One configured system.

    `url` holds the resolved secret and never leaves the process; `description` is the dataset file;
    `files` is the folder below which file columns point. `scope` bears on `inventory` and `find` alone.
    """

    name: str
    url: str = field(repr=False)
    description: File
    files: Path | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    scope: Scope = Scope.ALL


class Form(StrEnum):
    """The text forms in which records travel."""

    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Batch:
    """Some whole records of one collection in one text form.

    JSON: one object a line. CSV: RFC 4180 rows without the header. Both UTF-8, every record ends with a line feed.
    Both forms of a collection hold the same records in the same order: that of the primary key, or of the system's own answer.
    """

    collection: str
    form: Form
    text: bytes
    records: int


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of one record: `record` counts from 0 in the collection's order."""

    collection: str
    record: int
    field: str
    name: str
    media_type: str
    chunks: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that may stand for the person.

    `matched` are the kinds of claim that met; `evidence` maps a kind of fact (`name`, `postcode`, `birth_date`,
    `order_number`, `phone_number` …) to the values on record: personal data, for comparison and for an officer's eyes.
    `owned`: the record also names somebody else as its owner, who meets no claim: never a clear match.
    A root whose key is empty stands for every record of its collection that meets a claim.
    """

    root: Root
    matched: tuple[str, ...]
    evidence: Mapping[str, tuple[str, ...]]
    owned: bool = False


@dataclass(frozen=True, slots=True)
class Pointer:
    """One field of one collection of one dataset, in the words of the dataset files; `field` may be a dotted path."""

    dataset: str
    collection: str
    field: str


@dataclass(frozen=True, slots=True)
class Lead:
    """The values of `source`, a field of this system, find records of another system by its field `target`."""

    source: Pointer
    target: Pointer


Given = Mapping[Pointer, Callable[[], Iterator[str]]]
"""Values from other systems, as text, by pointer: called when a search begins, read once, never held whole in memory.

The pointer is one of `wants`; or a field of the system itself, when another system's description leads to it: records whose
field has one of the values then belong to the person.
"""
NOTHING: Final[Given] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Statement:
    """A question that a search asks a system, in the system's own language; placeholders stand for every value."""

    collection: str
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something `check` found. `where` is `file:line: field`, or a table and column of the live system."""

    code: str
    where: str
    message: str
    fatal: bool = True


@dataclass(frozen=True, slots=True)
class Health:
    """The answer of `check`: usable when no problem is fatal."""

    problems: tuple[Problem, ...]

    @property
    def usable(self) -> bool:
        return not any(problem.fatal for problem in self.problems)


class SourceFault(Exception):
    """A system could not answer. `code` names the reason; the text is for an officer and holds no personal data or secret.

    `delay` (seconds): how long the system itself asks to be left alone.
    """

    code = "failed"
    passing = True  # may succeed when tried again without anybody's help
    elsewhere = False  # the system that was asked has no part in it
    costs_nothing = False  # nobody asked at all: whoever waits for it loses no patience
    delay: float | None = None


class Unreachable(SourceFault):
    code = "unreachable"


class Refused(SourceFault):
    """The system refuses our credentials or rights."""

    code = "refused"
    passing = False


class NotAsDescribed(SourceFault):
    """The live system lacks a table, a column or a type that the description names."""

    code = "not_as_described"
    passing = False


class ForeignRecord(SourceFault):
    """The system answered with a record of another person; nothing of the answer may be used."""

    code = "foreign_record"
    passing = False


class BadDescription(SourceFault):
    """The description itself is wrong; `problems` name file, line and field, the text the first few of them."""

    code = "bad_description"
    passing = False

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        told = [f"{problem.where}: {problem.message}" for problem in problems[:5]]
        super().__init__("; ".join([*told, "…"] if len(problems) > len(told) else told))


class Misconfigured(SourceFault):
    """The configured address, an option or the folder of files cannot be used."""

    code = "misconfigured"
    passing = False


class TooSlow(SourceFault):
    """The system did not finish within the time it was given."""

    code = "too_slow"


class TooManyCandidates(SourceFault):
    """More records meet the claims than `candidate_limit`; those yielded before are some of them."""

    code = "too_many_candidates"
    passing = False


class MissingFile(SourceFault):
    """A record names a file that is not there, or not below the folder of files."""

    code = "missing_file"
    passing = False


class Busy(SourceFault):
    """The system has too many questions at the moment."""

    code = "busy"

    def __init__(self, text: str, delay: float | None = None) -> None:
        super().__init__(text)
        self.delay = delay


class Incomplete(SourceFault):
    """The answer broke off, changed while it was read, or does not add up."""

    code = "incomplete"


class BadAnswer(SourceFault):
    """What came is not in the form that was asked for, such as an error page that says that all is well."""

    code = "bad_answer"


class TooMuch(SourceFault):
    """The answer is larger than its limits allow."""

    code = "too_much"
    passing = False


class Connector(ABC):
    """One kind of system that holds personal data.

    Systems that point at each other: ask `wants` of the one that is pointed at, `offers` of the one that points; read the values
    with `values` of the latter and hand them to `find` of the former as `given`. Every question may raise BadDescription.
    """

    @abstractmethod
    def check(self, config: Config, supplied: Collection[Pointer] = ()) -> Health:
        """Compare the description with the live system. Reports what is wrong; raises nothing for a bad system.

        Pointers of `wants` that are not `supplied` are told; fatal where they are the only way to a collection.
        """

    @abstractmethod
    def inventory(self, config: Config) -> Inventory:
        """Read the description, without touching the system.

        Raises:
            BadDescription: the file cannot be used.
        """

    @abstractmethod
    def candidates(self, config: Config, identity: Identity) -> Iterator[Candidate]:
        """Yield every record that may stand for the person, at most `options["candidate_limit"]` (default 100).

        A record that names another record as its owner (an order with both an address and a customer number) is no candidate
        where its owner is one, and `owned` where its owner meets no claim. Evidence of one kind is at most 20 values, those
        first that equal a claim of the same kind.

        Raises:
            TooManyCandidates: after the last one, when the limit hid others.
            SourceFault: the system did not answer.
        """

    @abstractmethod
    def find(
        self, config: Config, identity: Identity, roots: tuple[Root, ...], given: Given = NOTHING
    ) -> Iterator[Batch | Attachment]:
        """Yield what the system holds about the person whom `roots` stand for, in one snapshot.

        Every root is asked again whether it still meets a claim of `identity`; a record that does not is never yielded. A root
        with an empty key stands for every record of its collection that meets a claim, however many.
        A collection comes whole in one form, then in the next, then its attachments, whose `chunks` are read before the next
        item is asked for. A collection without records yields nothing. Records found by `given` values come among the others:
        once, and in the order of the key.

        Raises:
            ForeignRecord: a root is no longer this person's, or the system answered with another's.
            MissingFile: a record names a file that is not there.
            SourceFault: the system did not answer, or not whole. What was yielded before is then void.
        """

    def by_claim(self, config: Config) -> tuple[Root, ...]:
        """Return the roots that stand for every record which meets a claim itself: nobody chooses among candidates."""
        return tuple(Root(name, ()) for name in self.inventory(config).persons)

    def wants(self, config: Config) -> tuple[Pointer, ...]:
        """Return the fields of other systems whose values find records here."""
        self.inventory(config)
        return ()

    def offers(self, config: Config) -> tuple[Lead, ...]:
        """Return the fields here whose values find records elsewhere, as this system's description says."""
        self.inventory(config)
        return ()

    def values(
        self, config: Config, identity: Identity, roots: tuple[Root, ...], pointer: Pointer, given: Given = NOTHING
    ) -> Iterator[str]:
        """Yield the distinct values, as text and never NULL, that the person's records hold in a field of this system.

        Withheld fields have values too. The field need not be one of `offers`: another system's `wants` may name it; one that
        is not described is a BadDescription.
        """
        del identity, roots, given
        raise BadDescription(Problem("bad_description", pointer.field, f"{config.name}: it has no values to hand on"))

    def statements(self, config: Config, identity: Identity) -> Iterator[Statement]:  # noqa: ARG002  # nothing to show
        """Yield what `find` would ask the system for all that meets `identity`, without asking it for records."""
        yield from ()
