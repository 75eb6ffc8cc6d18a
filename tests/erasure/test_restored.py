"""A backup of the shop's systems is restored that is older than many erasures: all of them are applied again, in one go."""

import os
import sqlite3
import time
from contextlib import closing
from typing import Final

import psycopg
import pytest
from django.core.management import call_command
from django.db.models.functions import Now

from requests_app.erasure import services as erasure
from requests_app.erasure.models import Plan, PlanState
from requests_app.keys.crypto import keyed_index
from requests_app.matching.models import Match, MatchState
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.making import a_dsr
from tests.running import run_all_due
from tests.small_shop import SmallShop

PEOPLE: Final = int(os.environ.get("DSAR_RESTORED", "15"))
_PATIENCE: Final = 300 + 8 * PEOPLE  # seconds: on a busy machine planning the erasures takes far longer than applying them again


def fill(shop: SmallShop, people: int) -> None:
    """Let both systems hold `people` customers, each with an order and a subscription."""
    with psycopg.connect(shop.database) as orders, orders.cursor() as rows:
        numbers = range(1, people + 1)
        rows.executemany("INSERT INTO customers VALUES (%s, %s)", [(number, f"ada{number}@example.com") for number in numbers])
        rows.executemany("INSERT INTO orders VALUES (%s, %s)", [(number * 10, number) for number in numbers])
    with closing(sqlite3.connect(shop.folder / "letters.sqlite")) as letters, letters:
        subscribers = [(number, f"ada{number}@example.com", "news") for number in numbers]
        letters.executemany("INSERT INTO subscribers VALUES (?, ?, ?)", subscribers)


def an_erased_person(number: int, shop: SmallShop) -> SubjectRequest:
    """Return a request whose erasure was planned and done, before the backup brought everything back."""
    address = f"ada{number}@example.com"
    dsr = a_dsr(State.COLLECTING, brand=shop.brand, right="erasure", email=address, email_index=keyed_index("email", address))
    for source, root in ((shop.orders, "customers"), (shop.newsletter, "subscribers")):
        Match.objects.create(dsr=dsr, source=source, state=MatchState.CLEAR, chosen=[[root, [str(number)]]])
    erasure.start_planning(dsr)
    run_all_due("erasure.plan")
    return dsr


@pytest.mark.threat("7.09")
@pytest.mark.timeout(_PATIENCE)
def test_every_erasure_that_a_backup_undid_is_applied_again_and_nobody_else_is_touched(
    shop: SmallShop, capsys: pytest.CaptureFixture[str]
) -> None:
    type(shop.orders).objects.filter(pk=shop.orders.pk).update(erase_secret="SMALL_ORDERS_URL")
    type(shop.orders).objects.filter(pk=shop.newsletter.pk).update(erase_secret="SMALL_LETTERS_URL")
    fill(shop, PEOPLE + 5)
    began = time.monotonic()
    for number in range(1, PEOPLE + 1):
        an_erased_person(number, shop)
    Plan.objects.update(state=PlanState.DONE, intent_at=Now(), done_at=Now())
    planning = time.monotonic() - began

    began = time.monotonic()
    call_command("erasures", "reapply", "2026-01-01T00:00")
    first = time.monotonic() - began
    assert capsys.readouterr().out == f"{PEOPLE * 2} erasures applied again, {PEOPLE * 3} records\n"
    with capsys.disabled():
        figure = f"{PEOPLE} people planned in {planning:.0f} s, {PEOPLE * 2} erasures applied again in {first:.1f} s"
        print(figure)  # noqa: T201  # for operators
    with psycopg.connect(shop.database) as reader:
        assert [row[0] for row in reader.execute("SELECT id FROM customers ORDER BY id")] == list(range(PEOPLE + 1, PEOPLE + 6))

    call_command("erasures", "reapply", "2026-01-01T00:00")
    assert capsys.readouterr().out == "0 erasures applied again, 0 records\n"
