"""The story of one request: its moves, and everything else that was done, newest first."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, overload

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_app.audit.models import AuditEvent
from requests_app.console import words
from requests_app.console.searched import title
from requests_app.officers.models import Officer
from requests_app.workflow.models import SubjectRequest, Transition
from requests_app.workflow.states import Move, State

_ACTORS: Final[Mapping[str, Promise]] = MappingProxyType(
    {"customer": gettext_lazy("customer"), "system": gettext_lazy("system"), "administrator": gettext_lazy("administrator")},
)
_WORDS: Final[Mapping[str, Promise]] = MappingProxyType(
    {
        "address.corrected": gettext_lazy("E-mail address corrected"),
        "bundle.downloaded": gettext_lazy("Copy {number} downloaded"),
        "bundle.expired": gettext_lazy("Copy {number} taken back: its time is over"),
        "bundle.sealed": gettext_lazy("Copy {number} sealed: {records} records; missing: {missing}"),
        "bundle.unreadable": gettext_lazy("Copy {number} is damaged and was not handed over"),
        "data.viewed": gettext_lazy("Looked at: {page}"),
        "letter.failed": gettext_lazy("A letter could not be sent: {code}"),
        "letter.withheld": gettext_lazy("Letter held back, enough went to this address: {kind}"),
        "letter.written": gettext_lazy("Letter written: {kind}"),
        "match.answered": gettext_lazy("{source} asked: {candidates} found"),
        "match.decided": gettext_lazy("Match in {source} decided: {chosen} chosen"),
        "pull.answered": gettext_lazy("{source} searched: {records} records"),
        "pull.failed": gettext_lazy("{source} failed: {code}"),
        "request.disowned": gettext_lazy("The owner of the mailbox says: it was not me"),
        "request.forgotten": gettext_lazy("What named the person was destroyed: its time is over"),
        "request.opened": gettext_lazy("Request received"),
        "step.given_up": gettext_lazy("Work given up: {code}"),
        "step.revived": gettext_lazy("Work taken up again: {kind}"),
    },
)
_LETTERS: Final[Mapping[str, Promise]] = MappingProxyType(
    {
        "confirm_address": gettext_lazy("confirm your address"),
        "proven": gettext_lazy("address proven"),
        "answered": gettext_lazy("answered"),
        "answered_in_part": gettext_lazy("answered in part"),
        "refused": gettext_lazy("refused"),
        "withdrawn": gettext_lazy("withdrawn"),
        "lapsed": gettext_lazy("lapsed"),
        "follow": gettext_lazy("link to the request"),
        "officer_arrival": gettext_lazy("arrival, to officers"),
        "officer_turn": gettext_lazy("your turn, to officers"),
        "officer_disowned": gettext_lazy("filed by somebody else, to officers"),
        "officer_stuck": gettext_lazy("does not go on, to officers"),
    },
)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline."""

    at: datetime
    text: str
    who: str
    reason: str
    moved: bool


class Events(Sequence[Event]):
    """What happened to `dsr`, as a sequence that a paginator reads a slice of.

    `reasons`: the reader may read why. `views`: who looked at what is told too.
    """

    def __init__(self, dsr: SubjectRequest, *, reasons: bool, views: bool) -> None:
        self._dsr, self._reasons = dsr, reasons
        left_out = ["step.done"] if views else ["step.done", "data.viewed"]
        self._found = AuditEvent.objects.filter(dsr_id=dsr.pk).exclude(action__in=left_out).order_by("-pk")

    def __len__(self) -> int:
        return self._found.count()

    @overload
    def __getitem__(self, asked: int) -> Event: ...

    @overload
    def __getitem__(self, asked: slice) -> list[Event]: ...

    def __getitem__(self, asked: int | slice) -> Event | list[Event]:
        """Return the events of `asked`. The n-th `request.moved` is transition number n: moves of one request never overlap."""
        if isinstance(asked, int):
            return self[asked : asked + 1][0]
        found = list(self._found[asked])
        if not found:
            return []
        names = _names(found)
        moves = {move.number: move for move in self._dsr.transitions.all()}
        number = self._found.filter(action="request.moved", pk__lt=found[-1].pk).count()
        titles = {source.name: title(source) for source in self._dsr.brand.sources.all()}
        events = []
        for event in reversed(found):
            moved = event.action == "request.moved"
            number += moved
            facts = event.facts | {"source": titles.get(event.facts.get("source", ""), event.facts.get("source", ""))}
            events.append(self._event(event, said(event.action, facts), moves.get(number) if moved else None, names))
        return events[::-1]

    def _event(self, event: AuditEvent, text: str, move: Transition | None, names: dict[str, str]) -> Event:
        who = names.get(event.actor_name) or str(_ACTORS.get(event.actor_kind) or event.actor_name)
        reason = (move.reason or "") if move and self._reasons else ""
        return Event(event.at, text, who, reason, move is not None)


def said(action: str, facts: Mapping[str, Any]) -> str:
    """Say in words what an audit event means; one that has no words yet shows its name."""
    if action == "request.moved":
        return f"{Move(facts['move']).label} → {words.STAGES[State(facts['target'])]}"
    if action not in _WORDS:
        return action
    told = {name: _told(name, value) for name, value in facts.items()}
    return str(_WORDS[action]).format_map(defaultdict(lambda: "?", told))


def _told(name: str, value: Any) -> str:
    if name == "code":
        return words.fault(str(value))
    if name == "kind":
        return str(_LETTERS.get(str(value), value))
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or _("none")
    return number_format(value, force_grouping=True) if isinstance(value, int) else str(value)


def letter(kind: str) -> str:
    return str(_LETTERS.get(kind, kind))


def _names(events: Sequence[AuditEvent]) -> dict[str, str]:
    """Return the names of the officers who acted, by the name under which the audit trail knows them."""
    numbers = {event.actor_name.partition(":")[2] for event in events if event.actor_kind == "officer"}
    return {
        officer.actor.name: str(officer)
        for officer in Officer.objects.filter(pk__in=[number for number in numbers if number.isdecimal()])
    }
