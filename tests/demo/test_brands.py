"""The example shops' files: complete, of the right shape, and nobody real."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from requests_app.brands.statements import STATEMENTS

ROOT = Path(__file__).parents[2]
SLUGS = ("a-jewels", "c-jewelry", "j-supply", "maison-s", "o-jewels")
KEYS = {
    *("slug", "name", "languages", "default_language", "establishment", "regime", "privacy_email", "privacy_phone"),
    *("postal_address", "policy_url", "authority", "look", "facts_required", "retention_days", "sources"),
    *("group", "rights", "hand_over", "wording", "statements"),
}
WIRED = ("maison-s", "o-jewels")


def read(slug: str) -> dict[str, Any]:
    brand = yaml.safe_load((ROOT / "brands" / f"{slug}.yaml").read_text(encoding="utf-8"))
    assert isinstance(brand, dict)
    return brand


def test_there_are_the_five_shops() -> None:
    assert sorted(file.stem for file in (ROOT / "brands").iterdir()) == list(SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_shop_says_everything_that_it_must(slug: str) -> None:
    brand = read(slug)
    assert set(brand) - {"cooling_off_hours", "duties", "policies"} == KEYS
    assert brand["slug"] == slug
    assert brand["default_language"] == brand["languages"][0]
    assert brand["regime"] in ("eu-gdpr", "us-ca-ccpa")
    assert set(brand["authority"]) == {"name", "url"}
    assert brand["facts_required"] >= 1
    assert brand["retention_days"] >= 365
    assert set(brand["statements"]) == set(STATEMENTS)
    assert all(set(said) == set(brand["languages"]) for said in brand["statements"].values())


@pytest.mark.parametrize("slug", SLUGS)
def test_a_shop_is_an_example(slug: str) -> None:
    brand = read(slug)
    assert brand["privacy_email"] == f"privacy@{slug}.example"
    assert brand["policy_url"].startswith(f"https://{slug}.example/")


@pytest.mark.parametrize("slug", SLUGS)
def test_a_shop_has_sources_where_it_is_wired_to_the_demo(slug: str) -> None:
    sources = read(slug)["sources"]
    wired = ["orders", "marketing", *(["accounts"] if slug == "o-jewels" else [])]
    assert [source["name"] for source in sources] == (wired if slug in WIRED else [])
    for source in sources:
        assert source["connector"] == ("rest" if source["name"] == "accounts" else "sql")
        assert (ROOT / source["description"]).is_file()
        assert set(source["title"]) == {"en", "fr"}
        assert source["secret"].startswith("DSAR_SOURCE_")


def luminance(colour: str) -> float:
    shades = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (shade / 12.92 if shade <= 0.04045 else ((shade + 0.055) / 1.055) ** 2.4 for shade in shades)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("slug", SLUGS)
def test_a_shops_colours_can_be_read(slug: str) -> None:
    look = read(slug)["look"]
    assert all(re.fullmatch("#[0-9a-f]{6}", look[name]) for name in ("accent", "accent_dark"))
    assert 1.05 / (luminance(look["accent"]) + 0.05) >= 4.5
    assert (luminance(look["accent_dark"]) + 0.05) / 0.06 >= 4.5
