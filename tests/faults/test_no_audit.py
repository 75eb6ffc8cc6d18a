"""No audit, no deed: while the trail takes nothing, no door of the console changes anything (FI-28, T-11.04)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.urls import get_resolver, reverse
from pytest_django import Settings

from requests_app.audit.models import AuditEvent
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import ERASURE
from tests.console.access import ADMINISTRATOR, OF_A_PLAN, TABLE
from tests.console.test_access import DEEDS, a_browser, a_case, answered, words_of
from tests.making import as_owner

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.threat("FI-28"), pytest.mark.threat("11.04")]
# What a browser leaves behind whatever it is told: its session, and how often it asked.
NOT_DEEDS = {"django_session", "cache", "usersessions_usersession", "requests_app_tally"}
AT_LEAST = 12  # doors that do something although nothing was typed


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Client:
    settings.DSAR_VAULT, settings.DSAR_KEY_STORE = tmp_path / "vault", tmp_path / "keys"
    client = a_browser(ADMINISTRATOR)
    client.raise_request_exception = False
    return client


def doors(dsr: SubjectRequest) -> Iterator[tuple[str, str]]:
    """Yield every address of the console to which something is posted, and its name."""
    words, of_a_plan = words_of(dsr), SubjectRequest.objects.get(right=ERASURE).reference
    taken = get_resolver().namespace_dict["console"][1].reverse_dict
    for method, name in TABLE:
        pattern = next(iter(taken.getlist(name.removeprefix("console:"))), None)
        if method == "POST" and name.startswith("console:") and pattern:
            known = words | ({"reference": of_a_plan} if name in OF_A_PLAN else {}) | {"deed": DEEDS.get(name, "again")}
            yield name, reverse(name, kwargs={key: known[key] for key in pattern[0][0][1]})


def rows() -> dict[str, str]:
    """Return a digest of every table that holds deeds."""
    with connection.cursor() as cursor:
        names = [name for name in connection.introspection.table_names(cursor) if name not in NOT_DEEDS]
        cursor.execute(
            " UNION ALL ".join(f"SELECT '{name}', md5(string_agg(t::text, '' ORDER BY t::text)) FROM {name} t" for name in names)
        )
        return dict(cursor.fetchall())


def last_number(cursor: psycopg.Cursor[Any]) -> int:
    found = cursor.execute("SELECT last_value FROM requests_app_auditevent_id_seq").fetchone()
    assert found is not None
    return int(found[0])


def test_a_trail_that_takes_nothing_stops_every_door(desk: Client) -> None:
    dsr = a_case()
    asked = dict(doors(dsr))
    before, doing = AuditEvent.objects.count(), []
    with as_owner() as cursor:
        for name, address in asked.items():
            drawn = last_number(cursor)
            answered(desk, "POST", address)  # what it does is undone; a number that was drawn stays drawn
            doing += [name] if last_number(cursor) > drawn else []
    assert AuditEvent.objects.count() == before
    assert len(doing) >= AT_LEAST, doing

    with as_owner() as cursor:
        cursor.execute("CREATE FUNCTION deaf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'deaf'; END $$")
        cursor.execute("CREATE TRIGGER deaf BEFORE INSERT ON requests_app_auditevent EXECUTE FUNCTION deaf()")
    try:
        kept = rows()
        told = {name: desk.post(address).status_code for name, address in asked.items()}
        left = {name: digest for name, digest in rows().items() if digest != kept[name]}
    finally:
        with as_owner() as cursor:
            cursor.execute("DROP FUNCTION deaf CASCADE")

    assert left == {}
    assert {name: told[name] for name in doing if told[name] < 500} == {}
