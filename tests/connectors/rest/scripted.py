"""A small HTTP service whose answers a test writes as a function."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import yaml

from requests_app.connectors.base import Config


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: str


@dataclass
class Script:
    """`answer` returns a body, or a body with a status and headers."""

    answer: Callable[[Asked], Any] = lambda _: None
    asked: list[Asked] = field(default_factory=list)
    port: int = 0

    def paths(self) -> list[str]:
        return [one.path for one in self.asked]


@contextmanager
def scripted() -> Iterator[Script]:
    script = Script()

    class Service(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            place = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(place.query, keep_blank_values=True).items()}
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, unquote(place.path), query, headers, body)
            script.asked.append(asked)
            said = script.answer(asked)
            content, status, more = said if isinstance(said, tuple) else (said, 200, {})
            text = json.dumps(content).encode()
            self.send_response(status)
            for name, value in {"content-type": "application/json", "content-length": str(len(text)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        do_POST = do_GET  # noqa: N815  # the library's name

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.daemon_threads = True
    script.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()


def described(
    folder: Path,
    script: Script,
    endpoints: Mapping[str, Any],
    fields: Mapping[str, Mapping[str, Any]],
    behind: str = "",
    **rest: Any,
) -> Config:
    """Describe collections `fields`, asked by `endpoints`, in a file of `folder`."""
    collections = [{"name": name, "fields": [{"name": one, **keys} for one, keys in told.items()]} for name, told in fields.items()]
    told = {"dataset": [{"fides_key": "shop", "collections": collections}], "rest": {"endpoints": dict(endpoints), **rest}}
    file = folder / "described.yaml"
    file.write_text(yaml.safe_dump(told, sort_keys=False), encoding="utf-8")
    return Config("shop", f"http://127.0.0.1:{script.port}/api#private=yes&plain=yes{behind}", file)
