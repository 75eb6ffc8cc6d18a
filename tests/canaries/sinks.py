"""The places where nobody's data belongs. Each is read as whoever steals it would read it."""

import io
import logging
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from threading import Thread
from typing import Any, Final

import redis
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client

from requests_app.ledger.sweeper import publish_due
from tests.brokers import Broker, wakes_through
from tests.canaries.planting import unfolded
from tests.mail import Delivered, Post
from tests.making import as_owner

FIGURES: Final = "token-of-the-scraper"
_RESULTS: Final = b"celery-task-meta-"


class Browser(Client):
    """A browser whose every question and answer is written down: the addresses, and what went wrong."""

    def __init__(self, addresses: list[str], wrong: list[bytes], *, like: Client | None = None) -> None:
        super().__init__(raise_request_exception=False)
        self.addresses, self.wrong = addresses, wrong
        if like is not None:
            self.cookies = like.cookies

    def request(self, **asked: Any) -> Any:
        answer: Any = super().request(**asked)
        if answer.streaming:
            answer.body = b"".join(answer.streaming_content)
            answer.close()
            return answer
        self.addresses += [f"{asked['PATH_INFO']}?{asked.get('QUERY_STRING', '')}", answer.headers.get("Location", "")]
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status_code in {
            HTTPStatus.FORBIDDEN,
            HTTPStatus.NOT_FOUND,
        }:
            self.wrong.append(answer.serialize_headers() + b"\n" + answer.content)
        return answer


@dataclass(slots=True)
class Sinks:
    """The twelve places, and what was taken down of those that pass."""

    post: Post
    broker: Broker
    folder: Path
    log: io.StringIO = field(default_factory=io.StringIO)
    heard: bytearray = field(default_factory=bytearray)
    addresses: list[str] = field(default_factory=list)
    wrong: list[bytes] = field(default_factory=list)
    seen: bytearray = field(default_factory=bytearray)

    def browser(self, like: Client | None = None) -> Browser:
        return Browser(self.addresses, self.wrong, like=like)

    def look_around(self) -> None:
        """Publish what is due to the real broker, and read what lies in the folder for passing files at this moment."""
        publish_due()
        self.seen += _files(self.folder)

    def all(self) -> dict[str, bytes]:
        """Return what each place holds."""
        self.look_around()
        return {
            "log": self.log.getvalue().encode(),
            "error answers": b"\n".join(self.wrong),
            "broker messages": bytes(self.heard) + self._of_redis(results=False),
            "task results": self._of_redis(results=True),
            "cache": _table("cache"),
            "audit trail": _table("requests_app_auditevent"),
            "ledger": _table("requests_app_step"),
            "addresses": "\n".join([*self.addresses, *self._links()]).encode(),
            "mails": b"\n".join(_allowed_taken_out(mail) for mail in self.post.taken),
            "temporary files": bytes(self.seen),
            "figures": _figures(),
            "dump of the database": _dump(),
            "vault and keys": _files(Path(str(settings.DSAR_VAULT))) + _files(Path(str(settings.DSAR_KEY_STORE))),
        }

    def _of_redis(self, *, results: bool) -> bytes:
        store = redis.Redis(port=self.broker.port)
        with store:
            return b"\n".join(
                key + b" " + repr(store.dump(key)).encode() + _read(store, key)
                for key in store.scan_iter()
                if key.startswith(_RESULTS) == results
            )

    def _links(self) -> Iterator[str]:
        for mail in self.post.taken:
            yield from (word for word in mail.text.split() if "://" in word)


def _read(store: Any, key: bytes) -> bytes:
    kind = store.type(key)
    if kind == b"list":
        return b"".join(store.lrange(key, 0, -1))
    return (store.get(key) or b"") if kind == b"string" else b""


def _allowed_taken_out(mail: Delivered) -> bytes:
    """Return a mail without the address that it goes to: that one stands in it by right, everything else does not."""
    message = mail.message
    assert message["To"], "a letter has its address"
    heads = "\n".join(f"{name}: {value}" for name, value in message.items() if name != "To")
    return f"{heads}\n{mail.text}\n{mail.html}".encode()


def _table(name: str) -> bytes:
    with as_owner() as owner:
        owner.execute(f'SELECT t::text FROM "{name}" t')
        return "\n".join(row for (row,) in owner.fetchall()).encode()


def _figures() -> bytes:
    asked = Client().get("/metrics", headers={"Authorization": f"Bearer {FIGURES}"})
    assert asked.status_code == 200
    return bytes(asked.content)


def _dump() -> bytes:
    """Return what `pg_dump` writes, and what its sessions hold once they are unpacked."""
    to = connections["owner"].get_connection_params()
    where = ["-h", to["host"], "-p", str(to["port"]), "-U", to["user"], to["dbname"]]
    done = subprocess.run(
        [shutil.which("pg_dump") or "pg_dump", *where],
        capture_output=True,
        check=True,
        env=os.environ | {"PGPASSWORD": to["password"]},
    )
    sessions = [repr(one.get_decoded()) for one in Session.objects.all()]
    return done.stdout + "\n".join(sessions).encode()


def _files(folder: Path) -> bytes:
    out = bytearray()
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            if path.is_file():
                out += f"\n{path.name}\n".encode() + unfolded(path.read_bytes())
    return bytes(out)


@contextmanager
def open_sinks(post: Post, folder: Path) -> Iterator[Sinks]:
    """Stand at every place: the log's own handler, a real broker that tells what it hears, a folder for passing files."""
    broker, before = Broker(), tempfile.tempdir
    folder.mkdir()
    tempfile.tempdir = str(folder)
    broker.start()
    sinks = Sinks(post, broker, folder)
    try:
        with wakes_through(broker.url), _heard(broker, sinks.heard), _written(sinks.log):
            yield sinks
    finally:
        tempfile.tempdir = before
        broker.stop()


@contextmanager
def _heard(broker: Broker, heard: bytearray) -> Iterator[None]:
    """Let `heard` grow by every command that the broker is told (MONITOR)."""
    line = socket.create_connection(("127.0.0.1", broker.port))
    line.sendall(b"MONITOR\r\n")
    assert line.recv(5) == b"+OK\r\n"

    def listen() -> None:
        with suppress(OSError):
            while part := line.recv(65536):
                heard.extend(part)

    listening = Thread(target=listen)
    listening.start()
    try:
        yield
    finally:
        line.shutdown(socket.SHUT_RDWR)
        listening.join()
        line.close()


@contextmanager
def _written(log: io.StringIO) -> Iterator[None]:
    """Let the product's own handler, with its own formatter, write here; everything is worth a line."""
    root = logging.getLogger()
    [handler] = [one for one in root.handlers if type(one) is logging.StreamHandler]
    level, stream, handler.stream = root.level, handler.stream, log  # `setStream` would flush what an earlier test has closed
    root.setLevel(logging.DEBUG)
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # the other end: the test’s own mail server
    try:
        yield
    finally:
        root.setLevel(level)
        handler.stream = stream
