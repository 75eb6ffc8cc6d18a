"""An appeal against the answer to a request, decided by another officer. Source: Va. Code 59.1-577(C)."""

from requests_app.rights.base import Right
from requests_app.values import gettext_noop

ENTRY = Right(
    name="appeal",
    fulfilment="replies",
    title=gettext_noop("Appeal against our answer"),
    summary=gettext_noop("Somebody who did not decide on your request looks at it again."),
    action=gettext_noop("Appeal"),
    asks_facts=False,
    concerns=True,
)
