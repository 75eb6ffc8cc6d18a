"""Erasure: data goes that need not or may not be held any longer. Source: GDPR Art. 17; Cal. Civ. Code 1798.105."""

from enum import StrEnum

from requests_app.rights.base import Right
from requests_app.values import gettext_noop

ENTRY = Right(
    name="erasure",
    fulfilment="erasure",
    title=gettext_noop("Have my data erased"),
    summary=gettext_noop("All of it, or a part. What a law makes us keep stays until a day that we tell you."),
    action=gettext_noop("Ask for erasure"),
    asks_facts=True,
)


class Ground(StrEnum):
    """On what somebody asks for erasure; nobody has to say. Source: GDPR Art. 17(1)(a)–(f)."""

    NO_LONGER_NEEDED = "no_longer_needed"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    OBJECTION = "objection"
    UNLAWFUL = "unlawful"
    LEGAL_OBLIGATION = "legal_obligation"
    CHILD = "child"
