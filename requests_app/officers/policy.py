"""Who may do what: one table of role × action. Doors ask here, and nowhere else."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q

from requests_app.brands.models import Brand
from requests_app.officers.models import Officer, Role

if TYPE_CHECKING:
    from django.db.models import QuerySet


class Action(StrEnum):
    """What the console lets somebody do."""

    SEE = "see"
    SEE_DATA = "see data"
    DECIDE_MATCH = "decide match"
    ANSWER = "answer"
    MANAGE = "manage"


MAY: Final[Mapping[str, frozenset[Action]]] = MappingProxyType(
    {
        Role.AUDITOR: frozenset({Action.SEE}),
        Role.OFFICER: frozenset({Action.SEE, Action.SEE_DATA, Action.DECIDE_MATCH, Action.ANSWER}),
        Role.ADMINISTRATOR: frozenset(Action),
    },
)


def brands_of(user: Any, action: Action = Action.SEE) -> "QuerySet[Brand]":
    """Return the brands for which `user` may do `action`; none for a stranger, a customer or somebody who left."""
    if not isinstance(user, Officer) or not user.is_active:
        return Brand.objects.none()
    roles = [role for role, actions in MAY.items() if action in actions]
    return Brand.objects.filter(membership__officer=user, membership__role__in=roles)


def may(user: Any, action: Action, brand: Brand) -> bool:
    return brands_of(user, action).filter(pk=brand.pk).exists()


def actions_at(user: Any, brand: Brand) -> frozenset[Action]:
    """Return all that `user` may do for `brand`, in one query; nothing for a stranger or somebody who left."""
    if not isinstance(user, Officer) or not user.is_active:
        return frozenset()
    role = user.memberships.filter(brand=brand).values_list("role", flat=True).first()
    return MAY.get(role or "", frozenset())


def answering_for(brand: Brand) -> Q:
    """Return the condition on officers who may answer for `brand`, all others left out."""
    roles = [role for role, actions in MAY.items() if Action.ANSWER in actions]
    return Q(is_active=True, memberships__brand=brand, memberships__role__in=roles)
