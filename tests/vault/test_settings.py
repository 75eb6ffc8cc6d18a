"""Where the vault lies is said by the environment; what is missing or wrong stops the start by its name."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from dsar.settings import env


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("DSAR_S3_ACCESS_KEY", "key")
    monkeypatch.setenv("DSAR_S3_SECRET_KEY", "secret")
    return monkeypatch


def test_a_folder_stays_a_folder() -> None:
    assert env.vault("/var/lib/dsar/vault") == Path("/var/lib/dsar/vault")


def test_a_bucket_needs_its_keys(s3: pytest.MonkeyPatch) -> None:
    assert env.vault("s3://shop-vault/dsar") == {
        "name": "shop-vault", "prefix": "dsar/", "access_key": "key", "secret_key": "secret", "endpoint": "", "region": "us-east-1",
        "encryption": "", "kms_key": "", "path_style": False,
    }  # fmt: skip
    for name in ("DSAR_S3_ACCESS_KEY", "DSAR_S3_SECRET_KEY"):
        with s3.context() as without:
            without.delenv(name)
            with pytest.raises(ImproperlyConfigured, match=name):
                env.vault("s3://shop-vault")


@pytest.mark.parametrize(("place", "prefix"), [("s3://vault", ""), ("s3://vault/", ""), ("s3://vault/a/b/", "a/b/")])
@pytest.mark.usefixtures("s3")
def test_below_a_prefix_or_at_the_top(place: str, prefix: str) -> None:
    said = env.vault(place)
    assert isinstance(said, dict)
    assert said["prefix"] == prefix


def test_a_secret_may_stand_in_a_file(s3: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from the file\n", encoding="utf-8")
    s3.setenv("DSAR_S3_SECRET_KEY_FILE", str(tmp_path / "secret"))

    said = env.vault("s3://vault")

    assert isinstance(said, dict)
    assert said["secret_key"] == "from the file"


def test_an_endpoint_of_our_own_is_spoken_to_by_path(s3: pytest.MonkeyPatch) -> None:
    s3.setenv("DSAR_S3_ENDPOINT", "https://minio.shop.example")
    said = env.vault("s3://vault")
    assert isinstance(said, dict)
    assert (said["endpoint"], said["path_style"]) == ("https://minio.shop.example", True)
    s3.setenv("DSAR_S3_PATH_STYLE", "false")
    said = env.vault("s3://vault")
    assert isinstance(said, dict)
    assert said["path_style"] is False


@pytest.mark.parametrize("place", ["s3://", "s3:///prefix", "s3://UPPER", "s3://a b/c", "s3://vault?x=1", "s3://user:word@vault/x"])
@pytest.mark.usefixtures("s3")
def test_what_is_no_bucket_is_refused(place: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DSAR_VAULT"):
        env.vault(place)


@pytest.mark.parametrize(
    ("name", "value"),
    [("DSAR_S3_ENCRYPTION", "rot13"), ("DSAR_S3_ENDPOINT", "http://minio.shop.example"), ("DSAR_S3_PATH_STYLE", "perhaps")],
)
def test_a_wrong_setting_is_named(s3: pytest.MonkeyPatch, name: str, value: str) -> None:
    s3.setenv(name, value)

    with pytest.raises(ImproperlyConfigured, match=name):
        env.vault("s3://vault")
