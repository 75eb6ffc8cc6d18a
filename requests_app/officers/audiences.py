"""Who is meant by "the officers" and "the leads" of a brand, so that no letter finds nobody to read it."""

from collections.abc import Iterable
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from django.db.models import Q

from requests_app.brands.models import Brand
from requests_app.brands.notices import LEADS, OFFICERS
from requests_app.officers import policy
from requests_app.officers.models import Officer, Role, Sees
from requests_app.values import Side

if TYPE_CHECKING:
    from django.db.models import QuerySet

_ROLE: Final = MappingProxyType({OFFICERS: Role.OFFICER, LEADS: Role.LEAD})


def audience(brand: Brand, names: Iterable[str], side: Side = Side.CUSTOMERS) -> "QuerySet[Officer]":
    """Return the people of `brand` whom `names` mean on `side` of the wall, each once.

    A brand without officers is answered by its leads and administrators; one without leads is led by its administrators.
    """
    meant = Q(pk__in=[])
    for name in names:
        meant |= Q(pk__in=_people(brand, name, side))
    return Officer.objects.filter(meant).order_by("pk")


def _people(brand: Brand, name: str, side: Side) -> "QuerySet[Officer]":
    people = Officer.objects.filter(_in_role(brand, _ROLE[name], side))
    if people.exists():
        return people
    return Officer.objects.filter(
        policy.answering_for(brand, side) if name == OFFICERS else _in_role(brand, Role.ADMINISTRATOR, side)
    )


def _in_role(brand: Brand, role: Role, side: Side) -> Q:
    sees = [sees for sees in Sees if side in sees.sides]
    return Q(is_active=True, memberships__brand=brand, memberships__role=role, memberships__sees__in=sees)
