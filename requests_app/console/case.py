"""One request as its page shows it: what this officer may see and do, and what is known so far."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField, Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_app.audit.services import record
from requests_app.collection.models import Pull
from requests_app.console import words
from requests_app.console.gate import OfficerRequest
from requests_app.console.queue import flags, systems, with_progress
from requests_app.correspondence.models import Letter
from requests_app.matching.models import Match, MatchState
from requests_app.officers import policy
from requests_app.officers.models import Officer
from requests_app.officers.policy import Action
from requests_app.workflow.models import SubjectRequest, Transition
from requests_app.workflow.states import Move, Waiting

# What an officer may press: the permission it takes, the page that it leads to, what the button says, and its kind.
_BUTTONS: Final = {
    Move.DECIDE: (Action.DECIDE_MATCH, "match", gettext_lazy("Decide who it is"), ""),
    Move.APPROVE: (Action.ANSWER, "approve", gettext_lazy("Approve the answer"), ""),
    Move.SEARCH_AGAIN: (Action.ANSWER, "systems", gettext_lazy("Search again"), "second"),
    Move.REFUSE: (Action.ANSWER, "refuse", gettext_lazy("Refuse"), "danger"),
}


@dataclass(frozen=True, slots=True)
class Case:
    """A request, its reader, and what the reader may do with it."""

    dsr: SubjectRequest
    reader: Officer
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
        allowed = [move for move in self.dsr.moves if move in _BUTTONS and _BUTTONS[move][0] in self.actions]
        return [move for move in allowed if move != Move.SEARCH_AGAIN or self._has("failing")]

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
            "mover": words.mover(dsr), "yours": dsr.waiting_for == Waiting.OFFICER, "due": words.due(dsr, self.today),
            "flags": flags(dsr), "buttons": self._buttons(section), "sections": self._sections(section),
        }  # fmt: skip

    def _buttons(self, section: str) -> list[dict[str, Any]]:
        """Return what the header offers; a page on which somebody decides brings its own."""
        if section in {page for _action, page, _label, _kind in _BUTTONS.values()} - {"systems"}:
            return []
        known = [(move, *button[1:]) for move, button in _BUTTONS.items() if move in self.moves]
        return [
            {"move": move, "url": self.url(page), "label": label, "kind": kind}
            for move, page, label, kind in known
            if page != section
        ]

    def _sections(self, current: str) -> list[dict[str, Any]]:
        doubtful, letters = self._number("doubtful"), self._number("letters_sent")
        known = [
            ("detail", _("Overview"), ""),
            ("systems", _("Systems"), systems(self.dsr)),
            ("match", _("Who it is"), doubtful or ""),
            ("records", _("Records"), number_format(self._number("records_found"), force_grouping=True)),
            ("timeline", _("Timeline"), ""),
            ("letters", _("Letters"), letters),
        ]
        hidden = set() if self.sees_data else {"match", "records"}
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
    dsr: SubjectRequest = get_object_or_404(
        _counted(with_progress(SubjectRequest.objects.visible_to(request.user))), reference=reference
    )
    timezone.activate(ZoneInfo(dsr.brand.time_zone))
    return Case(dsr, request.user, policy.actions_at(request.user, dsr.brand))


def _counted(dsrs: QuerySet[SubjectRequest]) -> QuerySet[SubjectRequest]:
    mine: dict[str, Any] = {"dsr": OuterRef("pk")}
    return dsrs.annotate(
        moves_made=_aggregate(Transition.objects.filter(**mine), Count("pk")),
        records_found=_aggregate(Pull.objects.filter(**mine), Sum("records")),
        letters_sent=_aggregate(Letter.objects.filter(**mine, officer=None), Count("pk")),
        doubtful=_aggregate(Match.objects.filter(**mine, state=MatchState.DOUBTFUL), Count("pk")),
    )


def _aggregate(found: QuerySet[Any], by: Count | Sum) -> Coalesce:
    return Coalesce(Subquery(found.order_by().values("dsr").annotate(n=by).values("n"), output_field=BigIntegerField()), 0)
