"""Who wins, the shop's file or the form: the newest version that counts, and a file makes one only when it has changed."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from requests_app.connecting import services
from requests_app.sources.models import Source
from requests_app.sources.services import inventory
from requests_app.sources.versions import SourceVersion
from tests.connecting.systems import DATASET, ERASES_OTHERWISE, IN_OTHER_WORDS, an_administrator

pytestmark = pytest.mark.django_db
SHOP = Path(settings.DSAR_BRANDS / "o-jewels.yaml").read_text(encoding="utf-8").partition("\nsources:")[0]
SYSTEM = """
sources:
  - {name: club, title: {en: Club}, connector: sql, description: DATASET, secret: CLUB_URL, erase_secret: CLUB_ERASER}
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    monkeypatch.setattr(settings, "DSAR_BRANDS", tmp_path)
    (path := tmp_path / "club.yml").write_text(DATASET)
    (tmp_path / "o-jewels.yaml").write_text(SHOP + SYSTEM.replace("DATASET", str(path)))
    call_command("loadbrands")
    capsys.readouterr()
    return path


def numbers() -> list[tuple[int, bool]]:
    return [(one.number, one.counts_at is not None) for one in SourceVersion.objects.order_by("number")]


def test_the_first_version_of_a_file_counts_at_once(file: Path) -> None:
    assert file.exists()
    assert numbers() == [(1, True)]
    version = SourceVersion.objects.get()
    assert (version.author, version.may_erase, Source.objects.get().erase_secret) == (None, True, "CLUB_ERASER")


def test_loading_again_makes_no_version_and_overrules_no_form(file: Path) -> None:
    source, admin = Source.objects.get(), an_administrator()
    wanted = services.wanted_of(source.versions.get())
    made = services.change(source, replace(wanted, paused=True), seen=1, reason="leave it out", by=admin)
    services.let_count(made, by=admin)

    call_command("loadbrands")

    assert file.exists()
    assert numbers() == [(1, True), (2, True)]
    assert not Source.objects.get().enabled


def test_a_file_that_changed_in_words_counts_at_once(file: Path) -> None:
    file.write_text(IN_OTHER_WORDS)
    assert inventory(Source.objects.get()).collections[0].title["en"] == "Members", "a version is not a file that may change"

    call_command("loadbrands")

    assert numbers() == [(1, True), (2, True)]
    assert inventory(Source.objects.get()).collections[0].title["en"] == "Our members"


def test_a_file_that_changes_how_is_erased_waits_for_a_person(file: Path) -> None:
    file.write_text(ERASES_OTHERWISE)
    call_command("loadbrands")
    assert numbers() == [(1, True), (2, False)]

    services.let_count(SourceVersion.objects.get(number=2), by=an_administrator())

    assert Source.objects.get().version == 2


@pytest.mark.parametrize("field", ["secret", "erase_secret", "files"])
def test_a_secret_in_the_place_of_its_name_is_refused_and_not_repeated(file: Path, field: str) -> None:
    shop = file.with_name("o-jewels.yaml")
    system = SYSTEM.replace("DATASET", str(file)).replace("name: club", "name: other")
    named = re.sub(rf"(?<![a-z_]){field}: \w+", "", system).replace("connector", f"{field}: 'postgresql://ada:word@db/', connector")
    shop.write_text(SHOP + re.sub(r", (?=[,}])", "", named))

    with pytest.raises(CommandError, match=f"other: {field} takes the name of a secret") as refused:
        call_command("loadbrands")

    assert "word" not in str(refused.value)
    assert not Source.objects.filter(name="other").exists()
