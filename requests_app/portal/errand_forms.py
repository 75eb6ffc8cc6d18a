"""What somebody who answers for a system types: records field by field, files, or why it cannot be done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django import forms
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from requests_app.errands.models import Errand, Record
from requests_app.portal.fields import PlainText
from requests_app.sources.services import Described, described
from requests_app.sources.words import said
from requests_app.vault.asking import UploadField
from requests_app.vault.uploads import Checked

_LONGEST: Final = 2000


@dataclass(frozen=True, slots=True)
class Sheet:
    """One collection of the system, as it is asked for: its fields with their titles, and whether files are taken."""

    name: str
    title: str
    fields: Mapping[str, str]
    file: str = ""
    form: Any = field(default=None, compare=False)
    file_form: Any = field(default=None, compare=False)

    def shown(self, wrong: "RecordForm | FileForm | None") -> "Sheet":
        """Return the sheet with its forms; the one that was `wrong` keeps what was typed."""
        own = wrong if wrong is not None and wrong.sheet is not None and wrong.sheet.name == self.name else None
        typed = own if isinstance(own, RecordForm) else RecordForm(sheet=self)
        sent = own if isinstance(own, FileForm) else FileForm(sheet=self)
        return Sheet(self.name, self.title, self.fields, self.file, typed if self.fields else None, sent if self.file else None)

    def told(self, record: Record) -> dict[str, Any]:
        """Return what was given, to be shown back."""
        values = [(self.fields.get(name, name), value) for name, value in (record.values or {}).items() if value]
        return {"number": record.pk, "title": self.title, "values": values, "file": record.upload.name if record.upload else ""}


def sheets(errand: Errand) -> dict[str, Sheet]:
    """Return what the description of the task's system asks for, by collection."""
    return {name: _sheet(info) for name, info in described(errand.source).items()}


def _sheet(info: Described) -> Sheet:
    language = (get_language() or "en").split("-")[0]
    plain = {one.name: said(one.title, language) for one in info.fields if not one.is_file}
    files = [one.name for one in info.fields if one.is_file]
    return Sheet(info.name, said(info.title, language), plain, files[0] if files else "")


class FiguresForm(forms.Form):
    """The six figures of a letter."""

    code = PlainText(
        label=gettext_lazy("The six figures of the letter"), missing=gettext_lazy("Enter the six figures"), longest=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "size": 8}),
    )  # fmt: skip

    def refuse(self, tries_left: int) -> None:
        left = ngettext("You have %(n)d more try.", "You have %(n)d more tries.", tries_left) % {"n": tries_left}
        said_so = _("These figures are not right.") + " " + left
        self.add_error("code", said_so if tries_left else _("These figures hold no longer. Have new ones sent."))


class RecordForm(forms.Form):
    """One record: a line for each field that the description names; at least one is filled in."""

    def __init__(self, *args: Any, sheet: Sheet | None) -> None:
        super().__init__(*args)
        self.prefix = f"record-{sheet.name}" if sheet else None
        self.sheet = sheet
        self.file: Checked | None = None
        for name, title in (sheet.fields if sheet else {}).items():
            self.fields[name] = PlainText(
                label=title, longest=_LONGEST, required=False, lines=True, widget=forms.Textarea({"rows": 1})
            )

    @property
    def values(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if value.strip()}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not any(value.strip() for value in given.values()) and self.fields and not self.errors:
            self.add_error(next(iter(self.fields)), _("Fill in at least one line."))
        return given


class FileForm(forms.Form):
    """One file, as the holder of the vault takes it: known by its bytes, scanned, encrypted."""

    upload = UploadField(label=gettext_lazy("File"), help_text=gettext_lazy("PDF, photograph or plain text, at most 10 MB."))

    def __init__(self, *args: Any, sheet: Sheet | None) -> None:
        super().__init__(*args)
        self.prefix = f"file-{sheet.name}" if sheet else None
        self.sheet = sheet
        self.values: dict[str, str] = {}

    @property
    def file(self) -> Checked | None:
        found: Checked | None = self.cleaned_data.get("upload")
        return found


class CannotForm(forms.Form):
    """Why a task cannot be done."""

    ground = PlainText(
        label=gettext_lazy("Why is it not possible?"), missing=gettext_lazy("Say why it is not possible"), longest=1000, lines=True,
        help_text=gettext_lazy("The privacy office reads this, and decides."), widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
