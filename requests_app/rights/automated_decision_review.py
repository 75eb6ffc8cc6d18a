"""A person looks at what a machine decided. Source: GDPR Art. 22(3)."""

from requests_app.rights.base import Right
from requests_app.values import gettext_noop

ENTRY = Right(
    name="automated_decision_review",
    fulfilment="replies",
    title=gettext_noop("Have a person look at a decision"),
    summary=gettext_noop("A machine decided something about you: a person looks at it again, with what you say."),
    action=gettext_noop("Ask for a person to look"),
    asks_facts=True,
    asks=frozenset({"decision"}),
)
