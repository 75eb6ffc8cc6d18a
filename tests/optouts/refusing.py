"""A shop with a mailer that can switch off, a book of orders that reaches nobody, and a system only persons can change."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from sqlalchemy import create_engine, text

from requests_app.brands.models import Brand
from requests_app.connectors.suppressing import Channel
from requests_app.optouts.models import Effect, EffectState, SeenPurpose
from requests_app.optouts.services import Refusal, file
from requests_app.sources.models import Source
from requests_app.values import Claim
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.making import a_brand, a_dsr, a_source

ADA: Final = "ada@example.com"
SECRET: Final = "DSAR_TEST_MAILER_URL"
EMAIL: Final = Claim("email", ADA)
KEY: Final = {"name": "id", "fides_meta": {"primary_key": True}}
ADDRESS: Final = {"name": "email", "fides_meta": {"identity": "email"}}
RULES: Final = [
    {"channel": "email", "field": "newsletter", "value": False},
    {"channel": "profiling", "field": "profiled", "value": False},
]


class Mailer:
    """A mailing system in a SQLite file, described beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = create_engine(f"sqlite:///{folder / 'mailer.sqlite'}")
        self.run("CREATE TABLE subscribers (id INTEGER PRIMARY KEY, email TEXT, newsletter BOOLEAN, profiled BOOLEAN)")

    @property
    def url(self) -> str:
        return self.engine.url.render_as_string()

    def run(self, statement: str, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(statement), values)

    def add(self, *addresses: str) -> None:
        for address in addresses:
            self.run("INSERT INTO subscribers (email, newsletter, profiled) VALUES (:email, 1, 1)", email=address)

    def on(self, column: str = "newsletter") -> list[str]:
        """Who is still written to."""
        with self.engine.begin() as connection:
            found = connection.execute(text(f"SELECT email FROM subscribers WHERE {column} = 1 ORDER BY email"))
            return [str(one) for (one,) in found]

    def describe(self, rules: Any = RULES, purposes: Any = None, file: str = "mailer", **dataset: Any) -> Path:
        fields = [KEY, ADDRESS, {"name": "newsletter"}, {"name": "profiled"}]
        told = {"suppress": rules} if rules else {}
        named = {"purposes": purposes} if purposes else {}
        collection = {"name": "subscribers", "fields": fields, "dsar": told | ({"purposes": list(purposes)} if purposes else {})}
        content = {"dataset": [{"fides_key": "mailer", "name": "Mailer", "collections": [collection], "dsar": dataset | named}]}
        path = self.folder / f"{file}.yaml"
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        return path


@contextmanager
def a_mailer(folder: Path, monkeypatch: pytest.MonkeyPatch, brand: Brand | None = None) -> Iterator[Mailer]:
    """Give a mailer that is a source of `brand`, with an account that may write."""
    mailer = Mailer(folder)
    monkeypatch.setitem(os.environ, SECRET, mailer.url)
    described(mailer.describe(), brand)
    yield mailer
    mailer.engine.dispose()


def described(path: Path, brand: Brand | None = None, *, name: str = "mailer", erases: bool = True) -> Source:
    """Make a source of a description; without `erases` it has no account that may write."""
    return a_source(
        name, brand=brand or a_brand(), description=str(path), secret=SECRET, erase_secret=SECRET if erases else "",
        title={"en": "Mailer", "fr": "Mailer"},
    )  # fmt: skip


def refuse(
    *channels: Channel, right: str = "object_direct_marketing", email: str = ADA, brand: Brand | None = None, **more: Any
) -> SubjectRequest:
    return file(brand or a_brand(), Refusal(right=right, channels=tuple(one.value for one in channels), email=email, **more))


def left_to_a_person(source: Source, right: str = "object_direct_marketing") -> Effect:
    """Make a refusal of which `source` leaves something to a person, and a purpose of it that is new."""
    SeenPurpose.objects.create(source=source, title="To guess", words={"en": "To guess"}, legal_basis="consent")
    dsr = a_dsr(State.FULFILLING, right=right, brand=source.brand, wish={"channels": ["post"]})
    return Effect.objects.create(dsr=dsr, source=source, by_hand=["post"], state=EffectState.BY_HAND)
