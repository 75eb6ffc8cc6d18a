"""A configured system is tried by its name."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from requests_app.audit.models import AuditEvent
from requests_app.brands.models import Brand
from requests_app.sources.models import Source
from tests.connectors.shops import Shop
from tests.making import a_brand
from tests.sources.terminal import shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand(small: Shop, file: Path, monkeypatch: pytest.MonkeyPatch) -> Brand:
    monkeypatch.setenv("MY_SHOP_URL", shown(small.url))
    made = a_brand()
    Source.objects.create(brand=made, name="shop", connector="sql", description=str(file), secret="MY_SHOP_URL")
    return made


def told(*words: str) -> str:
    out = io.StringIO()
    call_command("source", *words, stdout=out, stderr=out)
    return out.getvalue()


def test_a_name_does_instead_of_file_and_address(brand: Brand) -> None:
    assert "shop can be used" in told("check", "shop")
    assert "shop can be used" in told("check", f"{brand.slug}/shop")


def test_who_tried_a_configured_system_is_on_record_without_the_person(brand: Brand) -> None:
    assert "5  " in told("find", "shop", "--email", "anna@shop.example")

    event = AuditEvent.objects.get(action="source.tried")
    assert event.facts == {"source": "shop", "persons": 1, "records": 5}
    assert "anna" not in str(event.facts)


def test_a_plan_for_a_configured_system_follows_the_duties_of_its_shop_and_is_on_record(brand: Brand, file: Path) -> None:
    file.write_text(file.read_text(encoding="utf-8").replace("- name: orders", "- name: orders\n        dsar: {keep_as: invoice}"))
    brand.establishment = "FR"
    brand.save()

    said = [line.split()[:4] for line in told("plan", "shop", "--email", "anna@shop.example").splitlines()]
    assert ["orders", "2", "ask", "undated"] in said
    assert ["visits", "2", "erase", "nothing_keeps"] in said
    assert AuditEvent.objects.get(action="source.tried").facts == {"source": "shop", "persons": 1, "records": 5}


def test_a_name_of_two_brands_must_say_which(brand: Brand) -> None:
    other = Brand.objects.get(pk=brand.pk)
    other.pk, other.slug = None, "other"
    other.save()
    Source.objects.create(brand=other, name="shop", connector="sql", description="x.yaml", secret="X")

    with pytest.raises(CommandError, match=f"Several systems have that name. Configured: {brand.slug}/shop, other/shop."):
        told("check", "shop")


def test_an_unknown_name_is_told_with_those_that_are_known(brand: Brand) -> None:
    with pytest.raises(CommandError, match=f"neither a dataset file nor a configured system.*{brand.slug}/shop"):
        told("check", "nonsense")


def test_a_name_goes_without_an_address(brand: Brand) -> None:
    with pytest.raises(CommandError, match="go with a file"):
        told("check", "shop", "--url", "sqlite:///x")


def test_a_missing_secret_is_named_and_not_guessed(brand: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MY_SHOP_URL")

    with pytest.raises(CommandError, match="MY_SHOP_URL is not set"):
        told("check", "shop")
