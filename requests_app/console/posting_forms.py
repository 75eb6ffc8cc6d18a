"""What an officer types about letters on paper, and about people who are served by post. It never saves and never decides law."""

from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from requests_app.bundle.models import Form
from requests_app.console.choices import offer
from requests_app.console.forms import MovingForm, StepUpForm
from requests_app.console.words import fact
from requests_app.correspondence.addresses import mailbox
from requests_app.emails import NotAnAddress
from requests_app.matching.held import Held

LETTER, CALL = "letter", "call"
KNOWN: Final = ("customer_number", "order_number", "phone_number")


class PostedForm(forms.Form):
    """On which day a letter went out."""

    on = forms.DateField(
        label=_("Posted on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Enter the day."), "invalid": _("Enter the day.")},
    )  # fmt: skip


class LookForm(MovingForm):
    """More by which systems can look for the person."""

    customer_number = forms.CharField(
        label=_("Customer number"), max_length=40, required=False, strip=True,
        help_text=_("As the shop’s own system shows it: look the person up there by name and postcode, or by an order."),
    )  # fmt: skip
    order_number = forms.CharField(label=_("Order number"), max_length=40, required=False, strip=True)
    phone_number = forms.CharField(label=_("Phone number"), max_length=40, required=False, strip=True)

    def clean(self) -> dict[str, Any]:
        if not self.errors and not self.facts:
            raise ValidationError(_("Type at least one of them."))
        return self.cleaned_data

    @property
    def facts(self) -> dict[str, str]:
        return {kind: self.cleaned_data[kind] for kind in KNOWN if self.cleaned_data.get(kind)}


class HeldForm(MovingForm):
    """To which address that the shop holds letters go, and how the figures get to the person."""

    held = forms.ChoiceField(label=_("Which address on record?"), widget=forms.RadioSelect)
    way = forms.ChoiceField(
        label=_("How do the figures get there?"), widget=forms.RadioSelect,
        choices=[(LETTER, _("In a letter to that address")), (CALL, _("By telephone, on a number of the same record"))],
    )  # fmt: skip

    def __init__(self, *args: Any, known: list[Held], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {one.key: one for one in known}
        offer(self, "held", [(one.key, _spelled(one)) for one in known])

    def clean(self) -> dict[str, Any]:
        one = self.known.get(self.cleaned_data.get("held", ""))
        if one and self.cleaned_data.get("way") == CALL and not one.phones:
            self.add_error("way", _("This record holds no number."))
        return self.cleaned_data

    @property
    def chosen(self) -> Held:
        return self.known[self.cleaned_data["held"]]


class SaidForm(MovingForm):
    """The six figures, as the person said them."""

    code = forms.CharField(
        label=_("The six figures that the person said or wrote"), max_length=20, strip=True,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "digits", "size": 9}),
    )  # fmt: skip


class MailForm(MovingForm):
    """An e-mail address that the person has now."""

    email = forms.CharField(
        label=_("E-mail address of the person"), max_length=254, strip=True, widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=_("A link goes there, and figures to the postal address: who has both is written to by e-mail from then on."),
    )  # fmt: skip

    def clean_email(self) -> str:
        address: str = self.cleaned_data["email"]
        try:
            return mailbox(address) and address
        except NotAnAddress:
            raise ValidationError(_("No letter can be written to this address."), "address") from None


class TakeForm(StepUpForm):
    """Takes the answer out, to print it or to put it on a medium."""


class HandedForm(MovingForm):
    """That, when and as what the answer was handed over."""

    on = forms.DateField(label=_("Handed over or posted on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    form = forms.ChoiceField(label=_("As what?"), choices=Form.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, earliest: date, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.earliest, self.today = earliest, today

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if not self.earliest <= on <= self.today:
            raise ValidationError(_("It can have been handed over neither before it was made nor in the future."))
        return on


def _spelled(one: Held) -> str:
    numbers = f" · {fact('phone_number')}: {', '.join(one.phones)}" if one.phones else ""
    return f"{', '.join(one.address.splitlines())} ({one.source}){numbers}"
