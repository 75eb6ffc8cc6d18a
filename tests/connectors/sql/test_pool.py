"""Connections to a system are kept for the next question, and never handed on in a bad state."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import column, select, table

from requests_app.connectors.base import Config, Pointer
from requests_app.connectors.sql import pool
from requests_app.connectors.sql.gifts import FEW, TABLE, Gifts
from requests_app.connectors.sql.postgres import Postgres


@pytest.fixture
def config() -> Iterator[Config]:
    pool.close()
    yield Config("shop", os.environ["DATABASE_OWNER_URL"], Path("none.yaml"))
    pool.close()


@dataclass
class Asked:
    """What one question saw of the server: the process that answered, and whether a snapshot had begun afresh."""

    process: int
    moment: object


def ask(config: Config, *, breaking: bool = False) -> Asked:
    session = Postgres(config, 5, None)
    try:
        process, moment = session.connection.execute("SELECT pg_backend_pid(), now()").fetchone()
        if breaking:
            with pytest.raises(psycopg.Error):
                session.connection.execute("SELECT nothing")
    finally:
        session.close()
    return Asked(process, moment)


def test_the_next_question_takes_the_same_connection_and_a_snapshot_of_its_own(config: Config) -> None:
    first, second = ask(config), ask(config)

    assert first.process == second.process
    assert first.moment != second.moment


def test_two_questions_at_once_have_two_connections(config: Config) -> None:
    one, other = Postgres(config, 5, None), Postgres(config, 5, None)
    try:
        assert one.connection is not other.connection
    finally:
        one.close()
        other.close()


def test_a_connection_on_which_something_failed_is_not_kept(config: Config) -> None:
    assert ask(config, breaking=True).process != ask(config).process


def test_a_connection_that_died_meanwhile_is_replaced(config: Config) -> None:
    first = ask(config)
    with psycopg.connect(config.url, autocommit=True) as server:
        server.execute("SELECT pg_terminate_backend(%s, 2000)", [first.process])

    assert ask(config).process != first.process


def test_one_that_lay_idle_too_long_is_closed(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ask(config)
    monkeypatch.setattr(pool, "IDLE", -1.0)

    assert ask(config).process != first.process


def _given(config: Config, value: str) -> set[str]:
    session = Postgres(config, 5, Gifts({Pointer("else", "where", "id"): lambda: iter([f"{value}{n}" for n in range(FEW + 1)])}))
    try:
        return {row[0][0] for row in session.few(select(column("value")).select_from(table(TABLE)))}
    finally:
        session.close()


def test_values_that_are_given_for_one_person_are_never_there_for_the_next(config: Config) -> None:
    ask(config)

    assert _given(config, "a") == {"a"}
    assert _given(config, "b") == {"b"}
