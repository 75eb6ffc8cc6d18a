"""Rectification: what is wrong is corrected, what is missing is added. Source: GDPR Art. 16; Cal. Civ. Code 1798.106."""

from requests_app.rights.base import Right
from requests_app.values import gettext_noop

ENTRY = Right(
    name="rectification",
    fulfilment="changes",
    title=gettext_noop("Correct my data"),
    summary=gettext_noop("You see what we hold that may be corrected, and say what is right."),
    action=gettext_noop("Ask for a correction"),
    asks_facts=True,
)
