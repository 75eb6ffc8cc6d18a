"""Production starts with nothing to be warned of, or not at all: what is wrong is named (T-12.04, T-12.05, T-12.09)."""

import json
import os
import secrets
import subprocess
import sys
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from dsar.launch import container
from tests.house.tree import ROOT

KEY: Final = b64encode(secrets.token_bytes(32)).decode()
OURS: Final = ("DSAR_", "DATABASE_", "REDIS_", "SECRET_", "EMAIL_", "ALLOWED_", "DJANGO_", "DEBUG")
# Reads one environment after the other as a start would; answers what each start says.
STARTS: Final = """
import importlib, json, os, sys
answers = {}
for name, variables in json.load(sys.stdin).items():
    os.environ.update(variables)
    for module in [one for one in sys.modules if one.startswith("dsar.settings")]:
        del sys.modules[module]
    try:
        importlib.import_module("dsar.settings.prod")
        answers[name] = "started"
    except Exception as fault:
        answers[name] = f"{type(fault).__name__}: {fault}"
    for variable in variables:
        del os.environ[variable]
json.dump(answers, sys.stdout)
"""


def good(home: Path) -> dict[str, str]:
    """What a production is started with: the database and the broker stand on other machines."""
    for folder in ("keys/store", "vault"):
        (home / folder).mkdir(parents=True, exist_ok=True)
        (home / folder).chmod(0o700)
    return {
        "DJANGO_SETTINGS_MODULE": "dsar.settings.prod",
        "DATABASE_URL": "postgresql://dsar_app:word@db.example/dsar?sslmode=verify-full",
        "REDIS_URL": "rediss://:word@redis.example:6379/0",
        "SECRET_KEY": b64encode(secrets.token_bytes(48)).decode(),
        "DSAR_MASTER_KEY": b64encode(secrets.token_bytes(32)).decode(),
        "DSAR_SIGNING_KEY": b64encode(secrets.token_bytes(32)).decode(),
        "DSAR_KEY_STORE": str(home / "keys/store"),
        "DSAR_VAULT": str(home / "vault"),
        "DSAR_BASE_URL": "https://privacy.shop.test",
        "EMAIL_URL": "smtps://user:word@mail.shop.test:465",
    }


BAD: Final[dict[str, dict[str, str]]] = {
    "debugging": {"DEBUG": "1"},
    "debugging, as Django calls it": {"DJANGO_DEBUG": "yes"},
    "the demo's pages": {"DSAR_DEMO": "1"},
    "no secret": {"SECRET_KEY": ""},
    "a short secret": {"SECRET_KEY": "k" * 10 + "short"},
    "a uniform secret": {"SECRET_KEY": "ab" * 40},
    "the secret of Django's template": {"SECRET_KEY": "django-insecure-" + KEY},
    "the secret of the tests": {"SECRET_KEY": "the-key-of-the-test-run-is-no-secret-at-all-and-long-enough"},
    "a short old secret": {"SECRET_KEY_FALLBACKS": "old"},
    "a master key of nothing": {"DSAR_MASTER_KEY": b64encode(bytes(32)).decode()},
    "the master key of the tests": {"DSAR_MASTER_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="},
    "a short master key": {"DSAR_MASTER_KEY": b64encode(secrets.token_bytes(16)).decode()},
    "a master key that is a word": {"DSAR_MASTER_KEY": "hunter2"},
    "the signing key of the tests": {"DSAR_SIGNING_KEY": "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA="},
    "one key for two": {"DSAR_SIGNING_KEY": KEY, "DSAR_MASTER_KEY": KEY},
    "a key that is the secret": {"DSAR_MASTER_KEY": KEY, "SECRET_KEY": KEY},
    "a database in the clear": {"DATABASE_URL": "postgresql://dsar_app:word@db.example/dsar"},
    "a database of which nobody knows who it is": {"DATABASE_URL": "postgresql://dsar_app:word@db.example/dsar?sslmode=require"},
    "a database in the clear, named by an option": {"DATABASE_URL": "postgresql://dsar_app:word@/dsar?host=db.example"},
    "a database without a password": {"DATABASE_URL": "postgresql://dsar_app@db.example/dsar?sslmode=verify-full"},
    "another kind of database": {"DATABASE_URL": "sqlite:////tmp/db"},
    "a broker in the clear": {"REDIS_URL": "redis://:word@redis.example/0"},
    "a broker without a password": {"REDIS_URL": "rediss://redis.example/0"},
    "a broker whose certificate nobody checks": {"REDIS_URL": "rediss://:word@redis.example/0?ssl_cert_reqs=none"},
    "another kind of broker": {"REDIS_URL": "amqp://user:word@redis.example/0"},
    "an address without https": {"DSAR_BASE_URL": "http://privacy.shop.test"},
    "an address that is none": {"DSAR_BASE_URL": "privacy.shop.test"},
    "an address with more": {"DSAR_BASE_URL": "https://privacy.shop.test/console"},
    "any host": {"ALLOWED_HOSTS": "*"},
    "any host of a country": {"ALLOWED_HOSTS": ".test"},
    "another host": {"ALLOWED_HOSTS": "www.shop.test"},
    "mail in the clear": {"EMAIL_URL": "smtp://user:word@mail.shop.test:587"},
    "mail into a folder": {"EMAIL_URL": "file:///tmp/mail"},
    "a scanner in the clear": {"DSAR_CLAMD": "tcp://scanner.example:3310"},
    "a token that is guessed": {"DSAR_METRICS_TOKEN": "metrics"},
    "a hook's key that is guessed": {"DSAR_MAIL_HOOK_KEY": "hook"},
    "proxies that are no number": {"DSAR_TRUSTED_PROXIES": "yes"},
}  # fmt: skip
NAMES: Final = {
    "debugging, as Django calls it": "DJANGO_DEBUG",
    "one key for two": "DSAR_SIGNING_KEY",
    "a key that is the secret": "DSAR_MASTER_KEY",
}
WELL: Final[dict[str, dict[str, str]]] = {
    "with all on other machines": {},
    "on one machine": {
        "DATABASE_URL": "postgresql://dsar_app:word@127.0.0.1/dsar", "REDIS_URL": "redis://:word@127.0.0.1:6379/0",
        "EMAIL_URL": "smtp://localhost:25", "DSAR_CLAMD": "unix:///run/clamd", "DSAR_BASE_URL": "http://127.0.0.1:8000",
    },
    "by sockets": {"DATABASE_URL": "postgresql://dsar_app@/dsar?host=/run/postgresql", "REDIS_URL": "unix:///run/redis.sock"},
    "with its files in a bucket": {"DSAR_VAULT": "s3://bucket/dsar", "DSAR_S3_ACCESS_KEY": "a", "DSAR_S3_SECRET_KEY": "b"},
    "on a network of its own": {
        "DSAR_PRIVATE_HOSTS": "postgres,redis", "DATABASE_URL": "postgresql://dsar_app:word@postgres:5432/dsar",
        "REDIS_URL": "redis://:word@redis:6379/0",
    },
    "with hosts of one domain": {"ALLOWED_HOSTS": ".shop.test"},
}  # fmt: skip


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}


def answers(starts: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return what each start says: "started", or why not."""
    told = json.dumps(starts)
    done = subprocess.run(
        [sys.executable, "-c", STARTS], cwd=ROOT, env=environment(), input=told, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.mark.threat("12.04")
@pytest.mark.threat("12.05")
def test_a_start_that_would_put_people_s_data_in_the_open_is_refused_by_name(tmp_path: Path) -> None:
    said = answers({name: good(tmp_path) | changes for name, changes in BAD.items()})

    assert len(BAD) >= 20
    missed = {
        name: said[name]
        for name, changes in BAD.items()
        if not said[name].startswith("ImproperlyConfigured") or NAMES.get(name, next(iter(changes))) not in said[name]
    }
    assert missed == {}
    assert all(secret not in text for text in said.values() for secret in ("word@", "hunter2", KEY))


@pytest.mark.threat("12.04")
def test_a_sound_start_is_not_refused(tmp_path: Path) -> None:
    """The control of the test above: what it changes is what makes the difference."""
    assert set(answers({name: good(tmp_path) | changes for name, changes in WELL.items()}).values()) == {"started"}


@pytest.mark.threat("12.04")
@pytest.mark.parametrize("place", ["DSAR_VAULT", "DSAR_KEY_STORE"])
def test_a_folder_that_others_read_is_refused(tmp_path: Path, place: str) -> None:
    variables = good(tmp_path)
    Path(variables[place]).chmod(0o755)

    assert f"{place} can be read by other accounts" in answers({"": variables})[""]


@pytest.mark.threat("12.04")
def test_keys_lie_apart_from_what_they_open(tmp_path: Path) -> None:
    starts = {
        "inside": good(tmp_path) | {"DSAR_KEY_STORE": str(tmp_path / "vault/keys")},
        "around": good(tmp_path) | {"DSAR_VAULT": str(tmp_path / "keys/store/vault")},
        "public": good(tmp_path) | {"DSAR_VAULT": str(ROOT / "staticfiles/vault")},
    }
    (tmp_path / "dumps/keys").mkdir(parents=True, mode=0o700)
    (tmp_path / "dumps/dsar-2026-11-22.sql.gz").touch()
    starts["dumps"] = good(tmp_path) | {"DSAR_KEY_STORE": str(tmp_path / "dumps/keys")}

    said = answers(starts)

    assert "lie in each other" in said["inside"]
    assert "lie in each other" in said["around"]
    assert "DSAR_VAULT lies where files are given to everybody" in said["public"]
    assert "DSAR_KEY_STORE lies beside dsar-2026-11-22.sql.gz" in said["dumps"]


@pytest.mark.threat("12.04")
def test_what_compose_makes_starts(tmp_path: Path) -> None:
    for folder in ("product", "owner", "postgres", "redis"):
        (tmp_path / folder).mkdir()
    container.make_secrets(tmp_path)
    names = ("SECRET_KEY", "DSAR_MASTER_KEY", "DSAR_SIGNING_KEY", "DATABASE_URL", "REDIS_URL")
    made = {name: (tmp_path / "product" / name).read_text(encoding="utf-8") for name in names}

    assert answers({"": good(tmp_path) | made | {"DSAR_PRIVATE_HOSTS": "postgres,redis"}})[""] == "started"
    assert "DATABASE_URL" in answers({"": good(tmp_path) | made})[""]


@pytest.mark.threat("12.09")
def test_a_production_start_has_nothing_to_be_warned_of(tmp_path: Path) -> None:
    """`check --deploy` in a process of its own, and the same when it is refused."""
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    well = subprocess.run(command, cwd=ROOT, env=environment() | good(tmp_path), capture_output=True, text=True, check=False)
    bad = environment() | good(tmp_path) | {"ALLOWED_HOSTS": "*"}
    refused = subprocess.run(command, cwd=ROOT, env=bad, capture_output=True, text=True, check=False)

    assert well.returncode == 0, well.stderr[-3000:]
    assert "no issues (0 silenced)" in well.stdout + well.stderr
    assert refused.returncode == 1
    assert "ALLOWED_HOSTS lets any name in" in refused.stderr
