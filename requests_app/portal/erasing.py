"""What the form asks of somebody who wants data erased: how much, on which ground if they like, and whether a copy comes first."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from requests_app.portal.fields import PlainText
from requests_app.portal.forms import FACTS, RequestForm, SignedInForm
from requests_app.rights.erasure import Ground
from requests_app.values import Extent, Scope

EXTENTS: Final[Mapping[Extent, str | Promise]] = MappingProxyType(
    {
        Extent.EVERYTHING: _("Everything you hold about me"),
        Extent.MARKETING: _("Only what serves advertising"),
        Extent.ACCOUNT: _("Only my account"),
        Extent.ORDER: _("Only one order"),
    },
)
GROUNDS: Final[Mapping[Ground, str | Promise]] = MappingProxyType(
    {
        Ground.NO_LONGER_NEEDED: _("You need it no longer"),
        Ground.CONSENT_WITHDRAWN: _("I take back my consent"),
        Ground.OBJECTION: _("I object to what you do with it"),
        Ground.UNLAWFUL: _("You should never have had it"),
        Ground.LEGAL_OBLIGATION: _("A law says that it must go"),
        Ground.CHILD: _("It is about a child: I am the child, a parent or a guardian"),
    },
)
_ASKED: Final = ("extent", "order", "ground", "copy_first")


class _Erasure(forms.Form):
    extent = forms.ChoiceField(
        label=_("What shall be erased?"), choices=list(EXTENTS.items()), initial=Extent.EVERYTHING,
        error_messages={"required": _("Choose what shall be erased")}, widget=forms.RadioSelect,
    )  # fmt: skip
    order = PlainText(
        label=_("Number of that order"), longest=40, required=False,
        help_text=_("Only if one order shall go. It stands on the invoice."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 24}),
    )  # fmt: skip
    ground = forms.ChoiceField(
        label=_("Why?"), choices=[("", _("I would rather not say")), *GROUNDS.items()], required=False, initial="",
        help_text=_("You need not say. It can help us to see what no law makes us keep."), widget=forms.RadioSelect,
    )  # fmt: skip
    copy_first = forms.BooleanField(
        label=_("Send me a copy first"), required=False,
        help_text=_("Before anything is erased we answer a request for your data."),
    )  # fmt: skip
    details = PlainText(
        label=_("Is there something we should know?"), longest=2000, required=False, lines=True,
        help_text=_("You need not say anything here."), widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("extent") == Extent.ORDER and not said.get("order") and "order" not in self.errors:
            self.add_error("order", ValidationError(_("Enter the number of the order that shall be erased"), "required"))
        return said

    def wanted(self) -> dict[str, Any]:
        """What the request is told beside who asks."""
        said = self.cleaned_data
        extent = Extent(said["extent"])
        scope = Scope(extent, said["order"] if extent is Extent.ORDER else "")
        return {"scope": str(scope), "ground": said["ground"], "copy_first": said["copy_first"]}

    def spoken(self) -> dict[str, Any]:
        said = self.cleaned_data
        extent, ground = Extent(said["extent"]), said["ground"]
        return {
            "extent": EXTENTS[extent],
            "order": said["order"] if extent is Extent.ORDER else "",
            "ground": GROUNDS[Ground(ground)] if ground else "",
            "copy_first": _("Yes") if said["copy_first"] else _("No"),
        }


class ErasureForm(_Erasure, RequestForm):
    """Who asks, and what shall be erased."""

    shown: ClassVar[tuple[str, ...]] = (*_ASKED, "name", "email", "residence", *FACTS, "details")


class SignedInErasureForm(_Erasure, SignedInForm):
    """What shall be erased of somebody whom the shop handed over."""

    shown: ClassVar[tuple[str, ...]] = (*_ASKED, "residence", "details")
