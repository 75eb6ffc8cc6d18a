"""What the imitated services have in common: they answer over HTTP, note what was asked, and falter or drift when a test says so.

Each is a process of its own that prints its port. `POST /-/plan` takes what is to go wrong, `GET /-/asked` tells what came.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Final
from urllib.parse import parse_qs, unquote, urlsplit

Record = dict[str, Any]
JSON: Final = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Said:
    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Trouble:
    """Questions whose address matches `path` fare badly: not the first `after`, and only `times` of them."""

    path: str
    after: int = 0
    times: int = 1_000
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    drop: str = ""  # a key that is gone from every record
    rename: str = ""  # what it is called now
    blank: str = ""  # a key that holds null in every record
    skip: bool = False  # the first record is left out, whatever the totals say
    seen: int = 0

    def strikes(self, url: str) -> bool:
        if not re.search(self.path, url):
            return False
        self.seen += 1
        return self.after < self.seen <= self.after + self.times


class Service(BaseHTTPRequestHandler):
    """One question. What a vendor answers, its class says in `answer`."""

    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[dict[str, Any]]] = []
    troubles: ClassVar[list[Trouble]] = []
    plan: ClassVar[dict[str, Any]] = {}

    def answer(self, path: list[str], query: dict[str, str]) -> Said:
        raise NotImplementedError

    def fails(self, status: int, message: str) -> Said:
        """Return an error in the vendor's own form."""
        raise NotImplementedError

    def do_GET(self) -> None:
        self.content = self.rfile.read(int(self.headers.get("content-length", 0)))
        place = urlsplit(self.path)
        if place.path.startswith("/-/"):
            self.say(self.ordered(place.path))
            return
        self.asked.append({"method": self.command, "path": self.path, "headers": dict(self.headers.items())})
        trouble = next((one for one in self.troubles if one.strikes(self.path)), None)
        if trouble and trouble.status:
            refused = self.fails(trouble.status, "trouble")
            self.say(Said(refused.body if trouble.body is None else trouble.body, trouble.status, trouble.headers))
            return
        query = {name: values[-1] for name, values in parse_qs(place.query, keep_blank_values=True).items()}
        said = self.answer([unquote(part) for part in place.path.strip("/").split("/")], query)
        self.say(_crooked(said, trouble) if trouble else said)

    do_POST = do_GET  # noqa: N815  # the library's name
    do_DELETE = do_GET  # noqa: N815  # the library's name

    def log_message(self, *_: object) -> None:
        pass

    def ordered(self, path: str) -> Said:
        if path == "/-/plan":
            told = json.loads(self.content)
            self.plan.clear()
            self.plan.update(told)
            self.troubles[:] = [Trouble(**one) for one in told.get("troubles", ())]
            self.asked.clear()
        return Said({"asked": self.asked})

    def say(self, said: Said) -> None:
        content = said.body.encode() if isinstance(said.body, str) else json.dumps(said.body).encode()
        self.send_response(said.status)
        for name, value in {"Content-Type": JSON, "Content-Length": str(len(content)), **said.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


def serve(service: type[Service]) -> None:
    """Serve on any port of loopback, and print it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), service)
    server.daemon_threads = True
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


def _crooked(said: Said, trouble: Trouble) -> Said:
    body = json.loads(json.dumps(said.body))
    for records in _lists(body):
        for record in records:
            if trouble.drop in record:
                value = record.pop(trouble.drop)
                record.update({trouble.rename: value} if trouble.rename else {})
            if trouble.blank in record:
                record[trouble.blank] = None
        del records[: 1 if trouble.skip else 0]
    return Said(body, said.status, said.headers)


def _lists(body: Any) -> Iterator[list[Record]]:
    """Yield the list of records of an answer: the answer itself, or what stands under one of its keys."""
    for found in [body] if isinstance(body, list) else list(body.values()):
        if isinstance(found, list) and all(isinstance(one, dict) for one in found):
            yield found
