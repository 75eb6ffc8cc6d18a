"""What an officer types about a hold. A form never saves and never decides law."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_app.console.choices import offer
from requests_app.console.forms import StepUpForm
from requests_app.holds.models import Reach
from requests_app.values import Side

_LONGEST_REASON: Final = 2000
_LONGEST_MATTER: Final = 100


class _Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ReviewForm(StepUpForm):
    """Sets the day of the next review."""

    field_order = ("seen", "until", "password")
    until = forms.DateField(label=_("Look again by"), widget=_Day)


class ReleaseForm(StepUpForm):
    """Proposes that a hold ends."""

    field_order = ("seen", "reason", "password")
    reason = forms.CharField(
        label=_("Why may it end?"), help_text=_("The second person reads this. It stays with the hold."),
        max_length=_LONGEST_REASON, strip=True, widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip


class PlaceForm(StepUpForm):
    """Places a hold: for which matter, why, on what, and when somebody looks again."""

    field_order = ("seen", "matter", "reason", "about", "reach", "named", "collections", "review_on", "password")
    matter = forms.CharField(
        label=_("The matter"), help_text=_("Its file number, or another name by which your shop knows it."),
        max_length=_LONGEST_MATTER, strip=True,
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Why may this data be needed?"),
        help_text=_("Which claim is made or to be expected, by whom, and why this data speaks to it."),
        max_length=_LONGEST_REASON, strip=True, widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    about = forms.ChoiceField(
        label=_("Whose data is it about?"), help_text=_("Only those who work on that side see the hold."), widget=forms.RadioSelect,
        choices=[(Side.CUSTOMERS.value, _("Customers")), (Side.STAFF.value, _("Staff and applicants"))],
    )  # fmt: skip
    reach = forms.ChoiceField(label=_("What does it freeze?"), choices=Reach.choices, widget=forms.RadioSelect)
    named = forms.CharField(
        label=_("Which persons or orders?"), required=False, widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
        help_text=_("One on each line: e-mail addresses or customer numbers, or order numbers. They are kept as digests only: nobody can read them here later."),  # noqa: E501
    )  # fmt: skip
    collections = forms.MultipleChoiceField(label=_("Which kinds of records?"), required=False, widget=forms.CheckboxSelectMultiple)
    review_on = forms.DateField(
        label=_("Look again by"), widget=_Day, help_text=_("Two weeks before, those who answer get a letter."),
    )  # fmt: skip

    def __init__(self, *args: Any, kinds: Sequence[tuple[str, str]], sides: Sequence[Side], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sides = sides
        if len(sides) < len(Side):
            del self.fields["about"]
        offer(self, "collections", kinds)

    def clean(self) -> dict[str, Any]:
        reach, said = self.cleaned_data.get("reach"), self.cleaned_data
        if reach in {Reach.PERSONS, Reach.ORDERS} and not said.get("named"):
            self.add_error("named", _("Name at least one."))
        if reach == Reach.COLLECTIONS and not said.get("collections"):
            self.add_error("collections", _("Choose at least one."))
        return said

    @property
    def side(self) -> Side:
        """On which side of the wall the hold stands."""
        return Side(self.cleaned_data.get("about") or self._sides[0])

    @property
    def chosen(self) -> list[str]:
        """What is frozen, an entry each; nothing for a whole shop."""
        said = self.cleaned_data
        every = {Reach.BRAND: [], Reach.COLLECTIONS: said["collections"]}
        return list(every.get(said["reach"], said["named"].splitlines()))
