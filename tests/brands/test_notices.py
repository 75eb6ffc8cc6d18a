"""When and of what a brand's people are told: read from its file, refused by name, with defaults that make sense."""

from datetime import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.exceptions import ValidationError

from requests_app.brands.models import Brand
from requests_app.brands.notices import DEFAULTS, told_of
from requests_app.brands.services import BadBrand, read, seed
from requests_app.deadlines.models import Notice
from tests.making import a_brand

GOOD = yaml.safe_load((Path(settings.DSAR_BRANDS) / "o-jewels.yaml").read_text(encoding="utf-8"))
OF_CUSTOMERS = {Notice.PROOF_LAPSES, Notice.BUNDLE_EXPIRES}


def written(folder: Path, **changes: Any) -> Path:
    path = folder / "shop.yaml"
    path.write_text(yaml.safe_dump(GOOD | changes), encoding="utf-8")
    return path


def test_every_notice_to_officers_has_a_default_and_customers_notices_are_no_setting() -> None:
    assert set(DEFAULTS) == {notice.value for notice in Notice if notice not in OF_CUSTOMERS} | {"digest"}


def test_officers_hear_of_everything_and_leads_once_it_is_overdue() -> None:
    assert {notice for notice in DEFAULTS if "leads" in told_of({}, notice)} == {"overdue"}
    assert all("officers" in told_of({}, notice) for notice in DEFAULTS)


@pytest.mark.django_db
def test_a_file_says_when_the_morning_is_how_long_proof_is_waited_for_and_who_is_told(tmp_path: Path) -> None:
    said = {"morning": "06:30", "lapse_days": 14, "notices": {"half_time": [], "today": ["officers", "leads"]}}
    fields, _systems = read(written(tmp_path, **said))
    seed(fields)

    brand = Brand.objects.get()
    assert (brand.morning, brand.lapse_days) == (time(6, 30), 14)
    assert told_of(brand.notices, "half_time") == ()
    assert told_of(brand.notices, "today") == ("officers", "leads")
    assert told_of(brand.notices, "week") == ("officers",)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("notices", [], "must be a mapping"),
        ("notices", {"proof_lapses": []}, "there is no notice proof_lapses"),
        ("notices", {"week": ["everybody"]}, "week must be a list of officers and leads"),
        ("notices", {"week": "officers"}, "week must be a list"),
        ("morning", 600, "must be an hour"),
        ("morning", "25:00", "must be an hour"),
        ("morning", "dawn", "must be an hour"),
        ("lapse_days", 0, "greater than or equal to 1"),
        ("lapse_days", 366, "less than or equal to 365"),
        ("time_zone", "Europe/Nowhere", "Europe/Nowhere"),
    ],
)
def test_what_no_sweep_could_act_on_is_refused_by_name(field: str, value: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises((BadBrand, ValidationError), match=words) as refused:
        seed(read(written(tmp_path, **{field: value}))[0])
    assert field in str(refused.value)
    assert not Brand.objects.exists()


@pytest.mark.django_db
def test_the_table_refuses_it_too() -> None:
    brand = a_brand(notices={"week": "everybody"})
    with pytest.raises(ValidationError, match="week must be a list"):
        brand.full_clean()
