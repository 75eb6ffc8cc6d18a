"""What an officer takes down for a person who wrote, telephoned or sent a letter. It never saves and never decides law."""

import unicodedata
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from requests_app.brands.models import Brand
from requests_app.console.choices import offer
from requests_app.correspondence.addresses import mailbox
from requests_app.emails import NotAnAddress
from requests_app.intake import services as intake
from requests_app.jurisdictions.tables import places

FACTS: Final = ("postcode", "order_number", "birth_date", "phone_number")
_OF_AN_ADDRESS: Final = ("street", "city", "country", "customer_number")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
_LANGUAGES: Final = {"en": _("English"), "fr": _("French"), "de": _("German"), "el": _("Greek")}


class FilingForm(forms.Form):
    """The customer's form, in an officer's words."""

    right = forms.ChoiceField(label=_("What is asked for?"))
    name = forms.CharField(label=_("Name of the person"), max_length=200, strip=True)
    email = forms.CharField(
        label=_("E-mail address of the person"), max_length=254, strip=True,
        help_text=_("We write there to make sure that it is the person who asks."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language of the letters"))
    residence = forms.CharField(
        label=_("Where the person lives"), required=False, max_length=6, strip=True,
        help_text=_("A country like FR, or a state like US-CA. Leave it empty where nobody said."),
        widget=forms.TextInput(attrs={"size": 8, "autocomplete": "off"}),
    )  # fmt: skip
    postcode = forms.CharField(label=_("Postcode"), max_length=20, required=False, strip=True)
    order_number = forms.CharField(label=_("Order number"), max_length=40, required=False, strip=True)
    birth_date = forms.DateField(label=_("Date of birth"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    phone_number = forms.CharField(label=_("Phone number"), max_length=40, required=False, strip=True)
    details = forms.CharField(
        label=_("In the person’s own words"), max_length=2000, required=False, strip=True, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, brand: Brand, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rights = intake.rights_of(brand)
        offer(self, "right", [(right.name, said(right.title)) for right in rights])
        offer(self, "language", [(code, _LANGUAGES.get(code, code)) for code in brand.languages])

    def clean_email(self) -> str:
        address: str = self.cleaned_data["email"]
        try:
            mailbox(address)
        except NotAnAddress:
            raise ValidationError(_("No letter can be written to this address."), "address") from None
        return address

    def clean_residence(self) -> str:
        place: str = self.cleaned_data["residence"].upper()
        country, dash, region = place.partition("-")
        if place and (country not in places() or (dash and region not in places()[country])):
            raise ValidationError(_("There is no such place."), "place")
        return place

    @property
    def told(self) -> dict[str, Any]:
        """Return what an application is told."""
        given = {"name": self.cleaned_data["name"]} | {fact: self.cleaned_data[fact] for fact in FACTS}
        facts = {fact: value.isoformat() if isinstance(value, date) else value for fact, value in given.items() if value}
        return {name: self.cleaned_data[name] for name in ("right", "name", "email", "language", "residence", "details")} | {
            "facts": facts
        }


class ByHandForm(FilingForm):
    """The same for somebody who telephoned or sent a letter; the key makes a second press of the button the same filing.

    Who has no e-mail address gives a postal one: by it the shop's own record of the person is looked for.
    """

    field_order = ("channel", "right", "name", "email", "street", "postcode", "city", "country")
    channel = forms.ChoiceField(
        label=_("How did it come?"), choices=[("phone", _("By telephone")), ("post", _("By post"))], widget=forms.RadioSelect
    )
    street = forms.CharField(
        label=_("Street, or the lines of the address before the postcode"), max_length=160, required=False, strip=True,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        help_text=_("Without an e-mail address all is printed and posted, to the address that the shop’s records hold."),
    )  # fmt: skip
    city = forms.CharField(label=_("City"), max_length=80, required=False, strip=True)
    country = forms.CharField(
        label=_("Country, as it stands on a letter"), max_length=60, required=False, strip=True,
        help_text=_("Only where it is another than the shop’s."),
    )  # fmt: skip
    customer_number = forms.CharField(label=_("Customer number"), max_length=40, required=False, strip=True)
    once = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].required = False
        self.fields["email"].help_text = _(
            "We write there to make sure that it is the person who asks. Leave it empty for somebody without one."
        )

    def clean_email(self) -> str:
        return super().clean_email() if self.cleaned_data["email"] else ""

    def clean_street(self) -> str:
        lines = [" ".join(line.split()) for line in self.cleaned_data["street"].splitlines()]
        return _line("\n".join(line for line in lines if line), most=3)

    def clean_city(self) -> str:
        return _line(self.cleaned_data["city"])

    def clean_country(self) -> str:
        return _line(self.cleaned_data["country"])

    def clean(self) -> dict[str, Any]:
        told = self.cleaned_data
        if not told.get("email") and "email" not in self.errors:
            if not any(told.get(name) for name in ("street", "postcode", "city")):
                self.add_error("email", _("Give an e-mail address, or a postal address."))
            else:
                for name in ("street", "postcode", "city"):
                    if not told.get(name) and name not in self.errors:
                        self.add_error(name, _("A letter needs this."))
        return told

    @property
    def told(self) -> dict[str, Any]:
        if self.cleaned_data["email"]:
            return super().told
        given = {name: self.cleaned_data[name] for name in _OF_AN_ADDRESS if self.cleaned_data[name]}
        known = super().told
        return known | {"facts": known["facts"] | given, "postal_address": self.postal_address}

    @property
    def postal_address(self) -> str:
        said = self.cleaned_data
        return "\n".join(line for line in (said["street"], f"{said['postcode']} {said['city']}", said["country"].upper()) if line)


def _line(text: str, *, most: int = 1) -> str:
    """Return what can stand on `most` lines of an envelope.

    Raises:
        ValidationError: it has more lines, or signs that no envelope shows.
    """
    if text.count("\n") >= most or any(unicodedata.category(sign) in _UNSEEN for sign in text if sign != "\n"):
        raise ValidationError(_("This cannot stand on an envelope."), "envelope")
    return text
