"""A proposal is loaded, accepted by the public package, and finds what a description made by hand finds."""

import re
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from fideslang.default_taxonomy import DEFAULT_TAXONOMY
from fideslang.models import Dataset
from sqlalchemy import URL, make_url

from demo.build import build_orders
from demo.people import BARE, CLAIRE, GIVER, MAX, PAUL, ZERO
from requests_app.connectors.base import Batch, Config, Form, Misconfigured
from requests_app.connectors.sql.draft import draft
from tests.connectors.conftest import made
from tests.connectors.shops import SQL, Shop, known_by

DEMO = Path(__file__).parents[3] / "demo" / "orders.yaml"
KNOWN = {category.fides_key for category in DEFAULT_TAXONOMY.data_category}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo shop's orders in PostgreSQL."""
    with made("postgresql", "TEMPLATE template0 ENCODING 'UTF8'") as url:
        build_orders(url.render_as_string(hide_password=False), tmp_path_factory.mktemp("demo"))
        yield url.render_as_string(hide_password=False)


def proposed(url: str | URL, folder: Path, **options: Any) -> Config:
    """Write a proposal, insist that it may be used as it is, and return how to reach the system with it."""
    address = url if isinstance(url, str) else url.render_as_string(hide_password=False)
    path = folder / "draft.yaml"
    path.write_text(draft(address, **options), encoding="utf-8")
    config = Config("draft", address, path)
    assert [problem for problem in SQL.check(config).problems if problem.fatal] == []
    (dataset,) = yaml.safe_load(path.read_text(encoding="utf-8"))["dataset"]
    assert {key for field in fields(dataset) for key in field["data_categories"]} <= KNOWN
    assert Dataset.model_validate(dataset)
    return config


def fields(dataset: dict[str, Any]) -> list[dict[str, Any]]:
    return [field for collection in dataset["collections"] for field in collection["fields"]]


def described(config: Config) -> dict[str, dict[str, dict[str, Any]]]:
    (dataset,) = yaml.safe_load(config.description.read_text(encoding="utf-8"))["dataset"]
    return {one["name"]: {field["name"]: field for field in one["fields"]} for one in dataset["collections"]}


def skipped(config: Config) -> set[str]:
    (dataset,) = yaml.safe_load(config.description.read_text(encoding="utf-8"))["dataset"]
    return {one["name"] for one in dataset["collections"] if one.get("fides_meta", {}).get("skip_processing")}


def counted(config: Config, email: str) -> dict[str, int]:
    """Return how many records of each collection all that meets `email` leads to."""
    identity = known_by(email)
    roots = tuple(candidate.root for candidate in SQL.candidates(config, identity))
    found: dict[str, int] = {}
    for item in SQL.find(config, identity, roots) if roots else ():
        if isinstance(item, Batch) and item.form is Form.JSON:
            found[item.collection] = found.get(item.collection, 0) + item.records
    return found


@pytest.mark.parametrize("person", [CLAIRE, ZERO, PAUL, MAX, GIVER, BARE], ids=lambda person: person.name)
def test_a_proposal_finds_what_the_description_made_by_hand_finds(person: Any, demo: str, tmp_path: Path) -> None:
    proposal = proposed(demo, tmp_path)
    plain = re.sub(r", file: \{media_type: (application/pdf|audio/wav)\}", "", DEMO.read_text(encoding="utf-8"))
    (tmp_path / "orders.yaml").write_text(plain, encoding="utf-8")

    by_hand = counted(replace(proposal, description=tmp_path / "orders.yaml"), person.email)
    by_draft = counted(proposal, person.email)

    missed = {name: number - by_draft.get(name, 0) for name, number in by_hand.items() if by_draft.get(name, 0) < number}
    assert sum(by_hand.values()) >= 1
    assert 1 - sum(missed.values()) / sum(by_hand.values()) >= 0.95, missed
    assert {name for name in by_draft if name not in by_hand} == set()


def test_every_table_is_proposed_and_the_shops_own_is_left_out_with_a_reason(demo: str, tmp_path: Path) -> None:
    proposal = proposed(demo, tmp_path)

    assert skipped(proposal) == {"products", "demo_build"}
    assert described(proposal)["customers"].keys() >= {"email", "birth_date"}
    assert "password_hash" not in described(proposal)["customers"]
    assert "# left out: password_hash" in proposal.description.read_text(encoding="utf-8")


def test_whose_data_it_is_is_guessed(demo: str, tmp_path: Path) -> None:
    gifts = described(proposed(demo, tmp_path))["gift_messages"]

    assert gifts["recipient_name"]["dsar"]["about"] == gifts["recipient_phone"]["dsar"]["about"] == "other"
    assert gifts["message"]["dsar"]["about"] == "both"


def test_the_same_schema_gives_the_same_text(demo: str) -> None:
    assert draft(demo) == draft(demo)


def test_samples_confirm_without_showing_a_value(demo: str, tmp_path: Path) -> None:
    text = proposed(demo, tmp_path, samples=True).description.read_text(encoding="utf-8")

    assert "most of a sample look so" in text
    assert "@" not in text
    assert CLAIRE.last_name not in text


@pytest.fixture
def foreign(postgres: Shop) -> Shop:
    """A shop without a single foreign key, named in several languages."""
    postgres.run(
        "CREATE TABLE kunden "
        "(id serial PRIMARY KEY, vorname text, nachname text, e_mail_adresse text, plz varchar(10), geburtsdatum date)",
        "CREATE TABLE bestellungen (id serial PRIMARY KEY, kunden_nr int, bestellnummer text, summe numeric(9,2))",
        "CREATE TABLE positionen (bestellung_id int, zeile int, artikel text, PRIMARY KEY (bestellung_id, zeile))",
        "CREATE TABLE ps_newsletter_inscrits (id_inscrit serial PRIMARY KEY, courriel text, prenom text)",
        "CREATE TABLE mensajes (id serial PRIMARY KEY, correo_electronico text, mensaje text)",
        "CREATE TABLE schema_migrations (version text PRIMARY KEY)",
        "CREATE TABLE lieferanten (id serial PRIMARY KEY, email text, telefon text)",
        "CREATE TABLE log (at timestamp, words text)",
        "CREATE VIEW kunden_kurz AS SELECT id, e_mail_adresse FROM kunden",
        "INSERT INTO kunden VALUES (0, 'Änne', 'Groß', 'aenne@shop.example', '10115', '1980-02-03')",
        "INSERT INTO bestellungen VALUES (7, 0, 'B-7', 9.5), (8, 5, 'B-8', 1)",
        "INSERT INTO positionen VALUES (7, 1, 'Ring'), (7, 2, 'Kette'), (8, 1, 'Uhr')",
        "INSERT INTO mensajes VALUES (1, 'AENNE@shop.example', 'Hola')",
    )
    return postgres


def test_references_and_identities_are_guessed_from_names_in_several_languages(foreign: Shop) -> None:
    proposal = proposed(foreign.url, foreign.folder)

    assert counted(proposal, "aenne@shop.example") == {"kunden": 1, "bestellungen": 1, "positionen": 2, "mensajes": 1}
    assert skipped(proposal) == {"schema_migrations", "lieferanten", "log", "kunden_kurz"}
    assert "the name says `kunden`; the database has no foreign key" in proposal.description.read_text(encoding="utf-8")


def test_categories_and_facts_are_guessed_in_several_languages(foreign: Shop) -> None:
    found = described(proposed(foreign.url, foreign.folder))

    assert found["kunden"]["geburtsdatum"]["data_categories"] == ["user.demographic.date_of_birth"]
    assert found["kunden"]["plz"]["dsar"]["fact"] == "postcode"
    assert found["bestellungen"]["bestellnummer"]["dsar"]["fact"] == "order_number"
    assert found["ps_newsletter_inscrits"]["prenom"]["data_categories"] == ["user.name.first"]
    assert found["ps_newsletter_inscrits"]["courriel"]["fides_meta"]["identity"] == "email"


def test_ways_that_would_go_round_are_left_open_and_said(postgres: Shop) -> None:
    postgres.run(
        "CREATE TABLE users (id int PRIMARY KEY, email text, invited_by_id int REFERENCES users)",
        "CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users, parent_id int REFERENCES orders)",
        "CREATE TABLE a (id int PRIMARY KEY, order_id int REFERENCES orders, b_id int)",
        "CREATE TABLE b (id int PRIMARY KEY, order_id int REFERENCES orders, a_id int REFERENCES a)",
        "ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b",
        "INSERT INTO users VALUES (1, 'a@shop.example', NULL), (2, 'b@shop.example', 1)",
        "INSERT INTO orders VALUES (1, 1, NULL), (2, 2, NULL), (3, 1, 1)",
        "INSERT INTO a VALUES (1, 1, NULL), (2, 2, NULL)",
        "INSERT INTO b VALUES (1, 1, 1)",
    )
    proposal = proposed(postgres.url, postgres.folder)

    assert counted(proposal, "a@shop.example") == {"users": 1, "orders": 2, "a": 1, "b": 1}
    text = proposal.description.read_text(encoding="utf-8")
    assert "not followed to users: a person's record never leads to another person's" in text
    assert "it would lead round" in text


def test_names_that_yaml_or_sql_would_misread_come_back_as_they_are(postgres: Shop) -> None:
    postgres.run(
        'CREATE TABLE "no" '
        '(id int PRIMARY KEY, "yes" text, "e-mail" text, "say ""hi"": #1" text, "1e3" numeric, "über größe" json)',
        """INSERT INTO "no" VALUES (1, 'x', 'a@shop.example', 'y', 2, '{}')""",
    )
    proposal = proposed(postgres.url, postgres.folder)

    assert list(described(proposal)["no"]) == ["id", "yes", "e-mail", 'say "hi": #1', "1e3", "über größe"]
    assert counted(proposal, "a@shop.example") == {"no": 1}


def test_keys_of_several_columns_and_tables_without_any_can_be_used(postgres: Shop) -> None:
    postgres.run(
        "CREATE TABLE clients (country text, no int, email text, PRIMARY KEY (country, no))",
        "CREATE TABLE notes (country text, client_no int, words text, FOREIGN KEY (country, client_no) REFERENCES clients)",
        "CREATE TABLE signups (email text, at timestamp)",
        "CREATE TABLE leads (email text UNIQUE, name text)",
    )
    proposal = proposed(postgres.url, postgres.folder)

    text = proposal.description.read_text(encoding="utf-8")
    assert "of the composite key (country, client_no)" in text
    assert "stands in for a primary key" in text
    assert skipped(proposal) == {"signups"}
    assert "LOOK: it may hold personal data, but nothing leads to it" in text


@pytest.mark.parametrize("engine", ["maria", "sqlite"])
def test_other_engines_are_looked_at_the_same_way(engine: str, request: pytest.FixtureRequest) -> None:
    shop: Shop = request.getfixturevalue(engine)
    shop.run(
        "CREATE TABLE customers "
        "(id int PRIMARY KEY, email varchar(90), active boolean, points decimal(9,2), born date, photo blob)",
        "CREATE TABLE orders "
        "(id int PRIMARY KEY, customer_id int, at timestamp NULL, FOREIGN KEY (customer_id) REFERENCES customers (id))",
        "INSERT INTO customers (id, email) VALUES (1, 'a@shop.example')",
        "INSERT INTO orders (id, customer_id) VALUES (5, 1), (6, 1)",
    )

    assert counted(proposed(shop.url, shop.folder), "a@shop.example") == {"customers": 1, "orders": 2}


def test_a_schema_of_its_own_is_named_in_the_file(postgres: Shop) -> None:
    postgres.run(
        "DROP SCHEMA IF EXISTS crm CASCADE", "CREATE SCHEMA crm", "CREATE TABLE crm.contacts (id int PRIMARY KEY, email text)",
        "INSERT INTO crm.contacts VALUES (1, 'a@shop.example')", "CREATE TABLE other (id int PRIMARY KEY)",
    )  # fmt: skip

    assert counted(proposed(postgres.url, postgres.folder, schema="crm"), "a@shop.example") == {"contacts": 1}
    assert "Not looked at: crm" in draft(postgres.url.render_as_string(hide_password=False))
    with pytest.raises(Misconfigured, match="no schema of that name"):
        draft(postgres.url.render_as_string(hide_password=False), "nowhere")


def test_an_empty_database_is_no_proposal(postgres: Shop) -> None:
    with pytest.raises(Misconfigured, match="no tables"):
        draft(postgres.url.render_as_string(hide_password=False))


def test_samples_find_addresses_behind_other_names_and_doubt_false_ones(postgres: Shop) -> None:
    rows = ", ".join(
        f"({number}, 'p{number}@shop.example', 'word {number}', 'FR76 3000 6000 0112 3456 7890 189')" for number in range(5)
    )
    postgres.run("CREATE TABLE people (id int PRIMARY KEY, handle text, email text, ref text)", f"INSERT INTO people VALUES {rows}")

    found = described(proposed(postgres.url, postgres.folder, samples=True))["people"]

    assert found["handle"]["fides_meta"]["identity"] == "email"
    assert "identity" not in found["email"]["fides_meta"]
    assert found["ref"]["data_categories"] == ["user.financial.bank_account"]


def test_looking_changes_nothing_and_makes_no_file(tmp_path: Path) -> None:
    gone = tmp_path / "gone.sqlite"
    with pytest.raises(Exception, match="is not there"):
        draft(f"sqlite:///{gone}")

    assert not gone.exists()
    assert stat.S_ISDIR(tmp_path.stat().st_mode)
    assert make_url(f"sqlite:///{gone}").database
