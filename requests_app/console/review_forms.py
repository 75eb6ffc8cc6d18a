"""What officers type in a review, and in their notes."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_app.console.choices import offer
from requests_app.console.forms import MovingForm
from requests_app.review.grounds import GROUNDS, OTHERS

_LONGEST = 5000
WHOLE = ""


class GroundForm(MovingForm):
    """On which ground something is withheld, and why."""

    ground = forms.ChoiceField(label=_("On which ground?"), initial=OTHERS)
    note = forms.CharField(
        label=_("Note for your colleagues"), help_text=_("Stays inside. The customer reads the ground alone."), required=False,
        max_length=_LONGEST, strip=True, widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "ground", [(code, ground.short) for code, ground in GROUNDS.items()])


class WithholdForm(GroundForm):
    """What of a record is withheld: all of it, a field here or in every record, or a passage of a field."""

    field_order = ("seen", "what", "passage", "everywhere", "ground", "note")
    what = forms.ChoiceField(label=_("What is withheld?"), required=False)
    passage = forms.CharField(
        label=_("Only this passage"), required=False, strip=False, max_length=_LONGEST, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Copy it from the text above, word for word. Left empty, the whole field is withheld."),
    )  # fmt: skip
    everywhere = forms.BooleanField(label=_("This field of every record of the collection"), required=False)

    def __init__(self, *args: Any, fields: Mapping[str, str], texts: Mapping[str, object], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.texts = texts
        offer(self, "what", [(WHOLE, _("The whole record")), *fields.items()])

    def clean(self) -> dict[str, Any]:
        told = self.cleaned_data
        what, passage = told.get("what", WHOLE), told.get("passage", "").replace("\r\n", "\n")
        if not what and (passage or told.get("everywhere")):
            self.add_error("what", _("Choose the field."))
        elif passage and told.get("everywhere"):
            self.add_error("passage", _("Either a passage, or the field of every record: not both."))
        elif passage and not self._stands(what, passage):
            self.add_error("passage", _("The field does not hold these words, letter for letter."))
        return told

    def _stands(self, what: str, passage: str) -> bool:
        text = self.texts.get(what)
        if not isinstance(text, str) or passage not in text:
            return False
        start = text.index(passage)
        self.span = start, start + len(passage)
        return True


class SearchForm(forms.Form):
    """Words sought in a collection. They are posted: what is sought may be somebody’s name."""

    sought = forms.CharField(label=_("Search in these records"), max_length=200, strip=True)
    first = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)


class NoteForm(forms.Form):
    """A note for colleagues."""

    text = forms.CharField(
        label=_("A note for your colleagues"), max_length=_LONGEST, strip=True, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Only officers who may see the data read it. It never goes into a letter or a copy."),
    )  # fmt: skip
