"""A shop to measure with: databases of its own, dataset files, a brand that searches them."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import psycopg

from benchmarks.base import Ground
from requests_app.brands.models import Brand
from requests_app.brands.statements import STATEMENTS
from requests_app.sources.models import Source

DATASETS: Final = Path(__file__).resolve().parent / "datasets"
EMAIL: Final = "person-{}@bench.example"
POSTCODE: Final = "75001"
STATED: Final = {code: {"en": "Nothing of that kind is done here.", "fr": "Rien de tel n’est fait ici."} for code in STATEMENTS}


@dataclass(frozen=True, slots=True)
class Database:
    """A source in PostgreSQL, made for one benchmark."""

    url: str

    def run(self, *statements: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def settle(self) -> None:
        """Let the server write now what it would write while something is measured, where our role may ask for that."""
        with suppress(psycopg.errors.InsufficientPrivilege):
            self.run("CHECKPOINT")

    def as_app(self) -> "Database":
        """Return the same database for the role as which the product works: what is shown of it is narrowed for an officer."""
        return Database(urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=urlsplit(self.url).path)))

    @classmethod
    def at(cls, ground: Ground, name: str) -> "Database":
        return cls(urlunsplit(urlsplit(ground.admin)._replace(path=f"/{name}")))

    @classmethod
    def made(cls, ground: Ground, name: str, *statements: str) -> "Database":
        with psycopg.connect(ground.admin, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
            connection.execute(f"CREATE DATABASE {name}".encode())
        made = cls.at(ground, name)
        made.run(*statements, "VACUUM ANALYZE")
        return made


def a_brand(slug: str, **fields: Any) -> Brand:
    values = {
        "name": slug.title(), "languages": ["en", "fr"], "establishment": "FR", "regime": "eu-gdpr",
        "privacy_email": f"privacy@{slug}.example", "statements": STATED,
    }  # fmt: skip
    return Brand.objects.update_or_create(slug=slug, defaults=values | fields)[0]


def a_source(brand: Brand, name: str, url: str, dataset: str) -> Source:
    """Write a source of `brand`; this process and those that it starts know its address by the environment."""
    secret = f"BENCH_{brand.slug}_{name}_URL".upper().replace("-", "_")
    os.environ[secret] = url
    values = {"connector": "sql", "description": str(DATASETS / f"{dataset}.yaml"), "secret": secret, "title": {"en": name.title()}}
    return Source.objects.update_or_create(brand=brand, name=name, defaults=values)[0]
