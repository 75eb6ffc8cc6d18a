"""Keep and read the files of a request, encrypted under its key, as streams."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from requests_app.keys import store
from requests_app.vault.frames import PartIndex, PartReader, PartWriter
from requests_app.vault.models import StoredFile, Upload
from requests_app.vault.rows import Kind
from requests_app.vault.storage import Away, Disk, Storage
from requests_app.workflow.models import SubjectRequest


@dataclass(slots=True)
class Draft:
    """A file on its way into the vault; `file` may be saved once the `with` block has ended."""

    writer: PartWriter
    file: StoredFile


def storage() -> Storage:
    """Return the place that the setting names: a folder, or a bucket."""
    if isinstance(settings.DSAR_VAULT, dict):
        from requests_app.vault.bucket import Bucket
        from requests_app.vault.s3 import S3  # only where files lie in a bucket: its library is large

        return S3(Bucket(**settings.DSAR_VAULT))
    return Disk(settings.DSAR_VAULT, reserve=settings.DSAR_VAULT_RESERVE)


@contextmanager
def writing(dsr: SubjectRequest, kind: Kind, *, header: bytes = b"", level: int = 1) -> Iterator[Draft]:
    """Take a new file of `dsr`. It lies in the vault when the block ends well; the row is saved by the caller's commit.

    A file whose row was never saved is removed by `tidy`.

    Raises:
        KeyGone: the request's key was destroyed.
        NoSpace: the place is full; nothing stays.
        Away: the place cannot be reached.
    """
    part = uuid4()
    with storage().put() as incoming:
        with PartWriter(incoming, store.get(dsr.pk), part, kind, header=header, level=level) as writer:
            draft = Draft(writer, StoredFile(id=part, dsr=dsr, location=incoming.name.hex, size=0))
            yield draft
        draft.file.index = writer.index.as_json()
        draft.file.size = writer.index.offsets[-1]


@contextmanager
def reading(file: StoredFile) -> Iterator[PartReader]:
    """Open a file of the vault.

    Raises:
        Missing: the file has gone.
        Away: the place cannot be reached.
        Unreadable: it is not what was written.
        KeyGone: the request's key was destroyed.
    """
    with storage().open(UUID(hex=file.location)) as stream:
        yield PartReader(stream, store.get(file.dsr_id), file.pk, PartIndex.from_json(file.index))


def discard(files: list[StoredFile]) -> None:
    """Delete rows now and their bytes after the commit: a rollback leaves both, a crash between leaves bytes to `tidy`."""
    StoredFile.objects.filter(pk__in=[file.pk for file in files]).delete()
    delete_after_commit([UUID(hex=file.location) for file in files])


def delete_after_commit(names: list[UUID]) -> None:
    transaction.on_commit(lambda: _delete(names))


def forget(dsrs: Collection[UUID]) -> None:
    """Delete every file of requests whose time is over, with what refers to it; the bytes go after the commit."""
    discard(list(StoredFile.objects.filter(dsr__in=dsrs)))
    sent = Upload.objects.filter(Q(owner__in=dsrs) | Q(dsr__in=dsrs))
    delete_after_commit([UUID(hex=location) for location in sent.values_list("location", flat=True)])
    sent.delete()


def tidy(older_than: timedelta) -> int:
    """Remove what killed workers left: files never finished, and finished ones that no row knows. Return how many."""
    place = storage()
    gone = place.sweep(older_than)
    for name in place.names(older_than):
        if not any(kind.objects.filter(location=name.hex).exists() for kind in (StoredFile, Upload)):
            place.delete(name)
            gone += 1
    return gone


def _delete(names: list[UUID]) -> None:
    place = storage()
    with suppress(Away):  # no row knows them any more: the janitor takes them
        for name in names:
            place.delete(name)
