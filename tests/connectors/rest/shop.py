"""The crooked shop, started, and described."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final

import yaml

from requests_app.connectors.base import Attachment, Batch, Config, Form
from requests_app.connectors.rest import ENTRY
from requests_app.values import Claim, Identity, Root
from tests.connectors.rest.crooked import TOKEN

ANN: Final = Identity((Claim("email", "ann@mail.example"),))
BOB: Final = Identity((Claim("email", "bob@mail.example"),))
NOBODY: Final = Identity((Claim("email", "eve@mail.example"),))
ANNS: Final = (Root("accounts", ("1",)),)
TRY: Final = count()
NONE: Final[Mapping[str, str]] = {}


def fields(**told: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, **keys} for name, keys in told.items()]


def typed(data_type: str, **ours: Any) -> dict[str, Any]:
    return {"fides_meta": {"data_type": data_type}, **({"dsar": ours} if ours else {})}


KEY: Final[dict[str, Any]] = {"fides_meta": {"primary_key": True}}


def description() -> dict[str, Any]:
    """Return what describes the crooked shop, to be changed at will."""
    collections = [
        {
            "name": "accounts",
            "fields": fields(
                id={"fides_meta": {"primary_key": True, "data_type": "integer"}}, email={"fides_meta": {"identity": "email"}},
                name={"dsar": {"fact": "name"}}, postcode={"dsar": {"fact": "postcode"}}, partner={"dsar": {"about": "other"}},
                city={}, vip=typed("boolean"), score=typed("float"), since={"dsar": {"type": "datetime"}}, note=typed("string"),
            ),
        },
        {"name": "wishes", "fields": fields(id=KEY, title=typed("string"))},
        {"name": "orders", "fields": fields(id=KEY, number={"dsar": {"fact": "order_number"}}, invoice={"dsar": {"file": {}}})},
        {"name": "lines", "fields": fields(order_id={}, sku={}, count=typed("integer"))},
    ]  # fmt: skip
    return {
        "dataset": [{"fides_key": "shop", "name": "Shop", "collections": collections}],
        "rest": {
            "values": ["token"],
            "auth": {"kind": "bearer", "token": "{token}"},
            "probe": {"path": "/v1/me"},
            "endpoints": {
                "accounts": {
                    "path": "/v1/accounts", "query": {"email": "{email}"}, "records": "data",
                    "fields": {"city": "address.city", "postcode": "address.postcode"},
                },
                "wishes": {
                    "path": "/v1/accounts/{account}/wishes", "with": {"account": "accounts.id"}, "records": "data",
                    "belongs": {"account_id": "account"}, "failed": "error",
                    "paging": {"kind": "page", "param": "page", "size_param": "size", "size": 10, "total": "meta.total"},
                },
                "orders": {
                    "path": "/v1/accounts/{account}/orders", "with": {"account": "accounts.id"}, "records": "data",
                    "belongs": {"account.id": "account"},
                },
                "lines": {"within": "orders.lines", "fields": {"order_id": "^.id"}},
            },
        },
    }  # fmt: skip


@dataclass
class Shop:
    """The running process, and how it is described."""

    port: int
    folder: Path

    def config(self, way: str = "plain", told: dict[str, Any] | None = None, options: Mapping[str, str] = NONE) -> Config:
        """Describe the shop (`told`, or as it is) and go to it by one of its ways."""
        file = self.folder / f"shop{next(TRY)}.yaml"
        file.write_text(yaml.safe_dump(told or description(), sort_keys=False), encoding="utf-8")
        url = f"http://127.0.0.1:{self.port}/{way}~{next(TRY)}#token={TOKEN}&private=yes&plain=yes"
        return Config("shop", url, file, options=options)

    def asked(self) -> list[dict[str, Any]]:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{self.port}/asked") as answer:
            asked: list[dict[str, Any]] = json.load(answer)["asked"]
            return asked


@contextmanager
def opened(folder: Path, program: str = "crooked.py") -> Iterator[Shop]:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, str(Path(__file__).with_name(program))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as process:
        assert process.stdout is not None
        try:
            yield Shop(int(process.stdout.readline()), folder)
        finally:
            process.kill()


def found(config: Config, identity: Identity = ANN, roots: tuple[Root, ...] = ANNS) -> dict[str, list[dict[str, Any]]]:
    """Return the records by collection, as their JSON says."""
    records: dict[str, list[dict[str, Any]]] = {}
    for item in ENTRY.find(config, identity, roots):
        if isinstance(item, Batch) and item.form is Form.JSON:
            records.setdefault(item.collection, []).extend(map(json.loads, item.text.decode().splitlines()))
        if isinstance(item, Attachment):
            records.setdefault("files", []).append({"name": item.name, "content": b"".join(item.chunks), "type": item.media_type})
    return records
