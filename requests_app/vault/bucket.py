"""A bucket at a server that speaks S3: where it is, how it is spoken to, and what its refusals mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from os import getpid
from typing import Any, Final, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from requests_app.vault.storage import Away, Missing, NoSpace

PART: Final = 16 << 20  # 10,000 of them make 156 GiB; S3 takes 5 MiB at least, and some servers want all of one size
_GONE: Final = frozenset({"NoSuchKey", "NotFound", "404"})
_FULL: Final = frozenset(
    {"507", "QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "EntityTooLarge"}
)
# What one server answers to what another one asks is told by neither: checksums beyond those of the protocol of 2006 are
# asked for only where an operation needs them. Whether bytes are those that were written, the seal of each frame tells.
_PATIENCE: Final = {
    "connect_timeout": 5, "read_timeout": 30,
    "request_checksum_calculation": "when_required", "response_checksum_validation": "when_required", "signature_version": "s3v4",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where the files lie, and how the server is spoken to. `encryption` is empty, `AES256` or `aws:kms`."""

    name: str
    prefix: str
    access_key: str
    secret_key: str
    endpoint: str = ""
    region: str = "us-east-1"
    encryption: str = ""
    kms_key: str = ""
    path_style: bool = False
    attempts: int = 4
    part: int = PART
    page: int = 1000

    @property
    def headers(self) -> dict[str, str]:
        """What every new object is asked to be encrypted with, at the server; our own encryption comes before it."""
        asked = {"ServerSideEncryption": self.encryption} if self.encryption else {}
        return asked | ({"SSEKMSKeyId": self.kms_key} if self.kms_key else {})


def client(bucket: Bucket) -> Any:
    """Return this process's client for the bucket's server; to make one takes longer than many questions."""
    return _made(replace(bucket, name="", prefix="", encryption="", kms_key="", part=PART, page=1000), getpid())


@cache
def _made(bucket: Bucket, _process: int) -> Any:
    style: Any = {"addressing_style": "path" if bucket.path_style else "auto"}
    return boto3.session.Session().client(
        "s3",
        aws_access_key_id=bucket.access_key,
        aws_secret_access_key=bucket.secret_key,
        endpoint_url=bucket.endpoint or None,
        region_name=bucket.region,
        config=Config(
            s3=style, retries={"mode": "standard", "total_max_attempts": bucket.attempts}, **cast("dict[str, Any]", _PATIENCE)
        ),
    )


@contextmanager
def told() -> Iterator[None]:
    """Tell what the server says by the names that the vault knows. Codes travel, texts do not: they may hold keys."""
    try:
        yield
    except ClientError as fault:
        code = str(fault.response.get("Error", {}).get("Code", ""))
        status = str(fault.response.get("ResponseMetadata", {}).get("HTTPStatusCode", ""))
        if code in _GONE or code == "NoSuchUpload":
            raise Missing(code) from None
        if code in _FULL or status in _FULL:
            raise NoSpace(code) from None
        raise Away(code or status) from None
    except (BotoCoreError, HTTPClientError, OSError) as fault:
        raise Away(type(fault).__name__) from None
