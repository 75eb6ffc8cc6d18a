"""The kinds of third parties that received data. Source: Colo. Rev. Stat. 6-1-1306; Conn. Gen. Stat. 42-518."""

from requests_app.rights.base import Right
from requests_app.values import gettext_noop

ENTRY = Right(
    name="third_party_list_categories",
    fulfilment="replies",
    title=gettext_noop("Learn which kinds of companies received my data"),
    summary=gettext_noop("The list of the kinds of companies that got data from us."),
    action=gettext_noop("Ask for the list of kinds"),
    asks_facts=False,
)
