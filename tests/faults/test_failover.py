"""FI-06, FI-07, FI-23: the database is killed and started, a standby takes over, a dump takes the place of what was lost."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection, connections
from django.db.utils import Error

from requests_app.correspondence.models import Letter
from requests_app.erasure.models import PlanState
from requests_app.erasure.running import try_again
from requests_app.ledger.models import Step
from requests_app.officers.models import Officer
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.clusters import Cluster, copied, programs
from tests.erasure.ready import ready
from tests.faults import simulators
from tests.filing import file
from tests.mail import post
from tests.making import a_brand, an_officer
from tests.running import run_all_due
from tests.small_shop import SmallShop, shop

__all__ = ["post", "shop"]

BEFORE_THE_KILL = 12


@contextmanager
def using(**values: Any) -> Iterator[None]:
    """Let the product work in another database."""
    mine = connections["default"]
    before = mine.settings_dict.copy()
    mine.close()
    mine.settings_dict.update(values)
    try:
        yield
    finally:
        mine.close()
        mine.settings_dict.clear()
        mine.settings_dict.update(before)


def owner_url() -> str:
    return connections["owner"].settings_dict["NAME"] and os.environ["DATABASE_OWNER_URL"].rpartition("/")[0] + (
        f"/{connections['owner'].settings_dict['NAME']}"
    )


@pytest.fixture
def primary(transactional_db: None, tmp_path: Path) -> Iterator[Cluster]:
    """A server that holds the product's tables, empty, and the application's role."""
    (tmp_path / "home").mkdir()
    made = Cluster(programs(tmp_path / "home"), tmp_path / "primary")
    made.make()
    made.start("wal_level=replica", "max_wal_senders=4")
    for role in {str(connection.settings_dict["USER"]), urlsplit(owner_url()).username}:
        made.ask(f'CREATE ROLE "{role}" LOGIN')
    made.ask("CREATE DATABASE product")
    copied(owner_url(), made.url("postgres", "product"), made.bin, data=False)
    yield made
    made.kill()


def file_until_it_breaks(acknowledged: list[UUID]) -> None:
    """File one request after the other, and note each that was acknowledged, until the database is gone."""
    with suppress(Error):
        while True:
            acknowledged.append(file(email=f"ada{len(acknowledged)}@example.com").dsr.pk)
    connections.close_all()


def filed_while(cluster: Cluster) -> list[UUID]:
    """Return what was acknowledged before `cluster` was killed in the middle of it."""
    acknowledged = list[UUID]()
    a_brand()
    filing = Thread(target=file_until_it_breaks, args=[acknowledged])
    filing.start()
    while len(acknowledged) < BEFORE_THE_KILL and filing.is_alive():
        filing.join(0.02)
    cluster.kill()
    filing.join(60)
    return acknowledged


def nothing_is_lost(acknowledged: list[UUID]) -> bool:
    """Whether each request is there with the step that lets it go on, and goes on."""
    there = SubjectRequest.objects.filter(pk__in=acknowledged)
    due = Step.objects.filter(kind="journey.follow", dsr__in=acknowledged).values("dsr").distinct().count()
    run_all_due("journey.follow")
    return there.count() == due == len(acknowledged) == there.filter(state=State.VERIFYING).count()


@pytest.mark.threat("FI-06")
@pytest.mark.threat("FI-07")
@pytest.mark.timeout(600)
def test_what_was_acknowledged_outlives_a_killed_primary_on_its_synchronous_standby_and_a_restart(
    primary: Cluster, tmp_path: Path
) -> None:
    standby = primary.standby(tmp_path / "standby")
    standby.start("hot_standby=on")
    try:
        primary.wait_for("SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'")
        primary.ask("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.ask("SELECT pg_reload_conf()")
        primary.wait_for("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'")
        place = {"HOST": "127.0.0.1", "NAME": "product", "PASSWORD": ""}
        with using(PORT=primary.port, **place):
            acknowledged = filed_while(primary)
        standby.promote()
        with using(PORT=standby.port, **place):
            assert len(acknowledged) >= BEFORE_THE_KILL
            assert nothing_is_lost(acknowledged)
            standby.kill()
            standby.start()
            connections["default"].close()
            assert nothing_is_lost(acknowledged)
            SubjectRequest.objects.filter(pk=acknowledged[0]).delete()  # the judge sees one that is missing
            assert not nothing_is_lost(acknowledged)
    finally:
        standby.kill()


@pytest.mark.threat("FI-23")
@pytest.mark.timeout(600)
def test_a_dump_from_before_an_erasure_does_not_erase_twice_and_ends_where_the_lost_day_ended(
    shop: SmallShop, tmp_path: Path
) -> None:
    simulators.watch(shop)
    shop.customer(1, simulators.address(1))
    for order in (10, 11):
        shop.order(order, 1)
    shop.subscriber(5, simulators.address(1))
    officers: tuple[Officer, ...] = (an_officer("one@desk.example", shop.brand), an_officer("two@desk.example", shop.brand))
    dsr = ready(shop, officers, address=simulators.address(1))
    (tmp_path / "home").mkdir()
    name = f"restored_{os.getpid()}_{uuid4().hex[:8]}"
    server = owner_url()
    with psycopg.connect(server, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}".encode())
    try:
        copied(server, server.rpartition("/")[0] + f"/{name}", programs(tmp_path / "home"))
        run_all_due()
        assert SubjectRequest.objects.get(pk=dsr.pk).stage == State.ANSWERED
        done = [deed.record for deed in simulators.deeds(shop, {})]
        assert done

        with using(NAME=name):
            assert SubjectRequest.objects.get(pk=dsr.pk).stage == State.COOLING_OFF
            run_all_due()
            stuck = list(dsr.plans.filter(state=PlanState.FAILED))  # the records are gone, and nobody remembers why
            assert stuck
            assert Letter.objects.filter(dsr=dsr, kind="officer_stuck").exists()
            for plan in stuck:
                assert try_again(plan, by=officers[0])
            run_all_due()
            assert SubjectRequest.objects.get(pk=dsr.pk).stage == State.ANSWERED
            assert set(dsr.plans.values_list("sets__proof__how", flat=True)) == {"found_done"}
        assert [deed.record for deed in simulators.deeds(shop, {})] == done
    finally:
        with psycopg.connect(server, autocommit=True) as owner:
            owner.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
