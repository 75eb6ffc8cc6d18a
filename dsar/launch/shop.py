"""The demo shop's two systems: orders in the demo's PostgreSQL, marketing in MariaDB or, without one, in a file."""

import os
from pathlib import Path

from dsar.launch import progress, supply
from dsar.launch.databases import BUILDER, MARKETING, READER, SHOP, Servers
from dsar.launch.failure import CannotStart
from dsar.launch.home import Home
from dsar.launch.launch import Launch
from dsar.launch.processes import Program


def build(launch: Launch, servers: Servers) -> None:
    """Fill both systems unless that is done; the builder itself empties what a killed start left half full.

    Raises:
        CannotStart: the builder failed.
    """
    if progress.is_done(launch.home, "shop", _inputs(launch.root)):
        return
    print("Building the demo shop (10,000 customers) …", flush=True)
    folder = launch.home.path / "shop"
    (folder / "files").mkdir(parents=True, exist_ok=True)
    variables = os.environ | for_builder(launch.home, servers)
    code, _ = launch.processes.run(Program("shop", launch.module("demo.build"), variables, launch.root))
    if code:
        raise CannotStart(f"The demo shop could not be built: {launch.processes.last_words('shop')}")
    progress.note(launch.home, "shop", _inputs(launch.root))


def grants(home: Home) -> list[str]:
    """Return what MariaDB runs before it listens."""
    users = [f"CREATE OR REPLACE USER {_at(role)} IDENTIFIED BY '{_password(home, role)}'" for role in (BUILDER, READER)]
    return [
        f"CREATE DATABASE IF NOT EXISTS {MARKETING}",
        *users,
        f"GRANT ALL ON {MARKETING}.* TO {_at(BUILDER)}",
        f"GRANT SELECT ON {MARKETING}.* TO {_at(READER)}",
    ]


def environment(home: Home, servers: Servers) -> dict[str, str]:
    """Return where the shop's systems are, for the product, which may only read."""
    return {
        "DSAR_SOURCE_ORDERS_URL": _driver(servers.as_role(READER, _password(home, READER), SHOP)),
        "DSAR_SOURCE_ORDERS_FILES": str(home.path / "shop" / "files"),
        "DSAR_SOURCE_MARKETING_URL": _marketing(home, servers, READER),
    }


def for_builder(home: Home, servers: Servers) -> dict[str, str]:
    return {
        "DEMO_ORDERS_BUILD_URL": _driver(servers.as_role(BUILDER, _password(home, BUILDER), SHOP)),
        "DEMO_MARKETING_BUILD_URL": _marketing(home, servers, BUILDER),
        "DEMO_HOME": str(home.path / "shop"),
    }


def _marketing(home: Home, servers: Servers, role: str) -> str:
    if servers.mariadb is None:
        return f"sqlite:///{home.path / 'shop' / 'marketing.sqlite3'}"
    return servers.mariadb.url(role, _password(home, role), MARKETING)


def _inputs(root: Path) -> str:
    return progress.digest(root, ["demo/**/*.py", "demo/**/*.yaml"], "mariadb" if supply.mariadb() else "sqlite")


def _driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _at(role: str) -> str:
    return f"{role}@'127.0.0.1'"


def _password(home: Home, role: str) -> str:
    return home.secret(f"{role.upper()}_PASSWORD")
