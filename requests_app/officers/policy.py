"""Who may do what: one table of role × action, and a wall between what is about customers and what is about staff.

Doors ask here, and nowhere else.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeGuard

from django.db.models import Q

from requests_app.brands.models import Brand
from requests_app.officers.models import Officer, Role, Sees
from requests_app.values import CUSTOMER_KIND, Side

if TYPE_CHECKING:
    from django.db.models import QuerySet


class Action(StrEnum):
    """What the console lets somebody do."""

    SEE = "see"
    SEE_DATA = "see data"
    DECIDE_MATCH = "decide match"
    ANSWER = "answer"
    LIFT_FREEZE = "lift freeze"
    PACK = "take the audit pack of a request"
    PACK_ALL = "take the audit pack of a quarter"
    MANAGE = "manage"
    CONNECT = "connect a system, or change how it is asked"
    APPROVE_SYSTEM = "approve a change of how a system erases"


MAY: Final[Mapping[str, frozenset[Action]]] = MappingProxyType(
    {
        Role.AUDITOR: frozenset({Action.SEE, Action.PACK, Action.PACK_ALL}),
        Role.OFFICER: frozenset({Action.SEE, Action.SEE_DATA, Action.DECIDE_MATCH, Action.ANSWER, Action.PACK}),
        Role.LEAD: frozenset(
            {
                *(Action.SEE, Action.SEE_DATA, Action.DECIDE_MATCH, Action.ANSWER, Action.LIFT_FREEZE, Action.PACK),
                *(Action.PACK_ALL, Action.APPROVE_SYSTEM),
            },
        ),
        Role.ADMINISTRATOR: frozenset(Action),
    },
)


def brands_of(user: Any, action: Action = Action.SEE, side: Side | None = None) -> "QuerySet[Brand]":
    """Return the brands for which `user` may do `action` on `side`, or on either; none for a stranger or somebody who left."""
    if not _works_here(user):
        return Brand.objects.none()
    theirs = {"membership__officer": user, "membership__role__in": _roles(action)}
    return Brand.objects.filter(**theirs | ({"membership__sees__in": seeing(side)} if side else {}))


def theirs(user: Any, action: Action = Action.SEE) -> Q:
    """Return the condition on memberships by which `user` may do `action`; none is that of a stranger or somebody who left."""
    return Q(officer=user, role__in=_roles(action)) if _works_here(user) else Q(pk__in=[])


def within(user: Any, action: Action = Action.SEE, *, side: str = "side") -> Q:
    """Return the condition on rows of a `brand` that `user` may do `action` with; `side` names the field of their side."""
    return Q(brand__in=brands_of(user, action, Side.CUSTOMERS), **{side: Side.CUSTOMERS}) | Q(
        brand__in=brands_of(user, action, Side.STAFF), **{side: Side.STAFF}
    )


def standing_at(user: Any) -> Q:
    """Return the condition on requests that stand at a brand and on a side that `user` works for; what is lent does not."""
    of_customers = Q(person_kind=CUSTOMER_KIND)
    return Q(of_customers, brand__in=brands_of(user, side=Side.CUSTOMERS)) | Q(
        ~of_customers, brand__in=brands_of(user, side=Side.STAFF)
    )


def may(user: Any, action: Action, brand: Brand, side: Side = Side.CUSTOMERS) -> bool:
    return brands_of(user, action, side).filter(pk=brand.pk).exists()


def sides_at(user: Any, action: Action, brand: Brand) -> frozenset[Side]:
    """Return on which sides `user` may do `action` at `brand`."""
    return frozenset(side for side in Side if action in actions_at(user, brand, side))


def actions_at(user: Any, brand: Brand, side: Side = Side.CUSTOMERS) -> frozenset[Action]:
    """Return all that `user` may do for `brand` on `side`, in one query; nothing for a stranger or somebody who left."""
    if not _works_here(user):
        return frozenset()
    role = user.memberships.filter(brand=brand, sees__in=seeing(side)).values_list("role", flat=True).first()
    return MAY.get(role or "", frozenset())


def answering_for(brand: Brand, side: Side = Side.CUSTOMERS) -> Q:
    """Return the condition on officers who may answer for `brand` on `side`, all others left out."""
    return Q(
        is_active=True, memberships__brand=brand, memberships__role__in=_roles(Action.ANSWER), memberships__sees__in=seeing(side)
    )


def _works_here(user: Any) -> TypeGuard[Officer]:
    """Tell an officer from a stranger, and from somebody who left."""
    return isinstance(user, Officer) and user.is_active


def _roles(action: Action) -> list[str]:
    return [role for role, actions in MAY.items() if action in actions]


def seeing(side: Side) -> list[Sees]:
    """Return whom somebody must be named for to see what stands on `side`."""
    return [sees for sees in Sees if side in sees.sides]
