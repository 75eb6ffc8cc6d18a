"""Channels are switched off for one person, wherever the description says so, and read back; in each engine."""

from typing import Any

import pytest
from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Integer, String, Table, text

from requests_app.connectors.base import BadDescription
from requests_app.connectors.sql import ENTRY as SQL
from requests_app.connectors.suppressing import CannotSuppress, Channel, Stopped
from requests_app.values import Claim, Identity
from tests.connectors.shops import EMAIL, KEY, Shop, known_by, refer

ADA = known_by("ada@example.com")
MAIL = [{"channel": "email", "field": "newsletter", "value": False}]


@pytest.fixture
def mailer(shop: Shop) -> Shop:
    """Ada twice, once in capitals; Bob; and somebody whose address differs by a dot."""
    Table(
        "people", shop.metadata, Column("id", Integer, primary_key=True), Column("email", String(80)),
        Column("newsletter", Boolean), Column("status", String(20)),
    )  # fmt: skip
    Table(
        "lists", shop.metadata, Column("id", Integer, primary_key=True), Column("person", Integer, ForeignKey("people.id")),
        Column("kind", String(20)), Column("left_at", DateTime),
    )  # fmt: skip
    Table("refused", shop.metadata, Column("id", Integer, primary_key=True), Column("email", String(80)), Column("way", String(20)))
    people = [
        (1, "ada@example.com", True, "active"), (2, "ADA@example.com", None, "active"), (3, "bob@example.com", True, "active"),
        (4, "a.da@example.com", True, "active"),
    ]  # fmt: skip
    shop.fill(
        people=[dict(zip(("id", "email", "newsletter", "status"), row, strict=True)) for row in people],
        lists=[
            {"id": 1, "person": 1, "kind": "news"},
            {"id": 2, "person": 1, "kind": "shop"},
            {"id": 3, "person": 3, "kind": "news"},
        ],
    )
    return shop


def described(shop: Shop, people: Any = MAIL, **others: Any) -> None:
    shop.describe(
        meta={name: {"dsar": {"suppress": rules}} for name, rules in {"people": people, **others}.items() if rules},
        people={"id": KEY, "email": EMAIL, "newsletter": {}, "status": {}},
        lists={"id": KEY, "person": refer("people.id"), "kind": {}, "left_at": {}},
        refused={"id": KEY, "email": EMAIL, "way": {}},
    )


def stop(shop: Shop, *channels: Channel, who: Identity = ADA) -> list[Stopped]:
    shop.engine.dispose()
    return list(SQL.suppress(shop.config, who, channels or (Channel.EMAIL,)))


def rows(shop: Shop, question: str) -> list[tuple[Any, ...]]:
    with shop.connected() as connection:
        return [tuple(row) for row in connection.execute(text(question))]


@pytest.mark.promise("A15")
def test_what_meets_the_address_is_switched_off_and_nobody_else(mailer: Shop) -> None:
    described(mailer)

    assert stop(mailer) == [Stopped("people", Channel.EMAIL, 2, 2)]
    held = rows(mailer, "SELECT id, newsletter FROM people ORDER BY id")
    assert [(key, bool(on)) for key, on in held] == [(1, False), (2, False), (3, True), (4, True)]


def test_a_second_time_finds_it_off_and_changes_nothing(mailer: Shop) -> None:
    described(mailer)
    stop(mailer)

    assert stop(mailer) == [Stopped("people", Channel.EMAIL, 2, 0)]


def test_another_channel_stays_as_it_is(mailer: Shop) -> None:
    described(mailer)

    assert stop(mailer, Channel.SMS) == []
    assert [bool(on) for _, on in rows(mailer, "SELECT id, newsletter FROM people WHERE id = 1")] == [True]


def test_records_that_hang_on_the_person_are_switched_off_where_they_meet_the_condition(mailer: Shop) -> None:
    described(mailer, None, lists=[{"channel": ["email", "sms"], "field": "left_at", "value": "{now}", "where": {"kind": "news"}}])

    assert stop(mailer) == [Stopped("lists", Channel.EMAIL, 1, 1)]
    assert rows(mailer, "SELECT id FROM lists WHERE left_at IS NOT NULL") == [(1,)]


def test_a_table_of_refusals_gets_one_record_a_person_and_channel(mailer: Shop) -> None:
    described(mailer, None, refused=[{"channel": ["email", "post"], "insert": {"email": "{email}", "way": "{channel}"}}])

    assert stop(mailer, Channel.EMAIL, Channel.POST) == [
        Stopped("refused", Channel.EMAIL, 1, 1),
        Stopped("refused", Channel.POST, 1, 1),
    ]
    assert stop(mailer, Channel.POST) == [Stopped("refused", Channel.POST, 1, 0)]
    assert sorted(rows(mailer, "SELECT email, way FROM refused")) == [("ada@example.com", "email"), ("ada@example.com", "post")]


def test_somebody_unknown_is_no_fault_and_changes_nothing(mailer: Shop) -> None:
    described(mailer)

    assert stop(mailer, who=known_by("nobody@example.com")) == [Stopped("people", Channel.EMAIL, 0, 0)]


def test_what_the_system_refuses_is_told_and_nothing_is_kept(mailer: Shop) -> None:
    if mailer.backend == "sqlite":
        mailer.run("CREATE TRIGGER no BEFORE UPDATE ON people BEGIN SELECT RAISE(ABORT, 'no'); END")
    else:
        mailer.run("ALTER TABLE people ADD CONSTRAINT stays CHECK (status <> 'off')")
    described(mailer, [*MAIL, {"channel": "email", "field": "status", "value": "off"}])

    with pytest.raises(CannotSuppress):
        stop(mailer)
    assert [bool(on) for (on,) in rows(mailer, "SELECT newsletter FROM people WHERE id = 1")] == [True]


@pytest.mark.promise("O11")
def test_who_is_still_reached_is_listed_until_it_is_off(mailer: Shop) -> None:
    described(mailer)
    stop(mailer)

    assert sorted(SQL.reached(mailer.config), key=str) == [
        (Channel.EMAIL, Claim("email", "a.da@example.com")),
        (Channel.EMAIL, Claim("email", "bob@example.com")),
    ]


def test_what_a_file_says_wrongly_is_told_by_its_place(mailer: Shop) -> None:
    described(mailer, [{"channel": "pigeon", "field": "nothing", "value": 1}])

    with pytest.raises(BadDescription, match=r"people\.suppress.*must be one of: email"):
        SQL.suppressible(mailer.config)


def test_a_file_says_by_which_channels_a_system_reaches_people(mailer: Shop) -> None:
    described(mailer)
    assert SQL.reaches(mailer.config) is None
    assert SQL.suppressible(mailer.config) == {Channel.EMAIL}

    mailer.describe(dsar={"reaches": []}, people={"id": KEY, "email": EMAIL})
    assert SQL.reaches(mailer.config) == frozenset()
