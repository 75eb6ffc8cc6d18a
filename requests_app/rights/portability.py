"""Portability: what the person gave, for another company. Source: GDPR Art. 20."""

from requests_app.rights.base import Right
from requests_app.values import gettext_noop

ENTRY = Right(
    name="portability",
    fulfilment="bundle",
    title=gettext_noop("Take my data elsewhere"),
    summary=gettext_noop("What you gave us or caused by using us, in a form that another company can read."),
    action=gettext_noop("Ask for my data to take along"),
    asks_facts=True,
)
