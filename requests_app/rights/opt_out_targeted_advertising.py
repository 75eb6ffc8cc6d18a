"""Refusing advertising by what one does elsewhere. Source: Va. Code 59.1-577(A)(5)."""

from requests_app.rights.base import Right
from requests_app.values import gettext_noop

ENTRY = Right(
    name="opt_out_targeted_advertising",
    fulfilment="optouts",
    title=gettext_noop("Stop advertising that follows me"),
    summary=gettext_noop("What you do on other sites no longer decides which advertising you see."),
    action=gettext_noop("Stop advertising that follows me"),
    asks_facts=False,
    needs_proof=False,
    asks=frozenset({"channels"}),
)
