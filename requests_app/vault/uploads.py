"""Files that people send: papers, photographs, evidence. One way in for every door, one way out.

In: `check` looks at size, type (by the bytes, never by name or by what the sender says) and asks the scanner; only what it
returns can be kept. Out: `HEADERS` and `plain`; no browser shows such a file in this place. Nothing is ever unpacked or drawn.
"""

import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Final
from urllib.parse import quote
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from requests_app.audit.services import record
from requests_app.keys import store
from requests_app.values import Actor
from requests_app.vault import services
from requests_app.vault.frames import PartIndex, PartReader, PartWriter
from requests_app.vault.models import Upload
from requests_app.vault.rows import Kind
from requests_app.vault.scanning import is_clean
from requests_app.workflow.models import SubjectRequest

LARGEST: Final = 10 << 20
MOST: Final = 20  # of one request, by one door; whoever has more to send asks how
ACCEPTED: Final = ".pdf,.jpg,.jpeg,.png,.webp,.heic,.tif,.tiff,.txt"
MESSAGE: Final = "message"  # the purpose of what is sent along with a message, both ways
_NAME: Final = 100
_TEXT: Final = "text/plain"
_ENDINGS: Final = MappingProxyType(
    {
        "application/pdf": (".pdf",), "image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",), "image/webp": (".webp",),
        "image/heic": (".heic", ".heif"), "image/tiff": (".tif", ".tiff"), _TEXT: (".txt", ".csv", ".md", ".log"),
    }
)  # fmt: skip
_HEADS: Final = MappingProxyType(
    {
        b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png",
        b"II*\0": "image/tiff", b"MM\0*": "image/tiff",
    }
)  # fmt: skip
_HEIF: Final = frozenset({b"heic", b"heix", b"mif1", b"heif", b"hevc"})
# No browser opens it here, guesses at it, or lets another place use it.
HEADERS: Final = MappingProxyType(
    {
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
)
WORDS: Final = MappingProxyType(
    {
        "empty": _("The file is empty."),
        "too_large": _("The file is larger than 10 MB."),
        "type": _("Send a PDF, a photograph (JPEG, PNG, WebP, HEIC, TIFF) or a plain text."),
        "infected": _("Our virus scanner found something in the file: it was not kept."),
        "away": _("The file cannot be checked at the moment. Try again in a few minutes."),
    }
)


class NotTaken(Exception):
    """A file that is not kept; `code` is one of `WORDS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be kept. `name` is safe to show, and ends as its type says."""

    content: bytes
    name: str
    media_type: str


def check(content: bytes, name: str) -> Checked:
    """Look at a file before it is kept; changes nothing. Call it outside a transaction: a scanner may take its time.

    Raises:
        NotTaken: it is empty, too large, of no type that is taken, or the scanner found something.
        ScannerAway: a scanner is set up and does not answer.
    """
    if not content:
        raise NotTaken("empty")
    if len(content) > LARGEST:
        raise NotTaken("too_large")
    media_type = sniffed(content)
    if media_type is None:
        raise NotTaken("type")
    if not is_clean(content):
        raise NotTaken("infected")
    return Checked(content, named(name, media_type), media_type)


def sniffed(content: bytes) -> str | None:
    """Return the type that the bytes themselves show, of those that are taken."""
    for head, media_type in _HEADS.items():
        if content.startswith(head):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF:
        return "image/heic"
    return _TEXT if _is_text(content) else None


def _is_text(content: bytes) -> bool:
    """Whether it is text in UTF-8 without control characters, and no page or drawing that a browser might run."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return text.lstrip()[:1] != "<" and all(sign >= " " or sign in "\t\r\n\f" for sign in text)


def named(name: str, media_type: str) -> str:
    """Return a name without folders, control or direction signs, of at most 100 characters, that ends as its type says."""
    plain = "".join(sign for sign in unicodedata.normalize("NFC", name) if unicodedata.category(sign)[0] != "C")
    path = PurePosixPath(plain.replace("\\", "/").replace("\u2028", " ").replace("\u2029", " "))
    endings = _ENDINGS[media_type]
    stem, ending = (path.stem, path.suffix) if path.suffix.lower() in endings else (path.name, endings[0])
    return (stem.strip(" .")[: _NAME - len(ending)] or "file") + ending


@transaction.atomic
def keep(owner: SubjectRequest | UUID, checked: Checked, *, by: Actor, purpose: str, key: UUID | None = None) -> Upload:
    """Keep a checked file under the key of `owner`: a request, or the number that a request will have.

    `purpose` says in one word what it is for (`evidence`, `mandate`, `message`, `mail` …). `key`: the number of a key of its
    own, by which it can be destroyed alone.

    Raises:
        KeyGone: the request's key was destroyed.
        NoSpace: the place is full; nothing stays.
        Away: the place cannot be reached.
    """
    number, dsr = (owner, None) if isinstance(owner, UUID) else (owner.pk, owner)
    part = uuid4()
    with services.storage().put() as incoming:
        with PartWriter(incoming, store.get(key or number), part, Kind.FILE) as writer:
            writer.write(checked.content)
        location = incoming.name.hex
    upload = Upload.objects.create(
        id=part, owner=key or number, dsr=dsr, name=checked.name, media_type=checked.media_type, purpose=purpose, sent_by=by.kind,
        location=location, size=len(checked.content), index=writer.index.as_json(),
    )  # fmt: skip
    record("file.kept", by=by, dsr_id=number, file=str(part), purpose=purpose, media_type=checked.media_type)
    return upload


def adopt(dsr: SubjectRequest) -> int:
    """Give `dsr` the files that were kept for it before it was filed; return how many."""
    return Upload.objects.filter(owner=dsr.pk, dsr=None).update(dsr=dsr)


def plain(upload: Upload) -> Iterator[bytes]:
    """Yield the bytes of the file.

    Raises:
        Missing, Away, Unreadable, KeyGone: as `services.reading`.
    """
    with services.storage().open(UUID(hex=upload.location)) as stream:
        yield from PartReader(stream, store.get(upload.owner), upload.pk, PartIndex.from_json(upload.index)).plain()


def headers(upload: Upload) -> dict[str, str]:
    """Return the headers under which a door hands the file out: to be saved, never to be shown here (RFC 6266)."""
    name = f"attachment; filename=\"file{_ENDINGS[upload.media_type][0]}\"; filename*=UTF-8''{quote(str(upload.name), safe='')}"
    return {**HEADERS, "Content-Disposition": name, "Content-Length": str(upload.size)}


def discard(uploads: Collection[Upload]) -> None:
    """Delete rows now and their bytes after the commit."""
    Upload.objects.filter(pk__in=[upload.pk for upload in uploads]).delete()
    services.delete_after_commit([UUID(hex=upload.location) for upload in uploads])
