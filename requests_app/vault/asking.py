"""The field of a form that takes a file: its clean value is `Checked`, ready to be kept, or None."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from requests_app.vault import uploads
from requests_app.vault.scanning import ScannerAway


class UploadField(forms.FileField):
    """A file of a type that is taken, not too large, and clean where a scanner is set up.

    The form that holds it needs `enctype="multipart/form-data"` and `request.FILES`.
    """

    widget = forms.FileInput(attrs={"accept": uploads.ACCEPTED})

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the file as `Checked`; None where none was sent and none is needed."""
        if data is None and not self.required:
            return None
        if isinstance(data, UploadedFile) and not data.size:
            raise self._said("empty")
        file: UploadedFile[Any] = super().clean(data, initial)
        if (file.size or 0) > uploads.LARGEST:
            raise self._said("too_large")
        try:
            return uploads.check(file.read(), str(file.name))
        except uploads.NotTaken as wrong:
            raise self._said(wrong.code) from None
        except ScannerAway:
            raise self._said("away") from None

    @staticmethod
    def _said(code: str) -> ValidationError:
        return ValidationError(uploads.WORDS[code], code)
