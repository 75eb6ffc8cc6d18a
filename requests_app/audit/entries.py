"""Events as they are sealed and exported: one text each, made by the database, so that nobody who checks makes it anew."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction

FORMAT: Final = "dsar-event/1"
ENTRY: Final = f"""
'{FORMAT} '::text || jsonb_build_object('event', e.id, 'at', to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
  'action', e.action, 'dsr', e.dsr_id, 'actor', e.actor_kind, 'name', e.actor_name, 'facts', e.facts,
  'mark', encode(e.mark, 'hex'))::text"""
_UNSEALED: Final = f"""
SELECT e.id, {ENTRY} FROM requests_app_auditevent e
 WHERE e.id > %(after)s AND NOT EXISTS (SELECT FROM requests_app_trailleaf l WHERE l.event = e.id)
 ORDER BY e.id LIMIT %(many)s"""  # noqa: S608  # a constant
_SEALED: Final = f"""
SELECT l.place, l.event, encode(l.hash, 'hex'), CASE WHEN e.id IS NOT NULL THEN {ENTRY} END
  FROM requests_app_trailleaf l LEFT JOIN requests_app_auditevent e ON e.id = l.event ORDER BY l.place"""  # noqa: S608  # a constant
_ONE: Final = f"SELECT {ENTRY} FROM requests_app_auditevent e WHERE e.id = %s"  # noqa: S608  # a constant
AT_ONCE: Final = 5000


@dataclass(frozen=True, slots=True)
class Entry:
    event: int
    text: str

    @property
    def says(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.text.partition(" ")[2])
        return said


@dataclass(frozen=True, slots=True)
class Leaf:
    """A sealed event: `text` as the event is now, None where it is gone; `digest` in hexadecimal as it was sealed."""

    place: int
    event: int
    digest: str
    text: str | None


def unsealed(after: int = 0, many: int = AT_ONCE) -> list[Entry]:
    """Return committed events with a number above `after` that have no leaf yet, the lowest numbers first."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED, {"after": after, "many": many})
        return [Entry(*row) for row in cursor.fetchall()]


def sealed() -> Iterator[Leaf]:
    """Yield every leaf, read in pages through a cursor of the server."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_SEALED)
        while some := cursor.fetchmany(AT_ONCE):
            yield from (Leaf(*row) for row in some)


def text_of(event: int) -> str:
    """Return the entry of an event that exists."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE, [event])
        (text,) = cursor.fetchone()
    return str(text)
