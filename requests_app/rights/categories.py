"""Categories: which kinds of data are held, without the data. Source: Cal. Civ. Code 1798.110(a)(1)."""

from requests_app.rights.base import Right
from requests_app.values import gettext_noop

ENTRY = Right(
    name="categories",
    fulfilment="bundle",
    title=gettext_noop("Learn which kinds of data you hold"),
    summary=gettext_noop(
        "The kinds of data, where they come from, what they serve and who receives them, without the data itself."
    ),
    action=gettext_noop("Ask for the kinds of data"),
    asks_facts=True,
)
