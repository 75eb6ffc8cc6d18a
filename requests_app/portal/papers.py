"""Showing an identity paper: only where a law's table demands one. Nowhere else is anybody asked for papers."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_app.portal.answers import SeeOther, get_or_post, later
from requests_app.portal.following import seen
from requests_app.portal.passes import Pass, Sight
from requests_app.portal.place import Place, placed, show
from requests_app.vault.asking import UploadField
from requests_app.verification import papers


class IdentityForm(forms.Form):
    paper = UploadField(
        label=gettext_lazy("A picture of the paper"),
        help_text=gettext_lazy("Cover the number and the photograph. A PDF or a photograph, of 10 MB at most."),
    )


@get_or_post
@placed
@seen
def paper(request: HttpRequest, place: Place, sight: Sight) -> HttpResponse:
    """Take a paper that a law demands; only from a browser that opened a mailed link, and only once."""
    dsr = sight.dsr
    if sight.allowed != Pass.PROVEN:
        return SeeOther(place.to("status", reference=dsr.reference))
    if not papers.wanted(dsr):
        return _not_asked(request, place, sight)
    form = IdentityForm(request.POST, request.FILES) if request.method == "POST" else IdentityForm()
    if not form.is_valid():
        return show(request, place, "paper", {"dsr": dsr, "form": form}, status=422 if form.is_bound else 200)
    try:
        papers.send(dsr, form.cleaned_data["paper"])
    except papers.NotWanted:
        return _not_asked(request, place, sight)
    return SeeOther(place.to("status", reference=dsr.reference))


def _not_asked(request: HttpRequest, place: Place, sight: Sight) -> HttpResponse:
    said = _("We need no identity paper for this request. Please send none.")
    return later(request, place, sight, said, title=_("No paper is needed"))
