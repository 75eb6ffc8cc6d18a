"""All who are named in a SQL system: of each person's collection its key and identities, row by row."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import null, or_, select

from requests_app.connectors.base import Config
from requests_app.connectors.naming import Named
from requests_app.connectors.sql.description import Collection
from requests_app.connectors.sql.fitted import Fitted
from requests_app.connectors.sql.joints import Joints
from requests_app.connectors.sql.opening import explained, opened, searchable
from requests_app.connectors.sql.session import Session
from requests_app.values import Claim, Root

_DAY = len("2026-01-31")


def named(config: Config) -> Iterator[Named]:
    description = searchable(config)
    with opened(config) as session, explained(config, description, session) as fitted:
        for collection in fitted.persons:
            yield from _named(collection, fitted, session)


def _named(collection: Collection, fitted: Fitted, session: Session) -> Iterator[Named]:
    identities = [one for one in collection.identities if not one.is_many]
    if not identities:
        return
    made = [collection.field(collection.info.collected)] if collection.info.collected else []
    fields, table, speech = (*collection.key, *identities, *made), Joints(fitted).table(collection.name), fitted.speech
    someone = or_(*(table.c[one.column].is_not(null()) for one in identities))
    wanted = select(*(speech.text_of(table.c[one.column]) for one in fields)).select_from(table).where(someone)
    size = len(collection.key)
    for row in session.stream(speech.compile(wanted), {}):
        texts = [None if value is None else speech.as_text(value) for value in row]
        root = Root(collection.name, tuple(text or "" for text in texts[:size]))
        since = _day(texts[-1]) if made else None
        for one, text in zip(identities, texts[size:], strict=False):
            if text is not None:
                yield Named(root, Claim(one.identity, text), since)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:_DAY])
    except ValueError:
        return None
