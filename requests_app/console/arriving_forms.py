"""The file of open cases that an administrator brings from another tool. It never saves and never decides law."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from dsar.uploading import LARGEST


class ArrivingForm(forms.Form):
    """A CSV, in which order its dates are written, and whether its people get a letter."""

    file = forms.FileField(
        label=_("The file (CSV, at most 10 MB and 10,000 rows)"),
        help_text=_("It is kept sealed until you confirm or drop it, a day at most; then its rows are gone."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
        error_messages={"required": _("Choose the file."), "empty": _("The file is empty.")},
    )
    order = forms.ChoiceField(
        label=_("How are dates written?"), required=False, widget=forms.RadioSelect,
        choices=[
            ("", _("Year-month-day, like 2026-11-02")), ("dmy", _("Day first, like 02/11/2026")),
            ("mdy", _("Month first, like 11/02/2026")), ("ymd", _("Year first, like 2026/11/02")),
        ],
    )  # fmt: skip
    tells = forms.BooleanField(
        label=_("Write to everybody who is proven that the request is now handled here"), required=False,
        help_text=_("Without it nobody gets an acknowledgement again. Who is not proven is asked for proof in any case."),
    )  # fmt: skip

    def clean_file(self) -> "UploadedFile[Any]":
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if file.size is None or file.size > LARGEST:
            raise ValidationError(_("The file is larger than 10 MB."), "size")
        return file
