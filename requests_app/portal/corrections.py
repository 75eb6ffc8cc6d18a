"""The forms of a correction: every field with what stands in it, and room for what is right."""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_app.changes import phrases
from requests_app.changes.models import Entry, Stand
from requests_app.changes.services import Proposal, misfits, needs_check
from requests_app.changes.showing import Known
from requests_app.portal.fields import PlainText
from requests_app.vault.asking import UploadField

_LONGEST: Final = 2000
_WHY: Final = 1000
_UNASKED: Final = frozenset({"generated", "kind", "is_key", "no_key"})  # what not even a person could write there


class FieldsForm(forms.Form):
    """Proposes new values. What is left as it stands is proposed nothing for; what is emptied shall hold nothing."""

    evidence = UploadField(
        label=gettext_lazy("A file that shows it"), required=False,
        help_text=gettext_lazy("A PDF, a photograph or a text, at most 10 MB. Never an identity paper: we do not need one."),
    )  # fmt: skip

    def __init__(self, *args: Any, entries: Mapping[UUID, Entry], language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entries, self.language = entries, language
        self.known = Known({entry.source for entry in entries.values()})
        for entry in entries.values():
            if entry.bounds.fixed not in _UNASKED:
                self._ask(entry)
        self.order_fields([*(name for name in self.fields if name != "evidence"), "evidence"])

    def _ask(self, entry: Entry) -> None:
        title = self.known.title(entry, self.language)
        stands = entry.old if entry.stand == Stand.OFFERED else (entry.new or "")
        self.fields[_new(entry)] = forms.CharField(
            label=_("What is right"), required=False, initial=stands, strip=False, max_length=_LONGEST, widget=_input(entry),
        )  # fmt: skip
        self.fields[_new(entry)].widget.attrs["aria-label"] = _("%(field)s: what is right") % {"field": title.field}
        self.fields[_why(entry)] = PlainText(
            label=_("Why, or how we can check it") if needs_check(entry) else _("Why"), longest=_WHY, required=False,
            initial=entry.why or "", widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )  # fmt: skip

    @property
    def groups(self) -> Iterator[dict[str, Any]]:
        """The records in their order, each with its fields as they are shown."""
        found: dict[tuple[str, str], list[Entry]] = {}
        for entry in sorted(self.entries.values(), key=lambda one: (one.source_id, one.position)):
            title = self.known.title(entry, self.language)
            found.setdefault((title.system, title.record), []).append(entry)
        for (system, record), entries in found.items():
            yield {"system": system, "record": record, "rows": [self._row(entry) for entry in entries]}

    def _row(self, entry: Entry) -> dict[str, Any]:
        asks = _new(entry) in self.fields
        inputs = [self[_new(entry)], self[_why(entry)]] if asks else []
        return {
            "title": self.known.title(entry, self.language).field, "stands": entry.old, "inputs": inputs,
            "open": entry.stand != Stand.OFFERED or any(one.errors for one in inputs),
            "question": entry.answer if entry.stand == Stand.ASKED else "", "shared": entry.shared,
        }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        for pk, wrong in misfits(self.entries, self.proposals).items():
            self.add_error(_new(self.entries[pk]), phrases.misfit(wrong, self.entries[pk].bounds))
        for pk, said in self.proposals.items():
            if needs_check(self.entries[pk]) and not said.why:
                self.add_error(_why(self.entries[pk]), _("Say how we can check it: this one is changed only after a check."))
        fresh = all(entry.stand == Stand.OFFERED for entry in self.entries.values())
        if fresh and not self.errors and not self.proposals:
            self.add_error(None, _("Change at least one value, or close this page: nothing happens then."))
        return self.cleaned_data

    @property
    def proposals(self) -> dict[UUID, Proposal]:
        """What shall stand elsewhere than now, by field."""
        found = {}
        for pk, entry in self.entries.items():
            if (typed := self.cleaned_data.get(_new(entry))) is None:
                continue
            new = _plain(str(typed))
            if new != _plain(entry.old or ""):
                found[pk] = Proposal(new, empties=not new, why=self.cleaned_data.get(_why(entry), ""))
        return found


class StatementForm(forms.Form):
    """The person's own words about a field that was not corrected."""

    subject = forms.UUIDField(widget=forms.HiddenInput)
    text = PlainText(
        label=gettext_lazy("Your own words"), missing=gettext_lazy("Write something first"), longest=_LONGEST, lines=True,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip


def _plain(text: str) -> str:
    """What was typed without blanks around it, and line ends as systems keep them."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()


def _new(entry: Entry) -> str:
    return f"new_{entry.pk.hex}"


def _why(entry: Entry) -> str:
    return f"why_{entry.pk.hex}"


def _input(entry: Entry) -> forms.Widget:
    limit = entry.bounds
    attrs: dict[str, Any] = {"autocomplete": "off"} | ({"maxlength": limit.length} if limit.length else {})
    if limit.kind == "date":
        return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    if limit.kind == "number":
        return forms.TextInput(attrs={**attrs, "inputmode": "decimal"})
    if "\n" in (entry.old or ""):
        return forms.Textarea(attrs={**attrs, "rows": 3})
    return forms.TextInput(attrs=attrs)
