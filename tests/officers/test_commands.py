import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from requests_app.officers.models import Membership, Officer
from tests.console.desk import an_officer, has_factor
from tests.making import a_brand

pytestmark = pytest.mark.django_db


def said(*words: str, **options: Any) -> str:
    out = StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


def test_createofficer_prints_a_link_that_lets_somebody_in(client: Client) -> None:
    a_brand()

    link = said("createofficer", "ada@desk.example", "--brand", "o-jewels", "--role", "administrator").split()[-1]

    assert client.get(link.removeprefix("http://testserver"), follow=True).status_code == 200
    assert Membership.objects.get().role == "administrator"


@pytest.mark.parametrize(
    ("email", "brand", "words"),
    [("no address", "o-jewels", "no e-mail address"), ("ada@desk.example", "nowhere", "There is no brand")],
)
def test_createofficer_says_what_is_wrong(email: str, brand: str, words: str) -> None:
    a_brand()
    with pytest.raises(CommandError, match=words):
        said("createofficer", email, "--brand", brand)
    assert not Officer.objects.exists()


def test_createofficer_tells_an_officer_no_link() -> None:
    an_officer()
    assert "http" not in said("createofficer", "ada@desk.example", "--brand", "o-jewels", "--role", "auditor")


def test_officer_lists_loses_and_lets_go() -> None:
    officer = an_officer()

    assert said("officer", "list").split() == ["ada@desk.example", "officer", "of", "o-jewels"]
    assert "/console/invitation/" in said("officer", "lost-factor", "ada@desk.example")
    assert not has_factor(officer)
    said("officer", "leave", "ada@desk.example")
    assert "has left" in said("officer", "list")
    with pytest.raises(CommandError, match="Nobody works here"):
        said("officer", "leave", "ada@desk.example")


def test_the_demo_officer_is_refused_outside_the_demo() -> None:
    with pytest.raises(CommandError, match="no demo"):
        said("demo_officer")


def test_the_demo_officer_is_made_once_and_kept(settings: Settings, tmp_path: Path) -> None:
    settings.DSAR_DEMO, settings.DSAR_DEMO_HOME = True, str(tmp_path)
    a_brand("o-jewels")
    a_brand("maison-s")
    file = tmp_path / "officer.json"

    said("demo_officer")
    first = json.loads(file.read_text())
    password = Officer.objects.get(email=first["email"]).password
    said("demo_officer")

    assert json.loads(file.read_text()) == first
    assert Officer.objects.get(email=first["email"]).password == password
    assert Officer.objects.get(email=first["email"]).check_password(first["password"])
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(Membership.objects.values_list("officer__name", "brand__slug", "role")) == [
        (name, slug, "administrator") for name in ("Ada", "Grace") for slug in ("maison-s", "o-jewels")
    ]


def test_the_demo_officer_comes_back_with_a_new_database(settings: Settings, tmp_path: Path) -> None:
    settings.DSAR_DEMO, settings.DSAR_DEMO_HOME = True, str(tmp_path)
    a_brand("o-jewels")
    said("demo_officer")
    kept = json.loads((tmp_path / "officer.json").read_text())
    Officer.objects.all().delete()

    said("demo_officer")

    assert Officer.objects.get(email=kept["email"]).check_password(kept["password"])
