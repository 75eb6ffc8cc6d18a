"""Finding a request by what somebody says on the telephone: through keyed indexes, never by reading names."""

import re
from typing import Final
from uuid import UUID

from requests_app.emails import NotAnAddress
from requests_app.intake.services import address_index
from requests_app.officers.models import Officer
from requests_app.workflow.models import SubjectRequest, SubjectRequestQuerySet
from requests_app.workflow.naming import name_index, named

MOST: Final = 25
_REFERENCE: Final = re.compile(r"(?:DSR)?([0-9A-Z]{4})([0-9A-Z]{4})")


def by_reference(officer: Officer, sought: str) -> str:
    """Return the reference that `sought` is, with or without its dashes; empty where the officer may see none such."""
    found = _REFERENCE.fullmatch(re.sub(r"[\s‐-―-]", "", sought).upper())
    mine = SubjectRequest.objects.visible_to(officer)
    known = mine.filter(reference=f"DSR-{found[1]}-{found[2]}").values_list("reference", flat=True).first() if found else None
    return known or ""


def by_person(officer: Officer, sought: str) -> list[UUID]:
    """Return the newest requests of an address, or of a name that has all of these words: one more than `MOST` when there are."""
    mine = SubjectRequest.objects.visible_to(officer)
    found = _of_address(mine, sought) if "@" in sought else _of_name(mine, sought)
    return list(found.order_by("-received_at", "pk").values_list("pk", flat=True)[: MOST + 1])


def _of_address(dsrs: SubjectRequestQuerySet, address: str) -> SubjectRequestQuerySet:
    try:
        return dsrs.filter(email_index=address_index(address))
    except NotAnAddress:
        return dsrs.none()


def _of_name(dsrs: SubjectRequestQuerySet, name: str) -> SubjectRequestQuerySet:
    words = name_index(name)
    return dsrs.filter(named(words)) if words else dsrs.none()
