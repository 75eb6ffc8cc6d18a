"""The text forms of a collection without what officers withheld: one record after the other, in constant memory."""

from collections.abc import Iterator
from contextlib import ExitStack

from requests_app.bundle.material import CollectionPart, opened
from requests_app.review.applying import Redactor
from requests_app.vault.rows import Kind


def redacted(part: CollectionPart, kind: Kind) -> Iterator[bytes]:
    """Yield one text form of `part`. The records of the CSV are known by those of the JSON, which stand in the same order.

    Raises:
        ValueError: nothing is withheld, or there is no such form.
        Unreadable, NotThisPart: see `opened`.
    """
    if part.redactor is None or part.json is None or (opener := part.csv if kind is Kind.CSV else part.json) is None:
        raise ValueError("there is nothing to write anew")
    with ExitStack() as stack:
        records = stack.enter_context(opened(part.json, Kind.JSON, part.records))
        form = records if kind is Kind.JSON else stack.enter_context(opened(opener, kind, part.records))
        plain = records.records(0, part.records)
        yield form.header
        yield from _json(part.redactor, plain) if kind is Kind.JSON else _csv(part.redactor, form.records(0, part.records), plain)
        yield form.footer


def _json(redactor: Redactor, records: Iterator[bytes]) -> Iterator[bytes]:
    lead = b""
    for record in records:
        yield lead + redactor.json(record)
        lead = b",\n"


def _csv(redactor: Redactor, rows: Iterator[bytes], records: Iterator[bytes]) -> Iterator[bytes]:
    for row, record in zip(rows, records, strict=True):
        yield redactor.csv(row, record) + b"\n"
