"""Why something is kept, in the customer's words: for every duty, for every code, and never more than may be told."""

import re
from pathlib import Path
from typing import Final

import pytest
from django.utils.translation import override

from requests_app.duties import DUTIES
from requests_app.duties.base import Kind
from requests_app.erasure.reasons import reason
from tests.house.tree import ROOMS

LITTLE: Final = "The system in which it lies does not let it go."
KEEPING: Final = sorted(name for name, duty in DUTIES.items() if duty.kind is not Kind.CEILING and duty.minimise_profile != "none")
_RULING: Final = re.compile(r"""Ruling\(Deed\.[A-Z]+, f?"([a-z_]+)""")


@pytest.mark.promise("A10")
@pytest.mark.parametrize("name", KEEPING)
def test_every_duty_has_words_and_its_own_law(name: str) -> None:
    said = reason(f"duty:{name}")

    assert said.law == DUTIES[name].citation
    assert said.why not in {LITTLE, "The law orders us to keep it."}
    with override("fr"):
        assert reason(f"duty:{name}").why != said.why


def codes() -> set[str]:
    """Return every code that a ruling of the product is given, as far as it stands where the ruling is made."""
    places: list[Path] = [
        *(ROOMS / "holds").rglob("*.py"),
        *(ROOMS / "connectors").rglob("*.py"),
        *(ROOMS / "erasure").glob("*.py"),
    ]
    return {code for place in places for code in _RULING.findall(place.read_text(encoding="utf-8"))}


def test_every_code_of_a_ruling_has_words_of_its_own() -> None:
    found = codes() - {"duty", "unused", "asked"}  # the last two mark a place in a list and what is to change: they erase nothing

    assert len(found) >= 5
    assert {code for code in found if reason(code).why == LITTLE} == set()


@pytest.mark.parametrize("code", ["litigation:7f3a", "open_contract:status", "condition:fr-aml", "duty:nobody-knows"])
def test_what_stands_behind_a_code_is_never_told(code: str) -> None:
    said = reason(code, ["eu-gdpr", "us-ca-ccpa"])

    assert code.partition(":")[2] not in f"{said.why} {said.law}"


def test_the_provision_is_that_of_each_law_of_the_request() -> None:
    assert reason("litigation:1", ["eu-gdpr"]).law == "GDPR Art. 17(3)(e)"
    assert reason("open_contract:status", ["eu-gdpr", "us-ca-ccpa"]).law == (
        "GDPR Art. 6(1)(b), 17(1)(a); Cal. Civ. Code 1798.105(d)(1)"
    )
    assert reason("out_of_scope", ["eu-gdpr"]).law == ""


def test_a_code_that_nobody_knows_says_little_and_nothing_wrong() -> None:
    assert reason("something_new:7").why == LITTLE
