"""docs/own-data.md names every table, whose data is in it, and by what it ends: a new one fails until somebody decides."""

import re
from typing import Any, Final

import pytest
from django.apps import apps
from django.db import connection

from dsar.celery import app
from tests.house.tree import ROOT

PAGE: Final = ROOT / "docs/own-data.md"
ROW: Final = re.compile(r"^\| ([a-z_]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
BY_THE_CLOCK: Final = {str(entry["task"]) for entry in app.conf.beat_schedule.values()}
BY_PEOPLE: Final = {"own key", "officers", "shop", "none"}
NOBODYS: Final = ("nobody", "pseudonyms")


def page(text: str = "") -> list[tuple[str, ...]]:
    return [
        tuple(cell.strip() for cell in row) for row in ROW.findall(text or PAGE.read_text(encoding="utf-8")) if row[0] != "table"
    ]


def declared() -> dict[str, set[str]]:
    """Return the personal columns of every table that declares them."""
    models: list[Any] = [model for model in apps.get_models() if hasattr(model, "personal_fields")]
    return {model._meta.db_table: set(model.personal_fields) for model in models}


def columns(cell: str) -> set[str]:
    return set() if cell == "–" else set(cell.split())


@pytest.mark.django_db
def test_every_table_stands_in_the_page_once() -> None:
    told = [row[0] for row in page()]

    assert len(told) == len(set(told))
    assert set(told) == set(connection.introspection.table_names())


def test_personal_columns_are_those_that_the_tables_declare() -> None:
    told = {row[0]: columns(row[5]) for row in page()}

    assert {table: names for table, names in declared().items() if told[table] != names} == {}


def test_what_is_personal_has_an_end() -> None:
    """Only what a keyed digest or a number says may stay, and what is nobody's."""
    for table, whose, _why, long, ends, personal in page():
        assert ends in BY_THE_CLOCK | BY_PEOPLE, table
        if columns(personal):
            assert ends != "none", table
            assert long != "always", table
        if ends == "none":
            assert whose.startswith(NOBODYS), table


def test_the_clock_knows_each_end_that_the_page_names() -> None:
    named = {ends for *_, ends, _personal in page()} - BY_PEOPLE

    assert {"housekeeping.forget", "housekeeping.remove", "housekeeping.tidy"} <= named <= BY_THE_CLOCK


def test_a_column_that_is_not_in_the_page_is_seen() -> None:
    text = PAGE.read_text(encoding="utf-8").replace(" customer_id details ", " details ")
    told = {row[0]: columns(row[5]) for row in page(text)}

    assert [table for table, names in declared().items() if told[table] != names] == ["requests_app_subjectrequest"]
