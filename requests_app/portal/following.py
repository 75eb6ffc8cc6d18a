"""One request, in a browser that may see it: where it stands, and what its person can do."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from requests_app.bundle.services import NotAvailable
from requests_app.portal import handing, passes, pictures
from requests_app.portal.answers import UNPROVEN, SeeOther, get_or_post, later, offer, sent
from requests_app.portal.forms import AddressForm, ClaimForm, FollowForm, SayForm
from requests_app.portal.line import grouped, masked
from requests_app.portal.passes import Pass, Sight
from requests_app.portal.place import Place, placed, show
from requests_app.rights import RIGHTS
from requests_app.values import CUSTOMER
from requests_app.verification import papers
from requests_app.verification import services as verification
from requests_app.verification.handover import CHANNEL
from requests_app.verification.services import NoMoreCorrections, TooSoon
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.parties import Party
from requests_app.workflow.services import Move, MoveNotAllowed, StaleState, advance

Params = ParamSpec("Params")


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


def acts_for(dsr: SubjectRequest) -> Party | None:
    """Return who acts beside the person of `dsr`, for the person to see and to stop."""
    party: Party | None = getattr(dsr, "party", None)
    return party if party and party.acts and party.acts_as.asks_the_person else None


@require_safe
@placed
@seen
def status(request: HttpRequest, place: Place, sight: Sight) -> HttpResponse:
    """Say where the request stands."""
    dsr = sight.dsr
    if "filed" in request.GET and dsr.channel == CHANNEL:
        return show(request, place, "begun", {"dsr": dsr, "address": masked(dsr.email), "claim": passes.claim_of(request, dsr)})
    party = acts_for(dsr)
    if party and dsr.stage in UNPROVEN:
        return show(request, place, "agreed", {"dsr": dsr, "party": party})
    if dsr.stage in UNPROVEN:
        secrets_here = {"code": passes.code_of(request, dsr), "claim": passes.claim_of(request, dsr)}
        return show(request, place, "filed", {"dsr": dsr, "address": dsr.email, **secrets_here})
    told = {"right": offer(RIGHTS[dsr.right]), "form": SayForm(), "party": party}
    told["wants_paper"] = sight.allowed == Pass.PROVEN and papers.wanted(dsr)
    return show(request, place, "status", pictures.of_status(sight) | told)


@require_POST
@placed
@seen
def resend(request: HttpRequest, place: Place, sight: Sight) -> HttpResponse:
    try:
        verification.resend(sight.dsr)
    except TooSoon:
        said = _("We have just written to this address. Wait ten minutes before the next letter; there are three a day at most.")
        return later(request, place, sight, said)
    return SeeOther(place.to("status", reference=sight.dsr.reference) + "?sent")


@require_POST
@placed
@seen
def code(request: HttpRequest, place: Place, sight: Sight) -> HttpResponse:
    """Show a fresh code in place of one that was guessed away. Only where the request was filed."""
    if sight.dsr.stage not in UNPROVEN:
        return SeeOther(place.to("status", reference=sight.dsr.reference))
    try:
        made = verification.new_code(sight.dsr)
    except TooSoon:
        return later(
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
    form = sent(request, AddressForm)
    if sight.dsr.stage not in UNPROVEN:
        return SeeOther(place.to("status", reference=sight.dsr.reference))
    if request.method == "POST" and form.is_valid():
        try:
            verification.correct(sight.dsr, form.cleaned_data["email"])
        except NoMoreCorrections:
            return later(request, place, sight, _("The address of this request was corrected often enough. Please file a new one."))
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
        return later(request, place, sight, said, title=_("The request has gone on"))
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
    form = None if here else sent(request, ClaimForm)
    if request.method == "POST" and (form is None or knows_claim(form, sight.dsr)):
        try:
            return handing.over(copy)
        except NotAvailable:
            return later(
                request, place, sight, _("Write to us, and we make you a new one."), title=_("This copy can no longer be fetched")
            )
    context = {"form": form, "dsr": sight.dsr, "copy": copy, "records": grouped(copy.records)}
    return show(request, place, "download", context, status=422 if form is not None and form.errors else 200)


def knows_claim(form: ClaimForm, dsr: SubjectRequest) -> bool:
    """Whether the right key of `dsr` was typed; the form says so where it was not."""
    if form.is_valid() and not verification.holds_claim(dsr, form.cleaned_data["claim"]):
        form.add_error("claim", _("This is not the key of this request. It stands on the page on which you filed it."))
    return form.is_valid()
