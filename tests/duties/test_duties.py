"""Which duties to keep hold for whom, and what a wrong file says."""

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from requests_app.duties import DUTIES, Situation
from requests_app.duties.checking import mistakes
from requests_app.duties.shelf import FOLDER, Duties
from requests_app.provenance import Confidence
from requests_app.schema import BadFile

TODAY = date(2026, 11, 22)


def held(situation: Situation, on: date = TODAY, **more: Any) -> set[str]:
    return {duty.id for duty in DUTIES.holding(situation, on, **more)}


def test_what_ships_has_no_mistakes() -> None:
    assert mistakes() == ()
    assert len(DUTIES) == 156


def test_a_seller_keeps_by_its_own_state_the_union_and_the_world() -> None:
    names = held(Situation("FR", "DE"), data_class="payment_record")

    assert {"fr-accounting", "fr-tax", "eu-payment-disputes", "any-chargeback"} <= names
    assert not any(name.startswith("de-") for name in names)


def test_a_duty_by_residence_follows_the_customer() -> None:
    assert "us-ccpa-request-log" in held(Situation("FR", "US-CA"))
    assert "us-ccpa-request-log" not in held(Situation("US-CA", "FR"))
    assert "us-ccpa-request-log" not in held(Situation("FR"))


def test_a_duty_by_registration_follows_where_the_seller_is_registered() -> None:
    assert "eu-vat-oss" not in held(Situation("CH"))
    assert "eu-vat-oss" in held(Situation("CH", registrations=("IE",)))
    assert "eu-vat-oss" in held(Situation("FR"))


def test_a_region_is_under_its_country() -> None:
    assert {"us-irs", "us-ca-sales-tax"} <= held(Situation("US-CA"))
    assert "us-ca-sales-tax" not in held(Situation("US"))
    assert "de-vouchers" in held(Situation("DE-BY"))


def test_norway_is_not_in_the_union() -> None:
    assert not any(name.startswith("eu-") for name in held(Situation("NO")))
    assert "any-chargeback" in held(Situation("NO"))


def test_a_duty_holds_to_its_last_day_and_its_successor_from_the_next() -> None:
    last = date(2027, 7, 9)

    assert "eu-amld4" in held(Situation("FR"), last)
    assert "eu-amlr" not in held(Situation("FR"), last)
    assert "eu-amld4" not in held(Situation("FR"), last + timedelta(days=1))
    assert "eu-amlr" in held(Situation("FR"), last + timedelta(days=1))


def test_a_row_of_low_confidence_is_off_until_it_is_switched_on() -> None:
    assert DUTIES["fr-registre-objets-mobiliers"].confidence == Confidence.LOW
    assert "fr-registre-objets-mobiliers" not in held(Situation("FR"))
    assert "fr-registre-objets-mobiliers" in held(Situation("FR"), switched_on={"fr-registre-objets-mobiliers"})


def test_a_duty_about_any_data_concerns_each() -> None:
    assert "any-litigation-hold" in held(Situation("BD"), data_class="birthday")
    assert held(Situation("BD"), data_class="cvv") == {"any-litigation-hold", "any-pci-sad"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the duties that a test may break."""
    shutil.copytree(FOLDER, tmp_path / "duties", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return tmp_path / "duties"


def changed(path: Path, where: str, value: object) -> None:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    *steps, last = [int(step) if step.isdigit() else step for step in where.split(".")]
    place = data
    for step in steps:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")


MISTAKES: list[tuple[str, object, str]] = [
    ("0.kind", "duty", "[0].kind must be one of"),
    ("0.countries", [], "[0].countries must be a list of at least 1"),
    ("0.countries.0", False, "[0].countries[0] must be words"),
    ("0.countries.0", "France", "[0].countries[0] must be a country"),
    ("0.countries", ["FR", "*"], "[0].countries must be * alone"),
    ("0.countries", ["FR", "FR"], "[0].countries names one twice"),
    ("0.data_classes", ["invoice", "invoice"], "[0].data_classes names one twice"),
    ("0.id", "FR tax", "[0].id must be a name"),
    ("0.data_classes.0", "Invoice", "[0].data_classes[0] must be a name of small letters"),
    ("0.citation", "", "[0].citation must be words"),
    ("0.attaches_to", "seller", "[0].attaches_to must be one of"),
    ("0.on_erasure", "keep", "[0].on_erasure must be one of"),
    ("0.period.length", None, "[0].period.length must be a number for unit year"),
    ("0.period.length", -1, "[0].period.length must be"),
    ("0.period.unit", "until", "[0].period.length must be null for unit until"),
    ("0.period.until", "not_needed", "[0].period.until belongs"),
    ("0.period", {"length": None, "unit": "until"}, "[0].period.until is missing"),
    ("0.period.unit", "week", "[0].period.unit must be one of"),
    ("0.start.shift", "later", "[0].start.shift must be one of"),
    ("0.start.text", ..., "[0].start.text is missing"),
    ("0.start.start_day_counted", "no", "[0].start.start_day_counted must be true or false"),
    ("0.period_seen", 1, "[0].period_seen must be"),
    ("0.applies_from", "2025", "[0].applies_from must be a quoted date"),
    ("0.source", [], "[0].source must be a list of at least 1"),
    ("0.confidence", "sure", "[0].confidence must be one of"),
    ("0.why", "x", "unknown field [0].why"),
    ("0.source.0.page", 3, "unknown field"),
    ("0.minimise_profile", "all", "[0].minimise_profile all is in no table of profiles"),
    ("0.start.event", "full_moon", "[0].start.event full_moon is in no table of words"),
    ("1.id", "fr-accounting", "[1].id fr-accounting stands"),
]


@pytest.mark.parametrize(("where", "value", "mistake"), MISTAKES)
def test_a_broken_row_is_named_with_its_file(folder: Path, where: str, value: object, mistake: str) -> None:
    changed(folder / "france.yaml", where, value)

    assert any(told.startswith(f"france.yaml: {mistake}") for told in mistakes(folder)), mistakes(folder)


def test_a_row_that_ends_before_it_begins_is_named(folder: Path) -> None:
    changed(folder / "germany.yaml", "0.applies_until", "2024-12-31")

    assert mistakes(folder) == ("germany.yaml: [0].applies_until lies before applies_from",)


@pytest.mark.parametrize(
    ("table", "where", "value", "mistake"),
    [
        ("profiles", "spare", {"keep": [], "drop": [], "access": "nobody"}, "profiles.yaml: spare is used by no row"),
        ("profiles", "card.drop", ["token"], "profiles.yaml: card.drop names token, which keep names too"),
        ("profiles", "card.access", ..., "profiles.yaml: card.access is missing"),
        ("words", "event.full_moon", "the next full moon", "words.yaml: event.full_moon is used by no row"),
        ("words", "kind.ceiling", ..., "words.yaml: kind.ceiling is missing"),
        ("words", "more", {}, "words.yaml: unknown field more"),
        ("regions", "EU", ["France"], "regions.yaml: EU[0] must be a country"),
    ],
)
def test_a_table_that_does_not_fit_is_named(folder: Path, table: str, where: str, value: object, mistake: str) -> None:
    changed(folder / "tables" / f"{table}.yaml", where, value)

    assert any(told.startswith(mistake) for told in mistakes(folder)), mistakes(folder)


def test_a_table_that_is_gone_is_named(folder: Path) -> None:
    (folder / "tables" / "words.yaml").unlink()

    assert mistakes(folder) == ("words.yaml: cannot be read",)


def test_a_wrong_file_is_refused_when_a_duty_is_asked_for(folder: Path) -> None:
    changed(folder / "france.yaml", "0.kind", "duty")

    with pytest.raises(BadFile, match=r"^france\.yaml: \[0\]\.kind must be one of "):
        _ = Duties(folder)["de-vouchers"]
