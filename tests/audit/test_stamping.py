"""Heads are time-stamped by somebody else (RFC 3161); OpenSSL, which made none of our code, judges what is exported (T-11.01)."""

import json
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings
from structlog.testing import capture_logs

from dsar.settings import env
from requests_app.audit import export, sealing, stamping
from requests_app.audit.models import TrailStamp
from requests_app.audit.services import record
from requests_app.audit.tasks import stamp as task
from requests_app.outward.client import Limits
from requests_app.values import SYSTEM
from tests.audit.authority import WAYS, Authority, running
from tests.clock import later
from tests.making import as_owner
from tools import verify

pytestmark = [pytest.mark.django_db, pytest.mark.threat("11.01")]


@pytest.fixture(scope="module", name="process")
def a_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with running(tmp_path_factory.mktemp("authority")) as authority:
        yield authority


@pytest.fixture(name="authority")
def an_authority(process: Authority, settings: Settings) -> Authority:
    """An authority that answers well, and a trail with one head."""
    settings.DSAR_ANCHOR_TSA, settings.DSAR_ANCHOR_TSA_CA = process.url, str(process.folder / "ca.pem")
    process.behave("well")
    sealed()
    return process


def sealed() -> None:
    record("test.done", by=SYSTEM)
    sealing.seal()


def exported() -> list[dict[str, Any]]:
    return json.loads(json.dumps(list(export.told(datetime.now(UTC)))))  # type: ignore[no-any-return]


def checked(lines: list[dict[str, Any]]) -> str:
    return verify.check_trail([json.dumps(line) for line in lines], verify.Trail(verify.Keys(), verify.Anchors()))


def openssl_says(stamp: dict[str, str], authorities: Path, folder: Path) -> str:
    """Do what docs/operating.md tells to do with a line of an export."""
    (folder / "head.txt").write_text(stamp["head"], encoding="utf-8")
    (folder / "token.der").write_bytes(b64decode(stamp["token"]))
    command = ["openssl", "ts", "-verify", "-data", "head.txt", "-in", "token.der", "-token_in", "-CAfile", str(authorities)]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    return done.stdout.strip()


def test_a_head_is_stamped_and_everybody_can_check_it(authority: Authority, tmp_path: Path) -> None:
    assert stamping.stamp()
    sealed()

    lines = exported()
    stamp = next(line["stamp"] for line in lines if "stamp" in line)
    assert openssl_says(stamp, authority.folder / "ca.pem", tmp_path) == "Verification: OK"
    assert openssl_says(stamp, authority.folder / "other_ca.pem", tmp_path) == "Verification: FAILED"
    assert openssl_says(stamp | {"head": stamp["head"] + "\n"}, authority.folder / "ca.pem", tmp_path) == "Verification: FAILED"
    assert authority.asked[-1] == "well: /stamp application/timestamp-query"
    assert lines[-1]["end"] == {"leaves": 2, "seals": 2, "stamps": 1, "unsealed": 0}
    assert "1 time stamps" in checked(lines)


def test_the_verifier_finds_a_stamp_that_is_not_of_its_head(authority: Authority) -> None:
    stamping.stamp()
    lines = exported()
    place = next(number for number, line in enumerate(lines) if "stamp" in line)
    other = {"stamp": lines[place]["stamp"] | {"token": b64encode(b"a token of another head").decode()}}

    with pytest.raises(verify.Wrong, match="time stamp after leaf 0 is not one of the seal before it"):
        checked([*lines[:place], other, *lines[place + 1 :]])
    with pytest.raises(verify.Wrong, match="it holds"):
        checked([*lines[:place], *lines[place + 1 :]])


def test_it_is_asked_once_an_hour_and_only_about_something_new(authority: Authority) -> None:
    assert stamping.stamp()
    asked = len(authority.asked)

    with later(timedelta(hours=1)):
        assert not stamping.stamp()
        sealed()
    with later(timedelta(minutes=44)):
        assert not stamping.stamp()
    assert len(authority.asked) == asked
    with later(timedelta(minutes=59)):
        assert stamping.stamp()
    assert [one.size for one in TrailStamp.objects.all()] == [1, 2]


CODES = {
    "declines": "declined",
    "another authority": "not_trusted",
    "forged": "not_trusted",
    "something else": "something_else",
    "another hash": "something_else",
    "no nonce": "something_else",
    "an old answer": "something_else",
    "yesterday": "another_time",
    "half": "unreadable",
    "nonsense": "unreadable",
    "nothing": "unreadable",
    "too much": "toolarge",
    "late": "timedout",
    "away for today": "status_503",
}


def test_every_way_to_misbehave_is_tried() -> None:
    assert set(CODES) - {"away for today"} == set(WAYS) - {"well"}


@pytest.mark.parametrize("how", CODES)
def test_what_is_no_stamp_of_this_head_is_not_kept_and_the_trail_goes_on(
    authority: Authority, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.behave(how)
    with monkeypatch.context() as impatient, capture_logs() as said:
        if how == "late":
            impatient.setattr(stamping, "LIMITS", Limits(read_delay=0.3, total_delay=0.5))
        task()

    assert said == [{"event": "trail_not_stamped", "log_level": "error", "code": CODES[how]}]
    assert not TrailStamp.objects.exists()
    assert authority.asked[-1].startswith(how)
    authority.behave("well")
    task()
    assert TrailStamp.objects.get().size == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"DSAR_ANCHOR_TSA": "http://127.0.0.1:9/#plain=yes"}, "blocked"),
        ({"DSAR_ANCHOR_TSA": "http://127.0.0.1:9/#private=yes"}, "blocked"),
        ({"DSAR_ANCHOR_TSA": "http://127.0.0.1:9/#private=yes&plain=yes"}, "notreached"),
        ({"DSAR_ANCHOR_TSA_CA": "/nowhere/ca.pem"}, "no_certificates"),
        ({"DSAR_ANCHOR_TSA_CA": __file__}, "no_certificates"),
    ],
)
def test_a_wrong_setting_stamps_nothing_and_says_so(
    authority: Authority, settings: Settings, change: dict[str, str], code: str
) -> None:
    """An authority in a private network, or without TLS, is asked only where that was told."""
    for name, value in change.items():
        setattr(settings, name, value)

    with capture_logs() as said:
        task()

    assert [one["code"] for one in said] == [code]
    assert not TrailStamp.objects.exists()


def test_without_an_authority_or_a_head_nobody_is_asked(process: Authority, settings: Settings) -> None:
    asked = len(process.asked)
    settings.DSAR_ANCHOR_TSA, settings.DSAR_ANCHOR_TSA_CA = process.url, str(process.folder / "ca.pem")
    assert not stamping.stamp()
    settings.DSAR_ANCHOR_TSA = ""
    sealed()
    assert not stamping.stamp()

    assert len(process.asked) == asked


@pytest.mark.parametrize(
    ("address", "certificates"), [("ftp://tsa.example/", "ca.pem"), ("https://tsa.example/", ""), ("tsa", "ca.pem")]
)
def test_an_authority_without_address_or_certificates_stops_the_start(address: str, certificates: str) -> None:
    assert env.authority("https://tsa.example/stamp", "ca.pem") == "https://tsa.example/stamp"
    with pytest.raises(ImproperlyConfigured, match="DSAR_ANCHOR_TSA_CA"):
        env.authority(address, certificates)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("deed", ["UPDATE {} SET size = size", "DELETE FROM {}", "TRUNCATE {}"])
def test_nobody_changes_a_stamp(deed: str) -> None:
    """The application's role may not, and the owner may not while the triggers stand."""
    TrailStamp.objects.create(size=1, token=b"token")
    statement = deed.format("requests_app_trailstamp")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    with as_owner() as cursor, pytest.raises(psycopg.Error, match="append-only"):
        cursor.execute(statement)

    assert TrailStamp.objects.count() == 1
