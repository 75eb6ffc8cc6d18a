"""What was erased and is there again, and what a law kept and the rules alone could not erase: an officer decides."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID
from zlib import crc32

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from requests_app.console import deeds, stepup
from requests_app.console.forms import StepUpForm
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import HOLDS, show
from requests_app.console.reappear_forms import ByHandForm
from requests_app.console.searched import title
from requests_app.console.stepup import Deed
from requests_app.erasure import again, later
from requests_app.erasure.later import ByHand
from requests_app.erasure.reasons import reason
from requests_app.erasure.remains import Kept, KeptState
from requests_app.erasure.services import NotOpen
from requests_app.erasure.traces import Outcome, Reappearance
from requests_app.officers import policy
from requests_app.officers.models import Officer
from requests_app.officers.policy import Action
from requests_app.sources.models import Source
from requests_app.workflow.models import SubjectRequest

_SHOWN: Final = 100
_reads_and_posts = require_http_methods(["GET", "HEAD", "POST"])
Words = str | Promise
Asked = Reappearance | Kept


_NEW_ACCOUNT: Final = Deed(
    StepUpForm, lambda found, by, _said: again.settle(found, Outcome.NEW_ACCOUNT, by=by),
    gettext_lazy("It is a new account"),
    gettext_lazy("The person has come back after the erasure, of their own will. Nothing is erased, and you are not asked about it again."),  # noqa: E501
    gettext_lazy("Leave the new account alone"), gettext_lazy("Settled: it is a new account. Nothing was erased."),
)  # fmt: skip
_FILED: Final = Deed(
    StepUpForm, lambda found, by, _said: again.settle(found, Outcome.FILED, by=by),
    gettext_lazy("It is a request of its own"),
    gettext_lazy("You have filed a new request for it: what is there is planned and approved like any other. This step files nothing and erases nothing."),  # noqa: E501
    gettext_lazy("Settle it as filed"), gettext_lazy("Settled: a request of its own deals with it."),
)  # fmt: skip
_ERASE: Final = Deed(
    StepUpForm, lambda found, by, _said: again.ask_again(found, by=by),
    gettext_lazy("Erase it again"),
    gettext_lazy("What two persons approved then is erased once more, and read back. Their approval is bound to these very records, so that you alone suffice now. If more is found than they approved, or a duty or a hold keeps it now, nothing goes and you read it here. It cannot be undone."),  # noqa: E501
    gettext_lazy("Erase it again"), gettext_lazy("It is being erased."), danger=True,
)  # fmt: skip
_LOOK: Final = Deed(
    StepUpForm, lambda kept, by, _said: later.try_again(kept, by=by),
    gettext_lazy("Try again now"),
    gettext_lazy("The system is asked once more. What no law, no contract and no hold keeps any more is erased, and the person is told; what a duty still keeps stays until its day. If the rules cannot tell, it comes back to this page."),  # noqa: E501
    gettext_lazy("Try again now"), gettext_lazy("It is being looked at again."),
)  # fmt: skip
_BY_HAND: Final = Deed(
    ByHandForm, lambda kept, by, said: later.done_by_hand(kept, by=by, reason=ByHand(said["reason"])),
    gettext_lazy("They are gone"),
    gettext_lazy("You vouch that these records are gone: nobody reads it back. The person gets the second letter, which says so; then the address and the list of records are destroyed. It cannot be undone."),  # noqa: E501
    gettext_lazy("They are gone: tell the person"), gettext_lazy("Kept. The person is told."), danger=True,
)  # fmt: skip
OF_REAPPEARANCES: Final = MappingProxyType({"new-account": _NEW_ACCOUNT, "filed": _FILED, "again": _ERASE})
OF_KEPT: Final = MappingProxyType({"again": _LOOK, "by-hand": _BY_HAND})
_STATES: Final[Mapping[str, tuple[str, Words]]] = MappingProxyType(
    {
        "": ("attention", gettext_lazy("to decide")),
        Outcome.ERASING: ("information", gettext_lazy("being erased")),
        Outcome.CHANGED: ("danger", gettext_lazy("not erased: it is not what was approved; file a request")),
        Outcome.FORGOTTEN: ("danger", gettext_lazy("not erased: the plan is no longer kept; file a request")),
        Outcome.FAILED: ("danger", gettext_lazy("not erased: the system failed")),
    },
)


@require_safe
def reappearances(request: OfficerRequest) -> HttpResponse:
    """List what waits for an officer of these shops, the oldest first."""
    answering = set(Source.objects.filter(policy.within(request.user, Action.ANSWER)).values_list("pk", flat=True))
    found = list(_open(request.user).select_related("brand", "source").order_by("found_at", "pk")[:_SHOWN])
    kept = list(_asked(request.user).select_related("brand", "source").order_by("kept_at", "pk")[:_SHOWN])
    named = SubjectRequest.objects.visible_to(request.user).filter(reference__in=_references(found) | _references(kept))
    known = set(named.values_list("reference", flat=True))
    told = {
        "found": [_row(one, known, answering, found_buttons(one)) | _state(one) for one in found],
        "kept": [_row(one, known, answering, OF_KEPT) | {"why": reason(one.reason, [one.regime])} for one in kept],
        "shown": _SHOWN, "cut": _SHOWN in (len(found), len(kept)),
    }  # fmt: skip
    return show(request, "reappearances", told, at=HOLDS)


@_reads_and_posts
def reappearance_step(request: OfficerRequest, found: int, deed: str) -> HttpResponse:
    """Do one of `OF_REAPPEARANCES`; whoever does it has proven again who is sitting there."""
    mine = Reappearance.objects.filter(policy.within(request.user, Action.ANSWER, side="source__side"))
    one = get_object_or_404(mine.select_related("brand", "source"), pk=found)
    still = found_buttons(one) if one.settled_at is None else {}
    return _step(request, one, _of(OF_REAPPEARANCES, deed), may=deed in still)


@_reads_and_posts
def kept_step(request: OfficerRequest, kept: UUID, deed: str) -> HttpResponse:
    """Do one of `OF_KEPT`; whoever does it has proven again who is sitting there."""
    mine = Kept.objects.filter(policy.within(request.user, Action.ANSWER, side="source__side"))
    one = get_object_or_404(mine.select_related("brand", "source"), pk=kept)
    return _step(request, one, _of(OF_KEPT, deed), may=one.state == KeptState.ASKED)


def waiting_for(officer: Officer) -> int:
    """Return how many things wait on the page."""
    return _open(officer).count() + _asked(officer).count()


def found_buttons(found: Reappearance) -> Mapping[str, Deed]:
    """Return what an officer may do now. Of records that are known by an identity only, nobody approved that they go."""
    if found.outcome == Outcome.ERASING:
        return {}
    return {name: deed for name, deed in OF_REAPPEARANCES.items() if found.known or deed is not _ERASE}


def _step(request: OfficerRequest, one: Asked, deed: Deed, *, may: bool) -> HttpResponse:
    form = deed.form(request.POST or None, seen=_version(one), **stepup.asks(request))
    stale = request.method == "POST" and form.data.get("seen") != str(_version(one))
    if stale or not may:
        return show(request, "reappearance_quicker", at=HOLDS, status=409)
    if form.is_valid():
        try:
            deed.do(one, request.user, form.cleaned_data)
        except NotOpen:
            return show(request, "reappearance_quicker", at=HOLDS, status=409)
        stepup.passed(request, form)
        messages.success(request, str(deed.done))
        return redirect("console:reappearances")
    told = {"form": form, "one": one, "system": title(one.source), "records": deeds.number(one.records), "deed": deed}
    return show(request, "reappearance_step", told, at=HOLDS, status=422 if form.is_bound else 200)


def _of(offered: Mapping[str, Deed], name: str) -> Deed:
    if name not in offered:
        raise Http404
    return offered[name]


def _version(one: Asked) -> int:
    """Return a number that changes with what its reader saw, so that nobody decides on something that has changed since."""
    seen = (one.outcome, one.settled_at) if isinstance(one, Reappearance) else (one.state, one.until)
    return crc32(repr(seen).encode())


def _open(officer: Officer) -> QuerySet[Reappearance]:
    return Reappearance.objects.filter(policy.within(officer, side="source__side"), settled_at=None)


def _asked(officer: Officer) -> QuerySet[Kept]:
    return Kept.objects.filter(policy.within(officer, side="source__side"), state=KeptState.ASKED)


def _references(these: Iterable[Asked]) -> set[str]:
    return {one.reference for one in these}


def _row(one: Asked, known: set[str], answering: set[int], offered: Mapping[str, Deed]) -> dict[str, Any]:
    may = one.source_id in answering
    return {
        "one": one, "system": title(one.source), "records": deeds.number(one.records), "linked": one.reference in known,
        "buttons": [{"name": name, "deed": deed} for name, deed in offered.items()] if may else [],
    }  # fmt: skip


def _state(found: Reappearance) -> dict[str, Any]:
    kind, state = _STATES[found.outcome]
    return {"kind": kind, "state": state, "how": _("by its own key") if found.known else _("the same identity only")}
