"""Make the roles and databases of a plan. A program of its own, run by .venv's Python: the launcher itself has no database driver.

    python dsar/launch/provision.py <file with the plan in JSON>

The plan: `admin` (URL of a role that may make roles and databases), `answering` (URLs that must let us in), `roles` (name,
password, createdb) and `databases` (name, owner, users, readers, erasers, fresh: drop it first). Running it twice changes nothing.
Exit code 1 with one sentence on stderr when the server refuses.
"""

import json
import sys
from pathlib import Path
from typing import Any

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict


def main(plan_file: str) -> int:
    plan = json.loads(Path(plan_file).read_text(encoding="utf-8"))
    try:
        if plan["admin"]:
            _make(plan)
        for url in plan["answering"]:
            psycopg.connect(url, connect_timeout=5).close()
    except errors.InsufficientPrivilege:
        return _say(
            "The role of DATABASE_OWNER_URL may not make the demo shop's database: give it CREATEDB and CREATEROLE for this, "
            "or leave DATABASE_URL unset and let the demo bring its own PostgreSQL.",
        )
    except psycopg.OperationalError as refusal:
        return _say(f"PostgreSQL refuses: {' '.join(str(refusal).split())}")
    return 0


def _make(plan: dict[str, Any]) -> None:
    with psycopg.connect(plan["admin"], autocommit=True, connect_timeout=5) as connection:
        for role in plan["roles"]:
            _make_role(connection, **role)
        for database in plan["databases"]:
            _make_database(connection, database)
    for database in plan["databases"]:
        with psycopg.connect(**_elsewhere(plan["admin"], database["name"]), autocommit=True) as connection:
            for reader in database["readers"]:
                _let_read(connection, database["owner"], reader)
            for eraser in database["erasers"]:
                _let_erase(connection, database, eraser)


def _make_role(connection: psycopg.Connection, name: str, password: str, *, createdb: bool) -> None:
    role = sql.Identifier(name)
    if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).rowcount:
        connection.execute(sql.SQL("CREATE ROLE {}").format(role))
    scrambled = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    options = sql.SQL("LOGIN {} PASSWORD {}").format(sql.SQL("CREATEDB" if createdb else "NOCREATEDB"), sql.Literal(scrambled))
    connection.execute(sql.SQL("ALTER ROLE {} {}").format(role, options))


def _make_database(connection: psycopg.Connection, plan: dict[str, Any]) -> None:
    name, database, owned_by = plan["name"], sql.Identifier(plan["name"]), sql.Identifier(plan["owner"])
    if plan["fresh"]:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
    if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(owned_by))
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owned_by))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    for role in (*plan["users"], *plan["readers"], *plan["erasers"]):
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(role)))


def _let_read(connection: psycopg.Connection, owner: str, reader: str) -> None:
    names = {"owner": sql.Identifier(owner), "reader": sql.Identifier(reader)}
    connection.execute(
        sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT ON TABLES TO {reader}").format(**names),
    )
    connection.execute(sql.SQL("ALTER ROLE {reader} SET default_transaction_read_only = on").format(**names))


def _let_erase(connection: psycopg.Connection, database: dict[str, Any], eraser: str) -> None:
    """Let a role delete and overwrite, and lay aside what it found in tables of its own session; it makes nothing new."""
    names = {"owner": sql.Identifier(database["owner"]), "eraser": sql.Identifier(eraser), "name": sql.Identifier(database["name"])}
    for words in (
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT, UPDATE, DELETE ON TABLES TO {eraser}",
        "GRANT TEMPORARY ON DATABASE {name} TO {eraser}",
    ):
        connection.execute(sql.SQL(words).format(**names))


def _elsewhere(url: str, database: str) -> dict[str, Any]:
    return conninfo_to_dict(url) | {"dbname": database, "connect_timeout": 5}


def _say(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
