"""What officers type. A form never saves and never decides law."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from requests_app.console import words
from requests_app.console.choices import offer
from requests_app.console.searched import title
from requests_app.correspondence import grounds
from requests_app.correspondence.denials import Rests
from requests_app.jurisdictions import REGIMES
from requests_app.matching.models import Match
from requests_app.officers.models import Officer
from requests_app.officers.passkeys import proven_by
from requests_app.vault.asking import UploadField
from requests_app.workflow.models import SubjectRequest

_LONGEST_REASON: Final = 2000
NOBODY: Final = "nobody"


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
            for number, _number in numbers:
                self.fields[f"why_{match.pk}_{number}"] = forms.CharField(
                    label=_("Why this one, or why not?"), required=False, max_length=_LONGEST_REASON, strip=True,
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

    @property
    def whys(self) -> dict[str, dict[int, str]]:
        """What was said of single candidates, by the match's id and the candidate's number."""
        return {
            str(match.pk): {
                number: why
                for number in range(len(match.candidates or []))
                if (why := self.cleaned_data.get(f"why_{match.pk}_{number}"))
            }
            for match in self.matches
        }


class StepUpForm(MovingForm):
    """Asks for the password where it was not typed within the last five minutes. A passkey of the officer does as well."""

    passkey_used: Authenticator | None = None

    password = forms.CharField(
        label=_("Your password, to make sure that it is still you"), strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip

    def __init__(self, *args: Any, officer: Officer, fresh: bool, passkey: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.officer = officer
        if fresh:
            del self.fields["password"]
        elif passkey:
            self.fields["password"].required = not self.data.get("credential")
            self.fields["password"].widget.attrs |= {
                "data-passkey": reverse("console:passkey_question"), "data-says": _("Use my passkey instead"),
                "data-done": _("Your passkey answered. Now go on with the form."), "data-failed": _("Your passkey did not answer."),
            }  # fmt: skip

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if credential := self.data.get("credential"):
            self.passkey_used = proven_by(self.officer, credential)
            if self.passkey_used is None:
                self.fields["password"].required = True
                raise ValidationError(_("This passkey is not known here, or answered too late. Try again, or type your password."))
            return ""
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


class DenialForm(StepUpForm):
    """What a decision against the customer rests on: a ground, its provision, the officer's own words, an earlier request."""

    ground = forms.ChoiceField(label=_("On which ground?"))
    provision = forms.CharField(
        label=_("The provision"), max_length=200, strip=True, required=False, widget=forms.TextInput(attrs={"list": "provisions"}),
        help_text=_("Left empty, the law’s own citation is put in; the letter shows it before it goes."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("The reason"), max_length=_LONGEST_REASON, strip=True, widget=forms.Textarea(attrs={"rows": 6})
    )
    earlier = forms.ChoiceField(
        label=_("The earlier request"), required=False,
        help_text=_("Needed where the ground is repetition or excess: the letter names it."),
    )  # fmt: skip

    def __init__(self, *args: Any, dsr: SubjectRequest, earlier: Sequence[str], among: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dsr = dsr
        offered = [ground for ground in grounds.grounds(dsr) if not among or ground.code in among]
        laws = dict.fromkeys(ground.law for ground in offered)
        grouped = [(law, [(one.code, one.label) for one in offered if one.law == law]) for law in laws]
        chosen = [choice for law, those in grouped for choice in (those if not law else [(law, those)])]
        offer(self, "ground", [("", _("Choose a ground")), *chosen])
        if earlier:
            offer(self, "earlier", [("", _("None")), *((one, one) for one in earlier)])
        else:
            del self.fields["earlier"]

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        ground = said.get("ground", "")
        if ground and not said.get("provision"):
            said["provision"] = grounds.provision(ground, self.dsr)
        if ground in grounds.NEED_AN_EARLIER and not said.get("earlier"):
            if "earlier" in self.fields:
                self.add_error("earlier", _("Name the earlier request."))
            else:
                self.add_error("ground", _("There is no earlier request to measure it by."))
        return said

    @property
    def rests(self) -> Rests:
        said = self.cleaned_data
        return Rests(said["ground"], said["provision"], said["reason"], said.get("earlier", ""))


class RefusalForm(DenialForm):
    """Refuses."""

    field_order = ("seen", "ground", "provision", "reason", "earlier", "password")


class FeeForm(DenialForm):
    """Announces a fee."""

    field_order = ("seen", "amount", "computed", "ground", "provision", "reason", "earlier", "password")
    amount = forms.CharField(label=_("The amount, with its currency"), max_length=60, strip=True)
    computed = forms.CharField(
        label=_("How was it computed?"), max_length=_LONGEST_REASON, strip=True, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, among=grounds.FOR_A_FEE, **kwargs)


class ExtensionForm(MovingForm):
    """Takes more time, with the reason that the letter gives."""

    reason = forms.CharField(
        label=_("Why do you need more time?"), max_length=_LONGEST_REASON, strip=True, widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spoken = _("The customer reads this in the letter (language: %(language)s).") % {"language": words.language(language)}
        self.fields["reason"].help_text = spoken


class LawForm(StepUpForm):
    """Chooses the laws of a request anew."""

    field_order = ("seen", "laws", "reason", "password")
    laws = forms.MultipleChoiceField(
        label=_("Laws"), widget=forms.CheckboxSelectMultiple,
        help_text=_("Several may apply at once. Those that apply now stand first."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Why these?"), max_length=_LONGEST_REASON, strip=True, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, laws: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["laws"].initial = list(laws)
        known = sorted(REGIMES.values(), key=lambda law: (law.id not in laws, law.name))
        offer(self, "laws", [(law.id, law.name) for law in known])

    def clean_laws(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["laws"]
        if all(REGIMES[name].parent for name in chosen):
            raise ValidationError(_("Choose at least one law that stands on its own: these only add to others."))
        return chosen


class QuestionForm(MovingForm):
    """Asks the customer something."""

    field_order = ("seen", "about", "text", "because")
    about = forms.ChoiceField(label=_("What is it about?"), widget=forms.RadioSelect)
    text = forms.CharField(label=_("Your question"), max_length=5000, strip=True, widget=forms.Textarea(attrs={"rows": 4}))
    because = forms.CharField(
        label=_("Why do you need to know it?"), max_length=_LONGEST_REASON, strip=True, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The customer reads it too. Of a doubt who somebody is: what makes you doubt."),
    )  # fmt: skip

    file = UploadField(
        label=_("A file for the customer, if there is one"), required=False,
        help_text=_("A PDF, a photograph or a plain text, of 10 MB at most."),
    )  # fmt: skip

    def __init__(self, *args: Any, proof: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("clarification", _("What the customer asks for"))]
        if proof:
            choices.append(("identity", _("Who the customer is")))
        offer(self, "about", choices)
        self.fields["about"].initial = "clarification"


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
