"""An officer's desk among very many requests: `python -m benchmarks.base.desk fill MANY OPEN RECORDS|measure TIMES`.

A process of its own, in the database that DATABASE_URL names: what it measures is the time that a page takes inside the product.
"""

import json
import sys
import time
from collections.abc import Sequence
from itertools import product
from statistics import quantiles
from time import perf_counter
from typing import Any, Final

import django
from django.db import connection

SHOPS: Final = 10
WORDS: Final = ["".join(letters) for letters in product("abcdefghij", repeat=3)]
KNOWN: Final = 200  # requests whose person can be read: those on top of the queue
# One in twenty is open; of these one in eight unproven, one in three to decide. What is closed was so within three years.
_REQUESTS: Final = """
INSERT INTO requests_app_subjectrequest
       (id, reference, brand_id, regime, "right", state, received_at, verified_at, closed_at, due_safe_on, due_legal_on,
        email_index, name_index, {rest})
SELECT gen_random_uuid(), 'DSR-' || upper(substr(md5(n::text), 1, 4)) || '-' || upper(lpad(to_hex(n), 6, '0')), b.id, b.regime,
       (ARRAY['access', 'portability', 'categories', 'access'])[1 + n % 4],
       CASE WHEN n > {open} THEN (ARRAY['answered', 'answered', 'answered', 'refused', 'withdrawn'])[1 + n % 5]
            WHEN n % 8 = 0 THEN 'verifying'
            ELSE (ARRAY['reviewing', 'collecting', 'matching', 'deciding', 'collecting', 'fulfilling'])[1 + n % 6] END,
       now() - n % 40 * interval '1 day' - CASE WHEN n > {open} THEN n % 1000 * interval '1 day' ELSE interval '0' END,
       CASE WHEN n <= {open} AND n % 8 = 0 THEN NULL ELSE now() - n % 40 * interval '1 day' END,
       CASE WHEN n > {open} THEN now() - n % 1000 * interval '1 day' - n * interval '1 millisecond' END,
       current_date - 3 + n % 60, current_date + n % 60, sha256(n::text::bytea), ARRAY[f.digest, l.digest], {rest}
  FROM generate_series(1, {many}) n
  JOIN (SELECT id, regime, row_number() OVER (ORDER BY id) - 1 AS place FROM requests_app_brand WHERE slug LIKE 'desk-%%') b
    ON b.place = n % {shops}
  JOIN word f ON f.place = n % {words}
  JOIN word l ON l.place = (n / 7) % {words}
 CROSS JOIN (SELECT {rest} FROM requests_app_subjectrequest WHERE reference = 'DSR-MODEL') model"""
_AROUND: Final = (
    """INSERT INTO requests_app_match (id, dsr_id, source_id, state, fault, round)
       SELECT gen_random_uuid(), r.id, s.id, CASE WHEN r.state = 'deciding' THEN 'doubtful' ELSE 'clear' END, '', 1
         FROM requests_app_subjectrequest r JOIN requests_app_source s ON s.brand_id = r.brand_id WHERE r.closed_at IS NULL""",
    """INSERT INTO requests_app_letter (id, dsr_id, kind, language, address_index, state)
       SELECT gen_random_uuid(), id, 'proven', 'en', email_index, 'sent' FROM requests_app_subjectrequest""",
    """INSERT INTO requests_app_transition (id, dsr_id, number, move, source, target, actor_kind, actor_name)
       SELECT gen_random_uuid(), id, n, 'accept_proof', 'verifying', 'matching', 'customer', 'customer'
         FROM requests_app_subjectrequest, generate_series(1, 3) n""",
)
_OWN: Final = {
    "id", "reference", "brand_id", "regime", "right", "state", "received_at", "verified_at", "closed_at", "due_safe_on",
    "due_legal_on", "email_index", "name_index",
}  # fmt: skip
_TABLES: Final = ("subjectrequest", "match", "letter", "transition")


def fill(many: int, opened: int, records: int) -> None:
    """Let there be `many` requests, of which `opened` are open, and among them one of a person with `records` records."""
    from requests_app.workflow.models import SubjectRequest  # after Django is ready

    _begin()
    columns = [f'"{field.column}"' for field in SubjectRequest._meta.concrete_fields if field.column not in _OWN]  # noqa: SLF001
    sizes = {"many": many, "open": opened, "shops": SHOPS, "words": len(WORDS)}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for table in _TABLES:
            cursor.execute(f"ALTER TABLE requests_app_{table} DISABLE TRIGGER USER")
        cursor.execute(_REQUESTS.format(rest=", ".join(columns), **sizes).replace("%%", "%"))
        cursor.execute("DELETE FROM requests_app_subjectrequest WHERE reference = 'DSR-MODEL'")
        for statement in _AROUND:
            cursor.execute(statement)
        for table in _TABLES:
            cursor.execute(f"ALTER TABLE requests_app_{table} ENABLE TRIGGER USER")
            cursor.execute(f"VACUUM ANALYZE requests_app_{table}")
    _make_known(records)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE requests_app_subjectrequest")


def _begin() -> None:
    """Write the shops with their systems, the officer, the words of names, and the request after which all others are made."""
    from benchmarks.base.shop import a_brand
    from requests_app.officers.models import Officer, Role
    from requests_app.sources.models import Source
    from requests_app.workflow.models import SubjectRequest
    from requests_app.workflow.naming import name_index

    officer = Officer.objects.create_user("desk@bench.example")
    for place in range(SHOPS):
        brand = a_brand(f"desk-{place}")
        officer.memberships.create(brand=brand, role=Role.OFFICER)
        for name in ("orders", "marketing"):
            Source.objects.create(brand=brand, name=name, connector="sql", description="-", secret="-")  # noqa: S106  # the name of none
    SubjectRequest.objects.create(
        reference="DSR-MODEL",
        brand=brand,
        right="access",
        regime=brand.regime,
        language="en",
        email_index=bytes(32),
        email="model@bench.example",
    )
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE word (place int, digest bigint)")
        with cursor.copy("COPY word FROM STDIN") as copy:
            for place, word in enumerate(WORDS):
                copy.write_row((place, name_index(word)[0]))


def _make_known(records: int) -> None:
    """Give the requests on top of the queue a person that can be read, and the first of them its records."""
    from requests_app.intake.services import address_index
    from requests_app.keys import store
    from requests_app.workflow.models import SubjectRequest

    for number, dsr in enumerate(SubjectRequest.objects.open().proven().soonest_first()[:KNOWN]):
        store.create(dsr.pk)
        dsr.name, dsr.email = "Abc Def", f"person-{number}@bench.example"
        dsr.email_index = address_index(dsr.email)
        dsr.save(update_fields=["name", "email", "email_index"])
        if not number:
            _collect(dsr, records)


def _collect(dsr: Any, records: int) -> None:
    from requests_app.collection.models import Part, Pull
    from requests_app.collection.services import keep
    from requests_app.vault import services as vault
    from requests_app.vault.rows import Kind

    with vault.writing(dsr, Kind.JSON) as draft:
        for first in range(0, records, 10_000):
            many = min(10_000, records - first)
            lines = [json.dumps({"id": first + number, "city": "Paris", "total": "12.90"}) for number in range(many)]
            draft.writer.write("".join(f"{line}\n" for line in lines).encode(), many)
    part = Part(collection="orders", form="json", records=records)
    keep(Pull.objects.create(dsr=dsr, source=dsr.brand.sources.first()), [(part, draft.file)], records=records, digest="0" * 64)


def measure(times: int) -> dict[str, dict[str, float]]:
    """Return of each page the 95th percentile of its time in milliseconds, and the most queries that one showing took."""
    from django.urls import reverse

    from requests_app.collection.models import Part
    from requests_app.workflow.models import SubjectRequest

    client = _signed_in()
    top = list(SubjectRequest.objects.open().proven().soonest_first().values_list("reference", flat=True)[:KNOWN])
    part = Part.objects.get()
    queue, find = reverse("console:queue"), reverse("console:find")
    filters = ["right=portability", "state=deciding", "mover=officer", "within=2", "who=nobody", "brand=desk-3&flag=mismatch"]
    pages: dict[str, list[tuple[str, str, dict[str, str]]]] = {
        "queue": [("get", queue, {"page": page}) for page in ("1", "2", "40", "1")],
        "filtered": [("get", f"{queue}?{one}", {}) for one in filters],
        "search": [("post", find, {"sought": one}) for one in ("person-7@bench.example", "abc", "abc jih", "def")],
        "request": [("get", reverse("console:detail", args=[reference]), {}) for reference in top[1:20]],
        "record": [
            ("get", reverse("console:part", args=[part.pull.dsr.reference, part.pk]), {"page": page})
            for page in ("1", "500", "9999")
        ],
        "workload": [("get", reverse("console:workload"), {})],
        "reports": [("get", reverse("console:reports"), {})],
        "answered": [("get", reverse("console:tab", args=["answered"]), {})],
        "to decide": [("get", reverse("console:tab", args=["to-decide"]), {})],
    }
    return {name: _measured(client, name, asked, times) for name, asked in pages.items()}


def _measured(client: Any, name: str, asked: Sequence[tuple[str, str, dict[str, str]]], times: int) -> dict[str, float]:
    """Show each page once and count its queries; then measure, with nobody counting: that would cost as much as asking."""
    from django.test.utils import CaptureQueriesContext

    def shown(number: int) -> float:
        verb, address, fields = asked[number % len(asked)]
        began = perf_counter()
        answer = getattr(client, verb)(address, fields)
        seconds = perf_counter() - began
        if answer.status_code != 200:
            raise SystemExit(f"{name}: {address} answered {answer.status_code}")
        return seconds * 1000

    queries = 0
    for number, _page in enumerate(asked):
        with CaptureQueriesContext(connection) as caught:
            shown(number)
        queries = max(queries, len(caught))
    return {"ms": quantiles([shown(number) for number in range(times)], n=20)[-1], "queries": queries}


def _signed_in() -> Any:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP
    from django.conf import settings
    from django.test import Client

    from requests_app.officers.models import Officer

    officer = Officer.objects.get()
    if not Authenticator.objects.filter(user_id=officer.pk).exists():
        TOTP.activate(officer, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    client = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0].lstrip("."))
    client.force_login(officer)
    session, now = client.session, time.time()
    session["account_authentication_methods"] = [{"method": "password", "at": now}, {"method": "mfa", "at": now}]
    session["account_authentication_methods_user"] = str(officer.pk)
    session["clicked_at"] = now
    session.save()
    return client


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "fill":
        fill(*map(int, sys.argv[2:5]))
    else:
        print(json.dumps(measure(int(sys.argv[2]))))
