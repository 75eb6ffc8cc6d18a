"""Refusing that data is sold or shared. Source: Cal. Civ. Code 1798.120."""

from requests_app.rights.base import Right
from requests_app.values import gettext_noop

ENTRY = Right(
    name="opt_out_sale",
    fulfilment="optouts",
    title=gettext_noop("Do not sell or share my data"),
    summary=gettext_noop("Nobody gets your data for money or for advertising of their own."),
    action=gettext_noop("Do not sell or share my data"),
    asks_facts=False,
    needs_proof=False,
    asks=frozenset({"channels"}),
)
