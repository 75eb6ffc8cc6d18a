"""What officers ask of a report: which days, which requests, put together by what."""

from datetime import date
from typing import Any, Final

from django import forms
from django.utils.dates import MONTHS
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from requests_app.console import words
from requests_app.console.choices import offer
from requests_app.console.desk import Desk
from requests_app.console.queue_forms import PlainSelect
from requests_app.jurisdictions import REGIMES
from requests_app.reports.asked import Asked, By
from requests_app.reports.spans import NoSpan, Span, quarter_of, recent
from requests_app.rights import RIGHTS

GROUPS: Final[dict[By, str | Promise]] = {
    By.RIGHT: _("right"), By.LAW: _("law"), By.BRAND: _("shop"), By.SOURCE: _("system"), By.MONTH: _("month"),
}  # fmt: skip


class ReportForm(forms.Form):
    """Chooses; what it does not understand it leaves as it would be without."""

    period = forms.ChoiceField(label=_("Received in"), required=False, widget=PlainSelect)
    since = forms.DateField(label=_("or from"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    by = forms.ChoiceField(label=_("By"), required=False, widget=PlainSelect)
    brand = forms.ChoiceField(label=_("Shop"), required=False, widget=PlainSelect)
    right = forms.ChoiceField(label=_("Right"), required=False, widget=PlainSelect)
    law = forms.ChoiceField(label=_("Law"), required=False, widget=PlainSelect)
    source = forms.IntegerField(required=False, min_value=0, max_value=2**62, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, desk: Desk, today: date, groups: tuple[By, ...]) -> None:
        super().__init__(data or {}, label_suffix="")
        self.today, self.groups = today, groups
        everything = ("", _("all"))
        offered: dict[str, list[tuple[str, Any]]] = {
            "period": [("", _("other days")), *((name, called(name)) for name in self._periods())],
            "by": [(by.value, GROUPS[by]) for by in groups],
            "brand": [everything, *desk.choices],
            "right": [everything, *sorted(((name, words.right_named(name)) for name in RIGHTS), key=lambda one: one[1])],
            "law": [everything, *sorted(((name, law.short) for name, law in REGIMES.items()), key=lambda one: one[1])],
        }
        for name, choices in offered.items():
            offer(self, name, choices)
        self.is_valid()
        self.data = {**self.told, "by": self.grouped.value}

    def _periods(self) -> list[str]:
        """Return the names that are offered, and the one that was asked for where it is one."""
        offered, asked = recent(self.today), str(self.data.get("period", ""))
        try:
            Span.named(asked)
        except NoSpan:
            return offered
        return offered if asked in offered else [*offered, asked]

    @property
    def told(self) -> dict[str, str]:
        """Return what was chosen, as an address says it; always with days."""
        known = {name: value for name, value in self.cleaned_data.items() if value}
        days = {} if known.keys() & {"period", "since", "until"} else {"period": quarter_of(self.today)}
        return days | {name: value.isoformat() if isinstance(value, date) else str(value) for name, value in known.items()}

    @property
    def grouped(self) -> By:
        chosen = self.cleaned_data.get("by")
        return By(chosen) if chosen else self.groups[0]

    @property
    def asked(self) -> Asked:
        names = ("brand", "right", "law", "source")
        return Asked(self._span, **{name: self.told.get(name, "") for name in names})

    @property
    def _span(self) -> Span:
        """The days between two dates where any is given, else those of the name, else this quarter."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since or until:
            return Span(since or (until or self.today).replace(month=1, day=1), until or self.today)
        try:
            return Span.named(self.cleaned_data.get("period") or quarter_of(self.today))
        except NoSpan:
            return Span.named(quarter_of(self.today))


def called(name: str) -> str:
    """Return the name of a month, quarter or year as people say it."""
    year, _dash, part = name.partition("-")
    if part.startswith("Q"):
        return str(_("quarter %(number)s of %(year)s") % {"number": part[1:], "year": year})
    return f"{MONTHS[int(part)]} {year}" if part else year
