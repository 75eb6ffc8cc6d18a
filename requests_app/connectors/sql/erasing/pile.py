"""The records found of one collection, in a temporary table."""

from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import FromClause, column, quoted_name, table

from requests_app.connectors.erasing import Deed, Ruling
from requests_app.connectors.sql.description import Collection

OWN: Final = "dsar_own"
ORIGIN: Final = "dsar_o"
GROUP: Final = "dsar_g"
RULING: Final = "dsar_r"
MINE: Final = "dsar_m"
UNUSED: Final = Ruling(Deed.KEEP, "unused")


@dataclass(eq=False)
class Pile:
    """The records found of one collection: a temporary table of their keys, what they point with, and the number of their ruling.

    `facts` are its columns of facts, by field. A record's ruling follows from the facts of group `dsar_g` of the pile numbered
    `dsar_o`: its own, or that of the record whose part it is. `rows`, `key` and `columns` have the names of the collection's own.

    `groups` are the numbers that groups were given. `follows`: every record is part of one that was found, and has the ruling of
    its group.
    """

    collection: Collection
    number: int
    size: int
    columns: tuple[str, ...]
    facts: tuple[str, ...]
    is_view: bool
    rulings: list[Ruling] = field(default_factory=list)
    groups: dict[tuple[int, int], int] = field(default_factory=dict)
    follows: bool = False

    @property
    def name(self) -> str:
        return f"dsar_{self.number}"

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(one.column for one in self.collection.key)

    def rows(self) -> FromClause:
        rows: FromClause = self.bare().alias()
        return rows

    def bare(self) -> Any:
        own: list[Any] = [column(quoted_name(name, quote=True)) for name in self.columns]
        ours: list[Any] = [column(name) for name in (OWN, MINE, ORIGIN, GROUP, RULING)]
        facts: list[Any] = [column(f"dsar_f{number}") for number, _ in enumerate(self.facts)]
        return table(self.name, *own, *ours, *facts)

    def of(self, deed: Deed) -> list[int]:
        return [number for number, ruling in enumerate(self.rulings) if ruling.deed is deed]

    def settle(self, used: Container[int]) -> None:
        """Forget rulings that no record has any more; the others keep their numbers."""
        self.rulings = [ruling if number in used else UNUSED for number, ruling in enumerate(self.rulings)]

    def number_of(self, ruling: Ruling) -> int:
        if ruling not in self.rulings:
            self.rulings.append(ruling)
        return self.rulings.index(ruling)
