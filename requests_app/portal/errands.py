"""The way in of somebody who answers for a system: a link, six figures from the mailbox, and then the tasks and nothing else."""

import time
from collections.abc import Callable, Mapping
from functools import wraps
from types import MappingProxyType
from typing import Any, Concatenate, Final, ParamSpec
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from requests_app.audit.services import record
from requests_app.errands import doors
from requests_app.errands import services as errands
from requests_app.errands.doors import NoDoor
from requests_app.errands.models import Deed, Door, Errand, Outcome
from requests_app.portal.answers import CONFLICT, TOO_MANY, SeeOther, dead_link, get_or_post
from requests_app.portal.errand_forms import CannotForm, FiguresForm, FileForm, RecordForm, sheets
from requests_app.portal.errand_words import DEEDS, sought, wish
from requests_app.portal.place import Place, placed, show

Params = ParamSpec("Params")
Behind = Callable[Concatenate[HttpRequest, Place, Door, Params], HttpResponseBase]
_SESSION: Final = "tasks"
_LASTS: Final = 8 * 3600  # seconds
_SALT: Final = "portal.task"
_HALF_HOUR: Final = 1800


@require_safe
@placed
def link(request: HttpRequest, place: Place, token: str) -> HttpResponse:
    """Exchange a mailed token for a clean address. Programs open links too: nothing else happens here."""
    try:
        door = doors.opened(token)
    except NoDoor:
        return _gone(request, place)
    if door.keeper.source.brand_id != place.brand.pk:
        return _gone(request, place)
    answer = SeeOther(place.to("task_code"))
    answer.set_signed_cookie(
        "task", str(door.pk), salt=_SALT, max_age=_HALF_HOUR, path=place.path, httponly=True, secure=settings.SECURE, samesite="Lax"
    )
    return answer


@get_or_post
@placed
def code(request: HttpRequest, place: Place) -> HttpResponse:
    """Send the figures on a button, and take them; then this browser sees the tasks for eight hours."""
    try:
        door = doors.in_force(request.get_signed_cookie("task", default="", salt=_SALT, max_age=_HALF_HOUR) or "")
    except (NoDoor, ValidationError):
        return _gone(request, place)
    form = FiguresForm(request.POST if "code" in request.POST else None)
    if request.method == "POST" and "code" not in request.POST:
        sent = doors.send_code(door)
        return show(request, place, "task_code", {"form": form, "sent": sent, "spent": not sent}, status=200 if sent else TOO_MANY)
    if form.is_valid():
        try:
            doors.enter(door, form.cleaned_data["code"])
        except doors.WrongCode as wrong:
            form.refuse(wrong.tries_left)
        else:
            _let_in(request, door)
            return SeeOther(place.to("tasks"))
    return show(request, place, "task_code", {"form": form, "sent": form.is_bound}, status=422 if form.errors else 200)


def behind(view: Behind[Params]) -> Callable[..., HttpResponseBase]:
    """Let nobody through but a browser that proved a keeper's mailbox a while ago, by a link that still holds."""

    @wraps(view)
    def answer(request: HttpRequest, place: Place, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponseBase:
        known = request.session.get(_SESSION) or {}
        if time.time() - known.get("at", 0) > _LASTS:
            return _gone(request, place)
        try:
            door = doors.in_force(known.get("door", ""))
        except (NoDoor, ValidationError):
            return _gone(request, place)
        if door.keeper.source.brand_id != place.brand.pk:
            return _gone(request, place)
        response = view(request, place, door, *args, **kwargs)
        response.headers["Cache-Control"] = "no-store"
        return response

    return answer


@get_or_post
@placed
@behind
def tasks(request: HttpRequest, place: Place, door: Door) -> HttpResponse:
    """Show what is open, and take “nothing there” for many at once."""
    mine = doors.errands_behind(door).select_related("dsr__brand", "source")
    if request.method == "POST":
        chosen = [one for one in mine.filter(deed=Deed.LOOK) if str(one.pk) in request.POST.getlist("task")]
        told = sum(_answered(one, Outcome.NONE, door) for one in chosen)
        return show(
            request, place, "tasks", _listed(door) | {"told": told, "none_chosen": not chosen}, status=200 if chosen else 422
        )
    return show(request, place, "tasks", _listed(door))


def _listed(door: Door) -> dict[str, Any]:
    mine = doors.errands_behind(door).select_related("dsr__brand", "source")
    return {"keeper": door.keeper, "rows": [{"errand": one, "sought": sought(one), "words": DEEDS[Deed(one.deed)]} for one in mine]}


@get_or_post
@placed
@behind
def task(request: HttpRequest, place: Place, door: Door, number: UUID) -> HttpResponse:
    """Show one task, and take what was found: record by record, then the answer."""
    errand = get_object_or_404(Errand.objects.select_related("dsr__brand", "source__brand"), pk=number, keeper=door.keeper)
    if door.errand_id not in (None, errand.pk):
        return _gone(request, place)
    if not doors.errands_behind(door).filter(pk=errand.pk).exists():
        return show(request, place, "task_over", {"errand": errand}, status=CONFLICT)
    if request.method == "POST":
        return _taken(request, place, door, errand)
    record("errand.seen", by=errands.actor(door.keeper), dsr_id=errand.dsr_id, source=errand.source.name, errand=str(errand.pk))
    return _page(request, place, errand)


def _taken(request: HttpRequest, place: Place, door: Door, errand: Errand) -> HttpResponse:
    deed = _DEEDS.get(request.POST.get("deed", ""))
    if deed is None:
        return _page(request, place, errand, status=422)
    try:
        return deed(request, place, door, errand)
    except errands.NotOpen:
        return show(request, place, "task_over", {"errand": errand}, status=CONFLICT)


def _add(request: HttpRequest, place: Place, door: Door, errand: Errand) -> HttpResponse:
    form = RecordForm(request.POST, sheet=sheets(errand).get(request.POST.get("collection", "")))
    return _kept(request, place, door, errand, form)


def _send(request: HttpRequest, place: Place, door: Door, errand: Errand) -> HttpResponse:
    form = FileForm(request.POST, request.FILES, sheet=sheets(errand).get(request.POST.get("collection", "")))
    return _kept(request, place, door, errand, form)


def _kept(request: HttpRequest, place: Place, door: Door, errand: Errand, form: RecordForm | FileForm) -> HttpResponse:
    if form.sheet is None or not form.is_valid():
        return _page(request, place, errand, wrong=form if form.sheet else None, status=422)
    try:
        errands.add(errand, form.sheet.name, form.values, file=form.file, by=door.keeper)
    except errands.TooMany:
        said = _("This is as much as one task takes. Send the rest as a file.")
        return _page(request, place, errand, said=said, status=422)
    return SeeOther(place.to("task", number=errand.pk) + "#given")


def _drop(request: HttpRequest, place: Place, _door: Door, errand: Errand) -> HttpResponse:
    try:
        errands.drop(errand, UUID(request.POST.get("record", "")))
    except ValueError:
        return _page(request, place, errand, status=422)
    return SeeOther(place.to("task", number=errand.pk) + "#given")


def _finish(outcome: Outcome) -> Callable[[HttpRequest, Place, Door, Errand], HttpResponse]:
    def finish(request: HttpRequest, place: Place, door: Door, errand: Errand) -> HttpResponse:
        if outcome == Outcome.FOUND and not errand.records.exists():
            return _page(
                request, place, errand, said=_("Give at least one record or file first, or say that there is nothing."), status=422
            )
        errands.answer(errand, outcome, by=door.keeper)
        return show(request, place, "task_thanks", {"errand": errand, "more": doors.errands_behind(door).exists()})

    return finish


def _cannot(request: HttpRequest, place: Place, door: Door, errand: Errand) -> HttpResponse:
    form = CannotForm(request.POST)
    if not form.is_valid():
        return _page(request, place, errand, cannot=form, status=422)
    errands.answer(errand, Outcome.CANNOT, ground=form.cleaned_data["ground"], by=door.keeper)
    return show(request, place, "task_thanks", {"errand": errand, "more": doors.errands_behind(door).exists()})


_DEEDS: Final[Mapping[str, Callable[[HttpRequest, Place, Door, Errand], HttpResponse]]] = MappingProxyType(
    {
        "add": _add, "send": _send, "drop": _drop, "cannot": _cannot,
        **{outcome.value: _finish(outcome) for outcome in (Outcome.FOUND, Outcome.NONE, Outcome.DONE)},
    }
)  # fmt: skip


def _page(  # noqa: PLR0913  # what may be wrong on one page
    request: HttpRequest, place: Place, errand: Errand, *, wrong: RecordForm | FileForm | None = None,
    cannot: CannotForm | None = None, said: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    known = sheets(errand)
    records = errand.records.select_related("upload", "errand")
    context = {
        "errand": errand, "sought": sought(errand), "words": DEEDS[Deed(errand.deed)], "wish": wish(errand), "said": said,
        "looks": errand.deed == Deed.LOOK,
        "sheets": [sheet.shown(wrong) for sheet in known.values()] if errand.deed == Deed.LOOK else [],
        "given": [known[one.collection].told(one) for one in records if one.collection in known],
        "cannot": cannot or CannotForm(), "form": cannot or wrong,
    }  # fmt: skip
    return show(request, place, "task", context, status=status)


def _answered(errand: Errand, outcome: Outcome, door: Door) -> bool:
    try:
        errands.answer(errand, outcome, by=door.keeper)
    except errands.NotOpen:
        return False
    return True


def _let_in(request: HttpRequest, door: Door) -> None:
    request.session.cycle_key()
    request.session[_SESSION] = {"door": str(door.pk), "at": time.time()}


def _gone(request: HttpRequest, place: Place) -> HttpResponse:
    return dead_link(request, place)
