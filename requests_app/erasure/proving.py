"""What was read back: the only reason for which something counts as erased."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from requests_app.connectors.base import Config
from requests_app.connectors.erasing import Deed, Eraser, NotErased, Receipt, Ruling
from requests_app.erasure.models import Plan, RecordSet
from requests_app.erasure.pages import planned

RUN = "run"  # we did it, then read it back
FOUND = "found_done"  # it was done when we looked: by a worker that was killed before it could say so


@dataclass(frozen=True, slots=True)
class Proof:
    """`changed`: what the system counted, by the position of the set; `how` we know: `run` or `found_done`."""

    how: str
    changed: Mapping[int, int] = field(default_factory=dict)

    @property
    def plain(self) -> dict[str, Any]:
        return {"how": self.how, "read_back": "by_key", "left": 0}


def counted(plan: Plan, receipts: Iterable[Receipt]) -> Mapping[int, int]:
    """Return what the system counted, by the position of the set. What two sets share goes to the first."""
    changed: Counter[int] = Counter()
    sets = list(plan.sets.all())
    for receipt in receipts:
        changed[_position(sets, receipt.collection, receipt.ruling)] += receipt.changed
    return changed


def _position(sets: list[RecordSet], collection: str, ruling: Ruling) -> int:
    same = (collection, ruling.deed, ruling.reason, ruling.until)
    return next((one.position for one in sets if (one.collection, Deed(one.deed), one.reason, one.until) == same), -1)


def left(plan: Plan, eraser: Eraser, config: Config) -> int:
    """Return of how many records the planned deed has not happened, as the system shows them now.

    Raises:
        SourceFault: the system did not answer.
    """
    return sum(1 for _one in eraser.remaining(config, planned(plan.file)))


def check_gone(plan: Plan, eraser: Eraser, config: Config) -> None:
    """Raises: NotErased: the system said that it was done, and it was not."""
    if still := left(plan, eraser, config):
        raise NotErased(f"{plan.source.name} said that it was done; {still} of {plan.records} records are still there")
