"""What is said on a request's page, with files: to the officers, and from them. No letter carries a word of it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from requests_app.deadlines import questions
from requests_app.portal import pictures
from requests_app.portal.answers import SeeOther, later, offer
from requests_app.portal.following import seen
from requests_app.portal.forms import SayForm
from requests_app.portal.passes import Pass, Sight
from requests_app.portal.place import Place, placed, show
from requests_app.rights import RIGHTS
from requests_app.values import CUSTOMER
from requests_app.vault import uploads


@require_POST
@placed
@seen
def say(request: HttpRequest, place: Place, sight: Sight) -> HttpResponse:
    """Take down what the customer says to the officers, with a file; it answers their question, if one waits."""
    dsr, form = sight.dsr, SayForm(request.POST, request.FILES)
    if sight.allowed != Pass.PROVEN:
        return SeeOther(place.to("status", reference=dsr.reference))
    if form.is_valid() and form.cleaned_data["file"] and dsr.uploads.filter(purpose=uploads.MESSAGE).count() >= uploads.MOST:
        form.add_error("file", _("You have sent as many files as we can take here. Write to us how to send more."))
    if not form.is_valid():
        context: dict[str, Any] = pictures.of_status(sight) | {"right": offer(RIGHTS[dsr.right]), "form": form}
        return show(request, place, "status", context, status=422)
    try:
        questions.answer(dsr, form.cleaned_data["text"])
    except questions.NotNow:
        said = _("This request has ended. Write to us by e-mail, or file a new one.")
        return later(request, place, sight, said, title=_("The request has gone on"))
    if checked := form.cleaned_data["file"]:
        uploads.keep(dsr, checked, by=CUSTOMER, purpose=uploads.MESSAGE)
    return SeeOther(place.to("status", reference=dsr.reference) + "#messages")


@require_safe
@placed
@seen
def file(_request: HttpRequest, place: Place, sight: Sight, number: UUID) -> HttpResponseBase:
    """Hand out a file of the conversation, to be saved; only to a browser that opened a mailed link."""
    if sight.allowed != Pass.PROVEN:
        return SeeOther(place.to("status", reference=sight.dsr.reference))
    kept = get_object_or_404(sight.dsr.uploads.filter(purpose=uploads.MESSAGE), pk=number)
    return StreamingHttpResponse(uploads.plain(kept), content_type=kept.media_type, headers=uploads.headers(kept))


@require_safe
@placed
@seen
def receipt(request: HttpRequest, place: Place, sight: Sight) -> HttpResponse:
    """Say what was asked and when, to be printed or kept; only to a browser that opened a mailed link."""
    dsr = sight.dsr
    if sight.allowed != Pass.PROVEN:
        return SeeOther(place.to("status", reference=dsr.reference))
    return show(request, place, "receipt", {"dsr": dsr, "rows": pictures.of_receipt(dsr)})
