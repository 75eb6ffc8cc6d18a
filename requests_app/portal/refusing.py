"""Refusing without a word about who one is: one short form, one screen to done; and the link at the foot of a mail.

What is answered is the same whether an address is known or not.
"""

import secrets
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt

from requests_app.brands.models import Brand
from requests_app.intake.services import NotOffered
from requests_app.optouts import channels, clicking, services
from requests_app.optouts.digests import NoSuchToken, NotANumber, canonical_phone
from requests_app.optouts.services import Refusal
from requests_app.portal import account, effort, residences
from requests_app.portal.answers import SeeOther, get_or_post, offer
from requests_app.portal.fields import EmailAddress, PlainText
from requests_app.portal.forms import is_too_quick, stamp
from requests_app.portal.place import Place, best_language, nowhere, show
from requests_app.rights.base import Right

_ONE_CLICK: Final = ("List-Unsubscribe", "One-Click")


class _Address(EmailAddress):
    """An address, or nothing."""

    def clean(self, value: Any) -> str:
        return super().clean(value) if str(value or "").strip() else ""


class _Number(PlainText):
    """A telephone number with its country's code, or nothing."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return canonical_phone(text) if text else ""
        except NotANumber as fault:
            raise ValidationError(_("Enter the number with its country’s code, like +33 6 12 34 56 78"), "number") from fault


class RefusalForm(forms.Form):
    """What somebody refuses, and for which address or number. Nothing is chosen beforehand."""

    channels = forms.MultipleChoiceField(
        label=gettext_lazy("Or only some of it"), required=False, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("Choose from the list")},
    )  # fmt: skip
    email = _Address(required=False, help_text=gettext_lazy("The one that gets our mail. We need no name and no proof."))
    phone = _Number(
        label=gettext_lazy("Your phone number"), longest=40, required=False,
        help_text=gettext_lazy("For calls and text messages, with the country’s code."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "size": 24}),
    )  # fmt: skip
    residence = forms.CharField(required=False, max_length=6, widget=forms.HiddenInput)
    website = forms.CharField(required=False, max_length=200)
    opened = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def __init__(self, right: Right, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.right = right
        self.fields["channels"].choices = [(one.value, channels.LABELS[one]) for one in channels.channels_of(right.name)]  # type: ignore[attr-defined]

    @property
    def chooses(self) -> bool:
        return self.right.name in channels.CHOSEN

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if not self.errors and not (said.get("email") or said.get("phone")):
            self.add_error("email", _("Enter your e-mail address or your phone number"))
        if self.chooses and "some" in self.data and not said.get("channels"):
            self.add_error("channels", _("Tick what you refuse, or refuse all of it"))
        if said.get("website"):
            self.add_error("website", _("Leave the field “Website” empty: it is there to catch programs."))
        if not self.errors and is_too_quick(said["opened"]):
            self.add_error(None, _("That was quicker than a person can type. Please look at it once more and send it again."))
        return said

    @property
    def wanted(self) -> tuple[str, ...]:
        """The channels that were ticked, or all."""
        return tuple(self.cleaned_data["channels"]) if self.chooses and "some" in self.data else ()


def refuse(request: HttpRequest, place: Place, right: Right) -> HttpResponse:
    """Show the form, or take the refusal down, or say that it was."""
    if request.method == "POST":
        return _taken_down(request, place, right)
    if "done" in request.GET:
        return _done(request, place, right)
    known = account.known(request, place)
    initial = {
        "opened": stamp(secrets.token_urlsafe(16)), "residence": residences.chosen(request, place.brand),
        "email": known.email if known else "", "phone": known.phone if known else "",
    }  # fmt: skip
    return _form(request, place, RefusalForm(right, initial=initial))


def _form(request: HttpRequest, place: Place, form: RefusalForm, *, status: int = 200) -> HttpResponse:
    asked = effort.asked_of(request, place, form, "refusal")
    return show(request, place, "refuse", {"form": form, "right": offer(form.right), **asked}, status=status)


def _taken_down(request: HttpRequest, place: Place, right: Right) -> HttpResponse:
    form = RefusalForm(right, request.POST)
    if not form.is_valid():
        return _form(request, place, form, status=422)
    if status := effort.turned_away(request, place, form, "refusal"):
        return _form(request, place, form, status=status)
    said, residence = form.cleaned_data, _residence(request, place.brand, form.cleaned_data["residence"])
    signed_in = account.known(request, place)
    refusal = Refusal(
        right=right.name, channels=form.wanted, email=said["email"], phone=said["phone"], language=place.language,
        residence=residence, customer_id=signed_in.customer_id if signed_in and signed_in.email == said["email"] else None,
    )  # fmt: skip
    try:
        services.file(place.brand, refusal)
    except NotOffered:
        form.add_error(None, _("The law of this place does not give this right. Look at what it gives on the first page."))
        return _form(request, place, form, status=422)
    told = ".".join(form.wanted or channels.channels_of(right.name))
    return SeeOther(f"{place.to('request', right=right.name)}?done={told}&{residences.PARAMETER}={residence}")


def _done(request: HttpRequest, place: Place, right: Right) -> HttpResponse:
    can = channels.channels_of(right.name)
    told = tuple(one for one in can if one in request.GET["done"].split(".")) or can
    today = localdate(timezone=ZoneInfo(place.brand.time_zone))
    day = services.promised(place.brand, right.name, residences.chosen(request, place.brand), told, today)
    return show(request, place, "refused", {"right": offer(right), "channels": channels.labels(told), "day": day, "today": today})


def _residence(request: HttpRequest, brand: Brand, said: str) -> str:
    return said if residences.exists(said) else residences.chosen(request, brand)


@csrf_exempt  # a mail program posts here, without a cookie: the link itself is what counts (RFC 8058, 3.2)
@get_or_post
def unsubscribe(request: HttpRequest, brand: str, token: str) -> HttpResponse:
    """Take a click in a mail program at once and without a page; show a person a page with a button. Looking changes nothing."""
    shop = Brand.objects.filter(slug=brand).first()
    if shop is None:
        return nowhere(request)
    place = Place(shop, best_language(request, shop))
    with translation.override(place.language):
        try:
            link = clicking.opened(shop, token)
        except NoSuchToken:
            return show(request, place, "dead_link", status=404)
        shown = {"channel": channels.LABELS[link.channel], "refuses": channels.labels(channels.MARKETING)}
        name, value = _ONE_CLICK
        if request.method == "POST" and request.POST.get(name) == value:
            clicking.refuse(shop, link)
            return HttpResponse("", content_type="text/plain; charset=utf-8")
        if request.method == "POST" and {"this", "everything"} & set(request.POST):
            clicking.refuse(shop, link, everything="everything" in request.POST)
            return show(request, place, "unsubscribed", shown | {"everything": "everything" in request.POST})
        return show(request, place, "unsubscribe", shown, status=200 if request.method != "POST" else 400)
