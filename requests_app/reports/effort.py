"""How many minutes officers spent on requests, and what these cost: measured from what they did, nobody is asked.

The rule: all that one officer did with one request (pages looked at, moves made, whatever the audit trail holds) is put
in the order of time. Where two such things lie five minutes apart or less, the time between them counts. One that has no
neighbour within five minutes counts one minute. What was done in one transaction is one thing. An officer who goes to and
fro between two requests is measured at both, for both were in hand.

The cost is these minutes at what an hour costs the shop (`Brand.hour_costs`). A shop that names none has no cost, and its
requests are in no average of one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.db import connection
from django.db.models import Exists, F, OuterRef

from requests_app.audit.models import AuditEvent
from requests_app.brands.models import Brand
from requests_app.reports.asked import KEYS, By
from requests_app.workflow.models import SubjectRequestQuerySet

TOGETHER: Final = 300  # seconds between two deeds that are one piece of work
ALONE: Final = 60  # seconds
HOUR: Final = 3600  # seconds
_SPENT: Final = f"""
WITH seen (id, brand, key) AS MATERIALIZED ({{query}}),
deeds AS (
  SELECT DISTINCT seen.key, seen.brand, a.dsr_id, a.actor_name, a.at
    FROM seen JOIN requests_app_auditevent a ON a.dsr_id = seen.id AND a.actor_kind = 'officer'),
gaps AS (
  SELECT key, brand, dsr_id, extract(epoch FROM at - lag(at) OVER one)::float8 AS before,
         extract(epoch FROM lead(at) OVER one - at)::float8 AS after
    FROM deeds WINDOW one AS (PARTITION BY dsr_id, actor_name ORDER BY at)),
spent AS (
  SELECT key, brand, sum(CASE WHEN before <= {TOGETHER} THEN before WHEN after <= {TOGETHER} THEN 0 ELSE {ALONE} END) AS seconds
    FROM gaps GROUP BY key, brand, dsr_id)
SELECT key, brand, grouping(key, brand), count(*), sum(seconds), percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY seconds)
  FROM spent GROUP BY GROUPING SETS ((), (key), (key, brand)) ORDER BY 3 DESC, 1"""  # noqa: S608  # figures, written above
_WHOLE, _KEY, _PART = 3, 1, 0  # what grouping() says


@dataclass(frozen=True, slots=True)
class Cost:
    """What the work on `requests` requests costs, in the money of `currency`."""

    currency: str
    amount: Decimal
    requests: int

    @property
    def each(self) -> Decimal:
        return self.amount / self.requests


@dataclass(frozen=True, slots=True)
class Effort:
    """One row: `requests` that officers had in hand; times in minutes. The sum of all has `whole`."""

    key: Any
    whole: bool
    requests: int
    minutes: float
    median: float
    ninth: float
    costs: list[Cost] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Row:
    key: Any
    brand: int | None
    level: int
    requests: int
    seconds: float
    middle: Sequence[float]


def effort(found: SubjectRequestQuerySet, by: By) -> list[Effort]:
    """Return what was spent on `found` by `by`, the whole first; nothing where nobody did anything. Two questions."""
    known = found.values_list(F("pk"), F("brand"), KEYS[by])
    query, values = known.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_SPENT.format(query=query), values)
        rows = [_Row(*row) for row in cursor.fetchall()]
    return _told(rows) if rows and rows[0].requests else []


def in_hand(found: SubjectRequestQuerySet) -> SubjectRequestQuerySet:
    """Narrow to those that officers had in hand: what `effort` counts."""
    return found.filter(Exists(AuditEvent.objects.filter(dsr_id=OuterRef("pk"), actor_kind="officer")))


def _told(rows: list[_Row]) -> list[Effort]:
    parts = [row for row in rows if row.level == _PART]
    priced = Brand.objects.filter(pk__in={row.brand for row in parts}, hour_costs__isnull=False)
    rates: dict[int | None, Brand] = {brand.pk: brand for brand in priced}
    by_key: dict[Any, list[_Row]] = defaultdict(list)
    for row in parts:
        by_key[row.key].append(row)
    return [
        Effort(
            key=row.key, whole=row.level == _WHOLE, requests=row.requests, minutes=row.seconds / 60,
            median=row.middle[0] / 60, ninth=row.middle[1] / 60,
            costs=_costs(parts if row.level == _WHOLE else by_key[row.key], rates),
        )
        for row in rows if row.level != _PART
    ]  # fmt: skip


def _costs(parts: Iterable[_Row], rates: Mapping[int | None, Brand]) -> list[Cost]:
    found: dict[str, Cost] = {}
    for row in parts:
        if (brand := rates.get(row.brand)) is None or brand.hour_costs is None:
            continue
        known = found.get(brand.currency, Cost(brand.currency, Decimal(0), 0))
        spent = brand.hour_costs * Decimal(row.seconds) / HOUR
        found[brand.currency] = Cost(brand.currency, known.amount + spent, known.requests + row.requests)
    return [found[currency] for currency in sorted(found)]
