"""The third parties that received data, by name. Source: Or. Rev. Stat. 646A.574(1)(a)(B); Cal. Civ. Code 1798.83."""

from requests_app.rights.base import Right
from requests_app.values import gettext_noop

ENTRY = Right(
    name="third_party_list_specific",
    fulfilment="replies",
    title=gettext_noop("Learn who received my data, by name"),
    summary=gettext_noop("The list of companies that got data from us."),
    action=gettext_noop("Ask for the list"),
    asks_facts=False,
)
