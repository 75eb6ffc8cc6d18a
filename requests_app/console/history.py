"""The story of one request: its moves, and everything else that was done, newest first."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
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
from requests_app.correspondence import grounds
from requests_app.officers.models import Officer
from requests_app.review.grounds import GROUNDS
from requests_app.workflow.models import SubjectRequest, Transition
from requests_app.workflow.states import Move, State

_ACTORS: Final[Mapping[str, Promise]] = MappingProxyType(
    {"customer": gettext_lazy("customer"), "system": gettext_lazy("system"), "administrator": gettext_lazy("administrator")}
    | {"rule": gettext_lazy("the brand’s rule")},
)
_WORDS: Final[Mapping[str, Promise]] = MappingProxyType(
    {
        "access.refused": gettext_lazy("A page of this request was refused"),
        "address.corrected": gettext_lazy("E-mail address corrected"),
        "address.held": gettext_lazy("Letters go to an address that {source} holds"),
        "address.mail_offered": gettext_lazy("A mailbox was named to write to from now on"),
        "address.moved_to_mail": gettext_lazy("Letters go by e-mail from now on"),
        "bundle.handed_over": gettext_lazy("Copy {number} handed over on {on}"),
        "bundle.printed": gettext_lazy("Copy {number} printed"),
        "bundle.taken_out": gettext_lazy("Copy {number} taken out as a file"),
        "delegation.ended": gettext_lazy("No longer lent to a colleague"),
        "delegation.made": gettext_lazy("Lent to a colleague"),
        "key.given": gettext_lazy("The first browser that opened a link keeps the key"),
        "request.imported": gettext_lazy("Taken over from another tool; received on {received}"),
        "person.looked_again": gettext_lazy("Looked for again"),
        "proof.asked": gettext_lazy("Figures to prove who asks: {way}"),
        "recipient.by_hand": gettext_lazy("{name} is to be told by an officer"),
        "bundle.downloaded": gettext_lazy("Copy {number} downloaded"),
        "bundle.expired": gettext_lazy("Copy {number} taken back: its time is over"),
        "bundle.sealed": gettext_lazy("Copy {number} sealed: {records} records; missing: {missing}"),
        "bundle.unreadable": gettext_lazy("Copy {number} is damaged and was not handed over"),
        "certificate.downloaded": gettext_lazy("Certificate {number} downloaded"),
        "certificate.sealed": gettext_lazy("Certificate {number} sealed"),
        "copy.sending_asked": gettext_lazy("The customer has the copy sent to another company ({number})"),
        "copy.sent_on": gettext_lazy("Copy sent to another company ({number}): {state}"),
        "data.viewed": gettext_lazy("Looked at: {page}"),
        "deadline.computed": gettext_lazy("Dates computed: {safe} safe, {legal} by law"),
        "deadline.extended": gettext_lazy("More time taken: until {legal}"),
        "deadline.extension_asked": gettext_lazy("More time asked for, with a letter"),
        "deadline.extension_void": gettext_lazy("No more time: its letter did not go out in time"),
        "law.chosen": gettext_lazy("Other laws chosen: {regimes}"),
        "message.written": gettext_lazy("Message written"),
        "question.answered": gettext_lazy("Question answered"),
        "question.asked": gettext_lazy("Question asked"),
        "letter.failed": gettext_lazy("A letter could not be sent: {code}"),
        "letter.withheld": gettext_lazy("Letter held back, enough went to this address: {kind}"),
        "letter.written": gettext_lazy("Letter written: {kind}"),
        "match.answered": gettext_lazy("{source} asked: {candidates} found"),
        "match.decided": gettext_lazy("Match in {source} decided: {chosen} chosen"),
        "proof.accepted": gettext_lazy("The shop’s own account vouches for the customer, by the key {key}"),
        "errand.answered": gettext_lazy("{source}: a person answered: {outcome}, {records} records"),
        "errand.asked": gettext_lazy("{source}: a person is asked"),
        "errand.escalated": gettext_lazy("{source}: the task is late, its lead was told"),
        "errand.reassigned": gettext_lazy("{source}: the task was given to somebody else"),
        "errand.reminded": gettext_lazy("{source}: the person was reminded"),
        "errand.seen": gettext_lazy("{source}: the person opened the task"),
        "errand.withdrawn": gettext_lazy("{source}: the task was withdrawn"),
        "pull.answered": gettext_lazy("{source} searched: {records} records"),
        "pull.failed": gettext_lazy("{source} failed: {code}"),
        "recipient.answered": gettext_lazy("A recipient answered: {answer}"),
        "recipient.told": gettext_lazy("{name} told of the erasure"),
        "reminder.told": gettext_lazy("Reminder: {notice}"),
        "request.denied": gettext_lazy("Decided against the customer: {ground}"),
        "request.disowned": gettext_lazy("The owner of the mailbox says: it was not me"),
        "request.forgotten": gettext_lazy("What named the person was destroyed: its time is over"),
        "request.assigned": gettext_lazy("Given to another officer, or to nobody"),
        "request.opened": gettext_lazy("Request received"),
        "request.put_aside": gettext_lazy("Put aside as spam"),
        "request.taken_back": gettext_lazy("Not spam after all"),
        "erasure.again_asked": gettext_lazy("{source}: to be erased again, as approved: {records} records"),
        "erasure.again_stopped": gettext_lazy("{source} could not be erased again: {why}"),
        "erasure.approved": gettext_lazy("Plan {round} approved: {digest}"),
        "erasure.done": gettext_lazy("{source} erased: {changed} records changed, read back"),
        "erasure.done_by_hand": gettext_lazy("{source} erased by hand"),
        "erasure.erased_later": gettext_lazy("{source}: {records} records erased when their duty ended"),
        "erasure.failed": gettext_lazy("{source} failed: {code}"),
        "erasure.frozen": gettext_lazy("Erasures of {brand} frozen"),
        "erasure.given_up": gettext_lazy("Settled without {source}"),
        "erasure.impossible": gettext_lazy("{source} cannot be erased as planned: {problems} problems"),
        "erasure.intended": gettext_lazy("{source}: erasing begins"),
        "erasure.kept": gettext_lazy("{source}: {records} records kept: {reason}"),
        "erasure.later_by_hand": gettext_lazy("{source}: {records} kept records are gone, on an officer’s word: {reason}"),
        "erasure.later_tried_again": gettext_lazy("{source}: what was kept is looked at again"),
        "erasure.planned": gettext_lazy("{source} planned: {records} records"),
        "erasure.question_answered": gettext_lazy("{source}: {reason} answered: {deed}"),
        "erasure.reappeared": gettext_lazy("{source}: {records} records are there again"),
        "erasure.reappearance_settled": gettext_lazy("{source}: what was there again is settled: {outcome}"),
        "erasure.reapplied": gettext_lazy("{source} erased again after a backup: {changed} records"),
        "erasure.rehearsal_asked": gettext_lazy("{source}: a rehearsal asked for"),
        "erasure.rehearsed": gettext_lazy("{source} rehearsed; nothing stayed changed"),
        "erasure.searched": gettext_lazy("All systems searched again; found in: {found}"),
        "erasure.stale": gettext_lazy("{source} is no longer as approved: {code} {collections}"),
        "erasure.thawed": gettext_lazy("The freeze of {brand} lifted"),
        "erasure.tried_again": gettext_lazy("{source} tried again"),
        "erasure.unplanned": gettext_lazy("{source} could not be planned: {code}"),
        "erasure.waited_enough": gettext_lazy("The customer does not want to wait"),
        "paper.fetched": gettext_lazy("A paper was taken by an officer"),
        "file.fetched": gettext_lazy("A file was taken by an officer"),
        "party.named": gettext_lazy("Somebody acts for the person: {part}"),
        "party.proven": gettext_lazy("Whoever acts has proven the mailbox"),
        "party.agreed": gettext_lazy("The person agreed that somebody acts"),
        "party.papers_decided": gettext_lazy("Papers looked at: {papers}"),
        "party.answer_agreed": gettext_lazy("A second officer agreed to who reads the answer"),
        "party.stopped": gettext_lazy("The person stopped whoever acted"),
        "identity.destroyed": gettext_lazy("What showed an identity was looked at and destroyed: {files}"),
        "facts.added": gettext_lazy("The customer gave more facts"),
        "optout.done": gettext_lazy("{source}: {found} records found, {changed} switched off, read back"),
        "optout.done_by_hand": gettext_lazy("{source} switched off by hand: {channels}"),
        "optout.failed": gettext_lazy("{source} could not be switched off: {code}"),
        "optout.tried_again": gettext_lazy("{source} asked once more"),
        "note.changed": gettext_lazy("A note changed"),
        "note.written": gettext_lazy("A note written"),
        "review.asked_again": gettext_lazy("Records to be looked through again"),
        "review.confirmed": gettext_lazy("{source}, {collection}: still withheld, for what is there now"),
        "review.kept": gettext_lazy("Looked at and left in the answer: {field}"),
        "review.looked_at": gettext_lazy("{source}: {field} looked at"),
        "review.scanned": gettext_lazy("{source}, {collection}: {records} records looked through"),
        "review.undone": gettext_lazy("{source}, {collection}: taken back, it goes into the answer"),
        "review.withheld": gettext_lazy("{source}, {collection}: withheld ({ground})"),
        "step.given_up": gettext_lazy("Work given up: {code}"),
        "step.revived": gettext_lazy("Work taken up again: {kind}"),
    },
)
_LETTERS: Final[Mapping[str, Promise]] = MappingProxyType(
    {
        "confirm_address": gettext_lazy("confirm your address"),
        "post_code": gettext_lazy("figures by post"),
        "post_mail": gettext_lazy("figures to write by e-mail"),
        "move_to_mail": gettext_lazy("link to write by e-mail"),
        "proven": gettext_lazy("address proven"),
        "handed_over": gettext_lazy("asked from the shop’s account"),
        "taken_over": gettext_lazy("handled here from now on"),
        "answered": gettext_lazy("answered"),
        "answered_in_part": gettext_lazy("answered in part"),
        "refused": gettext_lazy("refused"),
        "withdrawn": gettext_lazy("withdrawn"),
        "lapses_soon": gettext_lazy("about to lapse"),
        "lapsed": gettext_lazy("lapsed"),
        "copy_expires": gettext_lazy("the copy can soon no longer be fetched"),
        "follow": gettext_lazy("link to the request"),
        "party_confirm": gettext_lazy("to whoever acts: confirm your address"),
        "party_asks": gettext_lazy("somebody acts for you"),
        "party_papers": gettext_lazy("to whoever acts: other papers"),
        "party_refused": gettext_lazy("to whoever acts: papers refused"),
        "party_stopped": gettext_lazy("to whoever acts: stopped by the person"),
        "party_goes_on": gettext_lazy("to whoever acts: begun"),
        "party_answer": gettext_lazy("to whoever acts: the answer"),
        "child_reported": gettext_lazy("a child’s account was reported"),
        "officer_papers": gettext_lazy("papers to check, to officers"),
        "opted_out": gettext_lazy("refusal confirmed"),
        "objection_upheld": gettext_lazy("objection upheld"),
        "new_purpose": gettext_lazy("a purpose is new, to everybody concerned"),
        "officer_stop_by_hand": gettext_lazy("to switch off by hand, to officers"),
        "extension": gettext_lazy("more time"),
        "question": gettext_lazy("a question waits"),
        "officer_message": gettext_lazy("message, to officers"),
        "officer_not_extended": gettext_lazy("no more time, to officers"),
        "officer_arrival": gettext_lazy("arrival, to officers"),
        "officer_turn": gettext_lazy("your turn, to officers"),
        "officer_reminder": gettext_lazy("reminder, to officers"),
        "officer_overdue": gettext_lazy("overdue, to officers and leads"),
        "officer_acknowledge": gettext_lazy("acknowledgement due, to officers"),
        "officer_disowned": gettext_lazy("filed by somebody else, to officers"),
        "officer_stuck": gettext_lazy("does not go on, to officers"),
        "officer_plan_again": gettext_lazy("plan to approve again, to officers"),
        "officer_by_hand": gettext_lazy("to erase by hand, to officers"),
        "officer_frozen": gettext_lazy("erasures frozen, to leads"),
        "officer_erases_alone": gettext_lazy("approved by one alone, to leads"),
        "officer_reappeared": gettext_lazy("erased data is there again, to officers"),
    },
)


_OUTCOMES: Final[Mapping[str, str | Promise]] = MappingProxyType(
    {
        "found": gettext_lazy("found"), "none": gettext_lazy("nothing there"), "done": gettext_lazy("done as asked"),
        "cannot": gettext_lazy("cannot be done"),
    },
)  # fmt: skip


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
        reason = words.reason(move) if move and self._reasons else ""
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
    if name in _TOLD:
        return _TOLD[name](str(value))
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or _("none")
    return number_format(value, force_grouping=True) if isinstance(value, int) else str(value)


def letter(kind: str) -> str:
    return str(_LETTERS.get(kind, kind))


_TOLD: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType(
    {
        "code": words.fault,
        "ground": lambda ground: grounds.words(ground) or (str(GROUNDS[ground].short) if ground in GROUNDS else ground),
        "outcome": lambda outcome: str(_OUTCOMES.get(outcome, outcome)),
        "notice": words.notice,
        "kind": letter,
    }
)


def _names(events: Sequence[AuditEvent]) -> dict[str, str]:
    """Return the names of the officers who acted, by the name under which the audit trail knows them."""
    numbers = {event.actor_name.partition(":")[2] for event in events if event.actor_kind == "officer"}
    return {
        officer.actor.name: str(officer)
        for officer in Officer.objects.filter(pk__in=[number for number in numbers if number.isdecimal()])
    }
