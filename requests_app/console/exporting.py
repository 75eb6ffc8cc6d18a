"""What the queue shows, as a CSV file: as masked as on the page, streamed, and written down."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from django.http import StreamingHttpResponse
from django.utils.text import slugify
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from requests_app.audit.services import record
from requests_app.console import queue as queues
from requests_app.console.asking import Asked, Place, after, asked, places_of
from requests_app.console.gate import OfficerRequest
from requests_app.console.queue import Row, Tab
from requests_app.vault.rows import BLANKS, GUARDED

AT_ONCE: Final = 500  # rows of one question
MOST: Final = 100_000  # rows of one file


class _Line:
    """What `csv` writes to: each line is handed on at once."""

    def write(self, line: str) -> str:
        return line


@require_safe
def export(request: OfficerRequest, tab: str) -> StreamingHttpResponse:
    """Stream the rows of a tab, narrowed as the address says."""
    ask = asked(request, tab)
    record("queue.exported", by=request.user.actor, tab=ask.tab.value, narrowed=ask.wanted.query)
    name = f"{slugify(ask.tab.value)}-{datetime.now(UTC):%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(_lines(ask, get_language()), content_type="text/csv; charset=utf-8", headers=headers)


def _lines(ask: Asked, language: str | None) -> Iterator[str]:
    writer: Any = csv.writer(_Line(), quoting=csv.QUOTE_ALL)
    with override(language):
        head = writer.writerow(_head())
    yield f"\ufeff{head}"
    for places in _pages(ask):
        with override(language):  # the reader of a stream may come back in another thread's language
            rows = queues.told([one.pk for one in places], ask.desk, datetime.now(UTC))
            lines = [writer.writerow([guarded(cell) for cell in _cells(row)]) for row in rows]
        yield from lines


def _pages(ask: Asked) -> Iterator[list[Place]]:
    """Yield what the view shows, page by page. All places are taken down first: what moves meanwhile is told once."""
    if ask.tab == Tab.ANSWERED:
        yield from _closed(ask)
        return
    found = places_of(ask, 0, MOST)
    yield from (found[at : at + AT_ONCE] for at in range(0, len(found), AT_ONCE))


def _closed(ask: Asked) -> Iterator[list[Place]]:
    places = places_of(ask, 0, AT_ONCE)
    while places:
        yield places
        places = places_of(ask, 0, AT_ONCE, besides=after(str(places[-1])))


def guarded(cell: str) -> str:
    """Return `cell` so that a spreadsheet takes it for text."""
    return f"'{cell}" if cell.lstrip(BLANKS)[:1] in GUARDED else cell


def _head() -> list[str]:
    return [
        _("Reference"), _("Shop"), _("Who"), _("Right"), _("Law"), _("Stage"), _("Whose move"), _("Safe date"), _("Days to it"),
        _("Days to the legal date"), _("Systems"), _("Flags"), _("Officer"),
    ]  # fmt: skip


def _cells(row: Row) -> list[str]:
    on = row.due.on.isoformat() if row.due.on else ""
    days = [str(left) if left is not None else "" for left in (row.safe_in, row.legal_in)]
    return [
        row.reference, row.brand, row.who, row.right, row.law, row.stage, row.mover, on, *days, row.systems, "; ".join(row.flags),
        row.assignee,
    ]  # fmt: skip
