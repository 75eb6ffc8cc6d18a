"""Refusing direct marketing, by channel. Source: GDPR Art. 21(2)–(3)."""

from requests_app.rights.base import Right
from requests_app.values import gettext_noop

ENTRY = Right(
    name="object_direct_marketing",
    fulfilment="optouts",
    title=gettext_noop("Stop advertising"),
    summary=gettext_noop("By mail, telephone, text message or post: what you choose. Letters about your orders go on."),
    action=gettext_noop("Stop advertising"),
    asks_facts=False,
    needs_proof=False,
    asks=frozenset({"channels"}),
)
