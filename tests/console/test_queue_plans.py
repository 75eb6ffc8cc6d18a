"""How the database finds what the queue shows: by an index, never by reading every request."""

from typing import Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from requests_app.intake.services import address_index
from requests_app.officers.models import Role
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.naming import name_index
from tests.console.desk import an_officer, at_the_desk
from tests.making import a_brand, a_dsr, as_owner

pytestmark = pytest.mark.django_db(transaction=True)
MANY: Final = 20_000
TABLE: Final = "requests_app_subjectrequest"
_OWN: Final = frozenset(
    {"id", "reference", "brand_id", "state", "received_at", "closed_at", "verified_at", "due_safe_on", "email_index", "name_index"}
)
_FILL: Final = """
INSERT INTO {table} (id, reference, brand_id, state, received_at, closed_at, verified_at, due_safe_on, email_index,
       name_index, {rest})
SELECT gen_random_uuid(), 'R-' || n, CASE WHEN n % 3 = 0 THEN {second} ELSE brand_id END,
       CASE WHEN n % 20 <> 0 THEN 'answered' WHEN n % 60 = 0 THEN 'verifying' ELSE 'reviewing' END,
       now() - n * interval '1 hour', CASE WHEN n % 20 <> 0 THEN now() - n * interval '1 hour' END,
       CASE WHEN n % 60 = 0 THEN NULL ELSE now() END, current_date + n % 60, sha256(n::text::bytea), ARRAY[n % 500, n % 700], {rest}
  FROM generate_series(1, {many}) n, (SELECT brand_id, {rest} FROM {table} WHERE id = '{model}') model"""
PAGES: Final = (
    "/console/", "/console/?page=9", "/console/to-decide/", "/console/mine/", "/console/unassigned/", "/console/unverified/",
    "/console/answered/", "/console/?right=erasure&within=7", "/console/?who=nobody&mover=officer", "/console/?flag=mismatch",
    "/console/workload/", "/console/month/",
)  # fmt: skip


def fill(model: SubjectRequest) -> None:
    """Let there be very many requests like `model`, at two shops, one in twenty of them open."""
    columns = [field.column for field in SubjectRequest._meta.concrete_fields if field.column not in _OWN]
    rest = ", ".join(f'"{column}"' for column in columns)
    with as_owner() as owner:
        owner.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER USER".encode())
        told = {"table": TABLE, "second": a_brand("maison-s").pk, "rest": rest, "many": MANY, "model": model.pk}
        owner.execute(_FILL.format(**told).encode())
        owner.execute(f"ALTER TABLE {TABLE} ENABLE TRIGGER USER".encode())
        owner.execute(f"VACUUM ANALYZE {TABLE}".encode())


def test_every_list_is_found_by_an_index() -> None:
    officer = an_officer()
    officer.memberships.create(brand=a_brand("maison-s"), role=Role.OFFICER)
    model = a_dsr(email_index=address_index("one@example.com"), name_index=name_index("Zoé Faure"))
    fill(model)
    desk = at_the_desk(officer)

    with CaptureQueriesContext(connection) as asked:
        for page in PAGES:
            assert desk.get(page).status_code == 200
        for sought in ("one@example.com", "zoe faure"):
            assert model.reference in desk.post("/console/find/", {"sought": sought}).content.decode()

    read_whole = [said["sql"] for said in asked if TABLE in said["sql"] and reads_every_request(said["sql"])]
    assert read_whole == []
    assert "subjectrequest_names" in plan_of_names()


def reads_every_request(statement: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}".replace("%", "%%"), [])
        return any(f"Seq Scan on {TABLE}" in line for (line,) in cursor.fetchall())


def plan_of_names() -> str:
    """Return how the owner's function finds the requests of a name: its own statement is in no plan of who calls it."""
    with as_owner() as owner:
        owner.execute("SELECT prosrc FROM pg_proc WHERE proname = 'requests_named'")
        (statement,) = owner.fetchone() or ("",)
        owner.execute(f"EXPLAIN {statement}".replace("words", "ARRAY[1, 2]::bigint[]").encode())
        return "\n".join(line for (line,) in owner.fetchall())
