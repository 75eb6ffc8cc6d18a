"""What an officer asks the queue to show, and where each of its requests stands."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from requests_app.console import narrowing
from requests_app.console.desk import Desk, Shop, desk_of, on_sides
from requests_app.console.gate import OfficerRequest
from requests_app.console.narrowing import Narrowing
from requests_app.console.queue import ANYTHING, Tab, standing_in
from requests_app.console.queue_forms import NarrowForm
from requests_app.workflow.models import URGENCY, SubjectRequest, SubjectRequestQuerySet

_URGENT: Final = ("urgency", "due_safe_on", "received_at")
_COLUMNS: Final = {Tab.UNVERIFIED: ("-received_at",), Tab.ANSWERED: ("-closed_at",)}


@dataclass(frozen=True, slots=True)
class Asked:
    """A tab, narrowed."""

    tab: Tab
    desk: Desk
    form: NarrowForm
    wanted: Narrowing

    @property
    def among(self) -> Q:
        return self.wanted.condition(self.desk, timezone.localdate())

    @property
    def shops(self) -> list[Shop]:
        return [shop for shop in self.desk.shops if self.wanted.brand in {"", shop.slug}]

    @property
    def columns(self) -> tuple[str, ...]:
        """The order in which the tab is worked."""
        return (*_COLUMNS.get(self.tab, _URGENT), "pk")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request stands in its tab: its number, and the moment by which it does."""

    pk: UUID
    at: datetime

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.pk}"


def asked(request: OfficerRequest, tab: str) -> Asked:
    """Return what the address asks for.

    Raises:
        Http404: there is no such tab.
    """
    if tab not in list(Tab):
        raise Http404
    desk = desk_of(request.user)
    form = NarrowForm(request.GET or None, desk=desk, closed=tab == Tab.ANSWERED)
    return Asked(Tab(tab), desk, form, narrowing.read(form.understood))


def places_of(ask: Asked, start: int, stop: int, besides: Q = ANYTHING) -> list[Place]:
    """Return what stands at `start` to `stop`. Each shop's index gives its first ones, what is lent comes in, and these are merged.

    Numbers and moments only: what is told of them is asked through `visible_to`.
    """
    whole = standing_in(ask.tab, ask.desk.officer).filter(ask.among & besides).annotate(urgency=URGENCY)
    found = [whole.filter(_at(shop)) for shop in ask.shops]
    if ask.desk.lent and ask.tab != Tab.ANSWERED:  # what is lent is lent while it is open
        found.append(_lent(whole, ask.desk))
    parts = [_in_order(part, ask.columns) for part in found]
    if not parts:
        return []
    merged = parts[0] if len(parts) == 1 else parts[0][:stop].union(*(part[:stop] for part in parts[1:]), all=True)
    return [Place(row["pk"], row[ask.columns[-2].removeprefix("-")]) for row in merged.order_by(*ask.columns)[start:stop]]


def _at(shop: Shop) -> Q:
    """Return the condition on what stands at `shop`, on the sides that the officer sees there."""
    return Q(brand=shop.pk) & on_sides(shop.sides)


def _lent(whole: SubjectRequestQuerySet, desk: Desk) -> SubjectRequestQuerySet:
    """Narrow to what is lent to the officer at `desk` and stands at no shop where the officer sees it anyway."""
    lent = whole.filter(pk__in=desk.lent)
    for shop in desk.shops:
        lent = lent.exclude(_at(shop))
    return lent


def _in_order(part: SubjectRequestQuerySet, columns: tuple[str, ...]) -> "QuerySet[SubjectRequest, dict[str, Any]]":
    found: QuerySet[SubjectRequest, dict[str, Any]] = part.order_by(*columns).values(*(name.removeprefix("-") for name in columns))
    return found


def after(place: str) -> Q:
    """Return the condition on what was closed before the request that `place` says; nonsense lets everything through."""
    moment, _line, number = place.partition("_")
    try:
        at, pk = datetime.fromisoformat(moment), UUID(number)
    except ValueError:
        return ANYTHING
    return Q(closed_at__lte=at) & (Q(closed_at__lt=at) | Q(pk__gt=pk))
