"""What an officer says of the papers of whoever acts for somebody else."""

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from requests_app.console.forms import StepUpForm
from requests_app.workflow.parties import Party


class Verdict(models.TextChoices):
    """What becomes of papers."""

    ACCEPT = "accept", _("They show that this person may act")
    ASK = "ask", _("Something is missing: ask for more")
    REFUSE = "refuse", _("They do not show it: close the request")


class CheckForm(StepUpForm):
    """A verdict with its reason; `to_party` only where whoever acts would like the answer too."""

    field_order = ("seen", "verdict", "reason", "to_party", "password")
    verdict = forms.ChoiceField(label=_("What do the papers show?"), choices=Verdict.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("The reason"), max_length=2000, strip=True, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Where more is asked for, whoever acts reads this on their page. Else it stays with the request."),
    )  # fmt: skip
    to_party = forms.BooleanField(
        label=_("The mandate says that the answer may go to them too"), required=False,
        help_text=_("It does only after a second officer has agreed."),
    )  # fmt: skip

    def __init__(self, *args: Any, party: Party, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not party.wants_answer:
            del self.fields["to_party"]
