"""The bill of materials names every package of the lock, with its hashes, and is what CycloneDX says it must be. T-12.07."""

import json
import subprocess
import sys
from typing import Any, Final

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.launch.conftest import ROOT
from tests.launch.test_locks import _pins

LOCK: Final = ROOT / "requirements/lock.txt"


@pytest.fixture(scope="module")
def text() -> str:
    done = subprocess.run([sys.executable, ROOT / "tools/sbom.py"], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def bill(text: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(text)
    return read


def fault(text: str) -> object:
    return JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)


def test_the_judge_of_the_format_finds_nothing(text: str) -> None:
    assert fault(text) is None


@pytest.mark.parametrize(
    ("good", "bad"),
    [('"bomFormat"', '"bomformat"'), ('"alg": "SHA-256"', '"alg": "SHA-257"'), ('"type": "library"', '"type": "thing"')],
)
def test_the_judge_is_not_blind(text: str, good: str, bad: str) -> None:
    assert good in text
    assert fault(text.replace(good, bad)) is not None


@pytest.mark.threat("12.07")
def test_it_names_every_package_of_the_lock_and_no_other(bill: dict[str, Any]) -> None:
    assert {one["name"]: one["version"] for one in bill["components"]} == _pins(LOCK)
    assert {one["purl"] for one in bill["components"]} == {f"pkg:pypi/{name}@{version}" for name, version in _pins(LOCK).items()}


@pytest.mark.threat("12.07")
def test_it_has_every_hash_of_the_lock(bill: dict[str, Any]) -> None:
    told = {mark["content"] for one in bill["components"] for mark in one["hashes"]}

    assert all(one["hashes"] for one in bill["components"])
    assert len(told) == len(set(LOCK.read_text(encoding="utf-8").split("--hash=sha256:")[1:]))


def test_what_was_chosen_by_hand_hangs_from_the_product(bill: dict[str, Any]) -> None:
    [product] = [one for one in bill["dependencies"] if one["ref"] == "dsar"]
    chosen = {f"pkg:pypi/{name}@{version}" for name, version in _pins(ROOT / "requirements.txt").items()}

    assert set(product["dependsOn"]) == chosen
