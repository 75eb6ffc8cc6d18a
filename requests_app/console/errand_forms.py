"""What an officer types about tasks, keepers and stops. A form never saves and never decides."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from requests_app.console.forms import StepUpForm
from requests_app.errands.models import Keeper
from requests_app.sources.models import Source


def why() -> forms.CharField:
    return forms.CharField(
        label=_("Why?"), help_text=_("Everybody who works here reads this."), max_length=500, strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class StopForm(forms.Form):
    """Stops something, for a reason. It asks for no password: whoever stops in an emergency has no time for one."""

    reason = why()


class LiftForm(StepUpForm):
    """Lets go on what was stopped, for a reason."""

    field_order = ("seen", "reason", "password")
    reason = why()


class KeeperForm(forms.Form):
    """Names who answers for a system, and to whom a task goes that is late."""

    name = forms.CharField(label=_("Name of whoever answers for it"), max_length=100)
    email = forms.EmailField(label=_("E-mail address"), help_text=_("A mailbox of one person. Tasks and codes go there."))
    language = forms.ChoiceField(label=_("Language of the letters"), choices=settings.LANGUAGES)
    lead_name = forms.CharField(label=_("Name of the lead"), max_length=100, required=False)
    lead_email = forms.EmailField(
        label=_("The lead’s e-mail address"), required=False, help_text=_("Hears of a task that is late, never whom it concerns."),
    )  # fmt: skip

    @classmethod
    def of(cls, source: Source, data: Any) -> "KeeperForm":
        """Return the form with who answers now."""
        known: dict[bool, Keeper] = {one.is_lead: one for one in source.keepers.filter(is_active=True)}
        owner, lead = known.get(False), known.get(True)
        initial = {"name": owner.name, "email": owner.email, "language": owner.language} if owner else {}
        initial |= {"lead_name": lead.name, "lead_email": lead.email} if lead else {}
        return cls(data, initial=initial)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("lead_email") and not said.get("lead_name"):
            self.add_error("lead_name", _("Name the lead too."))
        return said
