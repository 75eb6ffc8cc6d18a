"""The example for django-oscar, held against the real application."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from fideslang.default_taxonomy import DEFAULT_TAXONOMY
from fideslang.models import Dataset
from sqlalchemy import create_engine, inspect, make_url

from tests.sources.shop_of_oscar import DESCRIPTION, OscarShop
from tests.sources.terminal import typed

SECRETS = {"customer_productalert.key"}


def dataset() -> dict[str, Any]:
    (found,) = yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8"))["dataset"]
    assert isinstance(found, dict)
    return found


def is_skipped(collection: dict[str, Any]) -> bool:
    return bool(collection.get("fides_meta", {}).get("skip_processing"))


def written(folder: Path) -> dict[str, list[Any]]:
    lists = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}
    return {name: sorted(record["id"] for record in records) for name, records in lists.items()}


def test_every_table_and_column_is_described_or_left_out_by_name(oscar: OscarShop) -> None:
    engine = create_engine(make_url(oscar.url).set(drivername="postgresql+psycopg"))
    seen = inspect(engine)
    live = {table: {column["name"] for column in seen.get_columns(table)} for table in seen.get_table_names()}
    engine.dispose()
    named = {one["name"]: one for one in dataset()["collections"]}

    assert live.keys() == named.keys()
    described = {name for name, one in named.items() if not is_skipped(one)}
    columns = {f"{name}.{column}" for name in described for column in live[name]}
    assert {f"{name}.{field['name']}" for name in described for field in named[name]["fields"]} == columns - SECRETS
    assert len(described) > 35


def test_what_is_left_out_has_a_reason_beside_it() -> None:
    lines = [line for line in DESCRIPTION.read_text(encoding="utf-8").splitlines() if "skip_processing" in line]

    assert len(lines) == len([one for one in dataset()["collections"] if is_skipped(one)])
    assert all(len(line.partition("#")[2].strip()) > 5 for line in lines)


def test_the_public_package_accepts_it_with_categories_of_its_taxonomy() -> None:
    known = {category.fides_key for category in DEFAULT_TAXONOMY.data_category}

    assert Dataset.model_validate(dataset()).fides_key == "oscar"
    assert {key for one in dataset()["collections"] for field in one["fields"] for key in field["data_categories"]} <= known


def test_it_can_be_used_on_the_live_shop(oscar: OscarShop) -> None:
    told = typed("check", DESCRIPTION, "--url", oscar.url)

    assert told.returncode == 0, told.stdout
    assert "error" not in told.stdout.replace("0 errors", "")


@pytest.mark.parametrize("who", ["anna", "otto", "gast"])
def test_a_search_returns_exactly_what_the_shop_made_for_this_customer(who: str, oscar: OscarShop, tmp_path: Path) -> None:
    told = typed("find", DESCRIPTION, "--url", oscar.url, "--email", f"{who}@shop.example", "--out", tmp_path)

    assert told.returncode == 0, told.stderr
    found = written(tmp_path)
    assert {name: keys for name, keys in found.items() if keys} == {name: sorted(keys) for name, keys in oscar.owned[who].items()}
    assert found.keys() == {one["name"] for one in dataset()["collections"] if not is_skipped(one)}


def test_an_order_made_as_a_guest_is_found_beside_the_account(oscar: OscarShop, tmp_path: Path) -> None:
    typed("find", DESCRIPTION, "--url", oscar.url, "--email", "anna@shop.example", "--out", tmp_path)

    orders = json.loads((tmp_path / "order_order.json").read_text(encoding="utf-8"))
    assert {(order["guest_email"], order["user_id"] is None) for order in orders} == {("", False), ("Anna@shop.example", True)}


def test_an_address_that_two_customers_share_goes_to_each_only_once(oscar: OscarShop, tmp_path: Path) -> None:
    lines = {}
    for who in ("anna", "otto"):
        typed("find", DESCRIPTION, "--url", oscar.url, "--email", f"{who}@shop.example", "--out", tmp_path / who)
        lines[who] = json.loads((tmp_path / who / "address_useraddress.json").read_text(encoding="utf-8"))

    assert [len(found) for found in lines.values()] == [1, 1]
    assert lines["anna"][0]["line1"] == lines["otto"][0]["line1"]
    assert lines["anna"][0]["id"] != lines["otto"][0]["id"]


def test_what_concerns_others_is_withheld(oscar: OscarShop, tmp_path: Path) -> None:
    typed("find", DESCRIPTION, "--url", oscar.url, "--email", "anna@shop.example", "--out", tmp_path)

    whole = b"".join(path.read_bytes() for path in tmp_path.glob("*.json"))
    assert b"friend-of-all@shop.example" not in whole
    assert b"otto" not in whole.lower()
    assert b"secret" not in whole


def test_a_proposal_for_the_shop_finds_what_the_example_finds(oscar: OscarShop, tmp_path: Path) -> None:
    assert typed("draft", "--url", oscar.url, "--out", tmp_path / "draft.yaml").returncode == 0
    typed("find", tmp_path / "draft.yaml", "--url", oscar.url, "--email", "anna@shop.example", "--out", tmp_path / "out")

    wanted = oscar.owned["anna"]
    found = written(tmp_path / "out")
    missed = sum(len(set(keys) - set(found.get(name, []))) for name, keys in wanted.items())
    assert missed / sum(map(len, wanted.values())) <= 0.05
