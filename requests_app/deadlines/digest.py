"""The morning's letter to those who answer: what is open, how urgent, whose move. It names requests, never people."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now
from django.urls import reverse

from requests_app.brands.models import Brand
from requests_app.brands.notices import told_of
from requests_app.ledger.models import Step
from requests_app.ledger.services import enqueue
from requests_app.officers.audiences import audience
from requests_app.officers.models import Officer
from requests_app.values import Side
from requests_app.workflow.models import SubjectRequest, SubjectRequestQuerySet
from requests_app.workflow.states import OPEN, Waiting, waiting_for

MORNING_LASTS: Final = timedelta(hours=4)  # a digest that is later than that is not written any more
SOON: Final = 7  # days
SHOWN: Final = 50
_KEPT: Final = timedelta(days=30)

_MORNING: Final = """
SELECT id, place::date FROM (SELECT id, morning, statement_timestamp() AT TIME ZONE time_zone AS place FROM requests_app_brand) b
 WHERE place >= place::date + morning AND place < place::date + morning + make_interval(secs => %s)"""


@dataclass(frozen=True, slots=True)
class Digest:
    """What is open at one brand: figures by urgency (each request counted once) and by whose move, and what is due soon."""

    late: int
    passed: int
    today: int
    soon: int
    rest: int
    by_mover: dict[str, int]
    due_soon: list[tuple[str, date | None, str]]

    @property
    def open(self) -> int:
        return self.late + self.passed + self.today + self.soon + self.rest

    @property
    def urgent(self) -> int:
        return self.open - self.rest

    @property
    def unlisted(self) -> int:
        return self.urgent - len(self.due_soon)


@transaction.atomic
def enqueue_due() -> int:
    """Write down the digests of brands where it is morning now, each officer's once for each day there; return how many may go."""
    with connection.cursor() as cursor:
        cursor.execute(_MORNING, [MORNING_LASTS.total_seconds()])
        mornings: dict[int, date] = dict(cursor.fetchall())
    written = 0
    for brand in Brand.objects.filter(pk__in=mornings):
        day = mornings[brand.pk].isoformat()
        for officer in readers(brand):
            key = f"digest:{brand.pk}:{officer.pk}:{day}"
            enqueue("deadlines.digest", key=key, brand=brand.pk, officer=officer.pk, day=day)
            written += 1
    return written


def readers(brand: Brand) -> "QuerySet[Officer]":
    """Return who gets the letter, on either side of the wall; each reads of what stands on the own side."""
    meant = [Q(pk__in=audience(brand, told_of(brand.notices, "digest"), side)) for side in Side]
    return Officer.objects.filter(meant[0] | meant[1]).order_by("pk")


def digest(brand: Brand, today: date, *, reader: Officer) -> Digest | None:
    """Return what there is to say of `brand` on its day `today` to `reader`; None when nothing is open that they may see."""
    worked_on = SubjectRequest.objects.visible_to(reader).filter(brand=brand).open().proven()
    late, passed = Q(due_legal_on__lt=today), Q(due_safe_on__lt=today)
    soon = Q(due_safe_on__gt=today, due_safe_on__lte=today + timedelta(days=SOON))
    movers = {mover: Q(state__in=[state for state in OPEN if waiting_for(state) == mover]) for mover in Waiting}
    found: dict[str, int] = worked_on.aggregate(
        late=Count("pk", late), passed=Count("pk", passed & ~late), today=Count("pk", Q(due_safe_on=today)),
        soon=Count("pk", soon), open=Count("pk"), **{mover.value: Count("pk", which) for mover, which in movers.items()},
    )  # fmt: skip
    if not found["open"]:
        return None
    figures = {name: found[name] for name in ("late", "passed", "today", "soon")}
    rest = found["open"] - sum(figures.values())
    by_mover = {mover.value: found[mover.value] for mover in movers if found[mover.value]}
    return Digest(**figures, rest=rest, by_mover=by_mover, due_soon=_due_soon(worked_on, today))


def _due_soon(worked_on: SubjectRequestQuerySet, today: date) -> list[tuple[str, date | None, str]]:
    near = worked_on.filter(due_safe_on__lte=today + timedelta(days=SOON)).soonest_first()
    return [
        (reference, due_safe_on, settings.DSAR_BASE_URL + reverse("console:detail", args=[reference]))
        for reference, due_safe_on in near.values_list("reference", "due_safe_on")[:SHOWN]
    ]


def tidy() -> None:
    """Remove digests that were sent long ago; the last month's stay, so that no clock put back sends one again."""
    sent: Any = Step.objects.filter(kind="deadlines.digest")
    sent.filter(finished_at__lt=Now() - _KEPT).delete()
