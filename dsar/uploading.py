"""How an upload is taken from the line: in memory, so that no disk ever holds it in the clear, and only so much of it."""

from io import BytesIO
from typing import Any, Final

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

LARGEST: Final = 10 << 20  # of one file; a form tells whoever sends more


class InMemory(FileUploadHandler):
    """Keep a file in memory; of one that is too large nothing but its size, which the form then refuses."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._kept: BytesIO | None = BytesIO()
        self._size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002  # Django's signature
        self._size += len(raw_data)
        if self._size > LARGEST:
            self._kept = None
        elif self._kept is not None:
            self._kept.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        kept = self._kept or BytesIO()
        kept.seek(0)
        return InMemoryUploadedFile(
            kept, self.field_name, self.file_name, self.content_type, file_size, self.charset, self.content_type_extra
        )
