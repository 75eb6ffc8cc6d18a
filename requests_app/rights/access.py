"""Access: a copy of the data, and what is done with it. Source: GDPR Art. 15; Cal. Civ. Code 1798.110."""

from requests_app.rights.base import Right
from requests_app.values import gettext_noop

ENTRY = Right(
    name="access",
    fulfilment="bundle",
    title=gettext_noop("See my data"),
    summary=gettext_noop("A copy of what we hold about you, and what we do with it."),
    action=gettext_noop("Ask for my data"),
    asks_facts=True,
)
