"""Files of records: a path below the system's folder of files, or the content of a binary column."""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from mimetypes import guess_type
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Select, func, select

from requests_app.connectors.base import Attachment, Misconfigured, MissingFile
from requests_app.connectors.sql.description import Field
from requests_app.connectors.sql.query import Query
from requests_app.connectors.sql.session import Records, Session
from requests_app.connectors.sql.text import Family, file_name

CHUNK: Final = 256 * 1024  # bytes
TOGETHER: Final = 2 * 1024 * 1024  # bytes of small contents that are fetched by one statement
MANY: Final = 500  # contents of one statement
_UNKNOWN: Final = "application/octet-stream"

Key = tuple[str, ...]
Content = tuple[int, Key, int]
"""Number of the record, its key, the size of its content in bytes."""


def attachments(records: Records, field: Field, query: Query, session: Session) -> Iterator[Attachment]:
    """Yield the files of one column in the order of the records; an empty cell has none.

    Raises:
        MissingFile: a path leads nowhere, or out of the folder.
    """
    if records.columns[field.name].family is Family.BINARY:
        yield from _contents(records, field, query, session)
    else:
        yield from _below(records, field, session)


def _below(records: Records, field: Field, session: Session) -> Iterator[Attachment]:
    root = session.config.files
    name = records.collection.name
    for number, (path,) in enumerate(session.rows(_ordered(records, [records.source.c[field.name]], session))):
        if path is None or path == "":
            continue
        if root is None:
            raise Misconfigured(f"{session.config.name}: records name files, but no folder of files is configured")
        try:
            file = opened(root, str(path))
        except (OSError, ValueError):
            file = None
        if file is None:
            raise MissingFile(f"{session.config.name}: the file of `{name}.{field.name}`, record {number}, is not there") from None
        media_type = field.media_type or guess_type(str(path))[0] or _UNKNOWN
        try:
            yield Attachment(name, number, field.name, Path(str(path)).name, media_type, _chunks(file))
        finally:
            with suppress(OSError):
                os.close(file)


def opened(root: Path, path: str) -> int:
    """Open the regular file at `path` below `root` and return its descriptor. No link is followed on the way.

    Raises:
        OSError: it is not there, or no regular file.
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
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=here)
    finally:
        os.close(here)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError("no regular file")
    return file


def _chunks(file: int) -> Iterator[bytes]:
    while chunk := os.read(file, CHUNK):
        yield chunk


def _contents(records: Records, field: Field, query: Query, session: Session) -> Iterator[Attachment]:
    name, media_type = records.collection.name, field.media_type or _UNKNOWN
    for number, chunks in _by_bounded_batches(records, field, query, session):
        yield Attachment(name, number, field.name, file_name(field.name, field.media_type), media_type, chunks)


def _by_bounded_batches(records: Records, field: Field, query: Query, session: Session) -> Iterator[tuple[int, Iterator[bytes]]]:
    waiting: list[Content] = []
    size = 0
    for content in chain(_sizes(records, field, session), [(-1, (), 0)]):
        if waiting and (content[0] < 0 or size + content[2] > TOGETHER or len(waiting) == MANY):
            yield from _fetched(waiting, records, field, query, session)
            waiting, size = [], 0
        if content[2] > TOGETHER:
            yield content[0], _in_pieces(content, records, field, query, session)
        elif content[0] >= 0:
            waiting.append(content)
            size += content[2]


def _sizes(records: Records, field: Field, session: Session) -> Iterator[Content]:
    keys = [session.text_of(records.source.c[one.name]) for one in records.collection.key]
    statement = _ordered(records, [*keys, func.length(records.source.c[field.name])], session)
    for number, (*key, size) in enumerate(session.rows(statement)):
        if size is not None:
            yield number, tuple(map(session.as_text, key)), int(size)


def _fetched(
    wanted: Sequence[Content], records: Records, field: Field, query: Query, session: Session
) -> Iterator[tuple[int, Iterator[bytes]]]:
    collection = records.collection
    found = query.table(collection.name)
    keys = [session.text_of(found.c[one.name]) for one in collection.key]
    where = query.is_root(found, collection, [key for _, key, _ in wanted])
    contents = {
        tuple(map(session.as_text, key)): _bytes(content)
        for *key, content in session.rows(select(*keys, found.c[field.name]).where(where))
    }
    for number, key, _ in wanted:
        yield number, iter([contents[key]])


def _in_pieces(content: Content, records: Records, field: Field, query: Query, session: Session) -> Iterator[bytes]:
    _, key, size = content
    found = query.table(records.collection.name)
    where = query.is_root(found, records.collection, [key])
    for start in range(0, size, CHUNK):
        piece = func.substr(found.c[field.name], start + 1, CHUNK)
        yield from (_bytes(row[0]) for row in session.rows(select(piece).where(where)))


def _ordered(records: Records, columns: Sequence[Any], session: Session) -> Select[Any]:
    return select(*columns).select_from(records.source).order_by(*session.order(records))


def _bytes(content: Any) -> bytes:
    return content.encode() if isinstance(content, str) else bytes(content)
