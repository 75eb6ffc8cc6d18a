"""The customer's way with an erasure: stop it, let it begin at once, read and fetch its certificate."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from requests_app.erasure import certifying, phrases
from requests_app.erasure.certificates import Certificate
from requests_app.erasure.services import cancel, waive_cooling_off
from requests_app.portal import handing, passes
from requests_app.portal.answers import SeeOther, get_or_post, later, sent
from requests_app.portal.following import knows_claim, seen
from requests_app.portal.forms import ClaimForm
from requests_app.portal.passes import Pass, Sight
from requests_app.portal.place import Place, placed, show
from requests_app.portal.plan import shown
from requests_app.verification import services as verification


@require_POST
@placed
@seen
def stop(request: HttpRequest, place: Place, sight: Sight) -> HttpResponse:
    """Take an approved erasure back, unless it has begun: of this and the beginning exactly one happens."""
    if sight.allowed == Pass.PROVEN and not cancel(sight.dsr):
        return _too_late(request, place, sight)
    return _back(place, sight)


@require_POST
@placed
@seen
def waive(request: HttpRequest, place: Place, sight: Sight) -> HttpResponse:
    """Let an approved erasure begin at once."""
    if sight.allowed == Pass.PROVEN and not waive_cooling_off(sight.dsr):
        return _too_late(request, place, sight)
    return _back(place, sight)


@get_or_post
@placed
@seen
def certificate(request: HttpRequest, place: Place, sight: Sight) -> HttpResponseBase:
    """Show the certificate, and hand over its signed archive to a browser that opened a mailed link and knows the claim code."""
    made = certifying.latest(sight.dsr) if sight.allowed == Pass.PROVEN else None
    if made is None:
        return _back(place, sight)
    here = verification.holds_claim(sight.dsr, passes.claim_of(request, sight.dsr))
    form = None if here else sent(request, ClaimForm)
    if request.method == "POST" and (form is None or knows_claim(form, sight.dsr)):
        try:
            return _handed_over(made)
        except certifying.NotAvailable:
            return later(request, place, sight, _("Write to us."), title=_("This certificate can no longer be fetched"))
    context = {
        "form": form, "dsr": sight.dsr, "facts": [{"label": label, "value": value} for label, value in phrases.facts(made.said)],
        "systems": shown(made.said["systems"], ahead=False), "made": made,
    }  # fmt: skip
    return show(request, place, "certificate", context, status=422 if form is not None and form.errors else 200)


def _handed_over(made: Certificate) -> StreamingHttpResponse:
    name = f"{made.dsr.reference}-certificate.zip"
    return handing.streamed(certifying.handed_over(made), name=name, size=made.size)


def _back(place: Place, sight: Sight) -> HttpResponse:
    return SeeOther(place.to("status", reference=sight.dsr.reference))


def _too_late(request: HttpRequest, place: Place, sight: Sight) -> HttpResponse:
    said = _("The erasing has begun, or the request has ended. Look at where it stands now.")
    return later(request, place, sight, said, title=_("The request has gone on"))
