"""What a person typed and sent, in the form in which every system answers."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from requests_app.connectors.base import Attachment, Batch, CollectionInfo, Form
from requests_app.connectors.sql.text import Family, line_of, written
from requests_app.errands.models import Errand, Record
from requests_app.vault import uploads


def found(errand: Errand, infos: Mapping[str, CollectionInfo]) -> Iterator[Batch | Attachment]:
    """Yield the records of an answered task: each collection in both forms, then its files."""
    records = list(errand.records.select_related("upload", "errand").order_by("collection", "added_at", "pk"))
    for name, some in groupby(records, key=lambda one: one.collection):
        if name in infos:
            yield from _collection(infos[name], list(some))


def _collection(info: CollectionInfo, records: list[Record]) -> Iterator[Batch | Attachment]:
    names = [field.name for field in info.fields]
    files = [field.name for field in info.fields if field.is_file]
    rows = [_row(one, names, files) for one in records]
    for form in Form:
        line = line_of(names, [Family.TEXT] * len(names), form)
        yield from (Batch(info.name, form, text, count) for text, count in written(rows, line))
    for number, one in enumerate(records):
        if one.upload is not None and files:
            kept = one.upload
            yield Attachment(info.name, number, files[0], str(kept.name), kept.media_type, uploads.plain(kept))


def _row(one: Record, names: list[str], files: list[str]) -> list[Any]:
    """Return the cells of a record in the order of its fields; the cell of a file says its name."""
    values = dict(one.values or {})
    if one.upload is not None and files:
        values[files[0]] = str(one.upload.name)
    return [values.get(name) or None for name in names]
