"""Holds for disputes: what is frozen, by whom and until when somebody looks again; placing, confirming and ending one."""

from collections.abc import Collection, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from requests_app.audit.services import record
from requests_app.brands.models import Brand
from requests_app.console import stepup
from requests_app.console.forms import StepUpForm
from requests_app.console.gate import OfficerRequest
from requests_app.console.hold_forms import PlaceForm, ReleaseForm, ReviewForm
from requests_app.console.page import HOLDS, show
from requests_app.console.reappearing import waiting_for
from requests_app.console.searched import title
from requests_app.console.stepup import Deed
from requests_app.holds import services
from requests_app.holds.models import Hold, Reach
from requests_app.holds.reach import BadTarget
from requests_app.holds.services import AlreadyOver, Asked, NotPlaceable, NotYours
from requests_app.officers import policy
from requests_app.officers.models import Officer
from requests_app.officers.policy import Action
from requests_app.values import Side
from requests_app.workflow.services import today_of

_ENDED_SHOWN: Final = 50
_reads_and_posts = require_http_methods(["GET", "HEAD", "POST"])


DEEDS: Final[Mapping[str, Deed]] = MappingProxyType(
    {
        "confirm": Deed(
            StepUpForm, lambda hold, by, _said: services.confirm(hold, by=by),
            gettext_lazy("Confirm the hold"),
            gettext_lazy("It acts already. You say as a second person that the matter, its reason and its reach are right."),
            gettext_lazy("Confirm the hold"), gettext_lazy("The hold is confirmed."),
        ),
        "review": Deed(
            ReviewForm, lambda hold, by, said: services.review(hold, until=said["until"], by=by),
            gettext_lazy("The matter still needs it"),
            gettext_lazy("You have looked: the dispute is not over, and this data may still be needed."),
            gettext_lazy("Keep the hold until then"), gettext_lazy("The hold stays, and somebody looks again on the new day."),
        ),
        "release": Deed(
            ReleaseForm, lambda hold, by, said: services.propose_release(hold, reason=said["reason"], by=by),
            gettext_lazy("Propose that the hold ends"),
            gettext_lazy("It acts until a second person confirms. What it alone kept may then be erased."),
            gettext_lazy("Propose that it ends"), gettext_lazy("A second person must confirm now that the hold ends."),
        ),
        "keep": Deed(
            StepUpForm, lambda hold, by, _said: services.withdraw_release(hold, by=by),
            gettext_lazy("Do not end the hold"), gettext_lazy("The proposal is taken back; the hold goes on as before."),
            gettext_lazy("Keep the hold"), gettext_lazy("The hold goes on."),
        ),
        "end": Deed(
            StepUpForm, lambda hold, by, _said: services.confirm_release(hold, by=by),
            gettext_lazy("End the hold"),
            gettext_lazy("You are the second person. What this hold alone kept may be erased from now on; that cannot be undone."),
            gettext_lazy("End the hold"), gettext_lazy("The hold is over."), danger=True,
        ),
    },
)  # fmt: skip


@require_safe
def holds(request: OfficerRequest) -> HttpResponse:
    """List the holds of the officer's shops, those that stand first."""
    mine = Hold.objects.visible_to(request.user).select_related("brand", "placed_by")
    reading = set(mine.filter(policy.within(request.user, Action.SEE_DATA)).values_list("pk", flat=True))
    found = [*mine.standing(), *mine.exclude(ended_at=None)[:_ENDED_SHOWN]]
    days = {brand: today_of(brand) for brand in {hold.brand for hold in found}}
    told = {
        "holds": [_row(hold, days[hold.brand], reads=hold.pk in reading) for hold in found],
        "shops": list(policy.brands_of(request.user, Action.ANSWER)),
        "returned": waiting_for(request.user),
    }
    return show(request, "holds", told, at=HOLDS)


@require_safe
def hold(request: OfficerRequest, hold: UUID) -> HttpResponse:
    found = _opened(request, hold)
    actions = policy.actions_at(request.user, found.brand, Side(found.side))
    reads = Action.SEE_DATA in actions
    if reads:
        record("hold.viewed", by=request.user.actor, hold=str(found.pk))
    deeds = _deeds(found, request.user) if Action.ANSWER in actions else []
    told = {**_row(found, today_of(found.brand), reads=reads), "buttons": deeds, "frozen": _frozen(found), "reads": reads}
    return show(request, "hold", told, at=HOLDS)


@_reads_and_posts
def place_hold(request: OfficerRequest, brand: str) -> HttpResponse:
    shop = get_object_or_404(policy.brands_of(request.user, Action.ANSWER), slug=brand)
    form = PlaceForm(
        request.POST if request.method == "POST" else None, seen=0, **_choices(request.user, shop), **stepup.asks(request)
    )
    if request.method == "POST" and form.is_valid() and (placed := _placed(request, shop, form)):
        return placed
    return _asking(request, "hold_place", form, {"shop": shop})


@_reads_and_posts
def hold_step(request: OfficerRequest, hold: UUID, deed: str) -> HttpResponse:
    """Do one of `DEEDS` with a hold; whoever does it has proven again who is sitting there."""
    found = _opened(request, hold, Action.ANSWER)
    if deed not in DEEDS:
        raise Http404
    wanted = DEEDS[deed]
    form = wanted.form(request.POST or None, seen=_version(found), **stepup.asks(request))
    if request.method == "POST":
        if form.data.get("seen") != str(_version(found)):
            return show(request, "hold_quicker", {"hold": found}, at=HOLDS, status=409)
        if form.is_valid() and (done := _done(request, found, wanted, form)):
            return done
    elif deed not in {button["name"] for button in _deeds(found, request.user)}:
        return show(request, "hold_quicker", {"hold": found}, at=HOLDS, status=409)
    return _asking(request, "hold_step", form, {"hold": found, "matter": found.matter, "deed": wanted})


def _placed(request: OfficerRequest, shop: Brand, form: PlaceForm) -> HttpResponse | None:
    said = form.cleaned_data
    asked = Asked(said["matter"], said["reason"], Reach(said["reach"]), said["review_on"], form.chosen, form.side)
    try:
        placed = services.place(shop, asked, by=request.user)
    except BadTarget as fault:
        form.add_error("named", _("Line %(line)s is no e-mail address.") % {"line": fault.line})
    except NotPlaceable:
        form.add_error("review_on", _("The day must lie ahead."))
    else:
        stepup.passed(request, form)
        messages.success(request, _("The hold acts from now on. A second person should confirm it."))
        for late in placed.too_late:
            messages.warning(request, _too_late(late))
        return redirect("console:hold", placed.hold.pk)
    return None


def _too_late(late: services.TooLate) -> str:
    told = ngettext(
        "Too late for %(n)s record: its erasure in %(system)s for %(reference)s had begun.",
        "Too late for %(n)s records: their erasure in %(system)s for %(reference)s had begun.",
        late.records,
    )
    return told % {"n": late.records, "system": late.system, "reference": late.reference}


def _done(request: OfficerRequest, found: Hold, deed: Deed, form: StepUpForm) -> HttpResponse | None:
    try:
        deed.do(found, request.user, form.cleaned_data)
    except NotYours:
        form.add_error(None, _("A second person must do this."))
    except NotPlaceable:
        form.add_error("until", _("The day must lie ahead."))
    except AlreadyOver:
        return show(request, "hold_quicker", {"hold": found}, at=HOLDS, status=409)
    else:
        stepup.passed(request, form)
        messages.success(request, str(deed.done))
        return redirect("console:hold", found.pk)
    return None


def _opened(request: OfficerRequest, hold: UUID, action: Action = Action.SEE) -> Hold:
    """Raises: Http404: there is no such hold, or the officer may not do `action` at its shop."""
    people = ("brand", "placed_by", "confirmed_by", "release_by", "ended_by")
    mine = Hold.objects.filter(policy.within(request.user, action)).select_related(*people)
    found: Hold = get_object_or_404(mine, pk=hold)
    return found


def _asking(request: OfficerRequest, template: str, form: Form, told: Mapping[str, Any]) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    return show(request, template, {"form": form, **told}, at=HOLDS, status=status)


def _version(hold: Hold) -> int:
    """Return a number that changes with each step: a form carries it, so that nobody decides on what has changed since."""
    moments = (hold.placed_at, hold.confirmed_at, hold.release_at, hold.ended_at)
    return int(sum(moment.timestamp() * 1000 for moment in moments if moment)) + hold.review_on.toordinal()


def _row(hold: Hold, today: date, *, reads: bool) -> dict[str, Any]:
    kind, state = _state(hold)
    return {
        "hold": hold, "matter": (hold.matter or "") if reads else "", "kind": kind, "state": state,
        "overdue": hold.stands and hold.review_on < today,
    }  # fmt: skip


def _state(hold: Hold) -> tuple[str, str]:
    if not hold.stands:
        return "", _("over")
    if hold.release_by_id:
        return "attention", _("end proposed")
    return ("good", _("acts")) if hold.confirmed_by_id else ("attention", _("acts, to be confirmed"))


def _deeds(hold: Hold, officer: Officer) -> list[dict[str, Any]]:
    """Return what this officer may do with the hold now; what a second person must do is not offered to the first."""
    proposed = hold.release_by_id is not None
    offered = {
        "confirm": hold.confirmed_by_id is None and hold.placed_by_id != officer.pk,
        "end": proposed and services.may_confirm_release(hold, officer),
        "keep": proposed,
        "review": not proposed,
        "release": not proposed,
    }
    return [{"name": name, "deed": DEEDS[name]} for name, may in offered.items() if may and hold.stands]


def _frozen(hold: Hold) -> str:
    """Return in words what a hold freezes; whom, nobody can read any more."""
    many = len(hold.targets)
    if hold.reach == Reach.COLLECTIONS:
        kinds = dict(_kinds(hold.brand, [Side(hold.side)]))
        return ", ".join(kinds.get(name, name) for name in hold.targets)
    counted = {
        Reach.PERSONS: ngettext("%(n)s person, known by digest only", "%(n)s persons, known by digests only", many),
        Reach.ORDERS: ngettext("%(n)s order, known by digest only", "%(n)s orders, known by digests only", many),
    }
    return counted[Reach(hold.reach)] % {"n": many} if hold.reach in counted else str(hold.get_reach_display())


def _choices(officer: Officer, shop: Brand) -> dict[str, Any]:
    """Return what the form on a new hold offers to this officer: only what stands on the own side of the wall."""
    sides = sorted(policy.sides_at(officer, Action.ANSWER, shop))
    return {"sides": sides, "kinds": _kinds(shop, sides)}


def _kinds(shop: Brand, sides: Collection[Side]) -> list[tuple[str, str]]:
    language = get_language() or shop.default_language
    every = services.collections(shop, sides).items()
    return [(name, f"{title(source)}: {words.get(language) or words['en']}") for name, (source, words) in every]
