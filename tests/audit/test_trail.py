"""The trail grows, and nothing in it changes."""

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from requests_app.audit.models import AuditEvent
from requests_app.audit.services import record
from requests_app.values import SYSTEM
from tests.making import as_owner

TAMPERING = [
    "UPDATE requests_app_auditevent SET action = 'nothing.happened'",
    "UPDATE requests_app_auditevent SET at = at - interval '1 day'",
    "DELETE FROM requests_app_auditevent",
    "TRUNCATE requests_app_auditevent",
    "TRUNCATE requests_app_auditevent CASCADE",
    "ALTER TABLE requests_app_auditevent DISABLE TRIGGER USER",
    "DROP TABLE requests_app_auditevent",
    "CREATE RULE forget AS ON INSERT TO requests_app_auditevent DO INSTEAD NOTHING",
]
_TRUNCATABLE = """
SELECT relname FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND has_table_privilege(oid, 'TRUNCATE')"""


@pytest.mark.django_db
@pytest.mark.threat("11.01")
@pytest.mark.parametrize("statement", TAMPERING)
def test_the_application_can_change_nothing_in_the_trail(statement: str) -> None:
    record("test.done", by=SYSTEM)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert AuditEvent.objects.get().action == "test.done"


@pytest.mark.django_db(transaction=True)
@pytest.mark.threat("11.01")
@pytest.mark.parametrize("statement", TAMPERING[:5])
def test_even_the_owner_changes_nothing_while_the_triggers_stand(statement: str) -> None:
    record("test.done", by=SYSTEM)

    with as_owner() as cursor, pytest.raises(psycopg.Error, match="append-only"):
        cursor.execute(statement)

    assert AuditEvent.objects.get().action == "test.done"


@pytest.mark.django_db
def test_the_grants_say_the_same_as_the_triggers() -> None:
    asked = ("INSERT", "SELECT", "UPDATE", "DELETE", "TRUNCATE")
    with connection.cursor() as cursor:
        cursor.execute("SELECT p, has_table_privilege('requests_app_auditevent', p) FROM unnest(%s::text[]) p", [list(asked)])
        granted = dict(cursor.fetchall())

    assert granted == {"INSERT": True, "SELECT": True, "UPDATE": False, "DELETE": False, "TRUNCATE": False}


@pytest.mark.django_db
def test_the_application_can_truncate_nothing_and_owns_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TRUNCATABLE)
        truncatable = cursor.fetchall()
        cursor.execute("SELECT relname FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)")
        owned = cursor.fetchall()
        cursor.execute("SELECT has_schema_privilege('public', 'CREATE')")
        (may_create,) = cursor.fetchone()

    assert (truncatable, owned, may_create) == ([], [], False)


@pytest.mark.django_db
def test_events_keep_their_order_their_actor_and_their_facts() -> None:
    record("first.done", by=SYSTEM, count=3, kept=True, names=["orders"])
    record("second.done", by=SYSTEM)

    first, second = AuditEvent.objects.all()
    assert (first.action, second.action) == ("first.done", "second.done")
    assert first.facts == {"count": 3, "kept": True, "names": ["orders"]}
    assert (first.actor_kind, first.actor_name) == ("system", "system")
    assert first.at == second.at  # both of one transaction
    assert str(first).endswith("first.done")
