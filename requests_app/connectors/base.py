"""What a connector is: the one class that finds, and later erases, in one kind of system.

A connector knows nothing of requests, officers or our database: configuration and identity come in, findings go out.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from requests_app.values import Identity, Root


@dataclass(frozen=True, slots=True)
class Config:
    """One configured system.

    `url` holds the resolved secret and never leaves the process; `description` is the dataset file;
    `files` is the folder below which file columns point.
    """

    name: str
    url: str = field(repr=False)
    description: Path
    files: Path | None = None
    options: Mapping[str, str] = field(default_factory=dict)


class Form(StrEnum):
    """The text forms in which records travel."""

    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Batch:
    """Some whole records of one collection in one text form.

    JSON: one object a line. CSV: RFC 4180 rows without the header. Both UTF-8, every record ends with a line feed.
    Both forms of a collection hold the same records in the same order, that of the primary key.
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
    """

    root: Root
    matched: tuple[str, ...]
    evidence: Mapping[str, tuple[str, ...]]


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


DATA_TYPES: Final = frozenset(
    {
        *("string", "integer", "float", "boolean", "object", "object_id"),  # fideslang's own
        *("decimal", "date", "datetime", "time", "uuid", "binary", "json"),  # ours, under `dsar`
    }
)

Words = Mapping[str, str]
"""The same words by language code; `en` is always there."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who receives data of a collection. `country` (ISO 3166) and `safeguard` name a transfer (GDPR Art. 13–15)."""

    name: Words
    category: str
    country: str = ""
    safeguard: str = ""


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why data is processed, and on which legal basis (`consent`, `contract`, `legal_obligation` …; GDPR Art. 6(1))."""

    title: Words
    legal_basis: str


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """One described field. `about` says whose data it is: `subject`, `other` (withheld) or `both` (shown, flagged).

    `data_type` is one of `DATA_TYPES`, with `[]` behind it for a list, or empty where the description does not say.
    `is_key`: part of the primary key. `is_file`: the value travels as an Attachment, the record keeps its reference.
    """

    name: str
    title: Words
    categories: tuple[str, ...]
    data_type: str
    about: str = "subject"
    is_file: bool = False
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class CollectionInfo:
    """One described collection. `fields` are those that travel, in the order of the CSV header."""

    name: str
    title: Words
    topic: str
    fields: tuple[FieldInfo, ...]
    withheld: tuple[FieldInfo, ...]
    purposes: tuple[Purpose, ...]
    recipients: tuple[Recipient, ...]
    origins: tuple[Words, ...]
    retention_class: str
    retention: Words


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a system holds, from its description alone. `digest` is the SHA-256 of the description file."""

    system: str
    title: Words
    collections: tuple[CollectionInfo, ...]
    digest: str


class SourceFault(Exception):
    """A system could not answer. `code` names the reason; the text is for an officer and holds no personal data or secret."""

    code = "failed"
    passing = True  # may succeed when tried again without anybody's help


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


class Connector(ABC):
    """One kind of system that holds personal data."""

    @abstractmethod
    def check(self, config: Config) -> Health:
        """Compare the description with the live system. Reports what is wrong; raises nothing for a bad system."""

    @abstractmethod
    def inventory(self, config: Config) -> Inventory:
        """Read the description, without touching the system.

        Raises:
            BadDescription: the file cannot be used.
        """

    @abstractmethod
    def candidates(self, config: Config, identity: Identity) -> Iterator[Candidate]:
        """Yield every record that may stand for the person, at most `options["candidate_limit"]` (default 100).

        A record that names another record as its owner (an order with both an address and a customer number) stands for
        nobody. Evidence of one kind is at most 20 values, those first that equal a claim of the same kind.

        Raises:
            TooManyCandidates: after the last one, when the limit hid others.
            SourceFault: the system did not answer.
        """

    @abstractmethod
    def find(self, config: Config, identity: Identity, roots: tuple[Root, ...]) -> Iterator[Batch | Attachment]:
        """Yield what the system holds about the person whom `roots` stand for, in one snapshot.

        Every root is asked again whether it still meets a claim of `identity`; a record that does not is never yielded.
        A collection comes whole in one form, then in the next, then its attachments, whose `chunks` are read before the next
        item is asked for. A collection without records yields nothing.

        Raises:
            ForeignRecord: a root is no longer this person's, or the system answered with another's.
            MissingFile: a record names a file that is not there.
            SourceFault: the system did not answer, or not whole. What was yielded before is then void.
        """
