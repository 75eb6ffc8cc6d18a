"""The dataset files: good for others' tools, whole in two languages, and true to the databases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from fideslang.default_taxonomy import DEFAULT_TAXONOMY
from fideslang.models import Dataset
from sqlalchemy import Connection, inspect, text

from demo import papers
from demo.tables import NOT_DESCRIBED
from demo.words import AS_OF

DEMO = Path(__file__).parents[2] / "demo"
SYSTEMS = ("orders", "marketing")
DESCRIBED = (*SYSTEMS, "accounts")
FACTS = {"name", "postcode", "birth_date", "order_number", "phone_number"}
BASES = {"consent", "contract", "legal_obligation", "legitimate_interest"}

Entry = dict[str, Any]


def read(system: str) -> Entry:
    (dataset,) = yaml.safe_load((DEMO / f"{system}.yaml").read_text(encoding="utf-8"))["dataset"]
    assert isinstance(dataset, dict)
    return dataset


def fields(system: str) -> Iterator[tuple[str, Entry, Entry]]:
    for collection in read(system)["collections"]:
        for field in collection["fields"]:
            yield f"{system}.{collection['name']}.{field['name']}", collection, field


@pytest.mark.parametrize("system", DESCRIBED)
def test_the_public_package_accepts_the_file(system: str) -> None:
    dataset = Dataset.model_validate(read(system))
    assert dataset.fides_key == system


@pytest.mark.parametrize("system", DESCRIBED)
def test_every_data_category_is_one_of_the_public_taxonomy(system: str) -> None:
    known = {category.fides_key for category in DEFAULT_TAXONOMY.data_category}
    used = {category for _, _, field in fields(system) for category in field["data_categories"]}
    assert used <= known
    assert len(used) > 5


def words_of(node: object) -> Iterator[Entry]:
    if isinstance(node, dict):
        if "en" in node or "fr" in node:
            yield node
        for inner in node.values():
            yield from words_of(inner)
    if isinstance(node, list):
        for inner in node:
            yield from words_of(inner)


@pytest.mark.parametrize("system", DESCRIBED)
def test_every_word_stands_in_both_languages(system: str) -> None:
    for words in words_of(read(system)):
        assert set(words) - {"kind"} == {"en", "fr"}
        assert all(str(words[language]).strip() for language in words)
    assert all("title" in entry["dsar"] for _, collection, field in fields(system) for entry in (collection, field))


@pytest.mark.parametrize("system", DESCRIBED)
def test_what_a_collection_refers_to_is_named_in_its_file_and_everything_named_is_used(system: str) -> None:
    dataset = read(system)
    named = dataset["dsar"]
    for kind in ("purposes", "recipients", "origins"):
        used = {entry for collection in dataset["collections"] for entry in collection["dsar"][kind]}
        assert used == set(named[kind])
    assert {collection["dsar"]["retention_class"] for collection in dataset["collections"]} == set(named["retention"])
    assert {purpose["legal_basis"] for purpose in named["purposes"].values()} <= BASES


@pytest.mark.parametrize("system", DESCRIBED)
def test_a_transfer_out_of_the_union_names_its_safeguard(system: str) -> None:
    abroad = [recipient for recipient in read(system)["dsar"]["recipients"].values() if recipient["country"] in ("US", "CH")]
    assert abroad
    assert all(recipient["safeguard"] for recipient in abroad)


@pytest.mark.parametrize("system", SYSTEMS)
def test_described_and_built_are_the_same_but_for_what_is_left_out_with_a_reason(
    system: str, systems: dict[str, Connection]
) -> None:
    seen = inspect(systems[system])
    built = {f"{system}.{table}.{column['name']}" for table in seen.get_table_names() for column in seen.get_columns(table)}
    described = {where for where, _, _ in fields(system)}
    left_out = {where for where in built if where in NOT_DESCRIBED or where.rpartition(".")[0] in NOT_DESCRIBED}
    assert described == built - left_out
    assert all(NOT_DESCRIBED.values())


@pytest.mark.parametrize("system", SYSTEMS)
def test_primary_keys_and_references_are_those_of_the_database(system: str, systems: dict[str, Connection]) -> None:
    seen = inspect(systems[system])
    for collection in read(system)["collections"]:
        name = collection["name"]
        keys = [field["name"] for field in collection["fields"] if field.get("fides_meta", {}).get("primary_key")]
        assert keys == seen.get_pk_constraint(name)["constrained_columns"]
        links = {
            (field["name"], reference["field"])
            for field in collection["fields"]
            for reference in field.get("fides_meta", {}).get("references", [])
        }
        real = {
            (key["constrained_columns"][0], f"{key['referred_table']}.{key['referred_columns'][0]}")
            for key in seen.get_foreign_keys(name)
            if f"{system}.{key['referred_table']}" not in NOT_DESCRIBED
        }
        # A warranty is reached through its customer; its order is told, not followed.
        assert links == real - ({("order_id", "orders.id")} if name == "warranties" else set())


def test_facts_and_whose_data_it_is_are_of_the_known_kinds() -> None:
    everything = [field["dsar"] for system in SYSTEMS for _, _, field in fields(system)]
    assert {entry["fact"] for entry in everything if "fact" in entry} == FACTS
    assert {entry.get("about", "subject") for entry in everything} == {"subject", "other", "both"}


def test_every_state_that_holds_a_record_occurs_in_the_data(orders: Connection) -> None:
    for collection in read("orders")["collections"]:
        for hold in collection["dsar"].get("holds", []):
            column, states = hold["when"]["field"], set(hold["when"]["in"])
            found = set(orders.scalars(text(f"SELECT DISTINCT {column} FROM {collection['name']}")))
            assert hold["kind"] == "open_contract"
            assert found & states, collection["name"]
            assert found - states, collection["name"]


@pytest.mark.parametrize(
    "column", ["orders.ordered_at", "visits.at", "calls.started_at", "customers.created_at", "wishes.added_at"]
)
def test_nothing_in_the_data_is_later_than_the_day_it_was_taken(column: str, orders: Connection) -> None:
    table, _, name = column.partition(".")
    assert orders.scalar(text(f"SELECT max({name}) FROM {table}")) <= AS_OF


def test_the_files_are_what_their_media_type_says() -> None:
    assert papers.content(papers.WARRANTY.format(1)).startswith(b"%PDF-1.4")
    assert papers.content(papers.RECORDING.format(1))[:4] == b"RIFF"
    assert papers.png(1).startswith(b"\x89PNG")
