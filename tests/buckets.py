"""A server that speaks S3, as a process of its own; and one between it and us that breaks what a test asks for."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

import boto3
import pytest

from requests_app.vault.bucket import Bucket
from tests.brokers import free_port

KEY, SECRET = "AKIATEST", "a secret of the tests"  # of a server that lives as long as the run
PART: Final = 256 * 1024  # the tests' own: many small parts tell as much as few large ones
_STARTS_WITHIN: Final = 120.0  # seconds


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """Start the server; return its address."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment["S3_UPLOAD_PART_MIN_SIZE"] = "1024"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment) as server:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
        server.terminate()


@pytest.fixture
def bucket(s3_server: str) -> Bucket:
    """An empty bucket of the test's own."""
    made = Bucket(
        f"vault-{uuid4().hex[:12]}", "files/", KEY, SECRET, endpoint=s3_server, path_style=True, attempts=1, part=PART, page=3
    )
    raw(made).create_bucket(Bucket=made.name)
    return made


def raw(bucket: Bucket) -> Any:
    """Return a client of the server that knows nothing of the vault."""
    return _raw(bucket.endpoint, bucket.region)


@cache
def _raw(endpoint: str, region: str) -> Any:
    return boto3.session.Session().client(
        "s3", endpoint_url=endpoint, region_name=region, aws_access_key_id=KEY, aws_secret_access_key=SECRET
    )


def objects(bucket: Bucket) -> list[str]:
    return [one["Key"] for one in raw(bucket).list_objects_v2(Bucket=bucket.name).get("Contents", [])]


def unfinished(bucket: Bucket) -> list[str]:
    return [one["Key"] for one in raw(bucket).list_multipart_uploads(Bucket=bucket.name).get("Uploads", [])]


Breaks = Callable[[str, str], "tuple[int, str] | str | None"]


@contextmanager
def between(target: str, breaks: Breaks) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Stand before `target`; yield our address, and what was asked: method and path with query.

    `breaks` answers for a request: nothing to pass it on, a status and an S3 code, or `cut` to send half of the answer.
    """
    asked: list[tuple[str, str]] = []

    class Middle(_Middle):
        upstream, log, fault = urlsplit(target).netloc, asked, staticmethod(breaks)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Middle)
    server.daemon_threads = True
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


class _Middle(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upstream: str
    log: list[tuple[str, str]]
    fault: Breaks

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.log.append((self.command, self.path))
        broken = self.fault(self.command, self.path)
        if isinstance(broken, tuple):
            self._answer(broken[0], f"<Error><Code>{broken[1]}</Code><Message>told a secret</Message></Error>".encode(), {})
            return
        connection = HTTPConnection(self.upstream, timeout=30)
        connection.request(self.command, self.path, body, dict(self.headers))
        answer = connection.getresponse()
        data = answer.read()
        self._answer(answer.status, data, dict(answer.getheaders()), cut=broken == "cut")
        connection.close()

    def _answer(self, status: int, data: bytes, headers: dict[str, str], *, cut: bool = False) -> None:
        self.send_response(status)
        length = headers.get("Content-Length", str(len(data))) if self.command == "HEAD" else str(len(data))
        kept = {
            name: value
            for name, value in headers.items()
            if name.lower() not in {"content-length", "connection", "transfer-encoding"}
        }
        for name, value in (kept | {"Content-Length": length}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data[: len(data) // 2] if cut else data)
        self.close_connection = cut

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass_on  # noqa: N815  # the library's names

    def log_message(self, *_: object) -> None:
        return


def _wait_for(port: int) -> None:
    until = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < until:
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the server that speaks S3 does not start")
