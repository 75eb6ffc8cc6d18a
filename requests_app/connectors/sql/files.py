"""Files of records: a path below the system's folder of files, or the content of a binary column."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from mimetypes import guess_type
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from requests_app.connectors.base import Attachment, Misconfigured, MissingFile
from requests_app.connectors.sql.description import Field
from requests_app.connectors.sql.plan import Plan
from requests_app.connectors.sql.session import Session
from requests_app.connectors.sql.slots import Slots, key_slots
from requests_app.connectors.sql.speech import Prepared, Records
from requests_app.connectors.sql.text import Family, file_name

CHUNK: Final = 256 * 1024  # bytes
TOGETHER: Final = 2 * 1024 * 1024  # bytes of small contents that are fetched by one statement
MANY: Final = 500  # contents of one statement
_UNKNOWN: Final = "application/octet-stream"

Key = tuple[str, ...]
Content = tuple[int, Key, int]
"""Number of the record, its key, the size of its content in bytes."""


def attachments(records: Records, field: Field, plan: Plan, asked: Slots, session: Session) -> Iterator[Attachment]:
    """Yield the files of one column in the order of the records; an empty cell has none.

    Raises:
        MissingFile: a path leads nowhere, or out of the folder.
    """
    reader = _Reader(records, field, plan, asked, session)
    return reader.contents() if records.columns[field.name].family is Family.BINARY else reader.below()


class _Reader:
    """The files of one column."""

    def __init__(self, records: Records, field: Field, plan: Plan, asked: Slots, session: Session) -> None:
        self._records, self._field, self._plan, self._asked, self._session = records, field, plan, asked, session
        self._collection = records.collection

    def below(self) -> Iterator[Attachment]:
        """Yield files of the folder."""
        root, name = self._session.config.files, self._collection.name
        for number, (path,) in enumerate(self._rows("paths", self._paths)):
            if path is None or path == "":
                continue
            if root is None:
                raise Misconfigured(f"{self._session.config.name}: records name files, but no folder of files is configured")
            file = self._opened(root, str(path), number)
            media_type = self._field.media_type or guess_type(str(path))[0] or _UNKNOWN
            try:
                yield Attachment(name, number, self._field.name, Path(str(path)).name, media_type, _chunks(file))
            finally:
                with suppress(OSError):
                    os.close(file)

    def contents(self) -> Iterator[Attachment]:
        """Yield what binary cells hold, small ones together."""
        media_type, file = self._field.media_type or _UNKNOWN, file_name(self._field.name, self._field.media_type)
        for number, chunks in self._by_bounded_batches():
            yield Attachment(self._collection.name, number, self._field.name, file, media_type, chunks)

    def _opened(self, root: Path, path: str, number: int) -> int:
        with suppress(OSError, ValueError):
            return opened(root, path)
        name = f"{self._collection.name}.{self._field.name}"
        raise MissingFile(f"{self._session.config.name}: the file of `{name}`, record {number}, is not there")

    def _by_bounded_batches(self) -> Iterator[tuple[int, Iterator[bytes]]]:
        waiting: list[Content] = []
        size = 0
        for content in chain(self._sizes(), [(-1, (), 0)]):
            if waiting and (content[0] < 0 or size + content[2] > TOGETHER or len(waiting) == MANY):
                yield from self._fetched(waiting)
                waiting, size = [], 0
            if content[2] > TOGETHER:
                yield content[0], self._in_pieces(content)
            elif content[0] >= 0:
                waiting.append(content)
                size += content[2]

    def _sizes(self) -> Iterator[Content]:
        as_text = self._plan.fitted.speech.as_text
        for number, (*key, size) in enumerate(self._rows("sizes", self._keys_and_sizes)):
            if size is not None:
                yield number, tuple(map(as_text, key)), int(size)

    def _fetched(self, wanted: Sequence[Content]) -> Iterator[tuple[int, Iterator[bytes]]]:
        as_text = self._plan.fitted.speech.as_text
        content, keys = self._chosen([key for _, key, _ in wanted])
        statement, values = content(lambda found: [*keys(found), found.c[self._field.column]])
        contents = {tuple(map(as_text, key)): _bytes(held) for *key, held in self._session.rows(statement, values)}
        for number, key, _ in wanted:
            yield number, iter([contents[key]])

    def _in_pieces(self, content: Content) -> Iterator[bytes]:
        _, key, size = content
        selected, _ = self._chosen([key])
        for start in range(0, size, CHUNK):
            statement, values = selected(lambda found, at=start: [func.substr(found.c[self._field.column], at + 1, CHUNK)])
            yield from (_bytes(row[0]) for row in self._session.rows(statement, values))

    def _chosen(self, keys: Sequence[Key]) -> tuple[Any, Any]:
        """Return what selects columns of the records with these keys, and what gives the columns of their keys."""
        tokens, values = key_slots(self._plan.fitted, self._collection, keys)
        found = self._plan.query.joints.table(self._collection.name)
        where = self._plan.query.is_root(self._collection, tokens, found)
        text_of = self._plan.fitted.speech.text_of
        return (
            lambda columns: (select(*columns(found)).where(where), values),
            lambda rows: [text_of(rows.c[one.column]) for one in self._collection.key],
        )

    def _paths(self) -> Sequence[Any]:
        return [self._records.source.c[self._field.column]]

    def _keys_and_sizes(self) -> Sequence[Any]:
        source, text_of = self._records.source, self._plan.fitted.speech.text_of
        return [*(text_of(source.c[one.column]) for one in self._collection.key), func.length(source.c[self._field.column])]

    def _rows(self, kind: str, columns: Callable[[], Sequence[Any]]) -> Iterator[Sequence[Any]]:
        at = (kind, self._collection.name, self._field.name)
        return self._session.rows(self._plan.made(at, lambda: self._ordered(columns())), self._asked.values)

    def _ordered(self, columns: Sequence[Any]) -> Prepared:
        speech = self._plan.fitted.speech
        return speech.compile(select(*columns).select_from(self._records.source).order_by(*speech.order(self._records)))


def opened(root: Path, path: str) -> int:
    """Open the regular file at `path` below `root` and return its descriptor. No link is followed on the way.

    Raises:
        OSError: it is not there, or no regular file.
        ValueError: `path` is absolute, or climbs.
    """
    with folder_of(root, path) as (here, name):
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=here)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError("no regular file")
    return file


@contextmanager
def folder_of(root: Path, path: str) -> Iterator[tuple[int, str]]:
    """Give the descriptor of the folder in which the file at `path` below `root` lies, and its name there. No link is followed.

    Raises:
        OSError: the folder is not there.
        ValueError: `path` is absolute, or climbs.
    """
    *folders, name = path.split("/")
    if any(part in {"", ".", ".."} for part in (*folders, name)):
        raise ValueError("a path of plain names is wanted")
    here = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for folder in folders:
            above = here
            here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above)
            os.close(above)
        yield here, name
    finally:
        os.close(here)


def _chunks(file: int) -> Iterator[bytes]:
    while chunk := os.read(file, CHUNK):
        yield chunk


def _bytes(content: Any) -> bytes:
    return content.encode() if isinstance(content, str) else bytes(content)
