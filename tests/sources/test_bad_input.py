"""At every door: one clear sentence, an exit code, no traceback, no password."""

import os
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.connectors.shops import Shop
from tests.sources.terminal import Told, in_one_sentence, shown, typed, typed_by_a_newcomer

PASSWORD = "open-sesame-4711"
BAD = {
    "no URL at all": "nonsense " + PASSWORD,
    "an unknown system": f"klingon://user:{PASSWORD}@127.0.0.1/shop",
    "a driver that is missing": f"oracle+cx_oracle://user:{PASSWORD}@127.0.0.1/shop",
    "an unreachable host": f"postgresql://user:{PASSWORD}@127.0.0.1:1/shop",
    "another unreachable host": f"mysql://user:{PASSWORD}@127.0.0.1:1/shop",
    "a port that is none": f"postgresql://user:{PASSWORD}@127.0.0.1:port/shop",
    "a file that is not there": f"sqlite:////{PASSWORD}/gone.sqlite",
}
DOORS = ("check", "find", "draft")


def words(door: str, file: Path) -> list[str | Path]:
    if door == "draft":
        return ["draft"]
    return [door, file, *(["--email", "anna@shop.example"] if door == "find" else [])]


def refused(told: Told) -> str:
    """Insist on an orderly end that does not show the password; `check` tells the reason beside the verdict."""
    assert PASSWORD not in told.stdout + told.stderr
    return told.stdout + in_one_sentence(told)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("what", BAD)
def test_a_bad_address_is_told_in_one_sentence_without_the_password(what: str, door: str, file: Path) -> None:
    assert refused(typed(*words(door, file), "--url", BAD[what]))


@pytest.mark.parametrize("door", DOORS)
def test_a_wrong_password_is_told_without_showing_it(door: str, file: Path, maria: Shop) -> None:
    told = typed(*words(door, file), "--url", shown(maria.url.set(password=PASSWORD)))

    assert "refuses our name, password" in refused(told)


@pytest.mark.parametrize("door", DOORS)
def test_a_database_that_is_not_there_is_told(door: str, file: Path) -> None:
    server = make_url(os.environ["DATABASE_OWNER_URL"]).set(drivername="postgresql", database="no_such_shop")

    assert "postgres" in refused(typed(*words(door, file), "--url", shown(server))) or door != "draft"


@pytest.mark.parametrize("door", DOORS)
def test_an_address_is_asked_for_once(door: str, file: Path, small: Shop) -> None:
    assert "--url" in refused(typed(*words(door, file)))
    assert "--url" in refused(typed(*words(door, file), "--url", shown(small.url), "--url-env", "X"))
    assert "X" in refused(typed(*words(door, file), "--url-env", "X"))


def test_a_password_at_the_wrong_place_is_not_repeated(file: Path) -> None:
    told = typed("find", file, f"postgresql://user:{PASSWORD}@127.0.0.1/shop")

    assert told.returncode != 0
    assert PASSWORD not in told.stdout + told.stderr


@pytest.mark.parametrize("content", [b"a: [", b"\xff\xfe\x00", b"just words", b"", b"dataset: 4", b"dataset: []", b"\x00"])
@pytest.mark.parametrize("door", ["check", "find"])
def test_a_file_that_describes_nothing_is_told(door: str, content: bytes, file: Path, small: Shop) -> None:
    file.write_bytes(content)

    assert "shop.yaml" in refused(typed(*words(door, file), "--url", shown(small.url)))


@pytest.mark.parametrize("door", ["check", "find"])
def test_a_file_that_is_not_there_or_a_folder_is_told(door: str, tmp_path: Path, small: Shop) -> None:
    (tmp_path / "folder.yaml").mkdir()

    for name in ("gone.yaml", "folder.yaml"):
        assert name in refused(typed(*words(door, tmp_path / name), "--url", shown(small.url)))


@pytest.mark.parametrize("address", ["anna", "@shop.example", "a b@shop.example", ""])
def test_an_address_that_is_none_is_not_searched(address: str, file: Path, small: Shop) -> None:
    told = typed("find", file, "--url", shown(small.url), "--email", address)

    assert refused(told) == "What was given as an e-mail address is none."


def test_it_must_be_said_whom_to_look_for(file: Path, small: Shop) -> None:
    assert "--email" in refused(typed("find", file, "--url", shown(small.url)))
    assert "kind=value" in refused(typed("find", file, "--url", shown(small.url), "--identity", "4711"))
    assert "--categories" in refused(typed("find", file, "--url", shown(small.url), "--email", "a@b.example", "--categories", ","))


@pytest.mark.parametrize("limit", ["0", "-1"])
def test_a_limit_below_one_is_refused(limit: str, file: Path, small: Shop) -> None:
    assert "limit" in refused(typed("find", file, "--url", shown(small.url), "--email", "a@b.example", "--limit", limit))


def test_a_folder_that_cannot_be_written_is_told(file: Path, small: Shop, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    for out in (tmp_path / "taken", tmp_path / "taken" / "below"):
        told = refused(typed("find", file, "--url", shown(small.url), "--email", "anna@shop.example", "--out", out))
        assert told.endswith((": File exists.", ": Not a directory."))


def test_a_name_without_a_product_is_told_to_be_one() -> None:
    told = refused(typed_by_a_newcomer("check", "orders"))

    assert told.startswith("This is no dataset file, and configured systems stand in the database of a product that is set up")
