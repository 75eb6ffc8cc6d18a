"""The build: the same rows every time and everywhere, once, and again after a failure."""

import os
from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, inspect, select, text

from demo import letters, papers, shop
from demo.build import build_marketing, build_orders, main
from demo.people import CUSTOMERS, HEAVY, PLANTED, SOPHIE
from demo.tables import MARKETING, ORDERS

PASSWORD = "never-shown"


def fingerprint(rows: Iterator[tuple[str, tuple[Any, ...]]]) -> str:
    return sha256("\n".join(map(repr, rows)).encode()).hexdigest()


def plain(row: Any) -> tuple[Any, ...]:
    """A row as every engine can say it: moments without their zone, amounts without trailing noughts."""
    return tuple(value.replace(tzinfo=None) if hasattr(value, "tzinfo") else value for value in row)


def test_the_same_seed_gives_the_same_rows() -> None:
    assert fingerprint(some_rows()) == fingerprint(some_rows())
    assert fingerprint(some_rows()).startswith("3eab0621"), "other rows: raise the version in demo/build.py"


def some_rows() -> Iterator[tuple[str, tuple[Any, ...]]]:
    for planted in (shop.planted(), letters.planted()):
        for someone, rows in planted:
            yield from islice(rows, 100)
            if someone is SOPHIE:
                break


def test_the_shop_has_ten_thousand_customers(orders: Connection) -> None:
    assert orders.scalar(text("SELECT count(*) FROM customers")) == CUSTOMERS == 10_000


def test_one_customer_has_a_hundred_thousand_orders(orders: Connection) -> None:
    query = text("SELECT count(*) FROM orders WHERE customer_id = :number")
    assert orders.scalar(query, {"number": HEAVY.customer}) == 100_000


def test_every_engine_holds_the_same_rows(sqlite_url: str, mariadb_url: str) -> None:
    tables = [table for table in MARKETING.sorted_tables if table.name != "demo_build"]
    held = []
    for url in (sqlite_url, mariadb_url):
        engine = create_engine(url)
        with engine.connect() as connection:
            held.append({t.name: sorted(map(plain, connection.execute(select(t))), key=repr) for t in tables})
        engine.dispose()
    assert held[0] == held[1]
    assert len(held[0]["subscribers"]) > 5_000


def test_every_reference_and_every_identity_has_an_index(orders: Connection) -> None:
    seen = inspect(orders)
    indexed = {(table, index["column_names"][0]) for table in ORDERS.tables for index in seen.get_indexes(table)}
    keys = {(table, seen.get_pk_constraint(table)["constrained_columns"][0]) for table in ORDERS.tables if table != "demo_build"}
    wanted = {(t, k["constrained_columns"][0]) for t in ORDERS.tables for k in seen.get_foreign_keys(t)} | {("customers", "email")}
    assert wanted <= indexed | keys
    assert "customers_email_lower" in {index["name"] for index in seen.get_indexes("customers")}


def test_every_file_that_a_row_names_is_there(orders: Connection, home: Path) -> None:
    paths = {
        path
        for column in ("warranties.scan", "identity_checks.scan", "calls.recording")
        for path in orders.scalars(text(f"SELECT {column.split('.')[1]} FROM {column.split('.')[0]}"))
        if path
    }
    assert paths == {str(file.relative_to(home / "files")) for file in (home / "files").rglob("*.*")}
    assert all((home / "files" / path).read_bytes() == papers.content(path) for path in paths)


def test_a_finished_database_is_left_alone(orders_url: str, sqlite_url: str, home: Path) -> None:
    assert build_orders(orders_url, home) is False
    assert build_marketing(sqlite_url) is False


def test_a_database_half_built_by_another_version_is_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "ordinary_numbers", lambda: range(100, 120))
    monkeypatch.setattr(letters, "PROSPECTS", 5)
    url = f"sqlite:///{tmp_path / 'half.sqlite'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        MARKETING.create_all(connection)
        connection.execute(text("INSERT INTO lists VALUES ('half', 'Half')"))
        connection.execute(text("INSERT INTO demo_build VALUES ('gold', '0')"))
    assert build_marketing(url) is True
    with engine.connect() as connection:
        assert connection.scalars(text("SELECT code FROM lists ORDER BY 1")).all() == ["care", "news", "sales"]
    engine.dispose()


def test_a_role_may_be_let_in_to_read_and_to_read_only(orders_url: str, orders: Connection, home: Path) -> None:
    role = f"demo_reader_{os.getpid()}"
    boss = create_engine(orders_url, isolation_level="AUTOCOMMIT")
    with boss.connect() as connection:
        if not connection.scalar(text("SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user")):
            role = connection.scalar(text("SELECT rolname FROM pg_roles WHERE rolname = 'dsar_app'"))
        else:
            connection.execute(text(f"CREATE ROLE {role}"))
    boss.dispose()
    build_orders(orders_url, home, role)
    may = text("SELECT has_table_privilege(:role, 'customers', :what)")
    assert orders.scalar(may, {"role": role, "what": "SELECT"}) is True
    assert orders.scalar(may, {"role": role, "what": "UPDATE"}) is False


def test_a_missing_address_of_a_database_is_said_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main({}) == 2
    assert "DEMO_ORDERS_BUILD_URL" in capsys.readouterr().err


def test_servers_that_are_away_are_each_said_in_a_sentence_without_the_password(capsys: pytest.CaptureFixture[str]) -> None:
    orders, marketing = f"postgresql://shop:{PASSWORD}@127.0.0.1:1/shop", f"mysql://shop:{PASSWORD}@127.0.0.1:1/shop"
    assert main({"DEMO_ORDERS_BUILD_URL": orders, "DEMO_MARKETING_BUILD_URL": marketing}) == 1
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(" could not be built: ")[0] for line in said] == ["orders", "marketing"]
    assert not any(PASSWORD in line for line in said)


def test_the_names_of_planted_persons_are_their_own() -> None:
    assert len({person.name for person in PLANTED}) == len(PLANTED)
    assert len({person.customer for person in PLANTED if person.customer is not None}) == 14
