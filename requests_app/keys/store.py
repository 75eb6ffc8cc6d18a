"""One data key for each request, in a store of its own outside the database and its dumps.

Destroying a request's key makes its fields, files and every old dump of them unreadable.
A key lies wrapped by the master key in a file of its own.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from django.conf import settings

from requests_app.keys.crypto import derived, seal, unseal


class KeyGone(Exception):
    """The key of this request was destroyed, or never made."""


def create(owner: UUID) -> bytes:
    """Make and keep the key of `owner`; a key that is already there is returned unchanged."""
    with suppress(KeyGone):
        return get(owner)
    path = _path(owner)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(f".{secrets.token_hex(8)}")
    _write(draft, seal(derived("request keys"), secrets.token_bytes(32), owner.bytes))
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return get(owner)


def get(owner: UUID) -> bytes:
    """Return the key of `owner`.

    Raises:
        KeyGone: there is none.
        Undecipherable: the file was changed, or wrapped under another master key.
    """
    try:
        wrapped = _path(owner).read_bytes()
    except FileNotFoundError:
        raise KeyGone(str(owner)) from None
    return unseal(derived("request keys"), wrapped, owner.bytes)


def destroy(owner: UUID) -> bool:
    """Overwrite and remove the key; return whether there was one."""
    path = _path(owner)
    try:
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return False
    return True


def _path(owner: UUID) -> Path:
    return Path(settings.DSAR_KEY_STORE) / owner.hex[:2] / f"{owner.hex}.key"


def _write(path: Path, content: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
