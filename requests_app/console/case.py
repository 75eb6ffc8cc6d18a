"""One request as its page shows it: what this officer may see and do, and what is known so far."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField, Count, Exists, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_app.audit.services import record
from requests_app.bundle.models import Bundle
from requests_app.collection.models import Pull
from requests_app.console import words
from requests_app.console.desk import Desk, desk_of
from requests_app.console.gate import OfficerRequest
from requests_app.console.queue import flags, is_yours, systems, with_progress
from requests_app.correspondence.models import Letter, Message
from requests_app.matching.models import Match, MatchState
from requests_app.officers.models import Officer
from requests_app.officers.policy import Action
from requests_app.replies.models import Instruction
from requests_app.review.models import Flag, Note
from requests_app.review.services import is_reviewed
from requests_app.rights import RIGHTS
from requests_app.workflow.delegations import Delegation
from requests_app.workflow.guards import DECIDING_MOVES
from requests_app.workflow.models import SubjectRequest, SubjectRequestQuerySet, Transition
from requests_app.workflow.parties import Party
from requests_app.workflow.services import has_decided
from requests_app.workflow.states import ERASURE, Move

# What an officer may press: the permission it takes, the page that it leads to, what the button says, and its kind.
_BUTTONS: Final = {
    Move.DECIDE: (Action.DECIDE_MATCH, "match", gettext_lazy("Decide who it is"), ""),
    Move.APPROVE: (Action.ANSWER, "approve", gettext_lazy("Approve the answer"), ""),
    Move.APPROVE_ERASURE: (Action.ANSWER, "plan", gettext_lazy("Read the plan"), ""),
    Move.SEARCH_AGAIN: (Action.ANSWER, "systems", gettext_lazy("Search again"), "second"),
    Move.REFUSE: (Action.ANSWER, "refuse", gettext_lazy("Refuse"), "danger"),
}
# Where a right's room decides on a page of its own: the page, and what the button says.
_PAGES: Final = {
    ("replies", Move.APPROVE): ("reply", gettext_lazy("Answer")),
    ("changes", Move.APPROVE): ("changes", gettext_lazy("Decide field by field")),
}
_DECIDING: Final = {page for _action, page, _label, _kind in _BUTTONS.values()} - {"systems"} | {
    "approve_erasure", "questions", "settle", "lift_freeze", "carry_out", "lift", *(page for page, _label in _PAGES.values()),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """A request, its reader, where the reader works, and what the reader may do with it."""

    dsr: SubjectRequest
    reader: Officer
    desk: Desk
    actions: frozenset[Action]

    @property
    def today(self) -> date:
        return timezone.localdate(timezone=ZoneInfo(self.dsr.brand.time_zone))

    @property
    def sees_data(self) -> bool:
        return Action.SEE_DATA in self.actions

    @property
    def moves(self) -> list[Move]:
        """What the reader may do now. Asking again makes sense only for systems that failed."""
        barred = DECIDING_MOVES if self.is_barred else ()
        known = [move for move in self.dsr.moves if move in _BUTTONS and move not in barred]
        allowed = [move for move in known if _BUTTONS[move][0] in self.actions]
        return [move for move in allowed if move != Move.SEARCH_AGAIN or self._has("failing")]

    @property
    def copies(self) -> list[Bundle]:
        """What was packed for the person. A request of which there is no copy costs no question."""
        return list(self.dsr.bundles.all()) if self._has("copied") else []

    @property
    def is_willed(self) -> bool:
        """Whether the person has left word of what shall be done after death."""
        return self._has("willed")

    @property
    def way(self) -> str:
        """The room that carries the request's right out."""
        return RIGHTS[self.dsr.right].fulfilment

    @property
    def replies(self) -> bool:
        """Whether an officer answers in own words, and no system is asked anything."""
        return self.way == "replies"

    @property
    def is_barred(self) -> bool:
        """Whether the reader decided on what this request appeals against: another officer decides on it then."""
        return has_decided(self.dsr, self.reader.actor)

    @property
    def version(self) -> int:
        """How many moves the request has made: a form carries it, so that nobody decides on what has changed since."""
        return self._number("moves_made")

    def url(self, page: str = "detail") -> str:
        return reverse(f"console:{page}", args=[self.dsr.reference])

    def must_see_data(self, page: str, **facts: str | int) -> None:
        """Write down that the reader looks at personal data.

        Raises:
            PermissionDenied: the reader may not.
        """
        self.require(Action.SEE_DATA)
        self.seen(page, **facts)

    def seen(self, page: str, **facts: str | int) -> None:
        record("data.viewed", by=self.reader.actor, dsr_id=self.dsr.pk, page=page, **facts)

    def require(self, action: Action) -> None:
        """Raises: PermissionDenied: the reader's role does not allow `action`."""
        if action not in self.actions:
            raise PermissionDenied

    def context(self, section: str = "") -> dict[str, Any]:
        """Return what the frame of the page shows: the header, its buttons, and the sections."""
        dsr = self.dsr
        return {
            "case": self, "dsr": dsr, "right": words.right(dsr), "law": words.law(dsr), "stage": words.stage(dsr),
            "mover": words.mover(dsr), "yours": is_yours(dsr), "due": words.due(dsr, self.today),
            "flags": flags(dsr), "buttons": self._buttons(section), "sections": self._sections(section),
        }  # fmt: skip

    def _buttons(self, section: str) -> list[dict[str, Any]]:
        """Return what the header offers; a page on which somebody decides brings its own."""
        if section in _DECIDING:
            return []
        moves = self.moves
        known = [
            (move, *_PAGES.get((self.way, move), button[1:3]), button[3]) for move, button in _BUTTONS.items() if move in moves
        ]
        return [
            {"move": move, "url": self.url(page), "label": label, "kind": kind}
            for move, page, label, kind in known
            if page != section
        ]

    def _sections(self, current: str) -> list[dict[str, Any]]:
        doubtful, letters = self._number("doubtful"), self._number("letters_sent")
        known = [
            ("detail", _("Overview"), ""),
            ("plan", _("Plan"), ""),
            ("changes", _("Fields"), ""),
            ("systems", _("Systems"), "" if self.way == "changes" else systems(self.dsr)),
            ("acting", _("Who acts"), self._number("to_check") or ""),
            ("by_post", _("By post"), ""),
            ("hand_over", _("Hand over"), ""),
            ("match", _("Who it is"), doubtful or ""),
            ("review", _("Review"), self._number("to_look_at") or ""),
            ("records", _("Records"), number_format(self._number("records_found"), force_grouping=True)),
            ("terms", _("Dates and law"), ""),
            ("talk", _("Messages"), self._number("said") or ""),
            ("notes", _("Notes"), self._number("noted") or ""),
            ("lending", _("Colleagues"), self._number("lent") or ""),
            ("files", _("Files"), ""),
            ("timeline", _("Timeline"), ""),
            ("letters", _("Letters"), letters),
        ]
        hidden = set() if self.sees_data else {"match", "records", "talk", "files", "notes", "review"}
        hidden |= set() if Action.ANSWER in self.actions else {"lending"}
        hidden |= set() if is_reviewed(self.dsr) else {"review"}
        hidden |= set() if self._has("acts") and self.sees_data else {"acting"}
        hidden |= set() if self.sees_data and self.dsr.is_by_post else {"by_post", "hand_over"}
        hidden |= set() if self._has("answered_by_hand") and Action.ANSWER in self.actions else {"hand_over"}
        hidden |= {"records"} if self.dsr.right == ERASURE else {"plan"}
        hidden |= {"records"} if self.way == "changes" else {"changes"}
        hidden |= set() if self.sees_data else {"changes"}
        hidden |= {"systems", "match", "records"} if self.replies else set()
        return [
            {"url": self.url(name), "label": label, "count": count, "current": name == current}
            for name, label, count in known
            if name not in hidden
        ]

    def _number(self, annotation: str) -> int:
        return int(getattr(self.dsr, annotation))

    def _has(self, annotation: str) -> bool:
        return bool(getattr(self.dsr, annotation))


def opened(request: OfficerRequest, reference: str) -> Case:
    """Return the request that `reference` names, if the officer may see it at all; from here on its shop's clock counts.

    Raises:
        Http404: there is none, or it is another shop's.
    """
    dsr: SubjectRequest = get_object_or_404(_counted().visible_to(request.user), reference=reference)
    timezone.activate(ZoneInfo(dsr.brand.time_zone))
    desk = desk_of(request.user)
    return Case(dsr, request.user, desk, desk.actions_on(dsr))


@cache
def _counted() -> SubjectRequestQuerySet:
    """Return all requests, annotated with what the header and the sections of their pages count. Put together once."""
    mine: dict[str, Any] = {"dsr": OuterRef("pk")}
    return with_progress().annotate(
        lent=_aggregate(Delegation.objects.in_force().filter(**mine), Count("pk")),
        moves_made=_aggregate(Transition.objects.filter(**mine), Count("pk")),
        records_found=_aggregate(Pull.objects.filter(**mine), Sum("records")),
        letters_sent=_aggregate(Letter.objects.filter(**mine, officer=None), Count("pk")),
        said=_aggregate(Message.objects.filter(**mine), Count("pk")),
        acts=Exists(Party.objects.filter(**mine)),
        to_check=_aggregate(Party.objects.to_check().filter(**mine), Count("pk")),
        copied=Exists(Bundle.objects.filter(**mine)),
        willed=Exists(Instruction.objects.standing().filter(brand=OuterRef("brand"), email_index=OuterRef("email_index"))),
        answered_by_hand=Exists(Bundle.objects.available().filter(**mine, file__isnull=False)),
        to_look_at=_aggregate(Flag.objects.filter(**mine, seen_at=None), Count("pk")),
        noted=_aggregate(Note.objects.filter(**mine), Count("pk")),
        doubtful=_aggregate(Match.objects.filter(**mine, state=MatchState.DOUBTFUL), Count("pk")),
    )


def _aggregate(found: QuerySet[Any], by: Count | Sum) -> Coalesce:
    return Coalesce(Subquery(found.order_by().values("dsr").annotate(n=by).values("n"), output_field=BigIntegerField()), 0)
