"""What a report is asked about, and the requests that it counts: those received in its days that its reader may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from django.db.models import DateField, F, Func, Q
from django.db.models.functions import Cast, Now, TruncMonth

from requests_app.collection.models import Pull
from requests_app.officers import policy
from requests_app.officers.models import Officer
from requests_app.reports.spans import Span
from requests_app.workflow.models import SubjectRequest, SubjectRequestQuerySet


class By(StrEnum):
    """What the rows of a table stand for."""

    RIGHT = "right"
    LAW = "law"
    BRAND = "brand"
    SOURCE = "source"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Asked:
    """Empty: all. `brand` is a shop's slug, `source` a system's number, `right` and `law` are codes."""

    span: Span
    brand: str = ""
    right: str = ""
    law: str = ""
    source: str = ""


def local(moment: str | Now) -> Func:
    """Return the day of a moment at the clock of the request's shop."""
    at = F(moment) if isinstance(moment, str) else moment
    return Cast(Func(F("brand__time_zone"), at, function="timezone"), DateField())


# The column by which requests are put together.
KEYS: Final[Mapping[By, Any]] = MappingProxyType(
    {
        By.RIGHT: F("right"),
        By.LAW: F("regime"),
        By.BRAND: F("brand__slug"),
        By.SOURCE: F("pulls__source"),
        By.MONTH: TruncMonth(local("received_at")),
    },
)


def cohort(officer: Officer, asked: Asked) -> SubjectRequestQuerySet:
    """Return what was received in the days of `asked` at each shop's own clock, as far as `officer` may see it.

    One question, for the clocks of the shops.
    """
    found = SubjectRequest.objects.visible_to(officer).filter(_received(officer, asked.span)).order_by()
    named = {"brand__slug": asked.brand, "right": asked.right, "regime": asked.law}
    found = found.filter(**{field: value for field, value in named.items() if value})
    if asked.source:
        return found.filter(pk__in=Pull.objects.filter(source=int(asked.source)).values("dsr"))
    return found


def _received(officer: Officer, span: Span) -> Q:
    """Return the condition that they came within `span`."""
    clocks: dict[str, list[int]] = {}
    for pk, zone in policy.brands_of(officer).values_list("pk", "time_zone"):
        clocks.setdefault(zone, []).append(pk)
    received = Q(brand=0)  # whoever has no shop sees nothing
    for zone, brands in sorted(clocks.items()):
        begin, end = span.moments(zone)
        received |= Q(brand__in=brands, received_at__gte=begin, received_at__lt=end)
    return received
