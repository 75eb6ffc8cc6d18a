"""The lists of those who received data, composed of the example shop's own descriptions."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

import requests_app.replies.lists  # noqa: F401  # registers what it composes
from requests_app.brands.models import Brand
from requests_app.replies.proposals import proposal
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.making import a_brand, a_dsr, a_source

pytestmark = pytest.mark.django_db(transaction=True)
BY_NAME = "third_party_list_specific"
CALIFORNIA: Final[dict[str, Any]] = {"regime": "us-ca-ccpa", "regimes": ["us-ca-ccpa"]}
OREGON: Final[dict[str, Any]] = {"regime": "us-or-ocpa", "regimes": ["us-or-ocpa"]}
ADS = "Brightside Ads (shows our advertisements), 400 Harbor Road, Oakland, California 94607, United States"


@pytest.fixture(name="brand")
def a_shop_with_the_systems_of_the_example() -> Brand:
    brand = a_brand(regime="us-ca-ccpa", establishment="US-CA")
    for name in ("orders", "marketing"):
        a_source(name, brand=brand, description=f"demo/{name}.yaml")
    return brand


def asked(brand: Brand, on: str = "2026-11-20", state: State = State.RECEIVED, **facts: Any) -> SubjectRequest:
    received_at = datetime.fromisoformat(on).replace(tzinfo=UTC)
    return a_dsr(state, brand=brand, received_at=received_at, **{"right": BY_NAME, **facts})


def told_since(brand: Brand, folder: Path, since: str, until: str) -> None:
    """Let the advertiser have received data in other years."""
    text = (
        Path("demo/marketing.yaml")
        .read_text(encoding="utf-8")
        .replace("since: 2025-02-01", f"since: {since}\n          until: {until}")
    )
    (folder / "marketing.yaml").write_text(text, encoding="utf-8")
    brand.sources.filter(name="marketing").update(description=str(folder / "marketing.yaml"))


@pytest.mark.promise("S12")
def test_a_californian_learns_who_got_what_kinds_of_data_for_marketing_in_the_year_before(brand: Brand) -> None:
    text = proposal(asked(brand, **CALIFORNIA))

    assert text.startswith("These companies received personal data from us in 2025 for their own direct marketing:")
    assert ADS in text
    assert "Your e-mail addresses" in text
    for other in ("Colis Direct", "Helvia", "Lettrine", "Tax and customs"):
        assert other not in text


@pytest.mark.promise("S12")
@pytest.mark.parametrize(("since", "until"), [("2023-01-01", "2024-12-31"), ("2026-01-01", "2026-06-01")])
def test_who_got_nothing_in_the_year_before_is_not_on_the_list(brand: Brand, tmp_path: Path, since: str, until: str) -> None:
    told_since(brand, tmp_path, since, until)

    assert proposal(asked(brand, **CALIFORNIA)) == "In 2025 no company received personal data from us for its own direct marketing."


@pytest.mark.promise("S12")
def test_the_list_is_given_once_in_a_calendar_year_and_the_second_asking_is_told_so(brand: Brand) -> None:
    first = asked(brand, on="2026-02-03", state=State.ANSWERED, **CALIFORNIA)
    text = proposal(asked(brand, **CALIFORNIA))

    assert first.reference in text
    assert "once in a calendar year, free of charge" in text
    assert "from 1 January 2027" in text
    assert "Brightside" not in text


@pytest.mark.promise("S12")
@pytest.mark.parametrize(("on", "state"), [("2025-12-30", State.ANSWERED), ("2026-02-03", State.REFUSED)])
def test_a_list_of_another_year_and_one_that_was_not_given_count_for_nothing(brand: Brand, on: str, state: State) -> None:
    asked(brand, on=on, state=state, **CALIFORNIA)

    assert ADS in proposal(asked(brand, **CALIFORNIA))


def test_in_oregon_and_minnesota_it_is_all_who_decide_themselves_and_none_who_work_for_the_shop(brand: Brand) -> None:
    text = proposal(asked(brand, **OREGON))

    assert text.startswith("These companies and persons received personal data from us")
    for named in ("Brightside Ads", "Payline Services", "Helvia Assurance"):
        assert named in text
    for other in ("Nuage Hosting", "Lettrine", "Tax and customs"):
        assert other not in text


def test_where_kinds_are_asked_for_no_name_is_told(brand: Brand) -> None:
    text = proposal(asked(brand, right="third_party_list_categories", regime="us-co-cpa", regimes=["us-co-cpa"]))

    assert "- Advertising: " in text
    assert "- Delivery: " in text
    assert "Brightside" not in text


def test_the_list_is_in_the_language_of_who_asked(brand: Brand) -> None:
    text = proposal(asked(brand, language="fr", **CALIFORNIA))

    assert "Brightside Ads (diffuse nos annonces)" in text
    assert "Vos adresses électroniques" in text
    assert "Ces entreprises" in text
