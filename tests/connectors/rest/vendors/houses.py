"""The imitated services, started, and the shipped descriptions that go to them."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final

from requests_app.connectors.base import Batch, Candidate, Config, Form
from requests_app.connectors.rest import ENTRY
from requests_app.values import Claim, Identity, Root

ROOT: Final = Path(__file__).parents[4]
TRY: Final = count()


def person(email: str) -> Identity:
    return Identity((Claim("email", email),))


@dataclass
class House:
    """A running service, with the description that is shipped for it."""

    port: int
    folder: Path
    name: str
    path: str
    behind: str

    @property
    def description(self) -> Path:
        return ROOT / "examples" / f"{self.name}.yaml"

    def config(self, size: int = 0, behind: str = "", changed: Sequence[tuple[str, str]] = ()) -> Config:
        """Go there by the shipped description; `size`: with so few records a page, `changed`: with texts replaced."""
        text = self.description.read_text(encoding="utf-8")
        if size:
            text = re.sub(r"\bsize: [0-9]+", f"size: {size}", text)
        for old, new in changed:
            assert old in text
            text = text.replace(old, new)
        file = self.folder / f"{self.name}{next(TRY)}.yaml"
        file.write_text(text, encoding="utf-8")
        url = f"http://127.0.0.1:{self.port}{self.path}#{self.behind}&private=yes&plain=yes&per_second=1000{behind}"
        return Config(self.name, url, file)

    def plan(self, *troubles: dict[str, Any], **more: Any) -> None:
        """Say what is to go wrong from now on, and forget what was asked."""
        self._ordered("plan", json.dumps({"troubles": troubles, **more}).encode())

    def asked(self, part: str = "") -> list[dict[str, Any]]:
        return [one for one in self._ordered("asked", None)["asked"] if part in one["path"]]

    def _ordered(self, what: str, content: bytes | None) -> dict[str, Any]:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{self.port}/-/{what}", content) as answer:
            told: dict[str, Any] = json.load(answer)
            return told


@contextmanager
def opened(folder: Path, name: str, path: str, behind: str, *words: str) -> Iterator[House]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    program = {"woocommerce": "woocommerce_shop.py", "shopify": "shopify_shop.py"}.get(name, f"{name}_house.py")
    command = [sys.executable, str(Path(__file__).with_name(program)), *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as process:
        assert process.stdout is not None
        try:
            yield House(int(process.stdout.readline()), folder, name, path, behind)
        finally:
            process.kill()


def candidates(config: Config, email: str) -> list[Candidate]:
    return list(ENTRY.candidates(config, person(email)))


def found(config: Config, email: str, roots: tuple[Root, ...] | None = None) -> dict[str, list[dict[str, Any]]]:
    """Return the records by collection, of all candidates or of `roots`."""
    chosen = tuple(one.root for one in candidates(config, email)) if roots is None else roots
    records: dict[str, list[dict[str, Any]]] = {}
    for item in ENTRY.find(config, person(email), chosen):
        assert isinstance(item, Batch)
        if item.form is Form.JSON:
            records.setdefault(item.collection, []).extend(map(json.loads, item.text.decode().splitlines()))
    return records


def ids(records: dict[str, list[dict[str, Any]]], key: str = "id") -> dict[str, list[Any]]:
    return {name: sorted(one[key] for one in told) for name, told in records.items() if all(key in one for one in told)}
