"""What the three descriptions have in common: words for customers, categories of the taxonomy, a page that tells the rest."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from fideslang.default_taxonomy import DEFAULT_TAXONOMY
from fideslang.models import Dataset

from tests.connectors.rest.vendors.houses import ROOT, opened
from tests.sources.terminal import typed

NAMES: Final = ("shopify", "stripe", "woocommerce")
PAGE: Final = ROOT / "docs" / "how-to" / "describe-well-known-systems.md"


def told(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "examples" / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


def words(value: Any) -> Iterator[dict[str, str]]:
    """Yield everything that customers read."""
    if isinstance(value, dict) and "en" in value:
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from words(one)


@pytest.mark.parametrize("name", NAMES)
def test_the_public_package_accepts_it_with_categories_of_its_taxonomy(name: str) -> None:
    (data,) = told(name)["dataset"]
    known = {category.fides_key for category in DEFAULT_TAXONOMY.data_category}

    assert Dataset.model_validate(data).fides_key == name
    assert {key for one in data["collections"] for field in one["fields"] for key in field["data_categories"]} <= known


@pytest.mark.parametrize("name", NAMES)
def test_every_word_for_customers_is_there_in_both_languages(name: str) -> None:
    (data,) = told(name)["dataset"]
    fields = [field for one in data["collections"] for field in one["fields"]]

    assert all(one.keys() - {"kind"} == {"en", "fr"} and all(one.values()) for one in words(data))  # an origin has a kind too
    assert len(list(words(data["collections"]))) == len(data["collections"]) + len(fields)
    assert {key for one in data["collections"] for key in ("purposes", "recipients", "origins") if not one["dsar"][key]} == set()
    assert {one["dsar"]["retention_class"] for one in data["collections"]} <= data["dsar"]["retention"].keys()


@pytest.mark.parametrize("name", NAMES)
def test_the_page_names_its_file_its_values_and_its_version(name: str) -> None:
    page, rest = PAGE.read_text(encoding="utf-8"), told(name)["rest"]

    assert f"examples/{name}.yaml" in page
    assert all(f"{value}=" in page for value in rest["values"])
    for version in re.findall(r"20[0-9]{2}-[0-9]{2}[-0-9a-z.]*", f"{rest.get('address')} {rest.get('headers')}"):
        assert version in page


def test_it_is_checked_and_searched_from_the_terminal(tmp_path: Path) -> None:
    with opened(tmp_path, "shopify", "/admin/api/2026-10", "shop=x&token=shpat_0123") as house:
        config = house.config()
        checked = typed("check", house.description, "--url-env", "SHOP", SHOP=config.url)
        found = typed(
            "find",
            house.description,
            "--url-env",
            "SHOP",
            "--email",
            "ann@mail.example",
            "--out",
            tmp_path / "out",
            SHOP=config.url,
        )

    assert (checked.returncode, found.returncode) == (0, 0), (checked, found)
    assert [one["id"] for one in json.loads((tmp_path / "out" / "gift_cards.json").read_text())] == [1, 4]
