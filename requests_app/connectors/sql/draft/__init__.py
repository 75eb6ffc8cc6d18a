"""A dataset file proposed from a live schema: names and types tell most; what is guessed is marked, with reason and sureness."""

from requests_app.connectors.sql.draft.guess import guesses
from requests_app.connectors.sql.draft.page import page
from requests_app.connectors.sql.draft.plan import plan
from requests_app.connectors.sql.draft.samples import better, text_columns
from requests_app.connectors.sql.draft.seen import look, opened


def draft(url: str, schema: str = "", *, key: str = "", samples: bool = False) -> str:
    """Return the text of a dataset file for the database at `url`.

    With `samples`, some values of text columns are looked at; none is kept or repeated.

    Raises:
        Misconfigured: `url` is none, its driver is missing, or there are no tables.
        SourceFault: the system did not answer.
    """
    with opened(url) as connection:
        seen = look(connection, schema)
        guessed = {table.name: guesses(table) for table in seen.tables}
        return page(plan(seen, better(connection, seen, guessed) if samples else guessed), key)


def sampled_columns(url: str, schema: str = "") -> int:
    """Return how many columns `samples` would look into."""
    with opened(url) as connection:
        return sum(len(text_columns(table)) for table in look(connection, schema).tables)
