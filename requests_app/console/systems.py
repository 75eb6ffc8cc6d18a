"""The systems of an officer's shops: do they answer, and if not, what is wrong and who can mend it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from requests_app.collection.services import ask_check
from requests_app.console import words
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import SOURCES, show
from requests_app.console.searched import title
from requests_app.ledger.models import OPEN, Step
from requests_app.officers import policy
from requests_app.officers.policy import Action
from requests_app.sources.models import Source


@dataclass(frozen=True, slots=True)
class Stand:
    """One system as the page shows it: `problems` are what the last check found, with file, line and column."""

    source: Source
    title: str
    kind: str
    state: str
    fault: str
    problems: list[dict[str, Any]]
    checking: bool
    may_check: bool


@require_safe
def sources(request: OfficerRequest) -> HttpResponse:
    mine = Source.objects.filter(brand__in=policy.brands_of(request.user)).select_related("brand").order_by("brand__name", "pk")
    checkable = set(policy.brands_of(request.user, Action.ANSWER).values_list("pk", flat=True))
    steps = Step.objects.filter(kind="collection.check", source__in=mine).order_by("source_id", "-pk").distinct("source_id")
    last = {step.source_id: step for step in steps}
    stands = [_stand(source, last.get(source.pk), may_check=source.brand_id in checkable) for source in mine]
    return show(request, "sources", {"stands": stands}, at=SOURCES)


@require_POST
def check(request: OfficerRequest, source: int) -> HttpResponse:
    """Have a system checked; a worker does it, so that this page never waits for the system."""
    mine = Source.objects.select_related("brand").filter(brand__in=policy.brands_of(request.user, Action.ANSWER))
    asked = get_object_or_404(mine, pk=source)
    ask_check(asked, by=request.user.actor)
    messages.info(request, _("%(system)s is being checked. Look again in a moment.") % {"system": title(asked)})
    return redirect("console:sources")


def _stand(source: Source, last: Step | None, *, may_check: bool) -> Stand:
    kind, state = _state(source)
    return Stand(
        source=source,
        title=title(source),
        kind=kind,
        state=state,
        fault=words.fault(source.last_fault) if source.last_fault else "",
        problems=last.proof.get("problems", []) if last else [],
        checking=last is not None and last.state in OPEN,
        may_check=may_check,
    )


def _state(source: Source) -> tuple[str, str]:
    if not source.enabled:
        return "", _("switched off")
    if source.resting_until and source.resting_until > datetime.now(UTC):
        return "danger", _("left alone for now")
    if source.last_fault:
        return "danger", _("failing")
    return ("good", _("answers")) if source.answered_at else ("info", _("never asked yet"))
