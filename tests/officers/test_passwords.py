"""What an officer may choose as a password, and how it is kept (ASVS 6.2, 11.4.2)."""

import re
from typing import Final

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.test import Client, override_settings

from dsar.settings import base
from requests_app.officers.models import Officer
from tests.console.desk import PASSWORD, an_officer, at_the_desk
from tests.making import a_brand

pytestmark = pytest.mark.django_db
CHANGE: Final = "/console/account/password/"
LOGIN: Final = "/console/account/login/"


def changes(client: Client, new: str) -> bool:
    """Choose `new` and tell whether it holds."""
    client.post(CHANGE, {"oldpassword": PASSWORD, "password1": new, "password2": new})
    return Officer.objects.get().check_password(new)


@pytest.mark.parametrize(
    "new",
    [
        "w" * 30 + " ordinary " + "z" * 60,
        "clef à molette, été ÀÇ",
        "  spaces before and behind  ",
        "鍵は長いほどよいものだと思うのです",
    ],
)
def test_it_is_taken_as_typed_however_long(new: str) -> None:
    officer = an_officer()

    assert changes(at_the_desk(officer), new)
    changed = Officer.objects.get()
    assert not changed.check_password(new.strip()) or new == new.strip()
    assert not changed.check_password(new.lower()) or new == new.lower()
    assert not changed.check_password(new[:64]) or len(new) <= 64


@pytest.mark.parametrize(
    "new", ["Maison-S-Maison-S-2026!", "privacy password dsar", "o-jewels o-jewels 123456", "OJewels.Officer.2026"]
)
def test_one_of_the_words_of_the_house_alone_is_refused(new: str) -> None:
    a_brand("maison-s", name="Maison S")
    officer = an_officer()

    assert not changes(at_the_desk(officer), new)
    assert changes(at_the_desk(officer), f"{new} and otters in winter")


def test_it_is_taken_whole_where_the_officer_signs_in(client: Client) -> None:
    officer = an_officer()
    officer.set_password("  spaces before and behind  ")
    officer.save()

    assert client.post(LOGIN, {"login": officer.email, "password": "spaces before and behind"}).status_code == 200
    assert client.post(LOGIN, {"login": officer.email, "password": "  spaces before and behind  "}).status_code == 302


@pytest.mark.parametrize(("path", "fields"), [(LOGIN, ["password"]), (CHANGE, ["oldpassword", "password1", "password2"])])
def test_a_field_hides_it_and_lets_a_manager_of_passwords_fill_it_in(client: Client, path: str, fields: list[str]) -> None:
    browser = client if path == LOGIN else at_the_desk(an_officer())
    page = browser.get(path).content.decode()

    for name in fields:
        [tag] = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)
        assert 'type="password"' in tag
        assert re.search('autocomplete="(current|new)-password"', tag)
        assert not re.search("maxlength|onpaste|readonly", tag)


def test_it_is_kept_by_argon2id() -> None:
    with override_settings(PASSWORD_HASHERS=base.PASSWORD_HASHERS):
        kept = make_password(PASSWORD)

        assert kept.startswith("argon2$argon2id$")
        assert (check_password(PASSWORD, kept), check_password(f"{PASSWORD} ", kept)) == (True, False)
