"""What goes wrong in the middle: all or nothing, and never silently."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Column, ForeignKey, Integer, String, Table, text

from requests_app.connectors.base import Incomplete, SourceFault
from requests_app.connectors.erasing import CannotErase, NotErased, digest_of
from requests_app.connectors.sql import ENTRY as SQL
from tests.connectors.shops import EMAIL, KEY, Shop, known_by, refer, roots
from tests.connectors.sql.erasing.erasures import Erasure, judge

ANN = known_by("ann@mail.example")


def _shop(shop: Shop, *, orders: int = 3, action: str | None = None) -> Erasure:
    m = shop.metadata
    Table("customers", m, Column("id", Integer, primary_key=True, autoincrement=False), Column("email", String(60)))
    tie = ForeignKey("customers.id", ondelete=action)
    Table("orders", m, Column("id", Integer, primary_key=True, autoincrement=False), Column("customer_id", Integer, tie))
    shop.fill(
        customers=[{"id": 0, "email": "ann@mail.example"}, {"id": 1, "email": "bob@mail.example"}],
        orders=[{"id": number, "customer_id": number % 2} for number in range(orders * 2)],
    )
    shop.describe(customers={"id": KEY, "email": EMAIL}, orders={"id": KEY, "customer_id": refer("customers.id")})
    return Erasure(shop, ANN, roots(0), judge())


def _swallow(shop: Shop) -> None:
    """Have the system keep a record and say nothing."""
    if shop.backend == "postgresql":
        shop.run(
            "CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
            "CREATE TRIGGER swallow BEFORE DELETE ON orders FOR EACH ROW WHEN (OLD.id = 2) EXECUTE FUNCTION swallow()",
        )
    else:
        shop.run("CREATE TRIGGER swallow BEFORE DELETE ON orders WHEN OLD.id = 2 BEGIN SELECT RAISE(IGNORE); END")


@pytest.mark.parametrize("shop", ["postgresql", "sqlite"], indirect=True)  # no trigger of MariaDB can do that
def test_a_record_that_the_system_keeps_silently_is_told_and_everything_taken_back(shop: Shop) -> None:
    erasure = _shop(shop)
    _swallow(shop)
    before = erasure.everything()

    with pytest.raises(NotErased, match="orders"):
        erasure.run()

    assert erasure.everything() == before


def test_records_of_a_table_that_nobody_described_never_go_silently(shop: Shop) -> None:
    erasure = _shop(shop)
    Table("secrets", shop.metadata, Column("owner", Integer, ForeignKey("customers.id", ondelete="CASCADE")))
    shop.fill(secrets=[{"owner": 0}])
    before = erasure.everything()

    with pytest.raises(CannotErase) as caught:
        erasure.plan()

    assert [(problem.code, problem.where) for problem in caught.value.problems] == [("undescribed_reference", "secrets.owner")]
    assert erasure.everything() == before


def test_an_empty_table_that_nobody_described_stops_nothing(shop: Shop) -> None:
    erasure = _shop(shop)
    Table("secrets", shop.metadata, Column("owner", Integer, ForeignKey("customers.id", ondelete="CASCADE")))
    shop.fill(secrets=[{"owner": 1}])

    erasure.run()

    assert erasure.one("SELECT count(*) FROM secrets") == 1


def test_what_another_changes_meanwhile_is_not_erased(postgres: Shop) -> None:
    erasure = _shop(postgres)
    planned = erasure.plan()
    with psycopg.connect(postgres.url.set(drivername="postgresql").render_as_string(hide_password=False)) as other:
        other.execute("UPDATE orders SET customer_id = 1 WHERE id = 0")
        outcome: list[BaseException] = []
        thread = threading.Thread(target=lambda: outcome.extend(_tried(erasure, digest_of(planned))))
        thread.start()
        _until(postgres, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
        other.commit()
        thread.join()

    assert [type(fault) for fault in outcome] == [Incomplete]
    assert erasure.one("SELECT count(*) FROM orders") == 6
    assert erasure.one("SELECT count(*) FROM customers") == 2


def test_a_connection_that_is_ended_in_the_middle_leaves_everything_as_it_was(postgres: Shop) -> None:
    erasure = _shop(postgres)
    planned = erasure.plan()
    before = erasure.everything()
    with postgres.connected() as other:
        other.execute(text("SELECT 1 FROM customers WHERE id = 0 FOR UPDATE"))
        outcome: list[BaseException] = []
        thread = threading.Thread(target=lambda: outcome.extend(_tried(erasure, digest_of(planned))))
        thread.start()
        waiting = "FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        _until(postgres, f"SELECT count(*) {waiting}")
        with postgres.connected() as killer:
            killer.execute(text(f"SELECT pg_terminate_backend(pid) {waiting}"))
        thread.join()

    assert len(outcome) == 1
    assert isinstance(outcome[0], SourceFault)
    assert erasure.everything() == before
    assert len(erasure.left(planned)) == 4


def _tried(erasure: Erasure, approved: bytes) -> list[BaseException]:
    try:
        list(SQL.erase(erasure.shop.config, erasure.whom, erasure.judge, approved))
    except SourceFault as fault:
        return [fault]
    return []


def _until(shop: Shop, question: str) -> None:
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        with shop.connected() as connection:
            if connection.execute(text(question)).scalar():
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


RUN = """
import sys
from pathlib import Path
from requests_app.connectors import CONNECTORS
from requests_app.connectors.base import Config
from requests_app.connectors.erasing import Deed, Rules, Ruling, Whom, digest_of
from requests_app.connectors.sql.erasing.run import Run
from requests_app.values import Claim, Identity, Root

gone = Run.go
def slow(self):
    receipts = gone(self)
    print("done, not committed", flush=True)
    sys.stdin.readline()
    return receipts
Run.go = slow
config = Config("shop", sys.argv[1], Path(sys.argv[2]))
whom = Whom(Identity((Claim("email", "ann@mail.example"),)), (Root("customers", ("0",)),))
judge = Rules(lambda collection, facts: Ruling(Deed.ERASE, "nothing_keeps"))
sql = CONNECTORS["sql"]
list(sql.erase(config, whom, judge, digest_of(sql.plan(config, whom, judge))))
"""


@pytest.mark.parametrize("killed", [True, False])
def test_a_process_that_is_killed_before_the_commit_has_done_nothing(shop: Shop, *, killed: bool) -> None:
    erasure = _shop(shop)
    planned = erasure.plan()
    before = erasure.everything()
    shop.engine.dispose()
    command = [sys.executable, "-c", RUN, shop.config.url, str(shop.config.description)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ, cwd=Path(__file__).parents[4]
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"done, not committed\n"
        if killed:
            process.send_signal(signal.SIGKILL)
        else:
            process.communicate(b"\n")

    assert (len(erasure.left(planned)), erasure.everything() == before) == ((4, True) if killed else (0, False))


def test_what_a_trigger_refuses_is_told_and_everything_taken_back(shop: Shop) -> None:
    erasure = _shop(shop)
    if shop.backend == "postgresql":
        shop.run(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no %', OLD.id; END $$",
            "CREATE TRIGGER refuse BEFORE DELETE ON customers FOR EACH ROW EXECUTE FUNCTION refuse()",
        )
    elif shop.backend == "sqlite":
        shop.run("CREATE TRIGGER refuse BEFORE DELETE ON customers BEGIN SELECT RAISE(ABORT, 'no'); END")
    else:
        shop.run("CREATE TRIGGER refuse BEFORE DELETE ON customers FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'")
    before = erasure.everything()

    with pytest.raises(CannotErase) as caught:
        erasure.run()

    assert [problem.code for problem in caught.value.problems] == ["constraint"]
    assert erasure.everything() == before
