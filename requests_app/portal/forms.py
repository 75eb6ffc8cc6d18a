"""What the customer types: shape is checked here, nothing is decided and nothing saved."""

import re
from datetime import date
from hashlib import sha256
from typing import Any, ClassVar, Final
from uuid import UUID

from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from requests_app.portal import residences
from requests_app.portal.fields import BirthDate, EmailAddress, PlaceSelect, PlainText
from requests_app.vault.asking import UploadField

FACTS: Final = ("postcode", "order_number", "birth_date", "phone_number")
_CARD: Final = re.compile(r"(?:\d[ -]?){13,19}")
_STAMP: Final = signing.TimestampSigner(salt="portal.form")


class PlaceForm(forms.Form):
    """Where the customer lives, so that the first page shows the rights that hold there."""

    residence = forms.ChoiceField(widget=PlaceSelect(attrs={"autocomplete": "country"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["residence"].choices = residences.options(get_language() or "en")  # type: ignore[attr-defined]


class FiledForm(forms.Form):
    """What every form by which something is filed carries: a trap for programs, and a mark that makes the filing one."""

    website = forms.CharField(required=False, max_length=200)
    opened = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

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


class RequestForm(FiledForm):
    """Who asks, and by what the shop may recognise the person."""

    name = PlainText(
        label=_("Your name"), missing=_("Enter your name"), longest=200,
        help_text=_("As it stands on your orders or in your account."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    email = EmailAddress(help_text=_("The one that the shop knows you by. We write there to make sure that it is you."))
    residence = forms.ChoiceField(
        label=_("Where you live"), required=False,
        help_text=_("It decides which law protects you. Correct it if our guess is wrong."),
        widget=PlaceSelect(attrs={"autocomplete": "country"}),
    )  # fmt: skip
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
    declared = PlainText(
        label=_("Your full name, as a signature"), longest=200, required=False,
        help_text=_("I declare under penalty of perjury that I am the person about whom I ask."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    shown: ClassVar[tuple[str, ...]] = ("name", "email", "residence", *FACTS, "details")
    own: ClassVar[tuple[str, ...]] = ()  # what only this right's form asks: the page shows it first
    declares = False  # whether a law wants the statement signed

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language = get_language() or "en"
        self.fields["residence"].choices = [("", _("I would rather not say")), *residences.options(self.language)]  # type: ignore[attr-defined]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of the page on which the answers are checked."""
        said = self.cleaned_data | {"residence": self.place} | self.spoken()
        shown = (*self.shown, *(("declared",) if said.get("declared") else ()))
        return [{"label": self[name].label, "value": said.get(name), "change": name} for name in shown]

    @property
    def own_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.own]

    def wanted(self) -> dict[str, Any]:
        """What the request is told beside who asks."""
        return {}

    def spoken(self) -> dict[str, Any]:
        """Answers that the page on which they are checked shows in other words than they were sent."""
        return {}

    @property
    def place(self) -> str:
        """Where the person lives, in words."""
        where: str = self.cleaned_data["residence"]
        return residences.name(where, self.language) if where else ""

    @property
    def facts(self) -> dict[str, str]:
        """What was given of the facts by which a person may be recognised, as text; dates in ISO 8601."""
        given = {"name": self.cleaned_data["name"]} | {fact: self.cleaned_data.get(fact) for fact in FACTS}
        return {fact: value.isoformat() if isinstance(value, date) else value for fact, value in given.items() if value}


class SignedInForm(RequestForm):
    """What is left to ask of somebody whom the shop handed over; `account` tells which hand-over the form was shown for."""

    name = email = postcode = order_number = birth_date = phone_number = declared = None  # type: ignore[assignment]
    account = forms.CharField(max_length=64, widget=forms.HiddenInput)

    shown: ClassVar[tuple[str, ...]] = ("residence", "details")

    @property
    def facts(self) -> dict[str, str]:
        return {}


class AddressForm(forms.Form):
    email = EmailAddress(label=_("Your right e-mail address"))


class SayForm(forms.Form):
    """What the customer says to the officers."""

    text = PlainText(
        label=_("Your message"), missing=_("Write something first"), longest=5000, lines=True,
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    file = UploadField(
        label=_("A file, if you have one to send"), required=False,
        help_text=_("A PDF, a photograph or a plain text, of 10 MB at most. Never an identity paper: we do not need one."),
    )  # fmt: skip


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


class PostedCodeForm(CodeForm):
    """The six figures that went to the postal address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("They stand in our letter to your postal address.")

    def refuse(self, tries_left: int) -> None:
        if tries_left:
            super().refuse(tries_left)
        else:
            self.add_error("code", _("These figures no longer work. Ask us for new ones."))


class LetterForm(forms.Form):
    """What stands in a letter on paper in place of a link."""

    reference = forms.CharField(
        label=_("Reference"), max_length=40, help_text=_("It stands in the letter, like DSR-7K4M-92QX."),
        error_messages={"required": _("Enter the reference")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "size": 16}),
    )  # fmt: skip
    code = forms.CharField(
        label=_("Code"), max_length=40, help_text=_("Six figures, or four groups of letters and figures."),
        error_messages={"required": _("Enter the code")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "size": 24}),
    )  # fmt: skip


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
