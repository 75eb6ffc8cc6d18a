"""What the laws' files say of each other."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from requests_app.jurisdictions import shelf
from requests_app.jurisdictions.checking import mistakes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the laws that a test may break."""
    shutil.copytree(shelf.FOLDER, tmp_path / "laws", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return tmp_path / "laws"


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def append(path: Path, row: Any) -> None:
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    rows = rows | row if isinstance(rows, dict) else [*rows, row]
    path.write_text(yaml.safe_dump(rows, sort_keys=False), encoding="utf-8")


def test_what_ships_has_no_mistakes() -> None:
    assert mistakes() == ()


@pytest.mark.parametrize(
    ("file", "before", "after", "mistake"),
    [
        ("eu-gdpr", "calendar: EU-CONTROLLER-STATE", "calendar: EU", r"clocks\[0\]\.calendar EU is in no table of calendars"),
        ("eu-gdpr", "confirm_processing", "confirm", r"response_must_include names confirm, which is in no table of content"),
        ("eu-gdpr", "judicial_remedy", "court", r"refusal_must_include names court, which is in no table of content"),
        ("us-ca-ccpa", "how_processed", "how", r"clocks\[0\]\.must_include names how, which is in no table of content"),
        ("us-ca-ccpa", "extension_reason", "why", r"clocks\[1\]\.extension\.notice_must_include names why, which is in no table"),
        ("eu-gdpr-fr", "parent: eu-gdpr", "parent: eu-gdrp", r"parent eu-gdrp is no regime"),
        ("eu-gdpr-fr", "parent: eu-gdpr", "parent: eu-gdpr-de", r"parent eu-gdpr-de is no regime"),
        ("eu-gdpr-fr", "parent: eu-gdpr", "parent: uk-gdpr", r"territory lies outside that of uk-gdpr"),
        ("uk-gdpr", "regulator:\n", "regulator:\n  list: authorities\n", r"territory GB has no authority in the table"),
        ("uk-gdpr", "status: in_force", "status: old", r"status must be one of in_force, enacted"),
        (
            "uk-gdpr",
            "territory: [GB]\nstatus: in_force",
            "status: in_force\nterritory: [GB]",
            r"territory must stand before status",
        ),
    ],
)
def test_a_file_that_does_not_fit_the_others_is_named(folder: Path, file: str, before: str, after: str, mistake: str) -> None:
    edit(folder / f"{file}.yaml", before, after)

    assert any(re.match(rf"{file}\.yaml: {mistake}", told) for told in mistakes(folder)), mistakes(folder)


@pytest.mark.parametrize(
    ("table", "row", "mistake"),
    [
        ("content", {"more": "something more"}, "content.yaml: more is needed by no letter"),
        ("authorities", {"country": "AT", "name": "x", "url": "https://x.example"}, "authorities.yaml: country AT stands twice"),
        (
            "authorities",
            {"country": "BD", "name": "x", "url": "https://x.example"},
            "authorities.yaml: BD lies in no law's territory",
        ),
        (
            "scope",
            {
                "regimes": ["us-xx"],
                "residents_only": True,
                "because": "x",
                "confidence": "high",
                "source": [{"kind": "knowledge", "cite": "x"}],
            },
            "scope.yaml: [4].regimes names us-xx, which is no regime",
        ),
        (
            "scope",
            {"regimes": ["us-va-vcdpa"], "because": "x", "confidence": "high", "source": [{"kind": "knowledge", "cite": "x"}]},
            "scope.yaml: [4].leaves_out or residents_only must say something",
        ),
        (
            "letters",
            {"letters": ["refusal"], "codes": ["nothing"], "when": "always", "because": "x"},
            "letters.yaml: [29] names nothing, which is in no table of content",
        ),
        (
            "letters",
            {"letters": ["refusal"], "codes": ["remedy"], "when": "unless_listed", "because": "x"},
            "letters.yaml: [29].instead belongs to rows of when unless_listed, and to each of them",
        ),
        (
            "letters",
            {"letters": ["refusal"], "codes": [], "when": "always", "because": "x"},
            "letters.yaml: [29].codes must be a list of at least 1",
        ),
        (
            "marketing",
            {
                "id": "us-tcpa",
                "territory": ["US"],
                "channel": "email",
                "length": 1,
                "unit": "business_day",
                "calendar": "NONE",
                "cite": "x",
                "source": [{"kind": "knowledge", "cite": "x"}],
                "confidence": "high",
            },
            "marketing.yaml: [8].calendar must not be NONE for unit business_day",
        ),
        (
            "marketing",
            {
                "id": "us-tcpa",
                "territory": ["US"],
                "channel": "email",
                "length": 1,
                "unit": "business_day",
                "calendar": "MOON",
                "cite": "x",
                "source": [{"kind": "knowledge", "cite": "x"}],
                "confidence": "high",
            },
            "marketing.yaml: [8].calendar MOON is in no table of calendars",
        ),
        (
            "marketing",
            {
                "id": "us-tcpa",
                "territory": ["US"],
                "channel": "email",
                "length": 1,
                "unit": "business_day",
                "calendar": "CA",
                "cite": "x",
                "source": [{"kind": "knowledge", "cite": "x"}],
                "confidence": "high",
            },
            "marketing.yaml: id us-tcpa stands twice",
        ),
    ],
)
def test_a_row_of_a_table_that_does_not_fit_is_named(folder: Path, table: str, row: Any, mistake: str) -> None:
    append(folder / "tables" / f"{table}.yaml", row)

    assert mistake in mistakes(folder)


def test_a_table_that_is_gone_is_named(folder: Path) -> None:
    (folder / "tables" / "content.yaml").unlink()

    assert mistakes(folder) == ("content.yaml: cannot be read",)


def test_a_country_that_no_list_of_places_has_is_named(folder: Path) -> None:
    edit(folder / "tables" / "places.yaml", "'NO': []\n", "")

    assert mistakes(folder) == ("places.yaml: NO is missing",)


def test_the_mistakes_of_all_files_are_told_together(folder: Path) -> None:
    edit(folder / "uk-gdpr.yaml", "status: in_force", "status: old")
    edit(folder / "eu-gdpr.yaml", "confidence: high", "confidence: sure")
    edit(folder / "tables" / "authorities.yaml", "country: AT", "country: at")

    assert [told.partition(":")[0] for told in mistakes(folder)] == ["eu-gdpr.yaml", "uk-gdpr.yaml", "authorities.yaml"]


def test_only_the_laws_of_a_place_are_read_to_choose_among_them() -> None:
    laws = shelf.Regimes(shelf.FOLDER)

    assert {law.id for law in laws.at("FR")} == set(laws._read) == {"eu-gdpr", "eu-gdpr-fr"}
