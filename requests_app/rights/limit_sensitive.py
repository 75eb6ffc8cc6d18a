"""Limiting the use of sensitive data. Source: Cal. Civ. Code 1798.121."""

from requests_app.rights.base import Right
from requests_app.values import gettext_noop

ENTRY = Right(
    name="limit_sensitive",
    fulfilment="optouts",
    title=gettext_noop("Limit the use of my sensitive data"),
    summary=gettext_noop("It serves only what you asked us for."),
    action=gettext_noop("Limit the use of my sensitive data"),
    asks_facts=False,
    needs_proof=False,
    asks=frozenset({"channels"}),
)
