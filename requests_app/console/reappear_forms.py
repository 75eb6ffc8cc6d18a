"""What an officer says about a kept part that is gone."""

from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_app.console.forms import StepUpForm
from requests_app.erasure.later import ByHand

_REASONS: Final = [
    (ByHand.ERASED.value, _("I have erased them in the system")),
    (ByHand.GONE.value, _("They were gone already")),
    (ByHand.RETIRED.value, _("The system is no longer used, and its data was destroyed")),
]


class ByHandForm(StepUpForm):
    """Says that a kept part is gone. The reason is chosen, not typed: it stays in the audit trail, which names nobody."""

    field_order = ("seen", "reason", "password")
    reason = forms.ChoiceField(label=_("What happened to the records?"), choices=_REASONS, widget=forms.RadioSelect)
