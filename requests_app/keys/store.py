"""One data key for each request, in a store of its own outside the database and its dumps.

Destroying a request's key makes its fields, files and every old dump of them unreadable.
A key lies wrapped by the master key in a file of its own.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, flock
from pathlib import Path
from uuid import UUID

from django.conf import settings

from requests_app.keys.crypto import Undecipherable, derived, derived_ever, seal, unseal, unseal_with_any

_PURPOSE = "request keys"


class KeyGone(Exception):
    """The key of this request was destroyed, or never made."""


def create(owner: UUID) -> bytes:
    """Make and keep the key of `owner`; a key that is already there is returned unchanged."""
    with suppress(KeyGone):
        return get(owner)
    path = _path(owner)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(f".{secrets.token_hex(8)}")
    _write(draft, seal(derived(_PURPOSE), secrets.token_bytes(32), owner.bytes))
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
    return unseal_with_any(derived_ever(_PURPOSE), wrapped, owner.bytes)


def destroy(owner: UUID) -> bool:
    """Overwrite and remove the key; return whether there was one."""
    path = _path(owner)
    try:
        with _alone(path.parent):
            with path.open("r+b") as file:
                _overwrite(file.fileno())
            path.unlink()
    except FileNotFoundError:
        return False
    return True


def owners() -> Iterator[UUID]:
    """Yield whose keys there are."""
    for path in Path(settings.DSAR_KEY_STORE).glob("??/*.key"):
        yield UUID(path.stem)


def rewrap(owner: UUID) -> bool:
    """Wrap the key of `owner` under the present master key; return whether it was wrapped under another one.

    The key stays the same. One that is destroyed meanwhile stays destroyed, and nothing is left of the old wrapping.

    Raises:
        Undecipherable: no master key that is configured opens it.
    """
    path = _path(owner)
    with suppress(FileNotFoundError), _alone(path.parent), path.open("r+b") as old:
        wrapped = old.read()
        with suppress(Undecipherable):
            unseal(derived(_PURPOSE), wrapped, owner.bytes)
            return False
        draft = path.with_suffix(f".{secrets.token_hex(8)}")
        _write(draft, seal(derived(_PURPOSE), unseal_with_any(derived_ever(_PURPOSE), wrapped, owner.bytes), owner.bytes))
        draft.replace(path)
        _overwrite(old.fileno())
        return True
    return False


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let nobody else destroy or wrap a key of `folder` meanwhile."""
    held = os.open(folder, os.O_RDONLY)
    try:
        flock(held, LOCK_EX)
        yield
    finally:
        os.close(held)


def _overwrite(file: int) -> None:
    os.pwrite(file, secrets.token_bytes(os.fstat(file).st_size), 0)
    os.fsync(file)


def _path(owner: UUID) -> Path:
    return Path(settings.DSAR_KEY_STORE) / owner.hex[:2] / f"{owner.hex}.key"


def _write(path: Path, content: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
