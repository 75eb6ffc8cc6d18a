"""Sending a copy to another company: the person says where, with a token that this company gave."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_app.bundle import sending
from requests_app.bundle.services import NotAvailable
from requests_app.portal import passes, pictures
from requests_app.portal.answers import SeeOther, get_or_post, later, sent
from requests_app.portal.following import knows_claim, seen
from requests_app.portal.forms import ClaimForm
from requests_app.portal.passes import Pass, Sight
from requests_app.portal.place import Place, placed, show
from requests_app.verification import services as verification


class SendForm(forms.Form):
    """Where a copy goes, and by what the other company knows whose it is."""

    address = forms.CharField(
        label=gettext_lazy("The address that the other company gave you"), max_length=2000,
        help_text=gettext_lazy("It begins with https://. We send the file there once; we do not open anything."),
        error_messages={"required": gettext_lazy("Enter the address")},
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    token = forms.CharField(
        label=gettext_lazy("Its token or key (if it gave you one)"), max_length=2000, required=False,
        help_text=gettext_lazy("The company knows by it whose data comes. We forget it when the file has arrived."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    sure = forms.BooleanField(
        label=gettext_lazy("I want this company to have my data. I know that it is then responsible for it."),
        error_messages={"required": gettext_lazy("Tick the box if this company is to have your data")},
    )

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"].strip()
        try:
            sending.check(address)
        except sending.BadAddress as fault:
            raise ValidationError(
                _("We can send to plain addresses only that begin with https:// and name no port. Ask the company for one."),
                "address",
            ) from fault
        return address

    def clean_token(self) -> str:
        token: str = self.cleaned_data["token"].strip()
        if not (token.isascii() and token.isprintable()):
            raise ValidationError(_("A token is made of plain letters, digits and signs."), "token")
        return token


class KeyedSendForm(ClaimForm, SendForm):
    """The same, in a browser that does not know the key of the request."""


@get_or_post
@placed
@seen
def send(request: HttpRequest, place: Place, sight: Sight) -> HttpResponseBase:
    """Send the copy of a request for portability on, for a browser that could download it too."""
    dsr = sight.dsr
    copy = pictures.available(dsr) if sight.allowed == Pass.PROVEN and dsr.right == sending.RIGHT else None
    if copy is None:
        return SeeOther(place.to("status", reference=dsr.reference))
    here = verification.holds_claim(dsr, passes.claim_of(request, dsr))
    form: SendForm = sent(request, SendForm if here else KeyedSendForm)
    if request.method == "POST" and (knows_claim(form, dsr) if isinstance(form, ClaimForm) else form.is_valid()):
        try:
            sending.send(dsr, form.cleaned_data["address"], form.cleaned_data["token"])
        except NotAvailable:
            said = _("Write to us, and we make you a new one.")
            return later(request, place, sight, said, title=_("This copy can no longer be fetched"))
        except sending.TooOften:
            said = _("This copy was sent on five times. Download it, and pass it on yourself.")
            return later(request, place, sight, said, title=_("It cannot be sent again"))
        return SeeOther(place.to("send", reference=dsr.reference) + "#sent")
    context = {"form": form, "dsr": dsr, "copy": copy, "transfers": dsr.transfers.order_by("-number")}
    return show(request, place, "send", context, status=422 if form.errors else 200)
