"""Withdrawing a consent, as easily as it was given. Source: GDPR Art. 7(3)."""

from requests_app.rights.base import Right
from requests_app.values import gettext_noop

ENTRY = Right(
    name="withdraw_consent",
    fulfilment="optouts",
    title=gettext_noop("Take back a consent"),
    summary=gettext_noop("What rested on it ends. What was done before stays lawful."),
    action=gettext_noop("Take back my consent"),
    asks_facts=False,
    needs_proof=False,
    asks=frozenset({"channels"}),
)
