"""What officers narrow, search, keep and select in the queue. A form never saves."""

from typing import Any, Final

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from requests_app.console import words
from requests_app.console.choices import offer
from requests_app.console.desk import Desk
from requests_app.console.flags import FLAGS
from requests_app.console.narrowing import ME, NOBODY, WITHIN
from requests_app.jurisdictions import REGIMES
from requests_app.rights import RIGHTS
from requests_app.workflow.states import OPEN, State, Waiting

_LONGEST_REASON: Final = 2000
MOST: Final = 200  # requests in one go
_TERMS: Final = {
    "0": _("late already"), "2": _("within 2 days"), "7": _("within 7 days"), "14": _("within 14 days"), "30": _("within 30 days"),
}  # fmt: skip
_MOVERS: Final = {Waiting.OFFICER: _("ours"), Waiting.CUSTOMER: _("the customer’s"), Waiting.SYSTEMS: _("the systems’")}


class PlainSelect(forms.Select):
    """A list to choose from, written without a template for each of its hundred lines."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:  # noqa: ARG002  # Django's signature
        lines = format_html_join(
            "", '<option value="{}"{}>{}</option>',
            ((key, mark_safe(" selected") if str(key) == str(value or "") else "", label) for key, label in self.choices),
        )  # fmt: skip
        return format_html('<select name="{}" id="{}">{}</select>', name, (attrs or {}).get("id", name), lines)


class NarrowForm(forms.Form):
    """Narrows the queue; what it does not understand it ignores."""

    brand = forms.ChoiceField(label=_("Shop"), required=False, widget=PlainSelect)
    right = forms.ChoiceField(label=_("Right"), required=False, widget=PlainSelect)
    law = forms.ChoiceField(label=_("Law"), required=False, widget=PlainSelect)
    state = forms.ChoiceField(label=_("Stage"), required=False, widget=PlainSelect)
    mover = forms.ChoiceField(label=_("Whose move"), required=False, widget=PlainSelect)
    flag = forms.ChoiceField(label=_("Flag"), required=False, widget=PlainSelect)
    who = forms.ChoiceField(label=_("Officer"), required=False, widget=PlainSelect)
    within = forms.ChoiceField(label=_("Safe date"), required=False, widget=PlainSelect)
    safe = forms.DateField(required=False, widget=forms.HiddenInput)
    legal = forms.DateField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, desk: Desk, closed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        stages = [(state.value, words.STAGES[state]) for state in State if state in OPEN]
        offered: dict[str, list[tuple[str, Any]]] = {
            "brand": desk.choices,
            "right": sorted(((name, words.right_named(name)) for name in RIGHTS), key=lambda one: one[1]),
            "law": sorted(((name, law.short) for name, law in REGIMES.items()), key=lambda one: one[1]),
            "state": stages,
            "mover": [(mover.value, said) for mover, said in _MOVERS.items()],
            "flag": [(name, flag.said) for name, flag in FLAGS.items()],
            "who": [(ME, _("me")), (NOBODY, _("nobody")), *((str(pk), name) for pk, name in desk.colleagues.items())],
            "within": [(days, _TERMS[days]) for days in WITHIN],
        }
        for name, choices in offered.items():
            offer(self, name, [("", _("all")), *choices])
        for name in [*self.fields] if closed else []:
            if name != "brand":
                del self.fields[name]

    @property
    def understood(self) -> dict[str, str]:
        """Return what was chosen, as text, without what is none of the choices."""
        if not self.is_bound:
            return {}
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}


class FindForm(forms.Form):
    """A reference, a name, or the address of somebody who telephones. It is posted: neither belongs into a link."""

    sought = forms.CharField(label=_("Reference, name or e-mail address"), max_length=320, strip=True)


class KeepViewForm(forms.Form):
    """A name for what the queue shows now."""

    name = forms.CharField(label=_("Name of the view"), max_length=60, strip=True)
    shop = forms.ChoiceField(label=_("Share it with"), required=False)

    def __init__(self, *args: Any, desk: Desk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        shared = [(slug, _("everybody at %(shop)s") % {"shop": name}) for slug, name in desk.choices]
        offer(self, "shop", [("", _("nobody, it is mine")), *shared])


class ReasonForm(forms.Form):
    """Why more time is taken; each customer reads it in the letter."""

    reason = forms.CharField(
        label=_("The reason"), max_length=_LONGEST_REASON, strip=True, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Every one of these customers reads it in the letter, as you write it."),
    )  # fmt: skip
