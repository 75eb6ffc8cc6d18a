"""Where an officer works: shops, on which side of the wall, with which colleagues. One question to the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from requests_app.officers import policy
from requests_app.officers.models import Membership, Officer, Sees
from requests_app.officers.policy import MAY, Action
from requests_app.sources.models import Source
from requests_app.values import CUSTOMER_KIND, Side
from requests_app.workflow.delegations import LENT, Delegation
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import CLOSED

_ANSWERING = [role for role, actions in MAY.items() if Action.ANSWER in actions]


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may answer for a shop."""

    pk: int
    name: str
    sides: frozenset[Side]


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop at which the officer works, in which role. `failing`: systems there that failed last time they were asked."""

    pk: int
    slug: str
    name: str
    sides: frozenset[Side]
    actions: frozenset[Action]
    failing: int
    role: str
    colleagues: tuple[Colleague, ...]

    @property
    def answers(self) -> bool:
        return Action.ANSWER in self.actions


@dataclass(frozen=True, slots=True)
class Desk:
    """All the shops of one officer, by name, and the requests of others that are `lent` to the officer."""

    officer: Officer
    shops: tuple[Shop, ...]
    lent: tuple[UUID, ...]

    @property
    def sees(self) -> Q:
        """The condition on requests that the officer sees: `SubjectRequest.objects.visible_to` in the words of this desk."""
        return Q(pk__in=self.lent) & ~Q(state__in=sorted(CLOSED)) | self.stands_here

    @property
    def stands_here(self) -> Q:
        """The condition on requests of the officer's own shops and sides, without what is lent."""
        by_sides = (
            on_sides(sides) & Q(brand__in=[shop.pk for shop in self.shops if shop.sides == sides])
            for sides in {shop.sides for shop in self.shops}
        )
        return reduce(or_, by_sides, Q(pk__in=[]))

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [(shop.slug, shop.name) for shop in self.shops]

    @property
    def failing(self) -> int:
        return sum(shop.failing for shop in self.shops)

    @property
    def colleagues(self) -> dict[int, str]:
        """Whoever may answer for one of these shops, by number: the officer first, then by name."""
        known = {one.pk: one.name for shop in self.shops for one in shop.colleagues}
        return dict(sorted(known.items(), key=lambda one: (one[0] != self.officer.pk, one[1].casefold())))

    @property
    def answers(self) -> bool:
        """Whether the officer may answer for any of these shops: then there is something to select requests for."""
        return any(shop.answers for shop in self.shops)

    def actions_on(self, dsr: SubjectRequest) -> frozenset[Action]:
        """Return all that the officer may do with `dsr`: by a role, or because it is lent while it is open."""
        lent = LENT if dsr.pk in self.lent and dsr.is_open else frozenset[Action]()
        at = (shop.actions for shop in self.shops if shop.pk == dsr.brand_id and dsr.side in shop.sides)
        return next(at, frozenset[Action]()) | lent

    def may_answer(self, dsr: SubjectRequest) -> bool:
        """Whether the officer may answer `dsr` by a role."""
        return any(shop.answers and shop.pk == dsr.brand_id and dsr.side in shop.sides for shop in self.shops)

    def may_be_given(self, dsr: SubjectRequest, officer: int) -> bool:
        """Whether `officer` may answer for the shop and side of `dsr`."""
        return any(
            one.pk == officer and dsr.side in one.sides
            for shop in self.shops if shop.pk == dsr.brand_id
            for one in shop.colleagues
        )  # fmt: skip

    def may(self, action: Action, brand: int, side: str) -> bool:
        """Whether the officer may do `action` at a shop, on that side; what the table of roles says, asked of nobody again."""
        return any(
            shop.pk == brand and Side(side) in shop.sides and action in MAY.get(shop.role, frozenset()) for shop in self.shops
        )

    def shops_for(self, action: Action) -> list[Shop]:
        """Return the shops at which the officer may do `action` on some side."""
        return [shop for shop in self.shops if action in MAY.get(shop.role, frozenset())]

    def slug_of(self, brand: int | None) -> str:
        return next((shop.slug for shop in self.shops if shop.pk == brand), "")


def on_sides(sides: frozenset[Side]) -> Q:
    """Return the condition on requests by which they stand on one of `sides` of the wall."""
    if len(sides) == len(Side):
        return Q()
    of_customers = Q(person_kind=CUSTOMER_KIND)
    return of_customers if Side.CUSTOMERS in sides else ~of_customers


def desk_of(officer: Officer) -> Desk:
    found = list(_shops().filter(policy.theirs(officer)))
    lent = found[0]["lent"] if found else Delegation.objects.of(officer).values_list("dsr", flat=True)
    return Desk(officer, tuple(_shop(row) for row in found), tuple(lent))


@cache
def _shops() -> "QuerySet[Membership, dict[str, Any]]":
    """Return what is to be known of the shop of every membership; put together once, as that takes longer than asking it."""
    failing = {f"failing_{side.value}": _failing(side) for side in Side}
    lent = Delegation.objects.in_force().filter(officer=OuterRef("officer"))
    found = Membership.objects.annotate(team=_team(), lent=ArraySubquery(lent.values("dsr")), **failing)
    rows: QuerySet[Membership, dict[str, Any]] = found.order_by("brand__name", "brand").values(
        "brand", "brand__slug", "brand__name", "sees", "role", "team", "lent", *failing
    )
    return rows


def _shop(row: Mapping[str, Any]) -> Shop:
    team = sorted(row["team"], key=lambda one: one["pk"])
    return Shop(
        pk=row["brand"], slug=row["brand__slug"], name=row["brand__name"], sides=Sees(row["sees"]).sides, actions=MAY[row["role"]],
        role=row["role"], failing=sum(row[f"failing_{side.value}"] for side in Side),
        colleagues=tuple(Colleague(one["pk"], one["name"] or one["email"], Sees(one["sees"]).sides) for one in team),
    )  # fmt: skip


def _failing(side: Side) -> Coalesce:
    failed: QuerySet[Any] = Source.objects.searched().filter(brand=OuterRef("brand"), side=side).exclude(last_fault="")
    counted = failed.order_by().values("brand").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _team() -> ArraySubquery:
    answering = Membership.objects.filter(brand=OuterRef("brand"), role__in=_ANSWERING, officer__is_active=True)
    return ArraySubquery(
        answering.values(
            told=JSONObject(pk="officer", name="officer__name", email="officer__email", sees="sees"),
        )
    )
