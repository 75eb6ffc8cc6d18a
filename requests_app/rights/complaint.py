"""A complaint about how data is handled. Source: UK Data Protection Act 2018, s. 164A; GDPR Art. 24(1)."""

from requests_app.rights.base import Right
from requests_app.values import gettext_noop

ENTRY = Right(
    name="complaint",
    fulfilment="replies",
    title=gettext_noop("Complain"),
    summary=gettext_noop("About how we handle your data or a request. A privacy officer answers you."),
    action=gettext_noop("Complain"),
    asks_facts=False,
)
