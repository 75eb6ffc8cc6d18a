"""The demo shop's three systems.

Orders in the demo's PostgreSQL, marketing in MariaDB or, without one, in a file, accounts in a process that answers over HTTP.
"""

import os
import socket
from pathlib import Path

from dsar.launch import progress, supply
from dsar.launch.databases import BUILDER, ERASER, MARKETING, READER, SHOP, Servers
from dsar.launch.failure import CannotStart
from dsar.launch.home import LOOPBACK, Home
from dsar.launch.launch import Launch
from dsar.launch.processes import Program

ACCOUNTS, TOKEN, ERASE_TOKEN, STOCK = "accounts", "DEMO_ACCOUNTS_TOKEN", "DEMO_ACCOUNTS_ERASE_TOKEN", "DEMO_ACCOUNTS_STOCK"


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
    spoiled = launch.home.state.get("spoiled", False)
    variables = os.environ | for_builder(launch.home, servers) | ({"DEMO_ANEW": "1"} if spoiled else {})
    code, _ = launch.processes.run(Program("shop", launch.module("demo.build"), variables, launch.root))
    if code:
        raise CannotStart(f"The demo shop could not be built: {launch.processes.last_words('shop')}")
    progress.note(launch.home, "shop", _inputs(launch.root))
    launch.home.remember("spoiled", False)


def spoil(home: Home) -> None:
    """Have the shop built anew by the next start: what is erased now would be missing then."""
    progress.forget(home, "shop")
    home.remember("spoiled", True)


def start_accounts(launch: Launch) -> None:
    """Start the account service on the port of last time."""
    if launch.home.state.get("spoiled"):
        stock(launch.home).unlink(missing_ok=True)
    variables = os.environ | {name: launch.home.secret(name) for name in (TOKEN, ERASE_TOKEN)} | {STOCK: str(stock(launch.home))}
    command = launch.module("demo.accounts_api", str(launch.home.port(ACCOUNTS)))
    launch.processes.start(Program(ACCOUNTS, command, variables, launch.root, is_server=True))


def await_accounts(launch: Launch) -> None:
    """Return when the account service listens.

    Raises:
        CannotStart: it ended, or was silent for half a minute.
    """
    launch.processes.await_ready(ACCOUNTS, lambda: _listens(_accounts_port(launch.home)), within_delay=30)


def grants(home: Home) -> list[str]:
    """Return what MariaDB runs before it listens."""
    users = [f"CREATE OR REPLACE USER {_at(role)} IDENTIFIED BY '{_password(home, role)}'" for role in (BUILDER, READER, ERASER)]
    return [
        f"CREATE DATABASE IF NOT EXISTS {MARKETING}",
        *users,
        f"GRANT ALL ON {MARKETING}.* TO {_at(BUILDER)}",
        f"GRANT SELECT ON {MARKETING}.* TO {_at(READER)}",
        f"GRANT SELECT, UPDATE, DELETE, CREATE TEMPORARY TABLES ON {MARKETING}.* TO {_at(ERASER)}",
    ]


def environment(home: Home, servers: Servers) -> dict[str, str]:
    """Return where the shop's systems are, for the product, which may only read."""
    return {
        "DSAR_SOURCE_ORDERS_URL": _driver(servers.as_role(READER, _password(home, READER), SHOP)),
        "DSAR_SOURCE_ORDERS_FILES": str(home.path / "shop" / "files"),
        "DSAR_SOURCE_MARKETING_URL": _marketing(home, servers, READER),
        "DSAR_SOURCE_ACCOUNTS_URL": _accounts(home, TOKEN),
    }


def for_erasing(home: Home, servers: Servers) -> dict[str, str]:
    """Return where the shop's systems are for who may erase: the worker alone."""
    return {
        "DSAR_ERASE_ORDERS_URL": _driver(servers.as_role(ERASER, _password(home, ERASER), SHOP)),
        "DSAR_ERASE_MARKETING_URL": _marketing(home, servers, ERASER),
        "DSAR_ERASE_ACCOUNTS_URL": _accounts(home, ERASE_TOKEN),
    }


def stock(home: Home) -> Path:
    """Return the file in which the account service notes what was deleted or changed."""
    return home.path / "shop" / "accounts.jsonl"


def for_builder(home: Home, servers: Servers) -> dict[str, str]:
    return {
        "DEMO_ORDERS_BUILD_URL": _driver(servers.as_role(BUILDER, _password(home, BUILDER), SHOP)),
        "DEMO_MARKETING_BUILD_URL": _marketing(home, servers, BUILDER),
        "DEMO_HOME": str(home.path / "shop"),
    }


def _accounts(home: Home, token: str) -> str:
    return f"http://{LOOPBACK}:{_accounts_port(home)}/v1#token={home.secret(token)}&private=yes&plain=yes"


def _marketing(home: Home, servers: Servers, role: str) -> str:
    if servers.mariadb is None:
        return f"sqlite:///{home.path / 'shop' / 'marketing.sqlite3'}"
    return servers.mariadb.url(role, _password(home, role), MARKETING)


def _accounts_port(home: Home) -> int:
    return int(home.state.get("ports", {}).get(ACCOUNTS, 0)) or home.port(ACCOUNTS)


def _listens(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True


def _inputs(root: Path) -> str:
    return progress.digest(root, ["demo/**/*.py", "demo/**/*.yaml"], "mariadb" if supply.mariadb() else "sqlite")


def _driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _at(role: str) -> str:
    return f"{role}@'127.0.0.1'"


def _password(home: Home, role: str) -> str:
    return home.secret(f"{role.upper()}_PASSWORD")
