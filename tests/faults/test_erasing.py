"""Workers are killed while they erase, and so are their connections: nothing is lost, nothing is done twice or unproven.

The system keeps a log of its own, by triggers: the product cannot grade itself.
"""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random, SystemRandom

import psycopg
import pytest
from django.db.models import QuerySet
from pytest_django import Settings

from requests_app.audit.models import AuditEvent
from requests_app.brands.models import Brand
from requests_app.erasure import services as erasure
from requests_app.erasure.models import Plan, PlanState, RecordSet
from requests_app.ledger.models import Step, StepState
from requests_app.sources.models import Source
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests import database
from tests.filing import file
from tests.house.tree import ROOT
from tests.mail import Post, post
from tests.making import an_officer
from tests.running import run_all_due
from tests.small_shop import SmallShop, shop

__all__ = ["post", "shop"]

PEOPLE, OTHERS = 12, 6
KILLS = int(os.environ.get("DSAR_FAULTS_KILLS", "40"))
PATIENCE = 240.0  # seconds
_LOG = """
CREATE TABLE deeds (at serial, of text, id integer);
CREATE FUNCTION log_deed() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO deeds (of, id) VALUES (TG_TABLE_NAME, OLD.id); PERFORM pg_sleep(0.02); RETURN OLD; END $$;
CREATE TRIGGER log AFTER DELETE ON orders FOR EACH ROW EXECUTE FUNCTION log_deed();
CREATE TRIGGER log AFTER DELETE ON customers FOR EACH ROW EXECUTE FUNCTION log_deed()"""


@pytest.fixture
def requests(shop: SmallShop, post: Post, settings: Settings, tmp_path: Path) -> list[SubjectRequest]:
    """Requests of twelve people that are planned, in a shop where others are customers too."""
    settings.DSAR_KEY_STORE, settings.DSAR_VAULT = tmp_path / "keys", tmp_path / "vault"
    Brand.objects.filter(pk=shop.brand.pk).update(cooling_off_hours=0, erasures_per_hour=1000, erasures_per_day=1000)
    Source.objects.filter(pk=shop.orders.pk).update(erase_secret="SMALL_ORDERS_URL")
    Source.objects.filter(pk=shop.newsletter.pk).update(erase_secret="SMALL_LETTERS_URL")
    for number in range(1, PEOPLE + OTHERS + 1):
        shop.customer(number, f"ada{number}@example.com")
        shop.order(number * 10, number)
        shop.order(number * 10 + 1, number)
        shop.subscriber(number, f"ada{number}@example.com")
    shop.sql(_LOG)
    shop.brand.refresh_from_db()
    filed = [file(shop.brand, right="erasure", email=f"ada{number}@example.com") for number in range(1, PEOPLE + 1)]
    run_all_due()
    for one in filed:
        one.confirm(post)
    run_all_due()
    return [one.now for one in filed]


@pytest.fixture
def mother(requests: list[SubjectRequest], post: Post, tmp_path: Path) -> Iterator[Path]:
    """Two workers, forked anew whenever one is killed; return where they write."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings", "DATABASE_URL": database.url(), "EMAIL_URL": f"smtp://127.0.0.1:{post.port}",
        "DSAR_KEY_STORE": str(tmp_path / "keys"), "DSAR_VAULT": str(tmp_path / "vault"),
    }  # fmt: skip
    said = tmp_path / "workers.log"
    with said.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.erasers"], cwd=ROOT, env=environment, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    yield said
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    print(said.read_text(errors="replace")[-5000:])


@pytest.mark.timeout(400)
@pytest.mark.threat("FI-02")
@pytest.mark.threat("FI-05")
@pytest.mark.threat("FI-18")
def test_whoever_is_killed_everybody_is_erased_once_and_nobody_else(
    requests: list[SubjectRequest], shop: SmallShop, mother: Path
) -> None:
    seed = int(os.environ.get("DSAR_FAULTS_SEED") or SystemRandom().randrange(10**6))
    print(f"DSAR_FAULTS_SEED={seed}")
    officers = [an_officer(f"{name}@desk.example", shop.brand) for name in ("one", "two")]
    for dsr in requests:
        assert dsr.stage == State.REVIEWING
        for officer in officers:
            erasure.approve(dsr, by=officer, digest=erasure.plan_digest(dsr))

    deeds = damage(shop, Random(seed))
    print(dict(deeds))

    assert set(SubjectRequest.objects.values_list("state", flat=True)) == {State.ANSWERED}
    assert_erased_once(shop)
    assert_proven()
    assert deeds["killed"] >= KILLS / 2


def damage(shop: SmallShop, rng: Random) -> Counter[str]:
    """Kill whoever works, and now and then the connections to the shop's system, until all is answered."""
    deeds, end = Counter[str](), time.monotonic() + PATIENCE
    while SubjectRequest.objects.exclude(state=State.ANSWERED).exists() or open_steps().exists():
        assert time.monotonic() < end, list(open_steps().values_list("kind", "state", "attempts", "error"))
        Source.objects.update(resting_until=None, failures=0)
        if deeds["killed"] < KILLS:
            deeds["killed"] += kill_who_works(rng)
        if rng.random() < 0.1 and deeds["cut off"] < KILLS:
            deeds["cut off"] += cut_off(shop)
        time.sleep(rng.uniform(0, 0.05))
    return deeds


def open_steps() -> QuerySet[Step]:
    return Step.objects.exclude(state=StepState.DONE)


def kill_who_works(rng: Random) -> int:
    """Kill a worker that holds a step of an erasure at this moment."""
    running = Step.objects.filter(state=StepState.RUNNING, kind__in=["erasure.run", "erasure.absence", "erasure.begin"])
    owners = [int(owner.split(":")[1]) for owner in running.values_list("owner", flat=True) if owner]
    if not owners:
        return 0
    with suppress(ProcessLookupError):
        os.kill(rng.choice(owners), signal.SIGKILL)
        return 1
    return 0


def cut_off(shop: SmallShop) -> int:
    with psycopg.connect(shop.database, autocommit=True) as cutter:
        cut = cutter.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    return cut[0] if cut else 0


def assert_erased_once(shop: SmallShop) -> None:
    with psycopg.connect(shop.database) as reader:
        done = Counter(reader.execute("SELECT of, id FROM deeds").fetchall())
        left = [row[0] for row in reader.execute("SELECT id FROM orders ORDER BY id")]
    people = range(1, PEOPLE + 1)
    assert done == Counter(
        [*(("customers", one) for one in people), *(("orders", one * 10 + two) for one in people for two in (0, 1))]
    )
    assert left == [one * 10 + two for one in range(PEOPLE + 1, PEOPLE + OTHERS + 1) for two in (0, 1)]


def assert_proven() -> None:
    """No deed without an intent before it, none done without what was read back, one line of each in the audit trail."""
    assert set(Plan.objects.values_list("state", flat=True)) == {PlanState.DONE}
    for one in RecordSet.objects.all():
        assert str(one.intent_at) < str(one.done_at)
        assert one.proof["how"] in {"run", "found_done"}
    for action in ("erasure.intended", "erasure.done"):
        told = Counter(AuditEvent.objects.filter(action=action).values_list("dsr_id", "facts__source"))
        assert set(told.values()) == {1}
        assert len(told) == 2 * PEOPLE
