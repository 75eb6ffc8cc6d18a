"""From a mailed link to a browser that may see the request. Programs open links too: only a button changes something."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, cast

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from requests_app.portal import passes
from requests_app.portal.answers import UNPROVEN, SeeOther, dead_link, get_or_post, offer, sent
from requests_app.portal.forms import CodeForm, DisownForm, FollowForm, PostedCodeForm
from requests_app.portal.line import masked
from requests_app.portal.passes import Pass
from requests_app.portal.place import Place, placed, show
from requests_app.rights import RIGHTS
from requests_app.verification import elsewhere, lapses, moving
from requests_app.verification import services as verification
from requests_app.verification.models import Challenge, Purpose
from requests_app.verification.services import NoSuchLink, NotProven
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State

_PAGES: Final[Mapping[Purpose, str]] = MappingProxyType(
    {
        Purpose.CONFIRM: "confirm", Purpose.DISOWN: "disown", Purpose.REVIVE: "revive", Purpose.PROVE_PARTY: "prove_party",
        Purpose.AGREE: "agree", Purpose.ACT: "act", Purpose.MOVE: "move",
    }
)  # fmt: skip


@require_safe
@placed
def link(request: HttpRequest, place: Place, token: str) -> HttpResponse:
    """Exchange a mailed token for a clean address. Programs open links too: nothing else happens here."""
    try:
        challenge = verification.opened(token)
    except NoSuchLink:
        return dead_link(request, place)
    if challenge.dsr.brand_id != place.brand.pk:
        return dead_link(request, place)
    answer = SeeOther(place.to(page_for(challenge)))
    passes.carry(answer, place, challenge)
    return answer


def page_for(challenge: Challenge) -> str:
    """Return the page on which an opened link is used."""
    return _PAGES.get(Purpose(challenge.purpose), "open")


@get_or_post
@placed
def confirm(request: HttpRequest, place: Place) -> HttpResponse:
    """Show the button, and on it accept the proof: here when the request was filed here, elsewhere with the code."""
    try:
        challenge = passes.carried(request, Purpose.CONFIRM)
    except NoSuchLink:
        return dead_link(request, place)
    dsr, claim = challenge.dsr, passes.claim_of(request, challenge.dsr)
    if dsr.stage not in UNPROVEN:
        known = passes.sight(request, place, dsr.reference)
        return SeeOther(place.to("status", reference=dsr.reference)) if known else dead_link(request, place)
    here = bool(claim) and verification.holds_claim(dsr, claim)
    form = None if here else sent(request, CodeForm)
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            verification.confirm(challenge, claim=claim, code=form.cleaned_data["code"] if form else "")
        except NotProven as wrong:
            cast("CodeForm", form).refuse(wrong.tries_left)
        except NoSuchLink:
            return dead_link(request, place)
        else:
            return _confirmed(request, place, dsr, here=here)
    context = {"form": form, "dsr": dsr, "address": masked(dsr.email), "right": offer(RIGHTS[dsr.right])}
    return show(request, place, "confirm", context, status=422 if form is not None and form.errors else 200)


@get_or_post
@placed
def move(request: HttpRequest, place: Place) -> HttpResponse:
    """Be written to by e-mail from now on: whoever opens the mailed link types the figures of the letter on paper."""
    try:
        challenge = passes.carried(request, Purpose.MOVE)
        form = sent(request, PostedCodeForm)
        if request.method == "POST" and form.is_valid():
            return _moved(request, place, moving.move(challenge, form.cleaned_data["code"]))
    except NotProven as wrong:
        form.refuse(wrong.tries_left)
    except NoSuchLink:
        return dead_link(request, place)
    return show(request, place, "move", {"form": form, "dsr": challenge.dsr}, status=422 if form.errors else 200)


def _moved(request: HttpRequest, place: Place, dsr: SubjectRequest) -> HttpResponse:
    passes.let_see(request, dsr)
    answer = SeeOther(place.to("status", reference=dsr.reference))
    passes.remember_claim(answer, place, dsr, verification.key_for(dsr))
    return answer


def _confirmed(request: HttpRequest, place: Place, dsr: SubjectRequest, *, here: bool) -> HttpResponse:
    """Show how it goes from now on; of a request that an officer filed, this browser gets the key that nobody has yet."""
    passes.let_see(request, dsr)
    answer = SeeOther(place.to("status", reference=dsr.reference))
    if not here and dsr.channel in verification.BY_AN_OFFICER:
        passes.remember_claim(answer, place, dsr, verification.key_for(dsr))
    return answer


@get_or_post
@placed
def disown(request: HttpRequest, place: Place) -> HttpResponse:
    """Close a request that the mailbox's owner did not file; the box is for programs that press every button."""
    try:
        challenge = passes.carried(request, Purpose.DISOWN, Purpose.CONFIRM, Purpose.AGREE)
        form = sent(request, DisownForm)
        if request.method == "POST" and form.is_valid():
            verification.disown(challenge)
            return show(request, place, "disowned")
    except NoSuchLink:
        return dead_link(request, place)
    return show(request, place, "disown", {"form": form}, status=422 if form.errors else 200)


@get_or_post
@placed
def revive(request: HttpRequest, place: Place) -> HttpResponse:
    """Take up again a request that lapsed; then its address is asked for once more."""
    try:
        challenge = passes.carried(request, Purpose.REVIVE)
        if request.method == "POST":
            dsr = lapses.revive(challenge)
            here = passes.sight(request, place, dsr.reference)
            return SeeOther(place.to("status", reference=dsr.reference)) if here else show(request, place, "revived", {"dsr": dsr})
    except NoSuchLink:
        return dead_link(request, place)
    dsr = challenge.dsr
    if dsr.stage != State.LAPSED:
        return dead_link(request, place)
    return show(request, place, "revive", {"dsr": dsr, "right": offer(RIGHTS[dsr.right])})


@get_or_post
@placed
def open_request(request: HttpRequest, place: Place) -> HttpResponse:
    """Let this browser see the request whose link was mailed."""
    try:
        dsr = passes.carried(request, Purpose.FOLLOW, Purpose.DOWNLOAD).dsr
    except NoSuchLink:
        return dead_link(request, place)
    known = passes.sight(request, place, dsr.reference)
    answer = SeeOther(place.to("status", reference=dsr.reference))
    if request.method == "POST":
        passes.let_see(request, dsr)
        if claim := elsewhere.first_key(dsr):
            passes.remember_claim(answer, place, dsr, claim)
    elif known is None or known.allowed != Pass.PROVEN:
        return show(request, place, "open", {"dsr": dsr})
    return answer


@get_or_post
@placed
def follow(request: HttpRequest, place: Place) -> HttpResponse:
    """Promise a link by mail. The answer, and the work before it, are the same for every address."""
    form = sent(request, FollowForm)
    if request.method == "POST" and form.is_valid():
        verification.ask_to_follow(place.brand, form.cleaned_data["email"])
        return show(request, place, "follow", {"sent": True})
    return show(request, place, "follow", {"form": form}, status=422 if form.errors else 200)
