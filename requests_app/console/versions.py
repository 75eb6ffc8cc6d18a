"""One system: how it is, which versions its configuration had, what differs, the trial of one, and letting it count."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from requests_app.connecting import differences, services, trials
from requests_app.connecting.models import Trial
from requests_app.console import stepup, words
from requests_app.console.connecting import mine, numbered
from requests_app.console.connecting_forms import CountForm, TrialForm
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import SOURCES, show, waiting_for
from requests_app.console.searched import title
from requests_app.console.systems import stand, with_history
from requests_app.officers.policy import Action
from requests_app.sources.coverage import kept
from requests_app.sources.models import Source, Stop
from requests_app.sources.versions import SourceVersion
from requests_app.sources.words import CLAIMS

_NAMES: Final[Mapping[str, Promise]] = MappingProxyType(
    {
        "title": gettext_lazy("Name of the system"), "connector": gettext_lazy("Kind"), "address": gettext_lazy("Address"),
        "secret": gettext_lazy("Name of the secret"), "may_erase": gettext_lazy("Data may be erased and corrected there"),
        "erase_secret": gettext_lazy("Name of the secret of the account that may erase"),
        "files": gettext_lazy("Name of the variable with the folder of its files"),
        "paused": gettext_lazy("Leave it out of new requests"),
    }
)  # fmt: skip
_FACTS: Final[Mapping[str, Promise]] = MappingProxyType(
    {
        "agrees": gettext_lazy("agrees"), "differs": gettext_lazy("differs"),
        "unasked": gettext_lazy("is on record; you typed none"), "absent": gettext_lazy("is not on record"),
    }
)  # fmt: skip
_FACT_NAMES: Final[Mapping[str, Promise]] = MappingProxyType(
    {"name": gettext_lazy("Name"), "postcode": pgettext_lazy("a fact about somebody", "Postcode")}
)


@require_safe
def source(request: OfficerRequest, source: int) -> HttpResponse:
    """Show how one system is, and its versions."""
    meant = get_object_or_404(with_history(mine(request)), pk=source)
    waiting = waiting_for(request.user)
    stops = Stop.objects.against(meant).select_related("placed_by")
    every = meant.versions.light().select_related("author", "approved_by").order_by("-number")
    rows = [{"version": one, "stand": stand_of(one, meant)} for one in every[:200]]
    context = {"stand": stand(meant, waiting.desk, list(stops)), "rows": rows, "waiting": waiting}
    return show(request, "source", context, at=SOURCES)


@require_safe
def source_version(request: OfficerRequest, source: int, version: int) -> HttpResponse:
    """Show one version: what differs from the one before, or from another, and what its last trial found."""
    meant = _version(request, source, version)
    trial = trials.latest(meant)
    if request.htmx:
        waits = trial is not None and trial.done_at is None
        return HttpResponse(status=204) if waits else HttpResponseClientRefresh()
    desk = (waiting := waiting_for(request.user)).desk
    may = {action: desk.may(action, meant.source.brand_id, meant.source.side) for action in (Action.CONNECT, Action.APPROVE_SYSTEM)}
    others = list(meant.source.versions.exclude(pk=meant.pk).order_by("-number").values_list("number", flat=True)[:200])
    context = _compared(request, meant) | _trial(trial) | {
        "version": meant, "source": meant.source, "title": title(meant.source), "stand": stand_of(meant, meant.source),
        "others": others, "may_try": may[Action.CONNECT], "form": TrialForm(), "covers": kept(meant.coverage), "waiting": waiting,
        "may_count": _open(meant) and may[_right(meant)], "is_mine": meant.author_id == request.user.pk,
    }  # fmt: skip
    return show(request, "source_version", context, at=SOURCES)


@require_POST
def try_version(request: OfficerRequest, source: int, version: int) -> HttpResponse:
    """Have a worker try a version; the page tells when it is done."""
    meant = _version(request, source, version, Action.CONNECT)
    form = TrialForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("This is no e-mail address: nothing was tried."))
        return redirect("console:source_version", source, version)
    trials.ask(meant, form.cleaned_data, by=request.user)
    return redirect("console:source_version", source, version)


@require_http_methods(["GET", "HEAD", "POST"])
def count_version(request: OfficerRequest, source: int, version: int) -> HttpResponse:
    """Say what will count, then let it count, by whoever may."""
    meant = _version(request, source, version, Action.CONNECT, Action.APPROVE_SYSTEM)
    if _right(meant) is Action.CONNECT:
        get_object_or_404(mine(request, Action.CONNECT), pk=source)
    form = CountForm(request.POST if request.method == "POST" else None, seen=meant.number, **stepup.asks(request))
    refused = _why_not(meant, request)
    if request.method == "POST" and form.is_valid() and not refused:
        stepup.passed(request, form)
        refused = _let(meant, request)
        if not refused:
            return redirect("console:source", source)
    context = _compared(request, meant, services.counting(meant.source)) | {
        "form": form, "version": meant, "source": meant.source, "title": title(meant.source), "refused": refused,
        "trial": trials.latest(meant),
    }  # fmt: skip
    status = 409 if refused and request.method == "POST" else 422 if form.errors else 200
    return show(request, "source_count", context, at=SOURCES, status=status)


def _let(version: SourceVersion, request: OfficerRequest) -> str:
    """Let it count; return why not, where it does not."""
    try:
        now = services.let_count(version, by=request.user)
    except services.NotYours:
        return _("You wrote this version. Somebody else, an administrator or a lead, must let it count.")
    except services.Overtaken as quicker:
        return _("Version %(number)s counts meanwhile. Write what you want anew.") % {"number": quicker.newer.number}
    except services.CountsAlready:
        return _("Somebody let it count before.")
    told = (
        _("Version %(number)s counts.") if now.counts_at else _("Version %(number)s counts in a day: nobody else must agree here.")
    )
    messages.success(request, told % {"number": now.number})
    return ""


def _why_not(version: SourceVersion, request: OfficerRequest) -> str:
    if not _open(version):
        return _("Somebody let it count before.") if version.approved_at or version.counts_at else _("A newer version counts.")
    if version.needs_second and version.author_id == request.user.pk and not version.source.brand.solo_mode:
        return _("You wrote this version. Somebody else, an administrator or a lead, must let it count.")
    return ""


def stand_of(version: SourceVersion, source: Source) -> dict[str, str]:
    """Return in words whether a version counts, waits, or does so no longer."""
    if version.number == source.version:
        return {"kind": "good", "text": _("counts")}
    if version.counts_at:
        return {"kind": "", "text": _("counted before")}
    if version.approved_at:
        return {"kind": "info", "text": _("counts in a day")}
    if version.number < source.version:
        return {"kind": "", "text": _("never counted")}
    if version.needs_second:
        return {"kind": "attention", "text": _("waits for a second person")}
    return {"kind": "info", "text": _("does not count yet")}


def _open(version: SourceVersion) -> bool:
    return version.approved_at is None and version.counts_at is None and version.number > version.source.version


def _right(version: SourceVersion) -> Action:
    return Action.APPROVE_SYSTEM if version.needs_second else Action.CONNECT


def _version(request: OfficerRequest, source: int, version: int, *actions: Action) -> SourceVersion:
    """Return a version of a system with which the officer may do one of `actions`, or see it."""
    meant = Q(pk__in=[])
    for action in actions or (Action.SEE,):
        meant |= Q(source__in=mine(request, action))
    known = SourceVersion.objects.select_related("source__brand", "author", "approved_by")
    return get_object_or_404(known.filter(meant), source=source, number=version)


def _compared(request: OfficerRequest, version: SourceVersion, to: SourceVersion | None = None) -> dict[str, Any]:
    earlier = version.source.versions.exclude(pk=version.pk)
    to = earlier.filter(number=numbered(request.GET.get("with", ""))).first() or to
    to = to or earlier.filter(number__lt=version.number).order_by("-number").first()
    said = {"yes": _("yes"), "no": _("no")}
    changed = [
        {"name": str(_NAMES[one.name]), "before": said.get(one.before, one.before), "after": said.get(one.after, one.after)}
        for one in differences.settings(to, version)
    ]
    return {"compared": to, "changed": changed, "lines": differences.lines(to, version)}


def _trial(trial: Trial | None) -> dict[str, Any]:
    found = trial.found if trial else {}
    return {
        "trial": trial, "tries": trial is not None and trial.done_at is None, "found": found,
        "fault": words.fault(trial.fault) if trial and trial.fault else "",
        "matched": [str(CLAIMS.get(kind, kind)) for kind in found.get("matched", [])],
        "facts": [(str(_FACT_NAMES[kind]), str(_FACTS[said])) for kind, said in found.get("facts", {}).items()],
    }  # fmt: skip
