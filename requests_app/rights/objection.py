"""Objection to processing that rests on a legitimate interest. Source: GDPR Art. 21(1)."""

from requests_app.rights.base import Right
from requests_app.values import gettext_noop

ENTRY = Right(
    name="objection",
    fulfilment="optouts",
    title=gettext_noop("Object to what you do with my data"),
    summary=gettext_noop("You say what in your situation speaks against it, and an officer weighs it."),
    action=gettext_noop("Object"),
    asks_facts=True,
)
