"""What the form asks of somebody who wants data set aside: on which ground."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_app.changes.phrases import GROUNDS
from requests_app.portal.forms import FACTS, RequestForm, SignedInForm
from requests_app.rights.restriction import Ground


class _Restriction(forms.Form):
    ground = forms.ChoiceField(
        label=_("Why shall it be set aside?"), choices=list(GROUNDS.items()), widget=forms.RadioSelect,
        error_messages={"required": _("Choose why it shall be set aside")},
        help_text=_("Set aside means: we keep it, and do nothing else with it, until this is cleared up."),
    )  # fmt: skip

    def wanted(self) -> dict[str, Any]:
        return {"wish": {"ground": self.cleaned_data["ground"]}}

    def spoken(self) -> dict[str, Any]:
        return {"ground": GROUNDS[Ground(self.cleaned_data["ground"])]}


class RestrictionForm(_Restriction, RequestForm):
    """Who asks, and on which ground."""

    shown: ClassVar[tuple[str, ...]] = ("ground", "name", "email", "residence", *FACTS, "details")
    own: ClassVar[tuple[str, ...]] = ("ground",)


class SignedInRestrictionForm(_Restriction, SignedInForm):
    """On which ground, of somebody whom the shop handed over."""

    shown: ClassVar[tuple[str, ...]] = ("ground", "residence", "details")
    own: ClassVar[tuple[str, ...]] = ("ground",)
