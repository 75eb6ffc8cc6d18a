"""Brands come from files once; then the table is the truth."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command

from requests_app.brands.models import Brand
from requests_app.brands.services import BadBrand, read, seed
from requests_app.sources.models import Source

FILES = sorted(Path(settings.DSAR_BRANDS).glob("*.yaml"))


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "shop.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_five_shops_come_with_the_product() -> None:
    assert [path.stem for path in FILES] == ["a-jewels", "c-jewelry", "j-supply", "maison-s", "o-jewels"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_makes_a_brand_that_is_reached_where_its_name_says(path: Path) -> None:
    fields, _systems = read(path)
    brand, made = seed(fields)

    assert made
    assert brand.slug == path.stem
    assert brand.privacy_email == f"privacy@{path.stem}.example"
    assert brand.default_language in brand.languages


@pytest.mark.django_db
def test_what_somebody_changed_in_the_table_stays() -> None:
    fields, _systems = read(FILES[0])
    seed(fields)
    Brand.objects.update(bundle_days=3)

    brand, made = seed(fields)

    assert (brand.bundle_days, made) == (3, False)


@pytest.mark.django_db
def test_loading_twice_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("loadbrands")
    first = (list(Brand.objects.values()), list(Source.objects.values()))
    call_command("loadbrands")

    assert (list(Brand.objects.values()), list(Source.objects.values())) == first
    assert len(first[0]) == 5
    assert len(first[1]) >= 2
    capsys.readouterr()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", "no YAML"),
        ("- a list", "slug is missing"),
        ("name: Without", "slug is missing"),
        ("slug: shop\ncolour: red", "unknown field colour"),
        ("slug: shop\nid: 7", "unknown field id"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_what_is_wrong(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadBrand, match=rf"shop\.yaml: {words}"):
        read(written(tmp_path, text))


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_bytes(b"\xff\xfe\xff")

    with pytest.raises(BadBrand, match=r"shop\.yaml: no YAML"):
        read(path)


@pytest.mark.django_db
def test_a_brand_with_an_impossible_value_is_not_written() -> None:
    fields, _systems = read(FILES[0])

    with pytest.raises(ValidationError):
        seed(fields | {"privacy_email": "nobody"})
    assert not Brand.objects.exists()


@pytest.mark.parametrize(("wanted", "given"), [("fr", "fr"), ("en", "en"), ("de", "en"), ("", "en")])
def test_a_brand_answers_in_a_language_that_it_speaks(wanted: str, given: str) -> None:
    assert Brand(languages=["en", "fr"], default_language="en").language_for(wanted) == given
