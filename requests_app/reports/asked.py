"""What a report is asked about, and the requests that it counts: those received in its days that its reader may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from itertools import chain
from operator import or_
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
    """Return what was received in the days of `asked` at each shop's own clock, at the shops and sides of `officer`.

    One question, for the clocks of the shops. What is lent to the officer is another's to report.
    """
    found = SubjectRequest.objects.filter(policy.standing_at(officer), _received(officer, asked.span)).order_by()
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
    if not clocks:
        return Q(pk__in=[])  # whoever has no shop sees nothing
    moments = {zone: span.moments(zone) for zone in sorted(clocks)}
    at_each = (Q(brand__in=clocks[zone], received_at__gte=begin, received_at__lt=end) for zone, (begin, end) in moments.items())
    begins, ends = zip(*moments.values(), strict=True)
    # Said once more for all clocks together: one span of the index is read, and each row of it judged there.
    return Q(brand__in=[*chain(*clocks.values())], received_at__gte=min(begins), received_at__lt=max(ends)) & reduce(or_, at_each)
