"""What the live schema says about writing, read from the system's own catalogs before anything is touched."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from requests_app.connectors.sql.erasing.hands import Tie
from requests_app.connectors.sql.session import Table


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """A live column. `length` in characters, or bytes of a binary column; 0: no limit. `fixed`: why it cannot be written.

    `fixed` is empty, `generated` (the system computes it) or `no_right` (the account may not update it).
    """

    name: str
    nullable: bool = True
    length: int = 0
    fixed: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A condition on rows, in the engine's words. `columns` are those that it names."""

    name: str
    text: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unique:
    """No two rows are alike in `columns`; `nulls`: NULL counts as alike."""

    columns: tuple[str, ...]
    nulls: bool = False


@dataclass(frozen=True, slots=True)
class Trigger:
    """What runs when rows are written: `event` is `update` or `delete`."""

    name: str
    event: str


@dataclass(frozen=True, slots=True)
class TableFacts:
    """A table, or a view. Columns and constraints under their live names.

    `outgoing` and `incoming`: its foreign keys, and those of any table that point here, described or not.
    `transactional`: what fails half-way can be taken back.
    """

    table: Table
    is_view: bool = False
    columns: Mapping[str, ColumnFacts] = field(default_factory=dict)
    uniques: tuple[Unique, ...] = ()
    outgoing: tuple[Tie, ...] = ()
    incoming: tuple[Tie, ...] = ()
    checks: tuple[Check, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    may_delete: bool = True
    transactional: bool = True

    def unique_in(self, column: str) -> tuple[Unique, ...]:
        return tuple(one for one in self.uniques if column in one.columns)


Facts = Mapping[str, TableFacts]
"""By collection; views and tables of engines that tell nothing have none of the constraints."""
