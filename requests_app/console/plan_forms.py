"""What officers type about a plan of erasing."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from requests_app.console.choices import offer
from requests_app.console.forms import MovingForm, StepUpForm
from requests_app.correspondence.models import NoticeState
from requests_app.correspondence.recipients import ANSWERS
from requests_app.erasure.services import Deed

_LONGEST_REASON: Final = 2000
DONE, GIVE_UP, AGAIN = "done", "give_up", "again"
_WAYS: Final = {
    DONE: _("I have erased there what the plan says"),
    AGAIN: _("Try again: the system has been mended"),
    GIVE_UP: _("Go on without this system"),
}


class PlanForm(StepUpForm):
    """Approves the plan with this digest, and no other."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, digest: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["digest"].initial = digest


class SystemForm(StepUpForm):
    """Says what becomes of a system that waits for a person."""

    field_order = ("seen", "way", "reason", "password")
    way = forms.ChoiceField(label=_("What is it?"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Why without it?"), required=False, max_length=_LONGEST_REASON, strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed to go on without it. The customer reads it in the answer: write it in their language."),
    )  # fmt: skip

    def __init__(self, *args: Any, ways: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "way", [(way, _WAYS[way]) for way in ways])
        self.fields["way"].initial = ways[0] if len(ways) == 1 else None
        if GIVE_UP not in ways:
            del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("way") == GIVE_UP and not self.cleaned_data.get("reason"):
            self.add_error("reason", _("Say why: the answer to the customer names the system."))
        return self.cleaned_data


class AnswersForm(MovingForm):
    """For every question of the plan: deleted, or kept, and until when; one reason for all that is answered."""

    reason = forms.CharField(
        label=_("Why do you decide so?"), help_text=_("Stays with the request, for whoever asks later."),
        max_length=_LONGEST_REASON, strip=True, widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, questions: Sequence[tuple[str, str]], today: date, **kwargs: Any) -> None:
        """Ask the `questions`: the name of each field, and its label."""
        super().__init__(*args, **kwargs)
        self.names, self.today = [name for name, _label in questions], today
        for name, label in questions:
            self.fields[name] = forms.ChoiceField(
                label=label, required=False, widget=forms.RadioSelect,
                choices=[(Deed.ERASE.value, _("Delete them")), (Deed.KEEP.value, _("Keep them"))],
            )  # fmt: skip
            self.fields[f"{name}_until"] = forms.DateField(
                label=_("Keep until"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
                help_text=_("The last day. Left empty, a person looks at it again each month."),
            )  # fmt: skip
        self.order_fields(["seen", *(field for name in self.names for field in (name, f"{name}_until")), "reason"])

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if not any(said.get(name) for name in self.names):
            raise ValidationError(_("Answer at least one question."))
        for name in self.names:
            until = said.get(f"{name}_until")
            if until and said.get(name) != Deed.KEEP:
                self.add_error(f"{name}_until", _("A day goes with keeping only."))
            elif until and until <= self.today:
                self.add_error(f"{name}_until", _("Choose a day that lies ahead."))
        return said

    @property
    def answers(self) -> dict[str, tuple[Deed, date | None]]:
        """What was answered, by the name of the question's field."""
        said = self.cleaned_data
        return {name: (Deed(said[name]), said[f"{name}_until"]) for name in self.names if said[name]}


class MarkForm(forms.Form):
    """Keeps what a recipient answered."""

    notice = forms.UUIDField()
    answer = forms.ChoiceField(choices=[(state.value, state.label) for state in NoticeState if state in ANSWERS])
