"""The web process as a deployment starts it, and a browser that costs next to nothing."""

import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from dsar.launch.home import LOOPBACK, free_port

SIZE: Final = ("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket")
PATIENCE: Final = 60.0  # seconds until the web process answers
OK: Final = 200
SEE_OTHER: Final = 303
_HIDDEN: Final = re.compile(r'name="(csrfmiddlewaretoken|opened)" value="([^"]*)"')


@dataclass(slots=True)
class Browser:
    """One connection that is kept open, and its cookies. `address`: from where it asks, as the proxy before us says."""

    port: int
    address: str = LOOPBACK
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=PATIENCE)

    def get(self, path: str) -> tuple[int, str, str]:
        """Return status, address of a redirect, and the page."""
        return self._ask("GET", path, None)

    def post(self, path: str, fields: Mapping[str, str]) -> tuple[int, str, str]:
        return self._ask("POST", path, urlencode(fields))

    def hidden(self, page: str) -> dict[str, str]:
        """Return what the page's form carries along."""
        return dict(_HIDDEN.findall(page))

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "X-Forwarded-For": self.address}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{LOOPBACK}:{self.port}"}
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.headers.get("Location", ""), answer.read().decode()


@contextmanager
def web(folder: Path) -> Iterator[int]:
    """Let gunicorn serve while the block runs, and return its port."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "dsar.wsgi", "--bind", f"{LOOPBACK}:{port}", *SIZE]
    environment = os.environ | {"DSAR_BASE_URL": f"http://{LOOPBACK}:{port}", "DSAR_TRUSTED_PROXIES": "1"}
    with (folder / "web.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            _await_ready(port)
            yield port
        finally:
            process.terminate()
            process.wait()


def _await_ready(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            Browser(port).get("/readyz")
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the web process does not answer")
