"""Refusing to be profiled for decisions that weigh. Source: Va. Code 59.1-577(A)(5)."""

from requests_app.rights.base import Right
from requests_app.values import gettext_noop

ENTRY = Right(
    name="opt_out_profiling",
    fulfilment="optouts",
    title=gettext_noop("Do not profile me"),
    summary=gettext_noop("No machine judges you for decisions that weigh."),
    action=gettext_noop("Do not profile me"),
    asks_facts=False,
    needs_proof=False,
    asks=frozenset({"channels"}),
)
