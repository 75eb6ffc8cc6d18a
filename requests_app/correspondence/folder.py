"""Letters into a folder, a file each: for a newcomer's machine, where no mail server listens."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.mail.backends.filebased import EmailBackend


class Folder(EmailBackend):
    """Django's file backend with names that no two letters share.

    Django names a file by the second and the backend's place in memory: a later letter could be added to the first one's file.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._fname = str(Path(self.file_path) / f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{uuid4().hex}.log")
