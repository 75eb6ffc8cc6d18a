"""Starting on what an earlier start left, or on what somebody else runs."""

import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis as client

from dsar.launch import databases, postgres, redis, shop, supply
from dsar.launch.failure import CannotStart
from dsar.launch.launch import Launch
from tests.launch.conftest import NAMED_SERVERS, begin, eventually


def _start(launch: Launch, *, throw_away: bool = True) -> postgres.Postgres:
    server = postgres.start(launch, throw_away=throw_away)
    postgres.await_ready(launch)
    return server


def _ask(server: postgres.Postgres, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.superuser_url) as connection:
        return connection.execute(question).fetchall()


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a start that made its data and ended in order."""
    path = tmp_path_factory.mktemp("left") / "home"
    with begin(path) as launch, psycopg.connect(_start(launch).superuser_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    return path


@pytest.fixture
def later(left: Path, tmp_path: Path) -> Iterator[Launch]:
    """Begin a later start on a copy of that home."""
    shutil.copytree(left, tmp_path / "home")
    with begin(tmp_path / "home") as launch:
        yield launch


def test_a_second_start_finds_the_data_and_the_ports_of_the_first(later: Launch) -> None:
    ports = later.home.state["ports"]

    assert _ask(_start(later), "SELECT one FROM kept") == [(1,)]
    assert later.home.state["ports"] == ports


def test_postgresql_refusing_to_start_is_quoted(later: Launch) -> None:
    with (later.home.path / "postgres/postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")

    with pytest.raises(CannotStart, match=r"^postgres ended at once \(exit code 1\): .*FATAL.*configuration file") as caught:
        _start(later)

    assert "\n" not in str(caught.value)


def test_a_number_that_a_dead_postmaster_left_to_another_process_stops_nothing(later: Launch) -> None:
    lock = later.home.path / "postgres/postmaster.pid"
    lock.write_text(f"{os.getpid()}\n/elsewhere\n", encoding="ascii")

    assert _ask(_start(later), "SELECT one FROM kept") == [(1,)]


@pytest.mark.threat("FI-40")
def test_after_everything_was_killed_the_next_start_finds_its_data_without_a_hand(tmp_path: Path) -> None:
    with begin(tmp_path / "home") as first:
        server = _start(first, throw_away=False)
        redis.start(first)
        with psycopg.connect(server.superuser_url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        records = list((tmp_path / "home" / "run").glob("*.json"))
        for record in records:
            os.killpg(json.loads(record.read_text(encoding="utf-8"))["pid"], signal.SIGKILL)
        assert len(records) == 2
        assert eventually(lambda: sorted(first.processes.ended) == ["postgres", "redis"])

    with begin(tmp_path / "home") as later, client.Redis.from_url(redis.start(later).url) as broker:
        assert _ask(_start(later), "SELECT one FROM kept") == [(1,)]
        assert eventually(broker.ping)


def test_a_half_made_data_folder_is_made_anew(launch: Launch) -> None:
    draft = launch.home.path / "postgres.new"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("9", encoding="ascii")

    assert _ask(_start(launch), "SELECT 1") == [(1,)]
    assert not draft.exists()


def test_data_of_a_release_that_is_gone_are_not_touched(launch: Launch) -> None:
    data = launch.home.path / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("12\n", encoding="ascii")

    with pytest.raises(CannotStart, match=f"The data in {data} were made by PostgreSQL 12, which is not on this machine any more"):
        _start(launch)


def test_the_wheels_servers_serve_where_the_machine_has_none(launch: Launch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSAR_SERVERS", supply.FROM_WHEELS)
    servers = databases.start(launch, shop.grants(launch.home), throw_away=True)
    databases.provision(launch, servers, with_shop=True, fresh=set())

    with psycopg.connect(servers.app) as connection, client.Redis.from_url(servers.redis) as broker:
        assert connection.info.server_version >= 18_00_00
        assert "valkey_version" in broker.info("server")
    assert servers.mariadb is None
    assert shop.environment(launch.home, servers)["DSAR_SOURCE_MARKETING_URL"].startswith("sqlite:////")


def test_servers_that_are_named_are_used_and_none_is_started(
    later: Launch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url, broker = _start(later).superuser_url, redis.start(later)
    for name, named in zip(NAMED_SERVERS, (url, url, broker.url), strict=True):
        monkeypatch.setenv(name, named)
    monkeypatch.setenv("DSAR_SERVERS", supply.FROM_WHEELS)  # so that no MariaDB takes its time
    with begin(tmp_path / "other") as other:
        servers = databases.start(other, [], throw_away=True)
        databases.provision(other, servers, with_shop=True, fresh=set())

    assert (servers.app, servers.redis, servers.is_own) == (url, broker.url, False)
    assert not list((tmp_path / "other").glob("[pr][oe][sd]*s*"))
    with psycopg.connect(shop.for_builder(other.home, servers)["DEMO_ORDERS_BUILD_URL"].replace("+psycopg", "")):
        pass


def test_a_named_server_that_is_not_there_is_named_in_one_sentence(launch: Launch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSAR_SERVERS", supply.FROM_WHEELS)
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        monkeypatch.setenv(name, "postgresql://dsar:secret-word@127.0.0.1:9/dsar")
    servers = databases.start(launch, [], throw_away=True)

    with pytest.raises(CannotStart, match=r"PostgreSQL refuses: .*Connection refused") as caught:
        databases.provision(launch, servers, with_shop=False, fresh=set())

    assert "secret-word" not in str(caught.value)
    assert "\n" not in str(caught.value)
