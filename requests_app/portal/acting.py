"""Somebody acts for somebody else: the page of whoever acts, the page on which the person agrees, and the button that stops it."""

from typing import Any, Final, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from requests_app.bundle.services import NotAvailable
from requests_app.portal import handing, passes, pictures
from requests_app.portal.answers import GONE, UNPROVEN, SeeOther, dead_link, get_or_post, later, offer, sent
from requests_app.portal.following import seen
from requests_app.portal.forms import ClaimForm, CodeForm
from requests_app.portal.line import masked
from requests_app.portal.others_forms import MoreFactsForm, PaperForm, SignForm
from requests_app.portal.passes import Pass, Sight
from requests_app.portal.place import Place, placed, show
from requests_app.rights import RIGHTS
from requests_app.verification import acting
from requests_app.verification import services as verification
from requests_app.verification.acting import NotNow, WrongName
from requests_app.verification.models import Purpose
from requests_app.verification.services import NoSuchLink, NotProven, TooSoon
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.parties import Papers, Party
from requests_app.workflow.states import State

_SESSION: Final = "acts"
_SENDING: Final = frozenset({Papers.WANTED, Papers.ASKED_AGAIN, Papers.SENT, Papers.NOT_NEEDED})


@get_or_post
@placed
def page(request: HttpRequest, place: Place, reference: str) -> HttpResponse:
    """Show whoever acts what is wanted of them, and take papers. Nothing that was found about the person stands here."""
    party, proven = _here(request, place, reference)
    if party is None:
        return show(request, place, "acting_closed", status=403)
    form = PaperForm(request.POST, request.FILES) if request.method == "POST" else PaperForm()
    if request.method == "POST" and proven and form.is_valid():
        try:
            acting.send_paper(party, form.cleaned_data["paper"])
        except NotNow:
            return show(request, place, "acting_closed", status=409)
        return SeeOther(place.to("acting", reference=reference) + "?sent")
    told = _told(request, party, proven=proven)
    return show(request, place, "acting", told | {"form": form}, status=422 if request.method == "POST" else 200)


@require_POST
@placed
def resend(request: HttpRequest, place: Place, reference: str) -> HttpResponse:
    """Write to whoever acts once more."""
    party, _proven = _here(request, place, reference)
    if party is None:
        return show(request, place, "acting_closed", status=403)
    try:
        acting.ask_again(party)
    except TooSoon:
        said = _("We have just written to this address. Wait ten minutes before the next letter; there are three a day at most.")
        return later(request, place, Sight(party.dsr, Pass.NONE), said)
    return SeeOther(place.to("acting", reference=reference))


@get_or_post
@placed
def prove(request: HttpRequest, place: Place) -> HttpResponse:
    """Let whoever acts prove the mailbox: in the browser that filed the request with a button, elsewhere with the code."""
    try:
        challenge = passes.carried(request, Purpose.PROVE_PARTY)
        party = acting.of(challenge.dsr)
    except NoSuchLink:
        return dead_link(request, place)
    claim = passes.claim_of(request, party.dsr)
    form = None if claim and acting.holds_claim(party, claim) else sent(request, CodeForm)
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            acting.prove(challenge, claim=claim, code=form.cleaned_data["code"] if form else "")
        except NotProven as wrong:
            cast("CodeForm", form).refuse(wrong.tries_left)
        except NoSuchLink:
            return dead_link(request, place)
        else:
            _let_act(request, party.dsr)
            return SeeOther(place.to("acting", reference=party.dsr.reference))
    context = {"form": form, "dsr": party.dsr, "address": masked(party.email), "right": offer(RIGHTS[party.dsr.right])}
    return show(request, place, "confirm", context, status=422 if form is not None and form.errors else 200)


@get_or_post
@placed
def agree(request: HttpRequest, place: Place) -> HttpResponse:
    """Show the person who wants to act and for what; their name under it is their word."""
    try:
        challenge = passes.carried(request, Purpose.AGREE)
        party = acting.of(challenge.dsr)
    except NoSuchLink:
        return dead_link(request, place)
    if party.agreed_at is not None or party.dsr.stage != State.VERIFYING:
        return dead_link(request, place)
    form = sent(request, SignForm)
    if request.method == "POST" and form.is_valid():
        try:
            made = acting.agree(challenge, form.cleaned_data["signed"])
        except WrongName as wrong:
            form.add_error("signed", _other_name(wrong.tries_left))
        except NoSuchLink:
            return dead_link(request, place)
        else:
            passes.let_see(request, party.dsr)
            answer = show(request, place, "agreed", {"dsr": party.dsr, "claim": made.claim, "party": party})
            passes.remember_claim(answer, place, party.dsr, made.claim)
            return answer
    context = {"form": form, "dsr": party.dsr, "party": party, "right": offer(RIGHTS[party.dsr.right])}
    return show(request, place, "agree", context, status=422 if form.errors else 200)


@get_or_post
@placed
def come_back(request: HttpRequest, place: Place) -> HttpResponse:
    """Let this browser see the page of whoever acts, whose link was mailed. Opening it changes nothing: the button does."""
    try:
        party = acting.of(passes.carried(request, Purpose.ACT).dsr)
    except NoSuchLink:
        return dead_link(request, place)
    if request.method != "POST":
        return show(request, place, "open", {"dsr": party.dsr})
    _let_act(request, party.dsr)
    return SeeOther(place.to("acting", reference=party.dsr.reference))


@get_or_post
@placed
def fetch(request: HttpRequest, place: Place, reference: str) -> HttpResponseBase:
    """Hand the copy to whoever acts, where two officers agreed: with a mailed link opened here, and the key shown at filing."""
    party, proven = _here(request, place, reference)
    copy = pictures.available(party.dsr) if party and proven and party.receives else None
    if party is None or copy is None:
        return show(request, place, "acting_closed", status=GONE)
    form = None if acting.holds_claim(party, passes.claim_of(request, party.dsr)) else sent(request, ClaimForm)
    if request.method == "POST" and (form is None or _knows(form, party)):
        try:
            return handing.over(copy)
        except NotAvailable:
            return show(request, place, "acting_closed", status=GONE)
    context = {"form": form, "dsr": party.dsr, "copy": copy}
    return show(request, place, "acting_fetch", context, status=422 if form is not None and form.errors else 200)


@require_POST
@placed
@seen
def stop(_request: HttpRequest, place: Place, sight: Sight) -> HttpResponse:
    """Let the person stop whoever acts."""
    if sight.allowed == Pass.PROVEN:
        acting.stop(sight.dsr)
    return SeeOther(place.to("status", reference=sight.dsr.reference))


@get_or_post
@placed
@seen
def more(request: HttpRequest, place: Place, sight: Sight) -> HttpResponse:
    """Take more by which the shop may recognise the person; the answer is the same whether it fits or not."""
    status = place.to("status", reference=sight.dsr.reference)
    if sight.allowed != Pass.PROVEN or sight.dsr.stage != State.DECIDING:
        return SeeOther(status)
    form = sent(request, MoreFactsForm)
    if request.method == "POST" and form.is_valid():
        if not verification.add_facts(sight.dsr, form.facts):
            said = _("You have given enough to look at. An officer decides; you hear from us.")
            return later(request, place, sight, said, title=_("Thank you, that is enough"))
        return SeeOther(status)
    return show(request, place, "more", {"form": form, "dsr": sight.dsr}, status=422 if form.errors else 200)


def _here(request: HttpRequest, place: Place, reference: str) -> tuple[Party | None, bool]:
    """Return who acts on that request if this browser is theirs, and whether it opened a mailed link."""
    acts = Party.objects.acting().select_related("dsr__brand")
    party: Party | None = acts.filter(dsr__brand=place.brand, dsr__reference=reference).first()
    if party is None:
        return None, False
    if str(party.dsr_id) in request.session.get(_SESSION, []):
        return party, True
    claim = passes.claim_of(request, party.dsr)
    return (party, False) if claim and acting.holds_claim(party, claim) else (None, False)


def _let_act(request: HttpRequest, dsr: SubjectRequest) -> None:
    seen_before = [pk for pk in request.session.get(_SESSION, []) if pk != str(dsr.pk)]
    request.session.cycle_key()
    request.session[_SESSION] = [*seen_before[-19:], str(dsr.pk)]


def _told(request: HttpRequest, party: Party, *, proven: bool) -> dict[str, Any]:
    dsr = party.dsr
    begun = dsr.stage not in UNPROVEN
    return {
        "dsr": dsr, "party": party, "proven": proven, "right": offer(RIGHTS[dsr.right]), "address": party.email,
        "code": "" if proven else passes.code_of(request, dsr), "claim": passes.claim_of(request, dsr),
        "steps": _steps(party, begun=begun), "begun": begun, "ended": not dsr.is_open,
        "can_send": proven and not begun and party.papers in _SENDING and party.part != "reporter",
        "sent_papers": list(dsr.uploads.filter(purpose=acting.MANDATE)) if proven else [],
        "why": party.papers_reason if proven and party.papers == Papers.ASKED_AGAIN else "",
        "can_fetch": proven and party.receives and pictures.available(dsr) is not None,
    }  # fmt: skip


def _steps(party: Party, *, begun: bool) -> list[dict[str, Any]]:
    """Return what has to be there before anybody searches, and what is."""
    steps = [(_("You confirm your e-mail address"), party.proven_at is not None)]
    if party.acts_as.asks_the_person:
        steps.append((_("The person agrees, by a letter to their own mailbox"), party.agreed_at is not None))
    if party.papers != Papers.NOT_NEEDED:
        steps.append((_("An officer accepts the paper that shows that you may act"), party.papers == Papers.ACCEPTED))
    if party.needs_second:
        steps.append((_("A second officer looks, too"), party.agreed_by_id is not None))
    return [{"text": text, "done": done} for text, done in [*steps, (_("We begin"), begun)]]


def _knows(form: ClaimForm, party: Party) -> bool:
    if form.is_valid() and not acting.holds_claim(party, form.cleaned_data["claim"]):
        form.add_error("claim", _("This is not the key of this request. It stands on the page on which you filed it."))
    return form.is_valid()


def _other_name(tries_left: int) -> str:
    if not tries_left:
        return _("That was tried too often. Write to us, or file a request of your own.")
    told = ngettext(
        "The request was filed under another name. You can try %(tries)d more time.",
        "The request was filed under another name. You can try %(tries)d more times.",
        tries_left,
    )
    return told % {"tries": tries_left}
