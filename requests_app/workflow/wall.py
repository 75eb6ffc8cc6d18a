"""What the database shows of requests while an officer's page is answered: a second wall behind `visible_to` (decision 043).

The policy `rows_of_the_reader` compares every row with settings of the connection. Whoever sets none is shown everything:
workers, the customers' portal, the API, commands.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection
from django.db.utils import Error

from requests_app.officers import policy
from requests_app.officers.models import Officer
from requests_app.values import Side

# Every role sees (`policy.MAY`). Whether the one who lent a request could still do so is asked by `Delegation.objects.of` alone.
# What belongs to a lent request comes with it: what it names, what names it, what else the same mailbox asked of the shop.
_NARROW: Final = """
WITH lent AS (SELECT r.id, r.brand_id, r.email_index, r.before_id, r.concerns_id
                FROM requests_app_delegation d JOIN requests_app_subjectrequest r ON r.id = d.dsr_id
               WHERE d.officer_id = %(officer)s AND d.ended_at IS NULL AND (d.ends_at IS NULL OR d.ends_at > now())),
     shown AS MATERIALIZED (
              SELECT unnest(ARRAY[id, before_id, concerns_id]) AS id FROM lent
               UNION SELECT r.id FROM lent JOIN requests_app_subjectrequest r ON r.before_id = lent.id
               UNION SELECT r.id FROM lent JOIN requests_app_subjectrequest r ON r.concerns_id = lent.id
               UNION SELECT r.id FROM lent JOIN requests_app_subjectrequest r USING (brand_id, email_index)
                      WHERE email_index <> '')
SELECT set_config('dsar.lent', ARRAY(SELECT id FROM shown)::text, false),
       set_config('dsar.staff', ARRAY(SELECT brand_id FROM requests_app_membership
                                       WHERE officer_id = %(officer)s AND sees = ANY(%(staff)s))::text, false),
       set_config('dsar.customers', ARRAY(SELECT brand_id FROM requests_app_membership
                                           WHERE officer_id = %(officer)s AND sees = ANY(%(customers)s))::text, false)"""
_WIDEN: Final = """
SELECT set_config('dsar.customers', '', false), set_config('dsar.staff', '', false), set_config('dsar.lent', '', false),
       set_config('dsar.lifted', '', false)"""
_LIFT: Final = "SELECT set_config('dsar.lifted', %s, false)"


@contextmanager
def narrowed(officer: Officer) -> Iterator[None]:
    """Let this connection see the requests of the brands and sides of `officer`, and what is lent to `officer`; no others."""
    try:
        _say(_NARROW, {"officer": officer.pk} | {side.value: [sees.value for sees in policy.seeing(side)] for side in Side})
        yield
    finally:
        _widen()


def read_narrowed(officer: Officer, body: Iterable[bytes]) -> Iterator[bytes]:
    """Yield `body`, which is read after its page was answered, as `officer` may see it."""
    with narrowed(officer):
        yield from body


@contextmanager
def lifted() -> Iterator[None]:
    """Let a rule of the house count what the reader of the page does not see."""
    try:
        _say(_LIFT, ["on"])
        yield
    finally:
        _say(_LIFT, [""])


def _widen() -> None:
    """Take back what was said, or let go of the connection: nobody else gets it as it is.

    A transaction that is broken and began before takes back by itself what was set in it.
    """
    try:
        _say(_WIDEN)
    except Error:
        if not connection.in_atomic_block:
            connection.close()


def _say(statement: str, values: Any = None) -> None:
    """Say it to the server beside Django's cursors: those refuse to work once a transaction is broken."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        connection.connection.execute(statement, values)
