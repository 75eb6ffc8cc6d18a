"""A system that somebody connects by a form: a small table in SQLite, its dataset file, and who may do what about it."""

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from requests_app.connecting import services
from requests_app.connecting.judging import Wanted
from requests_app.officers.models import Officer, Role
from requests_app.sources.models import Source
from requests_app.sources.versions import SourceVersion
from requests_app.values import Side
from tests.console.desk import an_officer
from tests.making import a_brand

DATASET: Final = """dataset:
  - fides_key: club
    name: Club
    dsar:
      purposes: {club: {title: {en: To run the club}, legal_basis: contract}}
      retention: {member: {en: While you are a member}}
    collections:
      - name: members
        dsar: {topic: account, title: {en: Members}, purposes: [club], retention_class: member}
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true, data_type: integer}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email, data_type: string}}
          - {name: name, data_categories: [user.name], dsar: {fact: name}}
          - {name: postcode, dsar: {fact: postcode}}
"""
ERASES_OTHERWISE: Final = DATASET.replace("{fact: postcode}}", "{fact: postcode}, fides_meta: {read_only: true}}")
IN_OTHER_WORDS: Final = DATASET.replace("title: {en: Members}", "title: {en: Our members}")
WANTED: Final = Wanted({"en": "Club"}, "sql", DATASET, "postgresql://reader@db.club.example:5432/club", "DSAR_SOURCE_CLUB_PASSWORD")
ERASING: Final = replace(WANTED, may_erase=True, erase_secret="DSAR_ERASE_CLUB")  # a name
TYPED: Final[dict[str, Any]] = {
    "brand": "o-jewels", "side": "customers", "name": "Club", "kind": "sql", "address": WANTED.address, "secret": WANTED.secret,
    "dataset": DATASET.replace("\n", "\r\n"), "reason": "The club wants it.",
}  # fmt: skip


def an_administrator(email: str = "admin@desk.example", role: Role = Role.ADMINISTRATOR, brand: str = "o-jewels") -> Officer:
    return an_officer(email, brand=a_brand(brand), role=role)


def proposed(by: Officer, wanted: Wanted = WANTED) -> SourceVersion:
    """Write the first version of a new system."""
    return services.connect(a_brand(), Side.CUSTOMERS, wanted, reason="new", by=by)


def counting(by: Officer, wanted: Wanted = WANTED, *, second: Officer | None = None) -> Source:
    """Connect a system whose first version counts."""
    made = proposed(by, wanted)
    services.let_count(made, by=second or by)
    return Source.objects.select_related("brand").get(pk=made.source_id)


def of_members(folder: Path, *members: tuple[int, str, str, str]) -> str:
    """Write a database of members; return its address."""
    connection = sqlite3.connect(folder / "club.sqlite")
    with connection:
        connection.execute("CREATE TABLE members (id integer PRIMARY KEY, email text, name text, postcode text)")
        connection.executemany("INSERT INTO members VALUES (?, ?, ?, ?)", members)
    connection.close()
    return f"sqlite:///{folder / 'club.sqlite'}"
