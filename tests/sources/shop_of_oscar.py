"""A real django-oscar shop in PostgreSQL: its own migrations and models, in processes of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import URL, make_url

from tests.connectors.conftest import ask, server_of

HERE = Path(__file__).parent / "oscar"
DESCRIPTION = Path(__file__).parents[2] / "examples" / "django-oscar.yaml"


@dataclass(frozen=True)
class OscarShop:
    """The shop's address, and which records its own models made for whom: customer → table → keys."""

    url: str
    owned: dict[str, dict[str, list[int]]]


def built(name: str) -> OscarShop:
    """Make the database `name`, migrate and fill it."""
    url = server_of("postgresql").set(database=name)
    ask(server_of("postgresql"), f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
    _run(url, "-m", "django", "migrate", "-v0", "--skip-checks")
    return OscarShop(
        url.set(drivername="postgresql").render_as_string(hide_password=False), json.loads(_run(url, HERE / "fill.py"))
    )


@contextmanager
def copied(shop: OscarShop) -> Iterator[OscarShop]:
    """Give a shop of its own, with what `shop` was filled with."""
    url = make_url(shop.url)
    name = f"{url.database}_{uuid4().hex[:8]}"
    ask(server_of("postgresql"), f"CREATE DATABASE {name} TEMPLATE {url.database}")
    try:
        yield replace(shop, url=url.set(database=name).render_as_string(hide_password=False))
    finally:
        drop(name)


def used(url: str) -> dict[str, Any]:
    """Have the shop use its own data, and return what it says."""
    said: dict[str, Any] = json.loads(_run(make_url(url).set(drivername="postgresql+psycopg"), HERE / "use.py"))
    return said


def drop(name: str) -> None:
    ask(server_of("postgresql"), f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _run(url: URL, *words: str | Path) -> Any:
    environment = {
        **os.environ,
        "OSCAR_URL": url.render_as_string(hide_password=False),
        "DJANGO_SETTINGS_MODULE": "oscar_settings",
        "PYTHONPATH": str(HERE),
    }
    command = [sys.executable, "-W", "ignore", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
