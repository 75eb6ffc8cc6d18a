"""The systems of an officer's shops: do they answer, and if not, what is wrong and who can mend it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import BigIntegerField, Count, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, JSONObject
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from requests_app.collection.models import Pull, PullState
from requests_app.collection.services import ask_check
from requests_app.console import words
from requests_app.console.desk import Desk
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import SOURCES, show, waiting_for
from requests_app.console.searched import title
from requests_app.errands.models import Keeper
from requests_app.ledger.models import OPEN, Step
from requests_app.officers import policy
from requests_app.officers.policy import Action
from requests_app.sources.coverage import Coverage, coverage, kept
from requests_app.sources.models import RESTING, STOPPED, Source, Stop
from requests_app.sources.versions import SourceVersion


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
    checked_at: str | None
    may_check: bool
    records: int
    waiting: int
    drift: int
    coverage: Coverage | None
    keepers: list[Keeper]
    stop: Stop | None
    may_stop: bool
    may_name: bool
    may_connect: bool
    undecided: int


@require_safe
def sources(request: OfficerRequest) -> HttpResponse:
    waiting = waiting_for(request.user)
    desk = waiting.desk
    stops = list(Stop.objects.standing().filter(brand__in=[shop.pk for shop in desk.shops]).select_related("placed_by", "brand"))
    mine = with_history(Source.objects.filter(policy.within(request.user)))
    stands = [stand(source, desk, stops) for source in mine.order_by("brand__name", "pk")]
    stopped = [stop for stop in stops if stop.source_id is None]
    leads = desk.shops_for(Action.LIFT_FREEZE)
    free = [shop for shop in leads if shop.pk not in {stop.brand_id for stop in stopped}]
    context = {
        "stands": stands, "stopped": stopped, "can_stop": free, "may_lift": leads, "waiting": waiting,
        "may_connect": desk.shops_for(Action.CONNECT),
    }  # fmt: skip
    return show(request, "sources", context, at=SOURCES)


def with_history(sources: QuerySet[Source]) -> QuerySet[Source]:
    """Read with each system what its page tells: records given, steps that wait, the last check, what its description lacks."""
    here: dict[str, Any] = {"source": OuterRef("pk")}
    answered = Pull.objects.filter(**here, state=PullState.DONE).order_by().values("source").annotate(all=Sum("records"))
    waits = Step.objects.filter(**here, state__in=OPEN, error__in=(RESTING, STOPPED)).order_by().values("source")
    checks = Step.objects.filter(**here, kind="collection.check").order_by("-pk")
    counting = SourceVersion.objects.filter(**here, number=OuterRef("version"))
    open_ones = SourceVersion.objects.filter(**here, approved_at=None, counts_at=None, number__gt=OuterRef("version"))
    told = {
        "given": Coalesce(Subquery(answered.values("all"), output_field=BigIntegerField()), 0),
        "held_up": Coalesce(Subquery(waits.annotate(all=Count("pk")).values("all"), output_field=IntegerField()), 0),
        "last_check": Subquery(checks.values(told=JSONObject(state="state", proof="proof", at="finished_at"))[:1]),
        "covers": Subquery(counting.values("coverage")),
        "undecided": Coalesce(Subquery(open_ones.order_by("-number").values("number")[:1], output_field=IntegerField()), 0),
    }
    return sources.select_related("brand").prefetch_related("keepers").annotate(**told)


@require_POST
def check(request: OfficerRequest, source: int) -> HttpResponse:
    """Have a system checked; a worker does it, so that this page never waits for the system."""
    mine = Source.objects.select_related("brand").filter(policy.within(request.user, Action.ANSWER))
    asked = get_object_or_404(mine, pk=source)
    ask_check(asked, by=request.user.actor)
    messages.info(request, _("%(system)s is being checked. Look again in a moment.") % {"system": title(asked)})
    return redirect("console:sources")


def stand(source: Any, desk: Desk, stops: Sequence[Stop]) -> Stand:
    """Return how a system that `with_history` read stands, for whoever works at `desk`."""
    stop = next((one for one in stops if one.source_id == source.pk), None)
    kind, state = ("danger", _("stopped")) if stop else _state(source)
    last = source.last_check or {}
    problems = last.get("proof", {}).get("problems", [])
    may = partial(desk.may, brand=source.brand_id, side=source.side)
    return Stand(
        source=source,
        title=title(source),
        kind=kind,
        state=state,
        fault=words.fault(source.last_fault) if source.last_fault else "",
        problems=problems,
        checking=last.get("state") in OPEN,
        checked_at=last.get("at"),
        may_check=may(Action.ANSWER) and bool(source.version or source.description),
        records=source.given,
        waiting=source.held_up,
        drift=sum(one["code"] == "not_as_described" for one in problems),
        coverage=kept(source.covers) if source.version else coverage(source),
        keepers=[one for one in source.keepers.all() if one.is_active],
        stop=stop,
        may_stop=may(Action.LIFT_FREEZE) and stop is None,
        may_name=may(Action.MANAGE) and source.is_of_people,
        may_connect=may(Action.CONNECT),
        undecided=source.undecided,
    )


def _state(source: Source) -> tuple[str, str]:
    if not source.enabled:
        return ("", _("switched off")) if source.version or source.description else ("info", _("does not count yet"))
    if source.is_of_people:
        return "info", _("a person looks there")
    if source.is_paused or (source.resting_until and source.resting_until > datetime.now(UTC)):
        return "danger", _("left alone for now")
    if source.last_fault:
        return "danger", _("failing")
    return ("good", _("answers")) if source.answered_at else ("info", _("never asked yet"))
