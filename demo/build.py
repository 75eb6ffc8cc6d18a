"""`python -m demo.build`: fill the two databases of the demo shop, once.

Environment: DEMO_ORDERS_BUILD_URL (PostgreSQL), DEMO_MARKETING_BUILD_URL (MariaDB, MySQL or SQLite), DEMO_HOME (a folder;
the files go to `files` below it), DEMO_ORDERS_READER (optional: a PostgreSQL role that shall read the orders).
A finished database is left alone; a half-built one, one of another version, or with DEMO_ANEW=1 any, is emptied and built again.
"""

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, inspect, make_url, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable

from demo import letters, papers, shop
from demo.shop import Row, Rows
from demo.tables import MARKETING, MARKETING_MARK, ORDERS, ORDERS_MARK
from demo.words import SEED

VERSION: Final = "2"
FLUSH: Final = 50_000
DRIVERS: Final = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
}


def build_orders(url: str, home: Path, reader: str = "") -> bool:
    """Build the order system and its files; return False when it was there already. `reader` may be an existing role."""
    engine = _engine(url)
    try:
        with engine.begin() as connection:
            fresh = not _is_finished(connection, ORDERS_MARK)
            if fresh:
                ORDERS.drop_all(connection)
                papers.write(home / "files", _load_by_copy(connection, ORDERS, shop.everything()))
                _mark(connection, ORDERS_MARK)
            if reader:
                _grant(connection, reader)
        if fresh:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("ANALYZE"))
        return fresh
    finally:
        engine.dispose()


def build_marketing(url: str) -> bool:
    """Build the mailing system; return False when it was there already."""
    engine = _engine(url)
    try:
        with engine.begin() as connection:
            if _is_finished(connection, MARKETING_MARK):
                return False
            MARKETING.drop_all(connection)
            MARKETING.create_all(connection)
            for table, rows in _by_table(letters.everything(), MARKETING):
                _insert(connection, table, rows)
            _mark(connection, MARKETING_MARK)
        return True
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    """Return an engine for `url`, whose database is made when it is missing."""
    parsed = make_url(url)
    parsed = parsed.set(drivername=DRIVERS.get(parsed.drivername, parsed.drivername))
    backend, name = parsed.get_backend_name(), parsed.database
    if backend == "sqlite" and name:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
    elif name:
        server = create_engine(parsed.set(database="postgres" if backend == "postgresql" else ""), isolation_level="AUTOCOMMIT")
        with suppress(DBAPIError), server.connect() as connection:  # there already, or not ours to make: connecting will tell
            connection.execute(text(f"CREATE DATABASE {server.dialect.identifier_preparer.quote(name)}"))
        server.dispose()
    return create_engine(parsed)


def _is_finished(connection: Connection, mark: Table) -> bool:
    if os.environ.get("DEMO_ANEW") == "1" or not inspect(connection).has_table(mark.name):
        return False
    return (SEED, VERSION) in {tuple(row) for row in connection.execute(select(mark.c.seed, mark.c.version))}


def _mark(connection: Connection, mark: Table) -> None:
    connection.execute(mark.insert(), {"seed": SEED, "version": VERSION})


def _load_by_copy(connection: Connection, metadata: MetaData, rows: Rows) -> Iterator[str]:
    """Make the tables, fill them, then add what would slow the filling. Yields the path of each file that a row names."""
    for table in metadata.sorted_tables:
        connection.execute(CreateTable(table, include_foreign_key_constraints=[]))
    for table, chunk in _by_table(rows, metadata):
        _copy(connection, table, chunk)
        if table.name in ("warranties", "identity_checks", "calls"):
            yield from (row[-1] for row in chunk if row[-1] is not None)
    for table in metadata.sorted_tables:
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            connection.execute(CreateIndex(index))
        for constraint in table.foreign_key_constraints:
            connection.execute(AddConstraint(constraint))


def _by_table(rows: Rows, metadata: MetaData) -> Iterator[tuple[Table, list[Row]]]:
    """Gather rows into chunks of one table, a table's parents always before it within a chunk's reach."""
    waiting: dict[str, list[Row]] = {table.name: [] for table in metadata.sorted_tables}
    for count, (name, row) in enumerate(rows, 1):
        waiting[name].append(row)
        if count % FLUSH == 0:
            yield from _flush(waiting, metadata)
    yield from _flush(waiting, metadata)


def _flush(waiting: dict[str, list[Row]], metadata: MetaData) -> Iterator[tuple[Table, list[Row]]]:
    for table in metadata.sorted_tables:
        if waiting[table.name]:
            yield table, waiting[table.name]
            waiting[table.name] = []


def _copy(connection: Connection, table: Table, rows: list[Row]) -> None:
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {table.name} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _insert(connection: Connection, table: Table, rows: list[Row]) -> None:
    names = table.columns.keys()
    connection.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in rows])


def _grant(connection: Connection, reader: str) -> None:
    role = connection.dialect.identifier_preparer.quote(reader)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {role}"))
    for table in ORDERS.sorted_tables:
        connection.execute(text(f"GRANT SELECT ON {table.name} TO {role}"))


def _attempt(name: str, build: Callable[..., bool], *arguments: Any) -> tuple[bool, str]:
    """Return whether it went well, and a sentence."""
    start = perf_counter()
    try:
        fresh = build(*arguments)
    except (SQLAlchemyError, OSError) as fault:
        return False, f"{name} could not be built: {_cause(fault)}"
    return True, f"{name}: built in {perf_counter() - start:.1f} s" if fresh else f"{name}: already there"


def _cause(fault: Exception) -> str:
    reason = fault.orig if isinstance(fault, DBAPIError) else fault
    return str(reason).strip().partition("\n")[0]


def main(environment: dict[str, str]) -> int:
    """Build both systems, one beside the other; return the exit status."""
    orders, marketing = environment.get("DEMO_ORDERS_BUILD_URL"), environment.get("DEMO_MARKETING_BUILD_URL")
    if not orders or not marketing:
        print("Set DEMO_ORDERS_BUILD_URL and DEMO_MARKETING_BUILD_URL to the databases to fill.", file=sys.stderr)
        return 2
    home, reader = Path(environment.get("DEMO_HOME", ".dsar/demo")), environment.get("DEMO_ORDERS_READER", "")
    with ProcessPoolExecutor(1) as beside:
        other = beside.submit(_attempt, "marketing", build_marketing, marketing)
        outcomes = (_attempt("orders", build_orders, orders, home, reader), other.result())
    for well, sentence in outcomes:
        print(sentence, file=sys.stdout if well else sys.stderr)
    return 0 if all(well for well, _ in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(dict(os.environ)))
