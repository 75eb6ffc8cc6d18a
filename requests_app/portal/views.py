"""The customer's pages: forms check shape, services decide, a page says what happened.

Every page works without JavaScript. Opening an address changes nothing; what changes something is a button.
"""

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.conf import settings
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from requests_app.brands.look import stylesheet
from requests_app.brands.models import Brand
from requests_app.bundle.services import NotAvailable
from requests_app.intake import services as intake
from requests_app.intake.services import Application
from requests_app.portal import handing, passes, pictures
from requests_app.portal.forms import AddressForm, ClaimForm, CodeForm, DisownForm, FollowForm, RequestForm, is_too_quick, stamp
from requests_app.portal.line import grouped, masked, term
from requests_app.portal.passes import Pass, Sight
from requests_app.portal.place import Place, best_language, nowhere, placed, show
from requests_app.rights import RIGHTS
from requests_app.rights.base import Right
from requests_app.values import CUSTOMER
from requests_app.verification import services as verification
from requests_app.verification.models import Purpose
from requests_app.verification.services import NoMoreCorrections, NoSuchLink, NotProven, Secrets, TooSoon
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, MoveNotAllowed, StaleState, advance
from requests_app.workflow.states import State

Params = ParamSpec("Params")
AnyForm = TypeVar("AnyForm", bound=Form)
_UNPROVEN = frozenset({State.RECEIVED, State.VERIFYING})
CONFLICT, TOO_MANY = 409, 429
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


class SeeOther(HttpResponseRedirect):
    """After a button: the next page is fetched, and a reload sends nothing twice."""

    status_code = 303


# ── choosing ──────────────────────────────────────────────────────────────


@require_safe
def brands(request: HttpRequest) -> HttpResponse:
    """List the shops of the demo; elsewhere nobody is told who answers here."""
    return render(request, "portal/brands.html", {"brands": Brand.objects.all() if settings.DSAR_DEMO else None})


@require_safe
def door(request: HttpRequest, brand: str) -> HttpResponse:
    shop = Brand.objects.filter(slug=brand).first()
    if shop is None:
        return nowhere(request)
    answer = HttpResponseRedirect(Place(shop, best_language(request, shop)).to("home"))
    patch_vary_headers(answer, ["Accept-Language"])
    return answer


@require_safe
def look(_request: HttpRequest, brand: str) -> HttpResponse:
    """Answer the brand's colours; the one page here that a browser may keep."""
    shop = Brand.objects.filter(slug=brand).first()
    if shop is None:
        raise Http404
    return HttpResponse(
        stylesheet(shop.look), content_type="text/css; charset=utf-8", headers={"Cache-Control": "public, max-age=300"}
    )


@require_safe
@placed
def home(request: HttpRequest, place: Place) -> HttpResponse:
    rights = [_offer(right) | {"url": place.to("request", right=right.name)} for right in intake.rights_of(place.brand)]
    return show(request, place, "home", {"rights": rights, "term": term(place.brand.regime)})


# ── filing ────────────────────────────────────────────────────────────────


@get_or_post
@placed
def request_right(request: HttpRequest, place: Place, right: str) -> HttpResponse:
    """Show the form, then the answers to check, then take the request down. Nothing is kept before it is sent."""
    chosen = next((offered for offered in intake.rights_of(place.brand) if offered.name == right), None)
    if chosen is None:
        return show(request, place, "unknown", {"said": _("This cannot be asked for with a form here.")}, status=404)
    form = (
        RequestForm(request.POST) if request.method == "POST" else RequestForm(initial={"opened": stamp(secrets.token_urlsafe(16))})
    )
    if request.method != "POST" or "change" in request.POST:
        return _request_form(request, place, chosen, form)
    if not form.is_valid():
        return _request_form(request, place, chosen, form, status=422)
    if request.POST.get("step") != "send":
        return show(request, place, "check", {"form": form, "right": _offer(chosen), "term": term(place.brand.regime)})
    if is_too_quick(form.cleaned_data["opened"]):
        form.add_error(None, _("That was quicker than a person can type. Please look at it once more and send it again."))
        return _request_form(request, place, chosen, form, status=422)
    dsr, made = _take_down(place, chosen, form)
    answer = SeeOther(place.to("status", reference=dsr.reference))
    if made:
        passes.remember_filing(answer, place, dsr, made)
    return answer


def _request_form(request: HttpRequest, place: Place, right: Right, form: RequestForm, *, status: int = 200) -> HttpResponse:
    return show(request, place, "request", {"form": form, "right": _offer(right)}, status=status)


@transaction.atomic
def _take_down(place: Place, right: Right, form: RequestForm) -> tuple[SubjectRequest, Secrets | None]:
    """Open the request and make its secrets; a form that is sent again opens nothing new, and past the proof shows nothing."""
    said = form.cleaned_data
    application = Application(
        right=right.name, email=said["email"], name=said["name"], language=place.language, facts=form.facts,
        details=said["details"],
        key=form.key(place.brand.slug, right.name),
    )  # fmt: skip
    dsr = intake.open_request(place.brand, application, by=CUSTOMER)
    return dsr, verification.begin(dsr) if dsr.stage in _UNPROVEN else None


# ── proving the address ───────────────────────────────────────────────────


@require_safe
@placed
def link(request: HttpRequest, place: Place, token: str) -> HttpResponse:
    """Exchange a mailed token for a clean address. Programs open links too: nothing else happens here."""
    try:
        challenge = verification.opened(token)
    except NoSuchLink:
        return _dead_link(request, place)
    if challenge.dsr.brand_id != place.brand.pk:
        return _dead_link(request, place)
    page = {Purpose.CONFIRM: "confirm", Purpose.DISOWN: "disown"}.get(Purpose(challenge.purpose), "open")
    answer = SeeOther(place.to(page))
    passes.carry(answer, place, challenge)
    return answer


@get_or_post
@placed
def confirm(request: HttpRequest, place: Place) -> HttpResponse:
    """Show the button, and on it accept the proof: here when the request was filed here, elsewhere with the code."""
    try:
        challenge = passes.carried(request, Purpose.CONFIRM)
    except NoSuchLink:
        return _dead_link(request, place)
    dsr, claim = challenge.dsr, passes.claim_of(request, challenge.dsr)
    if dsr.stage not in _UNPROVEN:
        known = passes.sight(request, place, dsr.reference)
        return SeeOther(place.to("status", reference=dsr.reference)) if known else _dead_link(request, place)
    here = bool(claim) and verification.holds_claim(dsr, claim)
    form = None if here else _sent(request, CodeForm)
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            verification.confirm(challenge, claim=claim, code=form.cleaned_data["code"] if form else "")
        except NotProven as wrong:
            cast("CodeForm", form).refuse(wrong.tries_left)
        except NoSuchLink:
            return _dead_link(request, place)
        else:
            passes.let_see(request, dsr)
            return SeeOther(place.to("status", reference=dsr.reference))
    context = {"form": form, "dsr": dsr, "address": masked(dsr.email), "right": _offer(RIGHTS[dsr.right])}
    return show(request, place, "confirm", context, status=422 if form is not None and form.errors else 200)


@get_or_post
@placed
def disown(request: HttpRequest, place: Place) -> HttpResponse:
    """Close a request that the mailbox's owner did not file; the box is for programs that press every button."""
    try:
        challenge = passes.carried(request, Purpose.DISOWN, Purpose.CONFIRM)
        form = _sent(request, DisownForm)
        if request.method == "POST" and form.is_valid():
            verification.disown(challenge)
            return show(request, place, "disowned")
    except NoSuchLink:
        return _dead_link(request, place)
    return show(request, place, "disown", {"form": form}, status=422 if form.errors else 200)


@get_or_post
@placed
def open_request(request: HttpRequest, place: Place) -> HttpResponse:
    """Let this browser see the request whose link was mailed."""
    try:
        dsr = passes.carried(request, Purpose.FOLLOW, Purpose.DOWNLOAD).dsr
    except NoSuchLink:
        return _dead_link(request, place)
    known = passes.sight(request, place, dsr.reference)
    if request.method == "POST":
        passes.let_see(request, dsr)
    elif known is None or known.allowed != Pass.PROVEN:
        return show(request, place, "open", {"dsr": dsr})
    return SeeOther(place.to("status", reference=dsr.reference))


@get_or_post
@placed
def follow(request: HttpRequest, place: Place) -> HttpResponse:
    """Promise a link by mail. The answer, and the work before it, are the same for every address."""
    form = _sent(request, FollowForm)
    if request.method == "POST" and form.is_valid():
        verification.ask_to_follow(place.brand, form.cleaned_data["email"])
        return show(request, place, "follow", {"sent": True})
    return show(request, place, "follow", {"form": form}, status=422 if form.errors else 200)


def _dead_link(request: HttpRequest, place: Place) -> HttpResponse:
    return show(request, place, "dead_link", status=410)


# ── one request ───────────────────────────────────────────────────────────


def seen(
    view: Callable[Concatenate[HttpRequest, Place, Sight, Params], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Let `view` show a request to a browser that may see it; any other is offered a link by mail, whether there is one or not."""

    @wraps(view)
    def answer(request: HttpRequest, place: Place, reference: str, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponseBase:
        sight = passes.sight(request, place, reference)
        if sight is None:
            locked = _(
                "This browser does not know that request. Open it with a link from one of our letters, or let us send you one."
            )
            return show(request, place, "follow", {"form": FollowForm(), "locked": locked}, status=403)
        return view(request, place, sight, *args, **kwargs)

    return answer


@require_safe
@placed
@seen
def status(request: HttpRequest, place: Place, sight: Sight) -> HttpResponse:
    """Say where the request stands."""
    dsr = sight.dsr
    if dsr.stage in _UNPROVEN:
        secrets_here = {"code": passes.code_of(request, dsr), "claim": passes.claim_of(request, dsr)}
        return show(request, place, "filed", {"dsr": dsr, "address": dsr.email, **secrets_here})
    return show(request, place, "status", pictures.of_status(sight) | {"right": _offer(RIGHTS[dsr.right])})


@require_POST
@placed
@seen
def resend(request: HttpRequest, place: Place, sight: Sight) -> HttpResponse:
    try:
        verification.resend(sight.dsr)
    except TooSoon:
        said = _("We have just written to this address. Wait ten minutes before the next letter; there are three a day at most.")
        return _later(request, place, sight, said)
    return SeeOther(place.to("status", reference=sight.dsr.reference) + "?sent")


@require_POST
@placed
@seen
def code(request: HttpRequest, place: Place, sight: Sight) -> HttpResponse:
    """Show a fresh code in place of one that was guessed away. Only where the request was filed."""
    if sight.dsr.stage not in _UNPROVEN:
        return SeeOther(place.to("status", reference=sight.dsr.reference))
    try:
        made = verification.new_code(sight.dsr)
    except TooSoon:
        return _later(
            request, place, sight, _("New figures were shown often enough. Open our letter in this browser: here it needs none.")
        )
    answer = SeeOther(place.to("status", reference=sight.dsr.reference))
    passes.remember_code(answer, place, sight.dsr, made)
    return answer


@get_or_post
@placed
@seen
def address(request: HttpRequest, place: Place, sight: Sight) -> HttpResponse:
    """Correct a mistyped address before it is proven."""
    form = _sent(request, AddressForm)
    if sight.dsr.stage not in _UNPROVEN:
        return SeeOther(place.to("status", reference=sight.dsr.reference))
    if request.method == "POST" and form.is_valid():
        try:
            verification.correct(sight.dsr, form.cleaned_data["email"])
        except NoMoreCorrections:
            return _later(
                request, place, sight, _("The address of this request was corrected often enough. Please file a new one.")
            )
        return SeeOther(place.to("status", reference=sight.dsr.reference) + "?corrected")
    return show(
        request, place, "address", {"form": form, "dsr": sight.dsr, "address": sight.dsr.email}, status=422 if form.errors else 200
    )


@get_or_post
@placed
@seen
def withdraw(request: HttpRequest, place: Place, sight: Sight) -> HttpResponse:
    if request.method != "POST":
        return show(request, place, "withdraw", {"dsr": sight.dsr})
    try:
        advance(sight.dsr, Move.WITHDRAW, by=CUSTOMER)
    except (MoveNotAllowed, StaleState):
        said = _("It can no longer be withdrawn. Look at where it stands now.")
        return _later(request, place, sight, said, title=_("The request has gone on"))
    return SeeOther(place.to("status", reference=sight.dsr.reference))


@require_POST
@placed
@seen
def forget(request: HttpRequest, place: Place, sight: Sight) -> HttpResponse:
    passes.forget(request, sight.dsr)
    return SeeOther(place.to("home"))


@get_or_post
@placed
@seen
def download(request: HttpRequest, place: Place, sight: Sight) -> HttpResponseBase:
    """Hand over a copy to a browser that opened a mailed link and knows the claim code."""
    copy = pictures.available(sight.dsr) if sight.allowed == Pass.PROVEN else None
    if copy is None:
        return SeeOther(place.to("status", reference=sight.dsr.reference))
    here = verification.holds_claim(sight.dsr, passes.claim_of(request, sight.dsr))
    form = None if here else _sent(request, ClaimForm)
    if request.method == "POST" and (form is None or _knows_claim(form, sight.dsr)):
        try:
            return handing.over(copy)
        except NotAvailable:
            return _later(
                request, place, sight, _("Write to us, and we make you a new one."), title=_("This copy can no longer be fetched")
            )
    context = {"form": form, "dsr": sight.dsr, "copy": copy, "records": grouped(copy.records)}
    return show(request, place, "download", context, status=422 if form is not None and form.errors else 200)


def _knows_claim(form: ClaimForm, dsr: SubjectRequest) -> bool:
    if form.is_valid() and not verification.holds_claim(dsr, form.cleaned_data["claim"]):
        form.add_error("claim", _("This is not the key of this request. It stands on the page on which you filed it."))
    return form.is_valid()


def _later(request: HttpRequest, place: Place, sight: Sight, said: str, *, title: str = "") -> HttpResponse:
    """Say why a button did nothing: too often or too soon, or with a `title` of its own because the request has gone on."""
    context = {"title": title or _("Please wait a little"), "said": said, "dsr": sight.dsr}
    return show(request, place, "later", context, status=CONFLICT if title else TOO_MANY)


def _sent(request: HttpRequest, form: type[AnyForm]) -> AnyForm:
    """Return the form with what was sent; empty when the page is only looked at."""
    return form(request.POST) if request.method == "POST" else form()


def _offer(right: Right) -> dict[str, Any]:
    return {"name": right.name, "title": _(right.title), "sentence": _(right.summary)}
