"""What the customer types: shape is checked here, nothing is decided and nothing saved."""

import re
import unicodedata
from datetime import date
from hashlib import sha256
from typing import Any, ClassVar, Final
from uuid import UUID

from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from requests_app.correspondence.addresses import mailbox
from requests_app.emails import NotAnAddress

FACTS: Final = ("postcode", "order_number", "birth_date", "phone_number")
_HIDDEN_KINDS: Final = frozenset({"Cc", "Cf", "Co", "Cs"})
_JOINERS: Final = frozenset("\u200c\u200d")  # several scripts are not written without them
_CARD: Final = re.compile(r"(?:\d[ -]?){13,19}")
_OLDEST_YEAR: Final = 1900
_TOO_LONG: Final = ngettext_lazy(
    "Use at most %(limit_value)d character; there are %(show_value)d.",
    "Use at most %(limit_value)d characters; there are %(show_value)d.",
    "limit_value",
)
_STAMP: Final = signing.TimestampSigner(salt="portal.form")


class PlainText(forms.CharField):
    """At most `longest` visible characters; `lines` allows line breaks. What is too long is said, never cut."""

    def __init__(self, *, longest: int, missing: Any = None, lines: bool = False, **kwargs: Any) -> None:
        self.lines = lines
        super().__init__(**kwargs)
        self.validators.append(MaxLengthValidator(longest, message=_TOO_LONG))
        if missing:
            self.error_messages["required"] = missing

    def clean(self, value: Any) -> str:
        text = unicodedata.normalize("NFC", str(super().clean(value)).replace("\r\n", "\n"))
        visible = text.replace("\n", " ").replace("\t", " ") if self.lines else text
        if any(unicodedata.category(sign) in _HIDDEN_KINDS and sign not in _JOINERS for sign in visible):
            raise ValidationError(
                _("There is an invisible character in this. Please type it by hand instead of pasting it."), "hidden"
            )
        return text


class EmailAddress(PlainText):
    """An address as the house understands it, kept as it was typed."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {
            "type": "email",
            "autocomplete": "email",
            "inputmode": "email",
            "spellcheck": "false",
            "autocapitalize": "none",
        }
        super().__init__(
            label=kwargs.pop("label", _("Your e-mail address")),
            missing=_("Enter your e-mail address"),
            longest=254,
            widget=forms.TextInput(attrs=attributes),
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        wrong = ValidationError(_("Enter an e-mail address in full, like name@example.com"), "address")
        try:
            mailbox(text)
        except NotAnAddress as fault:
            raise wrong from fault
        return text


class DateParts(forms.MultiWidget):
    """Day, month and year, typed: nobody should leaf through sixty years of a calendar."""

    template_name = "portal/date_parts.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        boxes = [("bday-day", 2), ("bday-month", 2), ("bday-year", 4)]
        super().__init__([self.box(name, length) for name, length in boxes], attrs)

    @staticmethod
    def box(name: str, length: int) -> forms.Widget:
        """Return one of the three inputs; `name` is what browsers fill in for it, `length` its digits."""
        return forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": name, "size": length})

    def decompress(self, value: Any) -> list[Any]:
        return [value.day, value.month, value.year] if isinstance(value, date) else [None, None, None]


class HiddenDateParts(DateParts):
    """The same three, carried along."""

    template_name = "django/forms/widgets/multiwidget.html"

    @staticmethod
    def box(name: str, length: int) -> forms.Widget:  # noqa: ARG004  # hidden ones need neither
        return forms.HiddenInput()


class BirthDate(forms.Field):
    widget = DateParts
    hidden_widget = HiddenDateParts

    def clean(self, value: Any) -> date | None:
        day, month, year = (str(part or "").strip() for part in (value or ("", "", "")))
        if not (day or month or year):
            return None
        wrong = ValidationError(_("Enter your date of birth as day, month and year, like 27 3 1984"), "date")
        if not all(re.fullmatch(r"[0-9]{1,4}", part) for part in (day, month, year)):
            raise wrong
        try:
            born = date(int(year), int(month), int(day))
        except ValueError as fault:
            raise wrong from fault
        if not _OLDEST_YEAR <= born.year <= date.today().year or born > date.today():  # noqa: DTZ011  # a day more or less is no matter
            raise wrong
        return born


class RequestForm(forms.Form):
    """Who asks, and by what the shop may recognise the person."""

    name = PlainText(
        label=_("Your name"), missing=_("Enter your name"), longest=200,
        help_text=_("As it stands on your orders or in your account."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    email = EmailAddress(help_text=_("The one that the shop knows you by. We write there to make sure that it is you."))
    postcode = PlainText(
        label=_("Postcode"), longest=20, required=False, help_text=_("Of an address to which you had something sent."),
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "size": 12}),
    )  # fmt: skip
    order_number = PlainText(
        label=_("Order number"), longest=40, required=False, help_text=_("Of any order; it stands on the invoice."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 24}),
    )  # fmt: skip
    birth_date = BirthDate(
        label=_("Date of birth"), required=False, help_text=_("For example, 27 3 1984. Only if you gave it to the shop.")
    )
    phone_number = PlainText(
        label=_("Phone number"), longest=40, required=False, help_text=_("With the country's code if it is not a local one."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "size": 24}),
    )  # fmt: skip
    details = PlainText(
        label=_("Is there something you look for in particular?"), longest=2000, required=False, lines=True,
        help_text=_("You need not say anything here: without it you get everything."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    website = forms.CharField(required=False, max_length=200)
    opened = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    shown: ClassVar[tuple[str, ...]] = ("name", "email", *FACTS, "details")

    def clean_details(self) -> str:
        text: str = self.cleaned_data["details"]
        if any(_is_card(match.group()) for match in _CARD.finditer(text)):
            raise ValidationError(_("Take out the card number: we never need one."), "card")
        return text

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise ValidationError(_("Leave the field “Website” empty: it is there to catch programs."), "trap")
        return ""

    def key(self, *where: str) -> UUID:
        """What makes this filing one, however often it is sent: the form that was handed out, and what was typed, `where`."""
        return UUID(bytes=sha256(repr([where, sorted(self.cleaned_data.items())]).encode()).digest()[:16], version=4)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of the page on which the answers are checked."""
        return [{"label": self[name].label, "value": self.cleaned_data.get(name), "change": name} for name in self.shown]

    @property
    def facts(self) -> dict[str, str]:
        """What was given of the facts by which a person may be recognised, as text; dates in ISO 8601."""
        given = {"name": self.cleaned_data["name"]} | {fact: self.cleaned_data[fact] for fact in FACTS}
        return {fact: value.isoformat() if isinstance(value, date) else value for fact, value in given.items() if value}


class AddressForm(forms.Form):
    email = EmailAddress(label=_("Your right e-mail address"))


class FollowForm(forms.Form):
    email = EmailAddress(help_text=_("The one with which you filed the request."))


class CodeForm(forms.Form):
    """The six figures that the page showed when the request was filed."""

    code = forms.CharField(
        label=_("The six figures"), max_length=20,
        help_text=_("The page on which you filed the request showed them. They are in none of our letters."),
        error_messages={"required": _("Enter the six figures")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "digits", "size": 9}),
    )  # fmt: skip

    def clean_code(self) -> str:
        digits = re.sub(r"[\s\-.]", "", self.cleaned_data["code"])
        if not re.fullmatch(r"[0-9]{6}", digits):
            raise ValidationError(_("Enter the six figures, like 482 913"), "shape")
        return digits

    def refuse(self, tries_left: int) -> None:
        """Say that the code was wrong, and how to go on."""
        if not tries_left:
            self.add_error("code", _("These figures no longer work. The page on which you filed the request can show new ones."))
            return
        wrong = ngettext(
            "These are not the right ones. You can try %(tries)d more time.",
            "These are not the right ones. You can try %(tries)d more times.",
            tries_left,
        )
        self.add_error("code", wrong % {"tries": tries_left})


class ClaimForm(forms.Form):
    """The claim code, which customers know as their key."""

    claim = forms.CharField(
        label=_("Your key"), max_length=80, help_text=_("The long one that you were asked to keep when you filed the request."),
        error_messages={"required": _("Enter your key")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )  # fmt: skip


class DisownForm(forms.Form):
    sure = forms.BooleanField(
        label=_("I did not make this request."),
        error_messages={"required": _("Tick the box if you did not make this request. If you did, simply close this page.")},
    )


def stamp(nonce: str) -> str:
    """Return a signed mark that says when a form was handed out; `nonce` tells two forms apart."""
    return _STAMP.sign(nonce)


def is_too_quick(stamped: str) -> bool:
    """Say whether the form was sent back faster than a person can fill it, or was never handed out by us."""
    try:
        _STAMP.unsign(stamped, max_age=settings.PORTAL_FILL_DELAY)
    except signing.SignatureExpired:
        return False
    except signing.BadSignature:
        return True
    return True


def _is_card(text: str) -> bool:
    digits = [int(sign) for sign in text if sign.isdecimal()]
    doubled = [sum(divmod(digit * 2, 10)) if place % 2 else digit for place, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0
