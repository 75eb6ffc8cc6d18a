"""What the forms ask of somebody who wants an answer in an officer's own words."""

from typing import Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_app.portal.fields import PlainText
from requests_app.portal.forms import FACTS, RequestForm, SignedInForm

_LONGEST: Final = 5000
REACHES: Final = (("general", _("All of my data")), ("specific", _("Some of my data")))


def _words(label: Any, missing: Any, help_text: Any = "") -> PlainText:
    return PlainText(
        label=label, missing=missing, help_text=help_text, longest=_LONGEST, lines=True, widget=forms.Textarea(attrs={"rows": 8})
    )


def _complaint() -> PlainText:
    return _words(
        _("What do you complain about?"), _("Say what you complain about"),
        _("If it is about a request, name its reference. You need not quote any law."),
    )  # fmt: skip


class ObjectingForm(forms.Form):
    """A complaint, or an appeal, about a request whose page is open."""

    details = _words(_("What do you disagree with, and why?"), _("Say what you disagree with"))


class WillForm(forms.Form):
    """What becomes of one's data after death."""

    reach = forms.ChoiceField(
        label=_("What are your instructions about?"), choices=REACHES, initial="general", widget=forms.RadioSelect,
        error_messages={"required": _("Choose what they are about")},
    )  # fmt: skip
    details = _words(
        _("Your instructions"), _("Write your instructions"),
        _("What shall be kept, erased or handed over, and to whom. If they are about some of your data, say which."),
    )  # fmt: skip
    trustee = PlainText(
        label=_("Who may see to it"), longest=400, required=False, lines=True,
        help_text=_("Name and address of a person you trust. If you name nobody, your heirs may."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


class ComplaintForm(RequestForm):
    """Who complains, and about what; nothing that the shop holds is asked for."""

    postcode = order_number = birth_date = phone_number = declared = None  # type: ignore[assignment]
    details = _complaint()

    shown: ClassVar[tuple[str, ...]] = ("details", "name", "email", "residence")
    own: ClassVar[tuple[str, ...]] = ("details",)

    @property
    def facts(self) -> dict[str, str]:
        return {}


class SignedInComplaintForm(SignedInForm):
    """What somebody complains about whom the shop handed over."""

    details = _complaint()

    own: ClassVar[tuple[str, ...]] = ("details",)


class _Decision(forms.Form):
    decision = PlainText(
        label=_("Which decision?"), missing=_("Say which decision you mean"), longest=400, lines=True,
        help_text=_("What was decided, and when. For example: on 3 March I was refused payment by invoice."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    details = PlainText(
        label=_("Your point of view"), longest=_LONGEST, required=False, lines=True,
        help_text=_("You need not say anything here. It is looked at by a person."), widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip

    own: ClassVar[tuple[str, ...]] = ("decision",)

    def wanted(self) -> dict[str, Any]:
        """What the request is told beside who asks."""
        return {"wish": {"decision": self.cleaned_data["decision"]}}


class DecisionForm(_Decision, RequestForm):
    """Who wants which decision of a machine looked at by a person."""

    shown: ClassVar[tuple[str, ...]] = ("decision", "name", "email", "residence", *FACTS, "details")


class SignedInDecisionForm(_Decision, SignedInForm):
    """The same of somebody whom the shop handed over."""

    shown: ClassVar[tuple[str, ...]] = ("decision", "residence", "details")


class _Instructions(WillForm):
    own: ClassVar[tuple[str, ...]] = ("reach", "details", "trustee")

    def wanted(self) -> dict[str, Any]:
        """What the request is told beside who asks."""
        return {"wish": {"reach": self.cleaned_data["reach"], "trustee": self.cleaned_data["trustee"]}}

    def spoken(self) -> dict[str, Any]:
        return {"reach": dict(REACHES)[self.cleaned_data["reach"]]}


class InstructionsForm(_Instructions, RequestForm):
    """Who gives which instructions for after death."""

    shown: ClassVar[tuple[str, ...]] = ("reach", "details", "trustee", "name", "email", "residence", *FACTS)


class SignedInInstructionsForm(_Instructions, SignedInForm):
    """The instructions of somebody whom the shop handed over."""

    shown: ClassVar[tuple[str, ...]] = ("reach", "details", "trustee", "residence")
