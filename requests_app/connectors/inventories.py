"""What a system holds, as its description says: collections and fields, why they are held, who receives them and for how long."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from requests_app.connectors.correctable import Restriction, Rule
from requests_app.connectors.keeping import Keeping

DATA_TYPES: Final = frozenset(
    {
        *("string", "integer", "float", "boolean", "object", "object_id"),  # fideslang's own
        *("decimal", "date", "datetime", "time", "uuid", "binary", "json"),  # ours, under `dsar`
    }
)

Words = Mapping[str, str]
"""The same words by language code; `en` is always there."""


class Role(StrEnum):
    """In what part somebody receives data: under the shop's instruction, as an authority, for purposes of its own, by consent."""

    INSTRUCTED = "instructed"
    AUTHORITY = "authority"
    INDEPENDENT = "independent"
    CONSENTED = "consented"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who receives data of a collection. `country` (ISO 3166) and `safeguard` name a transfer (GDPR Art. 13–15).

    At `email` the recipient is told of erasures (Art. 19); empty where nobody reads such letters. `role`: None where nobody said.
    `own_marketing`: it may use what it gets for its own direct marketing (Cal. Civ. Code 1798.83). It got data from `since` to
    `until`; None for always, and for still.
    """

    name: Words
    category: str
    country: str = ""
    safeguard: str = ""
    email: str = ""
    address: str = ""
    role: Role | None = None
    own_marketing: bool = False
    since: date | None = None
    until: date | None = None

    @property
    def is_third_party(self) -> bool:
        """Whether it decides itself what becomes of the data; who does not say is counted among those."""
        return self.role not in {Role.INSTRUCTED, Role.AUTHORITY}

    def received_in(self, year: int) -> bool:
        """Whether it got data in a calendar year."""
        return (self.since is None or self.since.year <= year) and (self.until is None or self.until.year >= year)


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why data is processed, and on which legal basis (`consent`, `contract`, `legal_obligation` …; GDPR Art. 6(1))."""

    title: Words
    legal_basis: str


class OriginKind(StrEnum):
    """How data came to be here: from the person, from what the person does, worked out by the shop, from somebody else."""

    GIVEN = "given"
    OBSERVED = "observed"
    DERIVED = "derived"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where data comes from, in words and in kind (GDPR Art. 14(2)(f), 15(1)(g), 20(1))."""

    words: Words
    kind: OriginKind = OriginKind.GIVEN


class Scope(StrEnum):
    """How much is asked for: all that is described, what may be taken elsewhere (GDPR Art. 20), or of each record its key alone."""

    ALL = "all"
    PORTABLE = "portable"
    KINDS = "kinds"


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """One described field. `about` says whose data it is: `subject`, `other` (withheld) or `both` (shown, flagged).

    `secret`: a password's digest or a token, which is overwritten wherever its record is minimised, and never read.

    `data_type` is one of `DATA_TYPES`, with `[]` behind it for a list, or empty where the description does not say.
    `is_key`: part of the primary key. `is_file`: the value travels as an Attachment, the record keeps its reference.
    `parts` are the described values inside it, by dotted names: where there are any, no others travel. `keep_as`: see `Keeping`.
    `purposes`, `origins` and `recipients` are its own; where there are none, those of its collection hold. `correct`: see `Rule`.
    """

    name: str
    title: Words
    categories: tuple[str, ...]
    data_type: str
    about: str = "subject"
    is_file: bool = False
    is_key: bool = False
    parts: tuple["FieldInfo", ...] = ()
    keep_as: str = ""
    purposes: tuple[Purpose, ...] = ()
    origins: tuple[Origin, ...] = ()
    correct: Rule = Rule.NEVER
    recipients: tuple[Recipient, ...] = ()


@dataclass(frozen=True, slots=True)
class CollectionInfo:
    """One described collection. `fields` are those that travel, in the order of the CSV header.

    `left_out` are those that stay only because less than all was asked for. `collected`: the field that holds the day on which a
    record was collected, which tells the privacy policy that governs it. `secrets` are never read.
    """

    name: str
    title: Words
    topic: str
    fields: tuple[FieldInfo, ...]
    withheld: tuple[FieldInfo, ...]
    purposes: tuple[Purpose, ...]
    recipients: tuple[Recipient, ...]
    origins: tuple[Origin, ...]
    retention_class: str
    retention: Words
    keeping: Keeping = field(default_factory=Keeping)
    left_out: tuple[FieldInfo, ...] = ()
    restriction: Restriction | None = None
    collected: str = ""
    secrets: tuple[FieldInfo, ...] = ()

    @property
    def described(self) -> tuple[FieldInfo, ...]:
        """All fields that something may become of."""
        return (*self.fields, *self.withheld, *self.secrets)

    @property
    def receivers(self) -> tuple[Recipient, ...]:
        """All who are sent anything of it."""
        named = [*self.recipients, *(to for one in (*self.fields, *self.withheld) for to in one.recipients)]
        return tuple(to for at, to in enumerate(named) if to not in named[:at])

    def sent_to(self, recipient: Recipient) -> tuple[FieldInfo, ...]:
        """Return the fields that a recipient is sent: those that name it, and those that name nobody where the collection does."""
        return tuple(one for one in (*self.fields, *self.withheld) if recipient in (one.recipients or self.recipients))


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a system holds, from its description alone. `digest` is the SHA-256 of the description file.

    `persons` are the collections whose records meet claims themselves; `datasets` the names by which other descriptions point here.
    """

    system: str
    title: Words
    collections: tuple[CollectionInfo, ...]
    digest: str
    persons: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
