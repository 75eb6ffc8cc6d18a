"""What is asked of somebody who acts for somebody else, of staff, and of whoever reports a child's account."""

from copy import deepcopy
from functools import cache
from typing import Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from requests_app.jurisdictions.tables import Person
from requests_app.portal.asking import form_for
from requests_app.portal.fields import EmailAddress, PlainText
from requests_app.portal.forms import FACTS, FiledForm, RequestForm
from requests_app.rights.base import Right
from requests_app.vault.asking import UploadField
from requests_app.workflow.parties import Part


class _Acting(forms.Form):
    your_name = PlainText(
        label=_("Your own name"), missing=_("Enter your own name"), longest=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    your_email = EmailAddress(label=_("Your own e-mail address"), help_text=_("We write there to make sure that it is you."))
    wants_answer = forms.BooleanField(
        label=_("The mandate says that I may receive the answer too"), required=False,
        help_text=_("The answer goes to the person. Two officers have to agree before it goes to you as well."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("email") and said.get("email") == said.get("your_email"):
            raise ValidationError(_("These are two mailboxes: yours, and the one of the person. Give both."), "same")
        return said


class _Staff(forms.Form):
    person_kind = forms.ChoiceField(
        label=_("You ask as"), widget=forms.RadioSelect,
        choices=[
            (Person.EMPLOYEE.value, _("Somebody who works, or worked, here")),
            (Person.APPLICANT.value, _("Somebody who applied for work")),
            (Person.EMERGENCY_CONTACT.value, _("Somebody to be called in an emergency")),
            (Person.BENEFICIARY.value, _("Somebody who gets a benefit through an employee")),
        ],
        error_messages={"required": _("Choose as what you ask")},
    )  # fmt: skip


@cache
def acting_form(right: Right, part: Part) -> type[RequestForm]:
    """Return the form of `right` for whoever acts as `part`: it asks about two people."""
    base = form_for(right, signed_in=False)
    mine = ("your_name", "your_email", *(("wants_answer",) if part.asks_the_person else ()))
    dropped = {"declared": None} | ({} if part.asks_the_person else {"wants_answer": None})
    made: Any = type("ActingForm", (_Acting, base), {"shown": (*mine, *base.shown), **dropped})
    for name, label, help_text in _RELABELLED:
        field = made.base_fields[name] = deepcopy(made.base_fields[name])
        field.label, field.help_text = label, help_text
    return cast("type[RequestForm]", made)


@cache
def staff_form(right: Right) -> type[RequestForm]:
    """Return the form of `right` for people who work, worked or would work here, and those named by them."""
    base = form_for(right, signed_in=False)
    shown = ("person_kind", *(name for name in base.shown if name != "order_number"))
    return type("StaffForm", (_Staff, base), {"shown": shown, "order_number": None})


_RELABELLED = (
    ("name", _("The name of the person for whom you act"), _("As it stands on their orders or in their account.")),
    ("email", _("The e-mail address of that person"), _("The one that the shop knows them by.")),
    ("residence", _("Where that person lives"), _("It decides which law protects them.")),
)


class ChildForm(FiledForm):
    """A child's account, by anybody's word: no papers, and nothing that is not needed to find it."""

    email = EmailAddress(
        label=_("The e-mail address of the account"), help_text=_("The one with which the child shops or gets mail."),
    )  # fmt: skip
    name = PlainText(
        label=_("The name on the account"), longest=200, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    your_email = EmailAddress(label=_("Your own e-mail address"), help_text=_("We write there to make sure that it is you."))
    details = PlainText(
        label=_("What should we know?"), longest=2000, required=False, lines=True, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example, how you are related to the child. You need not say it."),
    )  # fmt: skip

    shown: ClassVar[tuple[str, ...]] = ("email", "name", "your_email", "details")


class PaperForm(forms.Form):
    paper = UploadField(label=_("The paper"), help_text=_("A PDF, a photograph or a plain text, of 10 MB at most."))


class SignForm(forms.Form):
    """The person's own word that somebody may act."""

    signed = PlainText(
        label=_("Your full name, as a signature"), longest=200, missing=_("Type your name to agree"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip


class MoreFactsForm(forms.Form):
    """More by which the shop may recognise a person. Whether it fits is said to nobody."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for fact in FACTS:
            self.fields[fact] = deepcopy(RequestForm.base_fields[fact])

    def clean(self) -> dict[str, Any]:
        if not any(self.cleaned_data.values()):
            raise ValidationError(_("Fill in at least one of them."), "none")
        return self.cleaned_data

    @property
    def facts(self) -> dict[str, str]:
        return {fact: str(value) for fact, value in self.cleaned_data.items() if value}
