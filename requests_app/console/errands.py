"""Tasks for people: which wait, which are late, and what an officer does about one; who answers for a system."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from requests_app.console.errand_forms import KeeperForm
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import SOURCES, show
from requests_app.console.searched import title
from requests_app.errands import services
from requests_app.errands.models import Deed, Errand, ErrandQuerySet, ErrandState, Outcome
from requests_app.errands.services import NotOpen
from requests_app.keys.store import KeyGone
from requests_app.officers import policy
from requests_app.officers.models import Officer
from requests_app.officers.policy import Action
from requests_app.sources.models import PEOPLE, Source

_A_PAGE: Final = 50


_DEEDS: Final[Mapping[Deed, Promise]] = MappingProxyType(
    {
        Deed.LOOK: gettext_lazy("look up"), Deed.ERASE: gettext_lazy("erase"), Deed.CORRECT: gettext_lazy("correct"),
        Deed.RESTRICT: gettext_lazy("restrict"),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One task as the page shows it."""

    errand: Errand
    system: str
    deed: str
    kind: str
    state: str
    ground: str
    may_act: bool


@require_safe
def tasks(request: OfficerRequest) -> HttpResponse:
    """Show the open tasks, the most urgent first, and those that could not be done, with the ground."""
    mine, today = _visible(request.user), datetime.now(UTC).date()
    page: Page[Errand] = Paginator(mine.open().order_by("due_on", "pk"), _A_PAGE).get_page(request.GET.get("page"))
    refused = mine.filter(state=ErrandState.ANSWERED, outcome=Outcome.CANNOT, dsr__closed_at=None).order_by("-answered_at")[
        :_A_PAGE
    ]
    acts = set(Source.objects.filter(policy.within(request.user, Action.ANSWER), connector=PEOPLE).values_list("pk", flat=True))
    sees = set(Source.objects.filter(policy.within(request.user, Action.SEE_DATA), connector=PEOPLE).values_list("pk", flat=True))
    context = {
        "rows": [_row(one, today, may_act=one.source_id in acts) for one in page], "page": page,
        "refused": [_row(one, today, reads=one.source_id in sees) for one in refused],
        "open": page.paginator.count, "late": mine.open().overdue(today).count(),
    }  # fmt: skip
    return show(request, "tasks", context, at=SOURCES)


def _visible(officer: Officer, action: Action = Action.SEE) -> ErrandQuerySet:
    sources = Source.objects.filter(policy.within(officer, action))
    found: ErrandQuerySet = Errand.objects.filter(source__in=sources).select_related("dsr__brand", "source__brand", "keeper")
    return found


def _row(errand: Errand, today: date, *, may_act: bool = False, reads: bool = False) -> Row:
    late = errand.state == ErrandState.OPEN and errand.due_on < today
    said = _("overdue") if late else _("waits") if errand.state == ErrandState.OPEN else _("cannot be done")
    kind = "danger" if late or errand.outcome == Outcome.CANNOT else "info"
    deed = str(_DEEDS[Deed(errand.deed)])
    return Row(errand, title(errand.source), deed, kind, said, _ground(errand) if reads else "", may_act)


def _ground(errand: Errand) -> str:
    try:
        return errand.ground or ""
    except KeyGone:
        return ""


Done = tuple[Callable[[Errand, Officer], object], str | Promise]
DEEDS: Final[Mapping[str, Done]] = MappingProxyType(
    {
        "remind": (lambda errand, by: services.remind(errand, by=by.actor), gettext_lazy("Reminded.")),
        "withdraw": (
            lambda errand, by: services.give_back(errand, by=by),
            gettext_lazy("Withdrawn. Its system counts as not searched."),
        ),
        "reassign": (lambda errand, by: _to_keeper(errand, by=by), gettext_lazy("Given to whoever answers for the system now.")),
    }
)


def _to_keeper(errand: Errand, *, by: Officer) -> None:
    keeper = services.keeper_of(errand.source)
    if keeper is None:
        raise NotOpen
    services.reassign(errand, keeper, by=by)


@require_POST
def task_step(request: OfficerRequest, errand: UUID, deed: str) -> HttpResponse:
    """Remind, withdraw, or give a task to whoever answers for its system now."""
    if deed not in DEEDS:
        raise Http404
    do, told = DEEDS[deed]
    meant = get_object_or_404(_visible(request.user, Action.ANSWER), pk=errand)
    try:
        done = do(meant, request.user) is not False
    except NotOpen:
        done = False
    if done:
        messages.success(request, str(told))
    else:
        messages.warning(request, _("Nothing was done: the task was answered, withdrawn, or nobody is named for its system."))
    return redirect("console:tasks")


@require_http_methods(["GET", "HEAD", "POST"])
def keeper(request: OfficerRequest, source: int) -> HttpResponse:
    """Name who answers for a system, and the lead."""
    mine = Source.objects.select_related("brand").filter(policy.within(request.user, Action.MANAGE))
    meant = get_object_or_404(mine, pk=source)
    form = KeeperForm.of(meant, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        _name(meant, form, by=request.user)
        messages.success(request, _("Saved. Open tasks went to whoever answers now."))
        return redirect("console:sources")
    context = {"form": form, "system": title(meant), "source": meant}
    return show(request, "keeper", context, at=SOURCES, status=422 if form.errors else 200)


def _name(source: Source, form: KeeperForm, *, by: Officer) -> None:
    said, language = form.cleaned_data, form.cleaned_data["language"]
    if said["lead_email"]:
        services.name_keeper(source, name=said["lead_name"], email=said["lead_email"], language=language, is_lead=True, by=by)
    services.name_keeper(source, name=said["name"], email=said["email"], language=language, is_lead=False, by=by)
