"""Columns that are called as if they held full card numbers, which only a payment firm has. Source: PCI DSS v4.0.1, 3.3 and 3.5."""

import re
from collections.abc import Iterator
from typing import Final

from requests_app.connectors.base import Problem
from requests_app.connectors.sql.description import Description

_NAMED: Final = re.compile(
    r"(?:^|[_.])(?:(?:credit|debit|payment|bank)?_?(?:card|cc)_?(?:no|nr|num|number)|pan|primary_account_number|cardnumber"
    r"|numero_(?:de_)?carte|carte_numero|kartennummer)$",
    re.IGNORECASE,
)
_PARTLY: Final = re.compile(r"last|four|4|masked|token|hash|gift|loyalty|fidelite|member", re.IGNORECASE)


def looks_like_a_card(name: str) -> bool:
    """Whether a field is called as one that holds full card numbers would be."""
    return bool(_NAMED.search(name)) and not _PARTLY.search(name)


def card_numbers(description: Description) -> Iterator[Problem]:
    """Yield a warning for each field that is called so."""
    for collection in description.collections:
        for field in collection.every:
            if looks_like_a_card(field.name):
                told = "is called like a full card number: only a payment firm may hold those; answers mask what looks like one"
                yield Problem("card_number", field.where, told, fatal=False)
