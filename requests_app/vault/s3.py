"""The vault's files in a bucket of S3 or of anything that speaks its protocol, instead of a folder.

A file is one object, and appears when the server has put its parts together, or not at all. Memory is flat: on the way
in one part is held, on the way out a window of at most 4 MiB.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, BinaryIO, cast
from uuid import UUID, uuid4

from requests_app.vault.bucket import Bucket, client, told
from requests_app.vault.ranged import Ranged
from requests_app.vault.storage import Away, Missing, NoSpace


class S3File:
    """An object on its way in: parts of it lie at the server, none of them can be seen."""

    def __init__(self, place: "S3", name: UUID) -> None:
        self.name = name
        self._place, self._key = place, place.key(name)
        self._waiting = bytearray()
        self._upload = ""
        self._parts: list[Mapping[str, Any]] = []

    def write(self, data: bytes, /) -> int:
        left = memoryview(data)
        while left:
            taken = left[: self._place.bucket.part - len(self._waiting)]
            self._waiting += taken
            left = left[len(taken) :]
            if len(self._waiting) == self._place.bucket.part:
                self._send()
        return len(data)

    def finish(self) -> None:
        """Let the file appear: one request for a small one, else the rest of the parts and the word to put them together."""
        if not self._upload:
            self._place.ask("put_object", Key=self._key, Body=self._waiting, **self._place.bucket.headers)
            return
        if self._waiting:
            self._send()
        parts = {"Parts": self._parts}
        self._place.ask("complete_multipart_upload", Key=self._key, UploadId=self._upload, MultipartUpload=parts)

    def give_up(self) -> None:
        if self._upload:
            with suppress(Away, Missing, NoSpace):  # what stays is swept
                self._place.ask("abort_multipart_upload", Key=self._key, UploadId=self._upload)

    def _send(self) -> None:
        if not self._upload:
            begun = self._place.ask("create_multipart_upload", Key=self._key, **self._place.bucket.headers)
            self._upload = begun["UploadId"]
        number = len(self._parts) + 1
        asked = {"Key": self._key, "UploadId": self._upload, "PartNumber": number}
        sent = self._place.ask("upload_part", Body=self._waiting, **asked)
        self._parts.append({"PartNumber": number, "ETag": sent["ETag"]})
        self._waiting = bytearray()


class S3:
    """A bucket, below a prefix. Several may share a bucket; nothing outside the prefix is ever listed or deleted."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket

    @contextmanager
    def put(self) -> Iterator[S3File]:
        incoming = S3File(self, uuid4())
        try:
            yield incoming
            incoming.finish()
        except BaseException:
            incoming.give_up()
            raise

    def open(self, name: UUID) -> BinaryIO:
        return cast("BinaryIO", Ranged(self.size(self.key(name)), partial(self.read, self.key(name))))

    def delete(self, name: UUID) -> None:
        with suppress(Missing):
            self.ask("delete_object", Key=self.key(name))

    def names(self, older_than: timedelta) -> Iterator[UUID]:
        limit = datetime.now(UTC) - older_than
        for page in self._pages("list_objects_v2"):
            for one in page.get("Contents", []):
                name = self._name(one["Key"])
                if name and one["LastModified"] < limit:
                    yield name

    def sweep(self, older_than: timedelta) -> int:
        limit, count = datetime.now(UTC) - older_than, 0
        for page in self._pages("list_multipart_uploads"):
            for one in page.get("Uploads", []):
                if self._name(one["Key"]) and self._last_written(one) < limit:
                    with suppress(Missing):
                        self.ask("abort_multipart_upload", Key=one["Key"], UploadId=one["UploadId"])
                        count += 1
        return count

    def key(self, name: UUID) -> str:
        return f"{self.bucket.prefix}{name.hex}"

    def ask(self, operation: str, **asked: Any) -> Any:
        """Ask the server for one thing.

        Raises:
            Missing: what was asked for is not there.
            NoSpace: the server says that it, or the quota, is full.
            Away: it cannot be reached, or refuses.
        """
        with told():
            return getattr(client(self.bucket), operation)(Bucket=self.bucket.name, **asked)

    def size(self, key: str) -> int:
        """Return how many bytes an object has. Raises as `ask` does."""
        return int(self.ask("head_object", Key=key)["ContentLength"])

    def read(self, key: str, begins: int, ends: int) -> bytes:
        """Return the bytes from `begins` to before `ends`, all of them.

        Raises:
            Missing, Away: as in `ask`; also where the answer broke off.
        """
        with told():
            answer = client(self.bucket).get_object(Bucket=self.bucket.name, Key=key, Range=f"bytes={begins}-{ends - 1}")
            data: bytes = answer["Body"].read()
        if len(data) != ends - begins:
            raise Away("short_answer")
        return data

    def _last_written(self, upload: Mapping[str, Any]) -> datetime:
        """Return when the last part of an unfinished upload came: one that still grows is nobody's leftover."""
        last: datetime = upload["Initiated"]
        with suppress(Missing):
            for page in self._pages("list_parts", Key=upload["Key"], UploadId=upload["UploadId"]):
                last = max([last, *(part["LastModified"] for part in page.get("Parts", []))])
        return last

    def _pages(self, operation: str, **asked: Any) -> Iterator[Mapping[str, Any]]:
        below = {} if asked else {"Prefix": self.bucket.prefix}
        with told():
            pages = client(self.bucket).get_paginator(operation)
            size = {"PageSize": self.bucket.page}
            yield from pages.paginate(Bucket=self.bucket.name, PaginationConfig=size, **below, **asked)

    def _name(self, key: str) -> UUID | None:
        """Return the name of one of our files; what else may lie in the bucket is not ours."""
        text = key.removeprefix(self.bucket.prefix)
        try:
            name = UUID(hex=text)
        except ValueError:
            return None
        return name if self.key(name) == key else None
