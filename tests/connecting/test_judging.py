"""Bad dataset files, addresses and names of secrets are refused at both doors: services and form (T-10.03, T-10.04)."""

from dataclasses import replace
from typing import Any, Final

import pytest
from django.test import Client

from requests_app.connecting import services
from requests_app.connecting.judging import Wanted
from requests_app.officers.models import Officer
from requests_app.sources import dataset
from requests_app.sources.models import Source
from requests_app.sources.versions import SourceVersion
from tests.connecting.systems import DATASET, TYPED, WANTED, an_administrator, proposed
from tests.console.desk import at_the_desk
from tests.making import a_brand, a_source

pytestmark = pytest.mark.django_db
PAGE: Final = "/console/sources/connect/"
BOMB: Final = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
BAD: Final[dict[str, tuple[str, str]]] = {
    "empty": ("  \n", "the file is empty"),
    "huge": ("# " + "x" * dataset.LARGEST, "larger than 192 KB"),
    "another encoding": (DATASET.replace("Club", "Caf\ufffd"), "not UTF-8"),
    "a bomb": (BOMB, "repeats itself by aliases"),
    "an alias of what holds it": ("dataset: &a [*a]\n", "`*a` repeats what holds it"),
    "a deep nest": ("dataset: " + "[" * 200 + "]" * 200, "is nested deeper than 40 levels"),
    "a key twice": (DATASET.replace("    name: Club\n", "    name: Club\n    name: Club again\n"), "stands here twice"),
    "no yaml": ("dataset: [", "is no YAML"),
    "no dataset": ("systems: []", "must be a list of datasets"),
    "an unknown key": (DATASET.replace("topic: account", "subject: account"), "is no key that we know"),
}


@pytest.fixture
def admin() -> Officer:
    return an_administrator()


def refused(wanted: Wanted, by: Officer) -> list[tuple[str, str]]:
    with pytest.raises(services.NotAcceptable) as caught:
        proposed(by, wanted)
    assert not Source.objects.filter(name="club").exists()
    return [(one.field, one.code) for one in caught.value.faults]


@pytest.mark.parametrize("name", BAD)
def test_a_bad_dataset_file_is_refused_at_both_doors_with_what_is_wrong(name: str, admin: Officer) -> None:
    text, said = BAD[name]
    assert set(refused(replace(WANTED, dataset=text), admin)) == {("dataset", "bad_description")}

    answer = at_the_desk(admin).post(PAGE, TYPED | {"dataset": text})

    assert answer.status_code == 422
    told = answer.content.decode().replace("&#x27;", "'")
    assert said in told
    assert "The club wants it." in told, "what was typed is kept"
    assert not Source.objects.exists()


def test_a_mistake_is_told_with_its_line(admin: Officer) -> None:
    told = at_the_desk(admin).post(PAGE, TYPED | {"dataset": BAD["a key twice"][0]}).content.decode()

    assert "Line 4: name: stands here twice" in told


def test_aliases_that_repeat_little_are_no_bomb() -> None:
    anchored = DATASET.replace("dsar: {fact: name}", "dsar: &fact {fact: name}").replace("dsar: {fact: postcode}", "dsar: *fact")

    assert dataset.problems("club.yaml", "sql", anchored) == ()


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"connector": "carrier-pigeon"}, ("kind", "unknown")),
        ({"address": ""}, ("address", "missing")),
        ({"address": "postgresql://reader:hunter2@db.club.example/club"}, ("address", "secret")),
        ({"address": "postgresql://db.club.example/club?password=hunter2"}, ("address", "secret")),
        ({"connector": "rest", "address": "https://key@api.club.example"}, ("address", "secret")),
        ({"connector": "rest", "address": "https://api.club.example#private=yes"}, ("address", "secret")),
        ({"address": "sqlite:////etc/passwd"}, ("address", "scheme")),
        ({"address": "postgresql://reader@[::1/club"}, ("address", "none")),
        ({"address": "postgresql:///club"}, ("address", "none")),
        ({"secret": ""}, ("secret", "missing")),
        ({"secret": "DSAR_MASTER_KEY"}, ("secret", "name")),
        ({"secret": "DSAR_SOURCE_CLUB_FILE"}, ("secret", "name")),
        ({"secret": "hunter2"}, ("secret", "name")),
        ({"may_erase": True}, ("erase_secret", "missing")),
        ({"may_erase": True, "erase_secret": "DSAR_SOURCE_CLUB"}, ("erase_secret", "name")),
        ({"connector": "people"}, ("address", "people")),
    ],
)
def test_an_address_with_a_secret_or_a_secret_of_another_part_is_refused(
    said: dict[str, Any], fault: tuple[str, str], admin: Officer
) -> None:
    assert fault in refused(replace(WANTED, **said), admin)


def test_no_shop_names_the_secret_of_another(admin: Officer) -> None:
    a_source("theirs", brand=a_brand("maison-s"), secret=WANTED.secret)

    assert refused(WANTED, admin) == [("secret", "another_shop")]


def test_what_the_former_version_says_already_is_not_asked_again(admin: Officer) -> None:
    source = a_source("old", secret="OLD_NAME")  # a name
    wanted = replace(WANTED, address="", secret="OLD_NAME")  # a name

    assert services.change(source, wanted, seen=0, reason="paused", by=admin).number == 1


def test_a_password_that_was_typed_into_the_address_stays_nowhere(admin: Officer) -> None:
    address = "postgresql://reader:hunter2@db.club.example/club"
    answer = at_the_desk(admin).post(PAGE, TYPED | {"address": address})

    assert answer.status_code == 422
    assert "An address holds no password" in answer.content.decode()
    assert not SourceVersion.objects.exists()


def test_a_name_that_the_shop_has_is_refused(admin: Officer) -> None:
    proposed(admin)

    with pytest.raises(services.NotAcceptable, match="name:taken"):
        proposed(admin)


def test_a_form_that_is_sent_empty_says_what_it_lacks(admin: Officer) -> None:
    answer = at_the_desk(admin).post(PAGE, {})

    assert answer.status_code == 422
    assert not Source.objects.exists()


def test_another_shop_cannot_be_chosen(admin: Officer) -> None:
    a_brand("maison-s")
    client: Client = at_the_desk(admin)

    assert client.post(PAGE, TYPED | {"brand": "maison-s"}).status_code == 422
    assert "maison-s" not in client.get(PAGE).content.decode()
