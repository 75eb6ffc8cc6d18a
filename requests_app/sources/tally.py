"""What a trial search found in each collection, counted and timed as it comes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from time import perf_counter

from requests_app.connectors.base import Attachment, Batch, Form
from requests_app.sources.folder import Lists, narrowed
from requests_app.sources.rehearsal import Choice


@dataclass(slots=True)
class Count:
    """What was found in one collection, and the time that it took."""

    records: int = 0
    files: int = 0
    seconds: float = 0.0


def timed(found: Iterable[Batch | Attachment]) -> Iterator[tuple[Batch | Attachment, float]]:
    began = perf_counter()
    for item in found:
        yield item, perf_counter() - began
        began = perf_counter()


def keep(item: Batch | Attachment, choice: Choice, written: Lists | None, count: Count) -> None:
    fields = choice.fields[item.collection] if choice.fields is not None else None
    if isinstance(item, Attachment):
        if fields is None or item.field in fields:
            count.files += 1
            if written:
                written.attach(item.collection, f"{item.record}-{item.field}-{item.name}", item.chunks)
    elif item.form is Form.JSON:
        count.records += item.records
        if written:
            written.add(item.collection, item.text if fields is None else narrowed(item.text, fields))


def table(counts: dict[str, Count]) -> Iterator[str]:
    total = Count(
        *(sum(column) for column in zip(*((one.records, one.files, one.seconds) for one in counts.values()), strict=True))
    )
    wide = max(len(name) for name in [*counts, "collection"])
    yield f"{'collection':{wide}}  {'records':>9}  {'files':>6}  {'seconds':>8}"
    for name, one in [*counts.items(), ("total", total)]:
        yield f"{name:{wide}}  {one.records:9}  {one.files:6}  {one.seconds:8.2f}"


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
