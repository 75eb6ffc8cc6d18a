"""What a description says about keeping: what kind of record something is, what starts its periods, what holds it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Hold:
    """A duty to keep: `kind`, for records whose `field` is one of `values` (no field: for every record)."""

    kind: str
    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keeping:
    """What rules about erasing need to know of a collection.

    `data_classes` are the kinds of record by which duties to keep know it. `dates` maps the event with which a duty's period starts
    to the field that holds its day. `part_of`: ruled as the record of that collection which it points to, or which points to it;
    empty for itself.
    `erase`: `record` (rows go), `blank` (rows stay, personal fields are overwritten) or `never` (a person does it by hand).
    `number`: the field by which people call a record, such as an order's number; empty where there is none.

    A field's own `keep_as` is the word under which a duty's minimisation knows it; empty: its data categories tell.
    """

    data_classes: tuple[str, ...] = ()
    dates: Mapping[str, str] = field(default_factory=dict)
    holds: tuple[Hold, ...] = ()
    part_of: str = ""
    erase: str = "record"
    number: str = ""

    def facts(self, *, by_number: bool = False) -> tuple[str, ...]:
        """Return the fields whose values a ruling depends on, each once; `by_number`: where single orders are meant, theirs too."""
        held = (hold.field for hold in self.holds if hold.field)
        number = (self.number,) if by_number and self.number else ()
        return tuple(dict.fromkeys([*self.dates.values(), *held, *number]))
