"""Restriction: data is set aside while something is cleared up. Source: GDPR Art. 18."""

from enum import StrEnum

from requests_app.rights.base import Right
from requests_app.values import gettext_noop

ENTRY = Right(
    name="restriction",
    fulfilment="changes",
    title=gettext_noop("Set my data aside"),
    summary=gettext_noop("We keep your data but do nothing else with it, while something is cleared up."),
    action=gettext_noop("Ask to set my data aside"),
    asks_facts=True,
    asks=frozenset({"ground"}),
)


class Ground(StrEnum):
    """On what somebody asks for restriction. Source: GDPR Art. 18(1)(a)–(d)."""

    ACCURACY = "accuracy"
    UNLAWFUL = "unlawful"
    CLAIMS = "claims"
    OBJECTION = "objection"
