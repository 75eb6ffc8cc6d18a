"""The fields of the customer's forms: what was typed, kept as it was typed, or a reason why it cannot be taken."""

import re
import unicodedata
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from requests_app.correspondence.addresses import mailbox
from requests_app.emails import NotAnAddress

_HIDDEN_KINDS: Final = frozenset({"Cc", "Cf", "Co", "Cs"})
_JOINERS: Final = frozenset("\u200c\u200d")  # several scripts are not written without them
_OLDEST_YEAR: Final = 1900
_TOO_LONG: Final = ngettext_lazy(
    "Use at most %(limit_value)d character; there are %(show_value)d.",
    "Use at most %(limit_value)d characters; there are %(show_value)d.",
    "limit_value",
)


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


class PlaceSelect(forms.Select):
    """Three hundred places, written by one template instead of one for each."""

    template_name = "portal/places.html"
