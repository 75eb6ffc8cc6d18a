"""What officers type about corrections and restrictions: one verdict for each field, then the whole."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_app.changes.models import Entry, Stand
from requests_app.changes.services import NOTICE, needs_check
from requests_app.console.forms import MovingForm, StepUpForm

ACCEPT, ASK, REFUSE, LATER = "accept", "ask", "refuse", ""
DONE, AGAIN, GIVE_UP = "done", "again", "give_up"
_LONGEST: Final = 2000
_VERDICTS: Final = {ACCEPT: _("Accept"), ASK: _("Ask the customer"), REFUSE: _("Refuse"), LATER: _("Not yet")}
_WAYS: Final = {DONE: _("It is done by hand"), AGAIN: _("Change it after all"), GIVE_UP: _("Leave it, with a reason")}
_STANDS: Final = {Stand.PROPOSED: LATER, Stand.ASKED: ASK, Stand.ACCEPTED: ACCEPT, Stand.REFUSED: REFUSE}
_BY_STAND: Final = {Stand.BY_HAND: (DONE, GIVE_UP), Stand.STALE: (AGAIN, GIVE_UP), Stand.FAILED: (AGAIN, GIVE_UP)}


class VerdictsForm(MovingForm):
    """A verdict for each proposal, and the words that go with it. `found` is what the officer saw in the system."""

    def __init__(self, *args: Any, entries: Sequence[Entry], restricts: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entries = {entry.pk: entry for entry in entries}
        for entry in entries:
            self._ask(entry, restricts=restricts)

    def _ask(self, entry: Entry, *, restricts: bool) -> None:
        offered = [verdict for verdict in _VERDICTS if not (restricts and verdict in (ASK, LATER))]
        stands = _STANDS[Stand(entry.stand)]
        self.fields[f"verdict_{entry.pk.hex}"] = forms.ChoiceField(
            label=_("Your decision"), choices=[(verdict, _VERDICTS[verdict]) for verdict in offered], required=restricts,
            initial=ACCEPT if restricts and stands == LATER else stands, widget=forms.RadioSelect,
        )  # fmt: skip
        told = _("How you checked it, your question, or the reason that the customer reads.")
        if needs_check(entry):
            told = _("This one needs a check: say how you checked it. Or your question, or the reason that the customer reads.")
        self.fields[f"words_{entry.pk.hex}"] = forms.CharField(
            label=_("Your words"), required=False, max_length=_LONGEST, strip=True, help_text=told,
            initial=entry.checked or entry.answer or "", widget=forms.Textarea(attrs={"rows": 2}),
        )  # fmt: skip
        self.fields[f"found_{entry.pk.hex}"] = forms.CharField(
            required=False, strip=False, initial=entry.found or "", widget=forms.HiddenInput
        )

    def clean(self) -> dict[str, Any]:
        for entry in self.entries.values():
            verdict, words = self.verdict(entry)
            if verdict in (ASK, REFUSE) and not words:
                self.add_error(f"words_{entry.pk.hex}", _("Write the question or the reason: the customer reads it."))
            if verdict == ACCEPT and needs_check(entry) and not words:
                self.add_error(f"words_{entry.pk.hex}", _("Say how you checked it."))
        return self.cleaned_data

    def verdict(self, entry: Entry) -> tuple[str, str]:
        said = self.cleaned_data
        return said.get(f"verdict_{entry.pk.hex}", ""), said.get(f"words_{entry.pk.hex}", "")

    def found(self, entry: Entry) -> str | None:
        return self.cleaned_data.get(f"found_{entry.pk.hex}") or None


class LeftForm(MovingForm):
    """What becomes of values that did not change by themselves."""

    def __init__(self, *args: Any, entries: Sequence[Entry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entries = {entry.pk: entry for entry in entries}
        for entry in entries:
            ways = _BY_STAND[Stand(entry.stand)]
            self.fields[f"way_{entry.pk.hex}"] = forms.ChoiceField(
                label=_("What is it?"), required=False, widget=forms.RadioSelect, choices=[(way, _WAYS[way]) for way in ways]
            )
            self.fields[f"words_{entry.pk.hex}"] = forms.CharField(
                label=_("The reason"), required=False, max_length=_LONGEST, strip=True, widget=forms.Textarea(attrs={"rows": 2}),
                help_text=_("Needed to leave it: the customer reads it in the answer. Write it in their language."),
            )  # fmt: skip
            self.fields[f"found_{entry.pk.hex}"] = forms.CharField(
                required=False, strip=False, initial=entry.found or "", widget=forms.HiddenInput
            )

    def clean(self) -> dict[str, Any]:
        for entry in self.entries.values():
            way, words = self.way(entry)
            if way == GIVE_UP and not words:
                self.add_error(f"words_{entry.pk.hex}", _("Say why: the answer to the customer names it."))
        return self.cleaned_data

    def way(self, entry: Entry) -> tuple[str, str]:
        said = self.cleaned_data
        return said.get(f"way_{entry.pk.hex}", ""), said.get(f"words_{entry.pk.hex}", "")

    def found(self, entry: Entry) -> str | None:
        return self.cleaned_data.get(f"found_{entry.pk.hex}") or None


class CarryOutForm(StepUpForm):
    """Lets what was accepted be carried out."""


class LiftForm(StepUpForm):
    """Ends a restriction: the customer is told first."""

    field_order = ("seen", "lifts_on", "reason", "password")
    lifts_on = forms.DateField(
        label=_("The day on which it ends"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(
        label=_("Why it ends"), max_length=_LONGEST, strip=True, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The customer reads this in the letter: write it in their language."),
    )  # fmt: skip

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.earliest = today + NOTICE + timedelta(days=1)
        self.fields["lifts_on"].initial = self.earliest

    def clean_lifts_on(self) -> date:
        day: date = self.cleaned_data["lifts_on"]
        if day < self.earliest:
            raise forms.ValidationError(_("The customer is told a week before, at least."))
        return day
