"""What an officer types who answers in own words."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from requests_app.console import words
from requests_app.console.choices import offer
from requests_app.console.forms import StepUpForm
from requests_app.correspondence import codes
from requests_app.replies import services as replies
from requests_app.replies.models import Outcome
from requests_app.workflow.models import SubjectRequest

_LONGEST: Final = 20_000
_OUTCOMES: Final = (
    (Outcome.GRANTED.value, _("The person is right")),
    (Outcome.DENIED.value, _("We see it differently")),
)


class ReplyForm(StepUpForm):
    """How it ended, the words, and that they say what a law wants said and only words can say."""

    field_order = ("seen", "outcome", "text", "says", "password")
    outcome = forms.ChoiceField(
        label=_("How did it end?"), choices=_OUTCOMES, widget=forms.RadioSelect, error_messages={"required": _("Say how it ended.")}
    )
    text = forms.CharField(
        label=_("Your answer"), max_length=_LONGEST, strip=True, widget=forms.Textarea(attrs={"rows": 12}),
        error_messages={"required": _("Write the answer.")},
    )  # fmt: skip
    says = forms.MultipleChoiceField(
        label=_("My answer says"), widget=forms.CheckboxSelectMultiple,
        help_text=_("The law wants these things said, and only your words can say them."),
    )  # fmt: skip

    def __init__(self, *args: Any, dsr: SubjectRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ends = replies.outcomes(dsr)
        self.needs = [code.key for code in replies.to_say(dsr, self.ends[0])]
        if len(self.ends) == 1:
            del self.fields["outcome"]
        spoken = {"language": words.language(dsr.language)}
        self.fields["text"].help_text = _("The customer reads it in a letter. Write in this language: %(language)s.") % spoken
        self.fields["text"].widget.attrs["lang"] = dsr.language
        if self.needs:
            self.fields["says"].error_messages["required"] = _unsaid(self.needs)
            offer(self, "says", [(key, codes.words(key)) for key in self.needs])
        else:
            del self.fields["says"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        unsaid = [key for key in self.needs if key not in said.get("says", [])]
        if unsaid and "says" not in self.errors:
            self.add_error("says", _unsaid(unsaid))
        return said

    @property
    def words(self) -> replies.Words:
        said = self.cleaned_data
        return replies.Words(Outcome(said.get("outcome") or self.ends[0]), said["text"])


def _unsaid(keys: Iterable[str]) -> str:
    what = "; ".join(codes.words(key) for key in keys)
    return gettext("Make sure that your answer says: %(what)s. Then tick it.") % {"what": what}
