"""What of a system's data a person may take elsewhere: decided field by field, by legal basis and origin.

Data that the person gave or caused, processed on consent or for a contract. Source: GDPR Art. 20(1); WP 242 rev.01, p. 9–11: what a
person caused by using a service counts as given, what the shop worked out of it does not.
"""

from enum import StrEnum
from typing import Final

from requests_app.connectors.inventories import CollectionInfo, FieldInfo, OriginKind

BASES: Final = frozenset({"consent", "contract"})
OWN: Final = frozenset({OriginKind.GIVEN, OriginKind.OBSERVED})


class Why(StrEnum):
    """Why a field stays out of a copy to take elsewhere."""

    LEGAL_OBLIGATION = "legal_obligation"
    OTHER_BASIS = "other_basis"
    DERIVED = "derived"
    ELSEWHERE = "elsewhere"
    UNSTATED = "unstated"


def why_not(field: FieldInfo, collection: CollectionInfo) -> Why | None:
    """Return why a field may not be taken elsewhere, None where it may; its own purposes and origins go before its collection's."""
    bases = {purpose.legal_basis for purpose in field.purposes or collection.purposes}
    if not bases:
        return Why.UNSTATED
    if not bases & BASES:
        return Why.LEGAL_OBLIGATION if bases == {"legal_obligation"} else Why.OTHER_BASIS
    kinds = {origin.kind for origin in field.origins or collection.origins}
    if not kinds or kinds & OWN:
        return None
    return Why.DERIVED if OriginKind.DERIVED in kinds else Why.ELSEWHERE
