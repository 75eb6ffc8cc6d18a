"""A shop's accounts over HTTP, in a process of its own, well-behaved or crooked in one of many ways.

The first part of the path is the way, behind a `~` anything that keeps two tries apart: `/throttled~1/v1/accounts`.
Prints its port. `/asked` answers with what came: method, path, headers, body.
"""

import gzip
import json
import socket
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN: Final = "t0ken-s3cret"
ACCOUNTS: Final = [
    {"id": 1, "email": "Ann@mail.example", "name": "Keller", "address": {"city": "Lyon", "postcode": "69001"}, "partner": "Canary",
     "vip": True, "score": 12.50, "since": "2024-05-06T07:08:09Z", "note": None},
    {"id": 2, "email": "bob@mail.example", "name": "Canary", "address": {"city": "Canary", "postcode": "1"}, "partner": "Canary",
     "vip": False, "score": 1, "since": "2024-05-06T07:08:09Z", "note": "Canary"},
]  # fmt: skip
WISHES: Final = [{"id": f"w{number:03d}", "account_id": 1, "title": f"=Ring {number}"} for number in range(25)]
ORDERS: Final = [
    {"id": 10, "account": {"id": 1}, "number": "R-10", "lines": [{"sku": "A", "count": 1}, {"sku": "B", "count": 2}],
     "invoice": "v1/files/10.pdf"},
    {"id": 11, "account": {"id": 1}, "number": "R-11", "lines": [], "invoice": None},
]  # fmt: skip
PDF: Final = b"%PDF-1.4 " + b"x" * 5000
BOMB: Final = gzip.compress(b'{"data": ["' + b"0" * 12_000_000)
TRIES: Counter[str] = Counter()
ASKED: list[dict[str, Any]] = []


class Crooked(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        place = urlsplit(self.path)
        if place.path == "/asked":
            self.say({"asked": ASKED})
            return
        size = int(self.headers.get("content-length", 0))
        body = self.rfile.read(size).decode()
        ASKED.append({"method": self.command, "path": self.path, "headers": dict(self.headers.items()), "body": body})
        _, self.prefix, *rest = place.path.split("/")
        self.query = {name: values[0] for name, values in parse_qs(place.query, keep_blank_values=True).items()}
        self.way, self.parts = self.prefix.partition("~")[0], [unquote(part) for part in rest]
        TRIES[self.prefix] += 1
        self.tries = TRIES[self.prefix]
        self.answer()

    do_POST = do_GET  # noqa: N815  # the library's name

    def log_message(self, *_: object) -> None:
        pass

    def say(self, body: Any, status: int = 200, kind: str = "application/json", headers: dict[str, str] | None = None) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"content-type": kind, "content-length": str(len(content)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def raw(self, content: bytes) -> None:
        self.wfile.write(content)
        self.close_connection = True

    def answer(self) -> None:
        if self.headers.get("authorization") != f"Bearer {TOKEN}":
            self.say({"error": "who?"}, 401)
        elif self.parts == ["v1", "me"]:
            self.say({"ok": True})
        elif self.parts == ["v1", "accounts"]:
            asked = self.query.get("email", "").lower()
            self.say({"data": [one for one in ACCOUNTS if str(one["email"]).lower() == asked]})
        elif self.parts[-1] == "wishes":
            self.wishes()
        elif self.parts[-1] == "orders":
            self.say({"data": ORDERS if self.parts[2] == "1" else []})
        elif self.parts[1] == "files":
            self.say(PDF, kind="application/pdf")
        else:
            self.say({"error": "what?"}, 404)

    def wishes(self) -> None:
        crooked = getattr(self, f"way_{self.way}", None)
        self.at = int(self.query.get("page", "1"))
        if crooked is None or crooked() is False:
            self.page(self.at)

    def page(self, page: int, **changed: Any) -> None:
        wishes = WISHES if self.parts[2] == "1" else []
        found = wishes[(page - 1) * 10 : page * 10]
        self.say({"data": found, "meta": {"total": len(wishes)}} | changed)

    # -- ways to go wrong; False: this question is answered well

    def way_resets(self) -> Any:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.connection.close()
        self.close_connection = True

    def way_resets_in_the_middle(self) -> Any:
        self.raw(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n" + b'{"data": [')
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    def way_silent(self) -> Any:
        time.sleep(3)

    def way_unauthorized(self) -> Any:
        self.say({}, 401)

    def way_forbidden(self) -> Any:
        self.say({}, 403)

    def way_not_found(self) -> Any:
        self.say({}, 404)

    def way_conflict(self) -> Any:
        self.say({}, 409)

    def way_throttled(self) -> Any:
        self.say({}, 429, headers={"retry-after": "777"})

    def way_throttled_until(self) -> Any:
        self.say({}, 429, headers={"retry-after": format_datetime(datetime.now(UTC) + timedelta(seconds=500), usegmt=True)})

    def way_throttled_without_a_word(self) -> Any:
        self.say({}, 429)

    def way_throttled_for_a_second(self) -> Any:
        if self.tries % 3:
            return False
        return self.say({}, 429, headers={"retry-after": "1"})

    def way_broken(self) -> Any:
        self.say({}, 500)

    def way_bad_gateway(self) -> Any:
        self.say(b"<html>", 502, "text/html")

    def way_unavailable(self) -> Any:
        self.say({}, 503, headers={"retry-after": "60"})

    def way_unavailable_at_times(self) -> Any:
        return self.say({}, 503) if self.tries % 2 else False

    def way_html(self) -> Any:
        self.say(b"<html>Please sign in</html>", kind="text/html; charset=utf-8")

    def way_html_as_json(self) -> Any:
        self.say(b"<html>Please sign in</html>")

    def way_empty(self) -> Any:
        self.say(b"")

    def way_no_content(self) -> Any:
        self.send_response(204)
        self.end_headers()

    def way_wrong_kind(self) -> Any:
        self.say({"data": [], "meta": {"total": 0}}, kind="text/plain")

    def way_half(self) -> Any:
        self.say(b'{"data": [{"id": "w1", "account_id": 1, "title": "x"}], "meta": {"tot')

    def way_short(self) -> Any:
        self.raw(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n" + b'{"data":[],"meta":{"total":0}}'
        )

    def way_drips(self) -> Any:
        self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 90\r\n\r\n")
        for _ in range(90):
            self.wfile.write(b" ")
            time.sleep(0.2)

    def way_endless(self) -> Any:
        self.wfile.write(b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{"data": ["')
        while True:
            self.wfile.write(b"x" * 65_536)

    def way_bomb(self) -> Any:
        self.say(BOMB, headers={"content-encoding": "gzip"})

    def way_giant(self) -> Any:
        self.say({"data": [{"id": "w1", "account_id": 1, "title": "x" * 2_000_000}], "meta": {"total": 1}})

    def way_not_text(self) -> Any:
        self.say(b'{"data": [{"id": "w1", "account_id": 1, "title": "\xff\xfe"}], "meta": {"total": 1}}')

    def way_half_a_letter(self) -> Any:
        self.say(b'{"data": [{"id": "w1", "account_id": 1, "title": "\\ud800"}], "meta": {"total": 1}}')

    def way_a_key_twice(self) -> Any:
        self.say(b'{"data": [], "data": [], "meta": {"total": 0}}')

    def way_deep(self) -> Any:
        self.say(b'{"data": ' + b"[" * 10_000 + b"]" * 10_000 + b"}")

    def way_a_number_without_end(self) -> Any:
        self.say(b'{"data": [{"id": "w1", "account_id": 1, "title": ' + b"1" * 1_000_000 + b'}], "meta": {"total": 1}}')

    def way_pages_twice(self) -> Any:
        return self.page(1) if self.at == 2 else False

    def way_a_record_twice(self) -> Any:
        return self.page(2, data=WISHES[9:19]) if self.at == 2 else False

    def way_shrinks(self) -> Any:
        return self.page(self.at, meta={"total": 25 - self.at})

    def way_ends_early(self) -> Any:
        return self.page(self.at, data=WISHES[20:24]) if self.at == 3 else False

    def way_a_gap(self) -> Any:
        return self.page(self.at, data=[]) if self.at == 2 else False

    def way_more_than_it_says(self) -> Any:
        return self.page(self.at, data=[*WISHES[20:], {**WISHES[0], "id": "new"}]) if self.at == 3 else False

    def way_gone(self) -> Any:
        return self.page(self.at, data=[{"id": one["id"], "account_id": 1} for one in WISHES[:10]]) if self.at == 1 else False

    def way_other_type(self) -> Any:
        return self.page(self.at, data=[{**one, "title": 7} for one in WISHES[:10]])

    def way_no_list(self) -> Any:
        return self.page(self.at, data={"0": WISHES[0]})

    def way_no_total(self) -> Any:
        return self.page(self.at, meta={})

    def way_error_with_200(self) -> Any:
        self.say({"error": "later", "data": [], "meta": {"total": 0}})

    def way_foreign(self) -> Any:
        return self.page(self.at, data=[{**one, "account_id": 2, "title": "Canary"} for one in WISHES[:10]])

    def way_redirects_away(self) -> Any:
        self.say({}, 302, headers={"location": f"http://localhost:{self.server.server_port}/plain/v1/accounts/1/wishes"})  # type: ignore[attr-defined]

    def way_a_part(self) -> Any:
        self.say({"data": [], "meta": {"total": 0}}, 206)

    def way_lets_in_once(self) -> Any:
        return self.say({}, 401) if self.at == 3 else False


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Crooked)
    server.daemon_threads = True
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
