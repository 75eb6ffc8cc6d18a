"""Connecting a system by a form, and changing how it is asked: every change is a version that counts when it is let."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from requests_app.connecting import services
from requests_app.connecting.judging import Wanted
from requests_app.console.connecting_forms import ChangeForm, ConnectForm, SystemForm
from requests_app.console.gate import OfficerRequest
from requests_app.console.page import SOURCES, show
from requests_app.console.searched import title
from requests_app.officers import policy
from requests_app.officers.policy import Action
from requests_app.sources.models import Source
from requests_app.sources.versions import SourceVersion
from requests_app.values import Side

_DIGITS: Final = 8
_reads_and_posts = require_http_methods(["GET", "HEAD", "POST"])


@_reads_and_posts
def connect(request: OfficerRequest) -> HttpResponse:
    """Take in a new system: its first version, which is tried before it counts."""
    shops = {shop.slug: shop for shop in policy.brands_of(request.user, Action.CONNECT).order_by("name")}
    if not shops:
        raise Http404
    typed = request.POST if request.method == "POST" else None
    form = ConnectForm(typed, shops=[(slug, shop.name) for slug, shop in shops.items()])
    if typed is not None and form.is_valid():
        said = form.cleaned_data
        try:
            made = services.connect(
                shops[said["brand"]],
                Side(said["side"]),
                form.wanted(),
                reason=said["reason"] or _("First version."),
                by=request.user,
            )
        except services.NotAcceptable as wrong:
            form.tell(wrong.faults)
        except services.NotYours:
            form.add_error("side", _("You are not named for these data at this shop."))
        else:
            return _made(request, made)
    return _form(request, form, heading=_("Connect a system"))


@_reads_and_posts
def change_source(request: OfficerRequest, source: int) -> HttpResponse:
    """Write another version, from the one that counts or from the one that `from` names: going back is a new version too."""
    meant = get_object_or_404(mine(request, Action.CONNECT), pk=source)
    now, last = services.counting(meant), services.newest(meant)
    base = _base(request, meant) or now or last
    former = services.wanted_of(base) if base else _as_it_stands(meant)
    typed = request.POST if request.method == "POST" else None
    form = ChangeForm(typed, initial=SystemForm.said_of(former) | {"seen": last.number if last else 0})
    told: dict[str, Any] = {
        "source": meant,
        "base": base,
        "waits": last if last and last != now and last.approved_at is None else None,
    }
    if typed is not None and form.is_valid():
        said = form.cleaned_data
        try:
            wanted = form.wanted(former.title)
            return _made(request, services.change(meant, wanted, seen=said["seen"], reason=said["reason"], by=request.user))
        except services.NotAcceptable as wrong:
            form.tell(wrong.faults)
        except services.Overtaken as quicker:
            return _form(request, form, heading=_heading(meant), status=409, quicker=quicker.newer, **told)
    return _form(request, form, heading=_heading(meant), **told)


def mine(request: OfficerRequest, action: Action = Action.SEE) -> QuerySet[Source]:
    """Return the systems with which the officer may do `action`."""
    return Source.objects.filter(policy.within(request.user, action)).select_related("brand")


def numbered(text: str) -> int:
    """Return the number of a version that stands in an address; 0, which none has, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else 0


def _heading(source: Source) -> str:
    return _("Change %(system)s") % {"system": title(source)}


def _base(request: OfficerRequest, source: Source) -> SourceVersion | None:
    return get_object_or_404(SourceVersion, source=source, number=numbered(number)) if (number := request.GET.get("from")) else None


def _as_it_stands(source: Source) -> Wanted:
    """Return a system that never had a version; its dataset is typed anew."""
    return Wanted(
        source.title or {"en": source.name}, source.connector, "", source.address, source.secret, source.erase_secret, source.files,
        not source.enabled, bool(source.erase_secret),
    )  # fmt: skip


def _made(request: OfficerRequest, version: SourceVersion) -> HttpResponse:
    messages.success(request, _("Version %(number)s is written. It does not count yet: try it first.") % {"number": version.number})
    return redirect("console:source_version", version.source_id, version.number)


def _form(request: OfficerRequest, form: SystemForm, *, heading: str, status: int = 200, **told: Any) -> HttpResponse:
    back = told.get("source")
    context = {"form": form, "heading": heading, "back": back, **told}
    return show(request, "source_form", context, at=SOURCES, status=422 if form.errors else status)
