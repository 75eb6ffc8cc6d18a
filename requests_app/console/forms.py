"""What officers type. A form never saves and never decides law."""

from collections.abc import Sequence
from typing import Any, Final

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from requests_app.console import words
from requests_app.console.searched import title
from requests_app.matching.models import Match
from requests_app.officers.models import Officer
from requests_app.workflow.states import OPEN, State

_LONGEST_REASON: Final = 2000
NOBODY: Final = "nobody"


class FilterForm(forms.Form):
    """Narrows the queue; what it does not understand it ignores."""

    brand = forms.ChoiceField(label=_("Shop"), required=False)
    state = forms.ChoiceField(label=_("Stage"), required=False)

    def __init__(self, *args: Any, brands: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["brand"].choices = [("", _("All shops")), *brands]  # type: ignore[attr-defined]
        stages = [(state.value, words.STAGES[state]) for state in State if state in OPEN]
        self.fields["state"].choices = [("", _("All stages")), *stages]  # type: ignore[attr-defined]


class FindForm(forms.Form):
    """A reference, or the address of somebody who telephones. It is posted: an address does not belong into a link."""

    sought = forms.CharField(label=_("Reference or e-mail address"), max_length=320, strip=True)


class MovingForm(forms.Form):
    """Carries what its reader saw, so that nobody decides on something that has changed since."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, seen: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = seen


class MatchForm(MovingForm):
    """For every doubtful system: which of its candidates it is, or that it is none of them."""

    reason = forms.CharField(
        label=_("Why do you think so?"), help_text=_("Stays with the request, for whoever asks later."),
        max_length=_LONGEST_REASON, strip=True, widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, matches: Sequence[Match], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.matches = matches
        for match in matches:
            numbers = [(str(number), str(number)) for number in range(len(match.candidates or []))]
            self.fields[field_of(match)] = forms.MultipleChoiceField(
                label=title(match.source), choices=[*numbers, (NOBODY, NOBODY)], widget=forms.CheckboxSelectMultiple,
                error_messages={"required": _("Say which of them it is, or that it is none of them.")},
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        for match in self.matches:
            chosen = self.cleaned_data.get(field_of(match), [])
            if NOBODY in chosen and len(chosen) > 1:
                self.add_error(field_of(match), _("Either some of them, or none of them: not both."))
        return self.cleaned_data

    @property
    def choices(self) -> dict[str, list[int]]:
        """The chosen numbers by the match's id."""
        chosen = {str(match.pk): self.cleaned_data[field_of(match)] for match in self.matches}
        return {pk: [int(number) for number in numbers if number != NOBODY] for pk, numbers in chosen.items()}


class StepUpForm(MovingForm):
    """Asks for the password where it was not typed within the last five minutes."""

    password = forms.CharField(
        label=_("Your password, to make sure that it is still you"), strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip

    def __init__(self, *args: Any, officer: Officer, fresh: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.officer = officer
        if fresh:
            del self.fields["password"]

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not get_adapter().reauthenticate(self.officer, password):
            raise ValidationError(_("This is not your password."))
        return password


class ApprovalForm(StepUpForm):
    """Sends the answer. Without a system that failed it needs a reason, which the answer states."""

    field_order = ("seen", "reason", "password")
    reason = forms.CharField(
        label=_("Why does the answer go out without them?"), max_length=_LONGEST_REASON, strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, complete: bool, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spoken = _("The customer reads this in the answer (language: %(language)s).") % {"language": words.language(language)}
        self.fields["reason"].help_text = spoken
        if complete:
            del self.fields["reason"]


class RefusalForm(StepUpForm):
    """Refuses, with the reason that the letter gives."""

    field_order = ("seen", "reason", "password")
    reason = forms.CharField(
        label=_("The reason"), max_length=_LONGEST_REASON, strip=True, widget=forms.Textarea(attrs={"rows": 6})
    )


class InvitationForm(forms.Form):
    """The password of somebody who was invited; the same rules as for changing one."""

    password = forms.CharField(
        label=_("Choose a password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 15 characters; four or five words that do not belong together are good."),
    )  # fmt: skip
    again = forms.CharField(
        label=_("The same password again"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def __init__(self, *args: Any, officer: Officer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.officer = officer

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.officer)
        return password

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("password") and self.cleaned_data.get("again") != self.cleaned_data["password"]:
            self.add_error("again", _("The two passwords differ."))
        return self.cleaned_data


def field_of(match: Match) -> str:
    return f"match_{match.pk}"
