"""Which servers a start uses, and the roles and databases in them."""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from dsar.launch import mariadb, postgres, progress, redis
from dsar.launch.failure import CannotStart
from dsar.launch.home import Home, write_private
from dsar.launch.launch import Launch
from dsar.launch.processes import Program

SHOP, MARKETING = "demo_orders", "demo_marketing"
BUILDER, READER, ERASER = "demo_builder", "demo_reader", "demo_eraser"


@dataclass(frozen=True)
class Servers:
    """Running servers. PostgreSQL is reached as a role that may make others (`admin`), as the owner, as the application."""

    admin: str
    owner: str
    app: str
    redis: str
    mariadb: mariadb.MariaDB | None
    is_own: bool

    def as_role(self, role: str, password: str, database: str) -> str:
        """Return the URL of another role and database in the same PostgreSQL."""
        parts = urlsplit(self.admin)
        address = f"{role}:{password}@{parts.netloc.rpartition('@')[2]}"
        return urlunsplit(parts._replace(netloc=address, path=f"/{database}"))


def start(launch: Launch, grants: list[str], *, throw_away: bool) -> Servers:
    """Start what the environment does not name, and return when all answer. `grants` are run by MariaDB before it listens.

    Raises:
        CannotStart: a server refuses, or only one of the two database URLs is given.
    """
    home, given = launch.home, _given()
    _notice_another_server(home, given)
    own = None if given else postgres.start(launch, throw_away=throw_away)
    own_redis = None if os.environ.get("REDIS_URL") else redis.start(launch)
    second = mariadb.start(launch, grants, throw_away=throw_away)
    if own:
        postgres.await_ready(launch)
    if own_redis:
        redis.await_ready(own_redis, launch)
    if second:
        mariadb.await_ready(second, launch)
    return Servers(
        admin=own.superuser_url if own else given["DATABASE_OWNER_URL"],
        owner=own.url("dsar_owner", home.secret("DSAR_OWNER_PASSWORD"), "dsar") if own else given["DATABASE_OWNER_URL"],
        app=own.url("dsar_app", home.secret("DSAR_APP_PASSWORD"), "dsar") if own else given["DATABASE_URL"],
        redis=own_redis.url if own_redis else os.environ["REDIS_URL"],
        mariadb=second,
        is_own=own is not None,
    )


def provision(launch: Launch, servers: Servers, *, with_shop: bool, fresh: set[str]) -> None:
    """Make the roles and databases that are missing; those named in `fresh` are emptied.

    Raises:
        CannotStart: PostgreSQL refuses.
    """
    home = launch.home
    plan = _plan(home, servers, with_shop=with_shop, fresh=fresh)
    inputs = hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()
    if not fresh and progress.is_done(home, "provision", inputs):
        return
    file = home.path / "plan.json"
    write_private(file, json.dumps(plan))
    code, said = launch.processes.run(Program("provision", [launch.venv.python, Path(__file__).with_name("provision.py"), file]))
    file.unlink()
    if code:
        raise CannotStart(said.splitlines()[-1] if said else "The databases could not be made.")
    if not fresh:
        progress.note(home, "provision", inputs)


def _given() -> dict[str, str]:
    names = ("DATABASE_URL", "DATABASE_OWNER_URL")
    given = {name: os.environ[name] for name in names if os.environ.get(name)}
    if len(given) == 1:
        missing = next(name for name in names if name not in given)
        raise CannotStart(f"{missing} is missing: the two database URLs go together; with neither, an own PostgreSQL is started.")
    return given


def _notice_another_server(home: Home, given: dict[str, str]) -> None:
    """What was done in one server was not done in another."""
    place = urlsplit(given["DATABASE_OWNER_URL"])._replace(query="").geturl() if given else "own"
    label = hashlib.sha256(place.encode()).hexdigest()
    if home.state.get("server") != label:
        progress.forget(home)
        home.remember("server", label)


def _plan(home: Home, servers: Servers, *, with_shop: bool, fresh: set[str]) -> dict[str, Any]:
    roles: list[dict[str, Any]] = []
    databases: list[dict[str, Any]] = []
    if servers.is_own:
        roles += [_role(home, "dsar_owner", "DSAR_OWNER_PASSWORD", createdb=True), _role(home, "dsar_app", "DSAR_APP_PASSWORD")]
        product = {"name": "dsar", "owner": "dsar_owner", "users": ["dsar_app"], "readers": [], "erasers": []}
        databases.append(product | {"fresh": "dsar" in fresh})
    if with_shop:
        roles += [_role(home, name, f"{name.upper()}_PASSWORD") for name in (BUILDER, READER, ERASER)]
        shop = {"name": SHOP, "owner": BUILDER, "users": [], "readers": [READER], "erasers": [ERASER], "fresh": SHOP in fresh}
        databases.append(shop)
    return {"admin": servers.admin, "answering": [servers.owner, servers.app], "roles": roles, "databases": databases}


def _role(home: Home, name: str, secret: str, *, createdb: bool = False) -> dict[str, Any]:
    return {"name": name, "password": home.secret(secret), "createdb": createdb}
