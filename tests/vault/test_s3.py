"""A bucket: what it is asked, how much is held in memory, and every way in which it says no."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from pytest_django import Settings

from requests_app.vault.bucket import Bucket
from requests_app.vault.s3 import S3
from requests_app.vault.storage import Away, Missing, NoSpace
from tests.buckets import PART, between, bucket, objects, raw, s3_server, unfinished  # noqa: F401  # fixtures too
from tests.vault.test_places import LATER, some, stored

FLAT = """
import resource, sys
from requests_app.vault.bucket import Bucket
from requests_app.vault.s3 import S3
place = S3(Bucket(*sys.argv[1:5], endpoint=sys.argv[5], path_style=True, part=4 << 20))
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
def through(megabytes):
    with place.put() as new:
        for _ in range(megabytes):
            new.write(bytes(1 << 20))
    with place.open(new.name) as file:
        while file.read(1 << 20):
            pass
    place.delete(new.name)
    return peak()
print(through(16), through(64))
"""


def wire(place: Bucket) -> list[str]:
    return [place.name, place.prefix, place.access_key, place.secret_key, place.endpoint]


def test_memory_is_flat_whatever_the_size(bucket: Bucket) -> None:  # noqa: F811
    done = subprocess.run([sys.executable, "-c", FLAT, *wire(bucket)], capture_output=True, text=True, check=True)

    small, large = map(int, done.stdout.split())
    assert large - small < 16, (small, large)


def test_a_small_file_is_one_request_and_a_large_one_is_parts(bucket: Bucket) -> None:  # noqa: F811
    with between(bucket.endpoint, lambda *_: None) as (address, asked):
        place = S3(replace(bucket, endpoint=address))
        stored(place, b"x")
        assert [method for method, _ in asked] == ["PUT"]
        asked.clear()
        stored(place, bytes(2 * PART + 1))
    assert [method for method, _ in asked] == ["POST", "PUT", "PUT", "PUT", "POST"]


def test_a_page_costs_one_small_range_and_a_whole_file_few_large_ones(bucket: Bucket) -> None:  # noqa: F811
    name = stored(S3(bucket), some(6_000_000))
    with between(bucket.endpoint, lambda *_: None) as (address, asked), S3(replace(bucket, endpoint=address)).open(name) as file:
        file.seek(5_000_000)
        file.read(1000)
        file.read(1000)
        assert [method for method, _ in asked] == ["HEAD", "GET"]
        file.seek(0)
        while file.read(64 * 1024):
            pass
    assert len(asked) <= 12


@pytest.mark.parametrize("encryption", ["AES256", "aws:kms"])
def test_the_server_is_asked_to_encrypt_too(bucket: Bucket, encryption: str) -> None:  # noqa: F811
    place = S3(replace(bucket, encryption=encryption, kms_key="a-key" if encryption == "aws:kms" else ""))
    for size in (1, PART + 1):
        name = stored(place, bytes(size))
        kept = raw(bucket).head_object(Bucket=bucket.name, Key=place.key(name))
        assert kept["ServerSideEncryption"] == encryption
        assert ("a-key" in kept.get("SSEKMSKeyId", "")) == (encryption == "aws:kms")


def test_what_else_lies_in_the_bucket_is_left_alone(bucket: Bucket) -> None:  # noqa: F811
    others = [f"files/{uuid4()}", f"files/deeper/{uuid4().hex}", "files/readme.txt", uuid4().hex, f"files2/{uuid4().hex}"]
    for key in others:
        raw(bucket).put_object(Bucket=bucket.name, Key=key, Body=b"of somebody else")
    raw(bucket).create_multipart_upload(Bucket=bucket.name, Key="backup.tar")
    place = S3(bucket)
    name = stored(place, b"ours")

    assert list(place.names(LATER)) == [name]
    assert place.sweep(LATER) == 0
    place.delete(name)
    assert sorted(objects(bucket)) == sorted(others)
    assert unfinished(bucket) == ["backup.tar"]


def test_more_files_than_one_page_of_a_list_are_all_seen(bucket: Bucket) -> None:  # noqa: F811
    client = raw(bucket)
    names = {uuid4() for _ in range(2 * bucket.page + 1)}
    for name in names:
        client.put_object(Bucket=bucket.name, Key=f"files/{name.hex}", Body=b"")

    assert set(S3(bucket).names(LATER)) == names


def test_an_upload_that_still_grows_is_not_swept(bucket: Bucket) -> None:  # noqa: F811
    place = S3(bucket)
    with place.put() as incoming:
        incoming.write(bytes(PART))
        assert place.sweep(timedelta(minutes=1)) == 0
        incoming.write(bytes(PART))

    with place.open(incoming.name) as file:
        assert len(file.read()) == 2 * PART


@pytest.mark.parametrize(
    ("status", "code", "fault"),
    [
        (507, "InsufficientStorage", NoSpace), (403, "QuotaExceeded", NoSpace), (507, "XMinioStorageFull", NoSpace),
        (403, "AccessDenied", Away), (403, "InvalidAccessKeyId", Away), (404, "NoSuchBucket", Away), (500, "InternalError", Away),
        (503, "SlowDown", Away), (301, "PermanentRedirect", Away),
    ],
)  # fmt: skip
@pytest.mark.parametrize("at", ["POST", "PUT", "complete"])
def test_every_no_has_a_name_and_leaves_nothing(bucket: Bucket, status: int, code: str, fault: type[Exception], at: str) -> None:  # noqa: F811
    def breaks(method: str, path: str) -> tuple[int, str] | None:
        asked = "complete" if method == "POST" and "uploadId" in path else method
        return (status, code) if asked == at else None

    with between(bucket.endpoint, breaks) as (address, _asked), pytest.raises(fault) as caught:
        stored(S3(replace(bucket, endpoint=address)), bytes(2 * PART))

    assert "secret" not in str(caught.value)
    assert not objects(bucket)
    assert not unfinished(bucket)


def test_a_place_that_is_away_says_so(bucket: Bucket) -> None:  # noqa: F811
    nowhere = S3(replace(bucket, endpoint="http://127.0.0.1:9"))
    for act in (lambda: stored(nowhere, b"x"), lambda: nowhere.open(uuid4()), lambda: list(nowhere.names(LATER))):
        with pytest.raises(Away, match="EndpointConnectionError"):
            act()


def test_an_answer_that_breaks_off_is_no_end_of_a_file(bucket: Bucket) -> None:  # noqa: F811
    name = stored(S3(bucket), some(100_000))

    def breaks(method: str, _path: str) -> str | None:
        return "cut" if method == "GET" else None

    with (
        between(bucket.endpoint, breaks) as (address, _asked),
        S3(replace(bucket, endpoint=address)).open(name) as file,
        pytest.raises(Away),
    ):
        file.read(100_000)


def test_a_file_that_goes_while_it_is_read_is_missing(bucket: Bucket) -> None:  # noqa: F811
    place = S3(bucket)
    name = stored(place, some(100_000))
    with place.open(name) as file:
        place.delete(name)
        with pytest.raises(Missing):
            file.read(1)


def checked(settings: Settings, **changes: object) -> str:
    """Return what `manage.py check --tag vault` complains of."""
    settings.DSAR_VAULT = changes
    try:
        call_command("check", tags=["vault"], verbosity=0)
    except SystemCheckError as found:
        return str(found)
    return ""


def test_the_check_writes_reads_lists_and_deletes(bucket: Bucket, settings: Settings) -> None:  # noqa: F811
    good = {name: getattr(bucket, name) for name in bucket.__slots__}

    assert checked(settings, **good) == ""
    assert not objects(bucket)
    assert "make it" in checked(settings, **good | {"name": "no-such-bucket"})
    assert "Nothing answers at DSAR_S3_ENDPOINT" in checked(settings, **good | {"endpoint": "http://127.0.0.1:9"})

    def denies(method: str, _path: str) -> tuple[int, str] | None:
        return (403, "AccessDenied") if method == "DELETE" else None

    with between(bucket.endpoint, denies) as (address, _asked):
        said = checked(settings, **good | {"endpoint": address})
    assert "could not be deleted (AccessDenied)" in said
    assert "s3:DeleteObject" in said
