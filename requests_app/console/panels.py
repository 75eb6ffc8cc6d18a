"""A plan of erasing as data for its page: totals, a panel for each system, a line for each class and reason."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from requests_app.console.because import Because
from requests_app.console.deeds import number
from requests_app.erasure import phrases
from requests_app.erasure.services import Deed


@dataclass(frozen=True, slots=True)
class Line:
    """Records of one class that share a deed and a reason. `fields` are overwritten, each with what; `stays` are not."""

    title: str
    deed: Deed
    kind: str
    said: str
    records: str
    fields: tuple[tuple[str, str], ...]
    stays: tuple[str, ...]
    until: str
    because: Because


@dataclass(frozen=True, slots=True)
class Panel:
    """One system. `problems` make its plan impossible; `changes` are what differs from the plan before, `why_again` why."""

    plan: UUID
    title: str
    kind: str
    state: str
    records: str
    fault: str
    reason: str
    problems: tuple[dict[str, str], ...]
    changes: tuple[str, ...]
    why_again: str
    absent_at: str
    lines: tuple[Line, ...]
    waits: bool
    can_be_given_up: bool
    can_rehearse: bool


@dataclass(frozen=True, slots=True)
class Totals:
    """How many records there are, by what becomes of them. `asked` wait for a decision, `by_hand` for a person's hands."""

    deleted: int
    overwritten: int
    kept: int
    asked: int
    by_hand: int
    kept_until: date | None

    @property
    def sentence(self) -> str:
        """`1,204 records: 1,150 deleted, 0 overwritten, 54 kept, the last of them until 31 December 2036`."""
        count = self.deleted + self.overwritten + self.kept + self.asked + self.by_hand
        parts = [_("%(n)s deleted") % {"n": number(self.deleted)}, _("%(n)s overwritten") % {"n": number(self.overwritten)}]
        parts.append(self._kept)
        if self.asked:
            parts.append(_("%(n)s for a person to decide") % {"n": number(self.asked)})
        if self.by_hand:
            parts.append(_("%(n)s erased by hand") % {"n": number(self.by_hand)})
        return f"{phrases.records(count)}: {', '.join(parts)}"

    @property
    def said_deleted(self) -> str:
        return phrases.records(self.deleted)

    @property
    def said_overwritten(self) -> str:
        return phrases.records(self.overwritten)

    @property
    def said_by_hand(self) -> str:
        return phrases.records(self.by_hand)

    @property
    def said_kept(self) -> str:
        return phrases.records(self.kept)

    @property
    def _kept(self) -> str:
        if not self.kept_until:
            return _("%(n)s kept") % {"n": number(self.kept)}
        day = date_format(self.kept_until)
        return _("%(n)s kept, the last of them until %(day)s") % {"n": number(self.kept), "day": day}


@dataclass(frozen=True, slots=True)
class Shown:
    """The whole plan; `done` systems are settled."""

    totals: Totals
    panels: tuple[Panel, ...]
    done: int

    @property
    def is_stuck(self) -> bool:
        return any(panel.waits for panel in self.panels)
