"""`python -m demo.accounts_api PORT`: the shop's account service, a process of its own that answers over HTTP.

It wants the token of DEMO_ACCOUNTS_TOKEN, or that of DEMO_ACCOUNTS_ERASE_TOKEN, with which records may be deleted and changed too.
It gives lists in pages, takes `RATE` questions a second, and falters now and then by a plan that the seed makes: 429 with
`Retry-After`, or 503. What it was told to delete or change is logged, with what it did. With DEMO_ACCOUNTS_STOCK, a file, it
goes on from what an earlier run of it did.
"""

import json
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from socket import SHUT_RDWR
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from demo import accounts
from demo.accounts import Record
from demo.stock import KINDS, Stock
from demo.words import SEED

RATE: Final = 40  # questions a second
_BLOCK: Final = 8
Fault = Callable[["Service", str, str, Record | None], bool]
"""How the service misbehaves when a record is to be deleted (None) or changed; true: it has dealt with it, wrongly."""


@dataclass(frozen=True, slots=True)
class Call:
    """One order to delete or change something: `key` is the caller's idempotency key, `did` what was touched."""

    told: str
    key: str
    did: tuple[str, ...]


class Plan:
    """When the service falters: once in eight questions, never twice in a row. Questions beyond the rate are put off."""

    def __init__(self) -> None:
        self._rng = Random(f"{SEED}/accounts/faults")
        self._asked, self._falters_at = 0, 0
        self._lately: deque[float] = deque(maxlen=RATE)
        self._lock = threading.Lock()

    def next(self) -> HTTPStatus:
        """Return how the next question fares."""
        with self._lock:
            now = time.monotonic()
            if len(self._lately) == RATE and now - self._lately[0] < 1:
                return HTTPStatus.TOO_MANY_REQUESTS
            self._lately.append(now)
            if self._asked % _BLOCK == 0:
                self._falters_at = self._rng.randrange(1, _BLOCK - 1)
            place, self._asked = self._asked % _BLOCK, self._asked + 1
            if place != self._falters_at:
                return HTTPStatus.OK
            return self._rng.choice((HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE))


class House(ThreadingHTTPServer):
    """The service with what it holds, what it was told, and how it misbehaves."""

    daemon_threads = True

    def __init__(self, port: int = 0, stock: Stock | None = None, fault: Fault | None = None, plan: Plan | None = None) -> None:
        super().__init__(("127.0.0.1", port), Service)
        self.stock, self.fault, self.plan = stock or Stock(), fault, plan or Plan()
        self.calls: list[Call] = []
        self.answered: set[str] = set()

    def handle_error(self, *_: object) -> None:
        """Say nothing of connections that a caller ended."""


class Service(BaseHTTPRequestHandler):
    """One question: `/v1/me`, `/v1/accounts?email=`, `/v1/accounts/ID/addresses|wish-lists|devices|consents`, or `/v1/KIND/ID`.

    A record at `/v1/KIND/ID` may be deleted, and an account's words changed (PATCH).
    """

    protocol_version = "HTTP/1.1"
    server: House

    def do_GET(self) -> None:
        """Answer."""
        if not self._falters():
            self._answer()

    def do_DELETE(self) -> None:
        """Delete one record."""
        if not self._falters():
            self._obey(None)

    def do_PATCH(self) -> None:
        """Change one record."""
        what = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self._falters():
            self._obey(json.loads(what))

    def do(self, kind: str, key: str, what: Record | None) -> str:
        """Delete or change a record, and return what was touched."""
        if what is None:
            self.server.stock.delete(kind, key)
        else:
            self.server.stock.change(kind, key, what)
        return f"{kind}/{key}"

    def note(self, *did: str) -> None:
        """Log the order at hand."""
        self.server.calls.append(Call(f"{self.command} {self.path}", self.headers.get("Idempotency-Key", ""), did))

    def hang_up(self) -> None:
        """End the connection without an answer."""
        self.close_connection = True
        self.connection.shutdown(SHUT_RDWR)

    def _falters(self) -> bool:
        tokens = [os.environ.get("DEMO_ACCOUNTS_ERASE_TOKEN", "")]
        tokens += [os.environ["DEMO_ACCOUNTS_TOKEN"]] if self.command == "GET" else []
        told = self.headers.get("Authorization", "")
        if not any(compare_digest(told, f"Bearer {token}") for token in tokens if token):
            self.say(HTTPStatus.UNAUTHORIZED, {"error": "a token is needed"})
            return True
        status = self.server.plan.next()
        if status is not HTTPStatus.OK:
            self.say(status, {"error": "later, please"}, {"Retry-After": "1"} if status == HTTPStatus.TOO_MANY_REQUESTS else {})
        return status is not HTTPStatus.OK

    def _answer(self) -> None:
        place, stock = urlsplit(self.path), self.server.stock
        query = {name: values[0] for name, values in parse_qs(place.query).items()}
        match [unquote(part) for part in place.path.strip("/").split("/")]:
            case ["v1", "me"]:
                self.say(HTTPStatus.OK, {"service": "accounts", "scope": "read, erase"})
            case ["v1", "accounts"]:
                found = stock.accounts(query.get("email", ""))
                self.say(HTTPStatus.OK, {"data": found, "meta": {"total": len(found)}})
            case ["v1", "accounts", account, what] if what in KINDS and stock.one("accounts", account):
                self._list(what, stock.all(what, accounts.number_of(account) or 0), query)
            case ["v1", kind, key] if kind in KINDS and (one := stock.one(kind, key)):
                self.say(HTTPStatus.OK, {"data": one})
            case _:
                self.say(HTTPStatus.NOT_FOUND, {"error": "nothing here"})

    def _obey(self, what: Record | None) -> None:
        """Delete or change a record; an order that came before, by its key, is not obeyed again."""
        match [unquote(part) for part in urlsplit(self.path).path.strip("/").split("/")]:
            case ["v1", kind, key] if kind in KINDS:
                self._touch(kind, key, what)
            case _:
                self.say(HTTPStatus.NOT_FOUND, {"error": "nothing here"})

    def _touch(self, kind: str, key: str, what: Record | None) -> None:
        house, mark = self.server, self.headers.get("Idempotency-Key", "")
        with house.stock.lock:
            if mark in house.answered:
                self.note()
            elif house.fault and house.fault(self, kind, key, what):
                return
            elif not house.stock.one(kind, key):
                self.note()
                self.say(HTTPStatus.NOT_FOUND, {"error": "nothing here"})
                return
            else:
                self.note(self.do(kind, key, what))
            house.answered |= {mark} - {""}
        self.say(HTTPStatus.NO_CONTENT, None)

    def log_message(self, *_: object) -> None:
        """Keep addresses of customers out of the log."""

    def _list(self, what: str, records: list[Record], query: dict[str, str]) -> None:
        """Give one page, each list in the way of its own."""
        if what == "consents":
            self._after(records, int(query.get("after", 0)), int(query.get("limit", 5)))
            return
        page, size = int(query.get("page", 1)), int(query.get("per_page", 10))
        found, more = records[(page - 1) * size : page * size], len(records) > page * size
        if what == "devices":
            here = urlsplit(self.path).path
            link = {"Link": f'<{here}?{urlencode({"page": page + 1, "per_page": size})}>; rel="next"'} if more else {}
            self.say(HTTPStatus.OK, found, {**link, "X-Total": str(len(records))})
            return
        self.say(HTTPStatus.OK, {"data": found, "meta": {"total": len(records), "page": page}})

    def _after(self, records: list[Record], after: int, limit: int) -> None:
        later = [record for record in records if record["id"] > after]
        self.say(HTTPStatus.OK, {"data": later[:limit], "has_more": len(later) > limit})

    def say(self, status: HTTPStatus, body: Any, headers: dict[str, str] | None = None) -> None:
        """Send one answer."""
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


def main(arguments: list[str]) -> None:
    """Serve on the port of loopback that is named, 0 for any; print the port."""
    path = os.environ.get("DEMO_ACCOUNTS_STOCK")
    server = House(int(arguments[0]), Stock(Path(path) if path else None))
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
