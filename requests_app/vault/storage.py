"""Where the vault's files lie: put a stream, open, delete. On disk here, in a bucket in `s3.py`; what keeps these promises may.

A file appears whole and durable under a random name, or not at all.
"""

import errno
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, ClassVar, Final, Protocol
from uuid import UUID, uuid4

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class NoSpace(Exception):
    """There is no room left; nothing of the file stays."""


class Missing(Exception):
    """There is no file of that name."""


class Away(Exception):
    """The place cannot be reached, or refuses; `code` says why, in a word of the place's own."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Incoming(Protocol):
    """A file on its way in; it is there under `name` once the `with` block ended well."""

    name: UUID

    def write(self, data: bytes, /) -> object: ...


class Storage(Protocol):
    """What the vault asks of a place for files."""

    def put(self) -> AbstractContextManager[Incoming]:
        """Take a new file.

        Raises:
            NoSpace: the place is full.
            Away: it cannot be reached; so in every method.
        """
        ...

    def open(self, name: UUID) -> BinaryIO:
        """Open a file to read and seek.

        Raises:
            Missing: there is none.
        """
        ...

    def delete(self, name: UUID) -> None:
        """Delete a file; one that is gone already is fine."""
        ...

    def names(self, older_than: timedelta) -> Iterator[UUID]:
        """Yield the files that were finished longer ago than that: the janitor compares them with the database."""
        ...

    def sweep(self, older_than: timedelta) -> int:
        """Delete what was begun, never finished and not written to for that long; return how many."""
        ...


class DiskFile:
    """A file being written."""

    def __init__(self, descriptor: int, name: UUID) -> None:
        self._descriptor, self.name = descriptor, name

    def write(self, data: bytes, /) -> int:
        left = memoryview(data)
        while left:
            left = left[os.write(self._descriptor, left) :]
        return len(data)


class Disk:
    """A folder on disk. `reserve` bytes are kept free: the database beside it must be able to go on."""

    INCOMING: ClassVar = "incoming"

    def __init__(self, folder: Path, *, reserve: int = 0) -> None:
        self._folder, self._reserve = folder, reserve

    @contextmanager
    def put(self) -> Iterator[DiskFile]:
        name = uuid4()
        with _space():
            self._check_reserve()
            temporary = self._made(self._folder / self.INCOMING) / name.hex
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                yield DiskFile(descriptor, name)
                os.fsync(descriptor)
                final = self._path(name)
                self._made(final.parent)
                temporary.rename(final)
                _sync_folder(final.parent)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
            finally:
                os.close(descriptor)

    def open(self, name: UUID) -> BinaryIO:
        try:
            return self._path(name).open("rb")
        except FileNotFoundError as gone:
            raise Missing(str(name)) from gone

    def delete(self, name: UUID) -> None:
        path = self._path(name)
        with suppress(FileNotFoundError):
            path.unlink()
            _sync_folder(path.parent)

    def names(self, older_than: timedelta) -> Iterator[UUID]:
        for path in self._folder.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
            if _is_older(path, older_than):
                yield UUID(hex=path.name)

    def leftovers(self, older_than: timedelta) -> Iterator[Path]:
        """Yield the files that were begun, never finished and not written to for that long."""
        yield from (path for path in (self._folder / self.INCOMING).glob("*") if _is_older(path, older_than))

    def sweep(self, older_than: timedelta) -> int:
        count = 0
        for path in self.leftovers(older_than):
            path.unlink(missing_ok=True)
            count += 1
        return count

    def _path(self, name: UUID) -> Path:
        return self._folder / name.hex[:2] / name.hex[2:4] / name.hex

    def _made(self, folder: Path) -> Path:
        """Make a folder that survives a power cut: its parents know it."""
        if not folder.is_dir():
            self._made(folder.parent)
            folder.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(folder.parent)
        return folder

    def _check_reserve(self) -> None:
        self._made(self._folder)
        if self._reserve and shutil.disk_usage(self._folder).free < self._reserve:
            raise NoSpace(f"less than {self._reserve} bytes are free")


@contextmanager
def _space() -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        if fault.errno in FULL:
            raise NoSpace("the disk is full") from fault
        raise


def _is_older(path: Path, than: timedelta) -> bool:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime < time.time() - than.total_seconds()
    return False


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
