"""A million open requests: `python -m benchmarks.base.crowd fill MANY|sweep|recompute`, in the database that DATABASE_URL names.

A process of its own, so that its peak of memory is that of a worker that sweeps.
"""

import json
import resource
import sys
from time import perf_counter
from typing import Any, Final
from uuid import uuid4

import django
from django.db import connection, transaction

REGIMES: Final = 40
# Every date lies ahead: nothing is due until somebody makes it so.
_REQUESTS: Final = """
INSERT INTO requests_app_subjectrequest
       (id, reference, brand_id, regime, received_at, verified_at, due_safe_on, due_legal_on, {rest})
SELECT gen_random_uuid(), 'CROWD-' || n, b.id, b.regime, now() - n % 20 * interval '1 day', now(),
       current_date + 12 + n % 50, current_date + 13 + n % 50, {rest}
  FROM generate_series({first}, {last}) n
  JOIN (SELECT id, regime, row_number() OVER (ORDER BY id) - 1 AS place FROM requests_app_brand) b ON b.place = n % {brands}
  CROSS JOIN (SELECT {rest} FROM requests_app_subjectrequest WHERE reference = 'CROWD-0') model"""
_REMINDERS: Final = """
INSERT INTO requests_app_reminder (id, dsr_id, notice, due_at, told)
SELECT gen_random_uuid(), r.id, 'week', (r.due_safe_on - 7 + b.morning) AT TIME ZONE b.time_zone, false
  FROM requests_app_subjectrequest r JOIN requests_app_brand b ON b.id = r.brand_id
 WHERE r.reference <> 'CROWD-0' AND NOT EXISTS (SELECT 1 FROM requests_app_reminder t WHERE t.dsr_id = r.id)"""
_OWN: Final = {"id", "reference", "brand_id", "regime", "received_at", "verified_at", "due_safe_on", "due_legal_on"}


def fill(many: int) -> None:
    """Let there be `many` open requests under 40 laws, each with one reminder that waits."""
    from requests_app.workflow.models import SubjectRequest  # after Django is ready

    _begin()
    columns = [f'"{field.column}"' for field in SubjectRequest._meta.concrete_fields if field.column not in _OWN]  # noqa: SLF001
    there = SubjectRequest.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(_REQUESTS.format(rest=", ".join(columns), first=there, last=many, brands=REGIMES))
        cursor.execute(_REMINDERS)
        cursor.execute("VACUUM ANALYZE requests_app_subjectrequest")
        cursor.execute("VACUUM ANALYZE requests_app_reminder")


def _begin() -> None:
    """Write a brand for each law, and the request after which all others are made."""
    from requests_app.brands.models import Brand
    from requests_app.jurisdictions import REGIMES as LAWS
    from requests_app.keys import store
    from requests_app.workflow.models import SubjectRequest

    zones = ["Europe/Paris", "America/Los_Angeles", "Asia/Tokyo", "Pacific/Auckland"]
    for place, regime in enumerate(sorted(LAWS)[:REGIMES]):
        fields = {"name": regime, "regime": regime, "languages": ["en"], "time_zone": zones[place % 4], "establishment": "FR"}
        Brand.objects.get_or_create(slug=f"crowd-{place}", defaults=fields | {"privacy_email": "privacy@bench.example"})
    brand = Brand.objects.earliest("pk")
    if not SubjectRequest.objects.filter(reference="CROWD-0").exists():
        model = {"brand": brand, "right": "access", "regime": brand.regime, "language": "en", "email": "nobody@bench.example"}
        first = SubjectRequest(id=uuid4(), reference="CROWD-0", email_index=b"", **model)
        store.create(first.key_id)
        first.save(force_insert=True)


def sweep() -> dict[str, Any]:
    """Return how many reminders one sweep settled, in how many seconds, and the process's peak of memory in MB."""
    from requests_app.deadlines import reminders

    with transaction.atomic():
        list(reminders.due().values_list("pk")[:0])  # the connection and what Django compiles once are there
    began = perf_counter()
    settled = reminders.sweep()
    seconds = perf_counter() - began
    return {"settled": settled, "seconds": seconds, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def recompute() -> dict[str, Any]:
    """Return how many requests got their dates anew, in how many seconds, and the process's peak of memory in MB."""
    from requests_app.deadlines import recomputing

    began = perf_counter()
    done = recomputing.recompute()
    seconds = perf_counter() - began
    return {"recomputed": done, "seconds": seconds, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "fill":
        fill(int(sys.argv[2]))
    else:
        print(json.dumps({"sweep": sweep, "recompute": recompute}[sys.argv[1]]()))
