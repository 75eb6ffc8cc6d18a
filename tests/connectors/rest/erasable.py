"""The REST connector's system to be erased from: the demo's account service, in this process, calm."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Final

from demo import accounts
from demo.accounts_api import House, Plan, Service
from demo.people import BY_NAME
from demo.stock import Stock
from requests_app.connectors.base import Config
from requests_app.connectors.erasing import Whom
from requests_app.values import Claim, Identity, Root
from tests.contracts.erasable import Erasable

TOKEN: Final = "t0ken"  # of this process only
DESCRIPTION: Final = Path(__file__).parents[3] / "demo" / "accounts.yaml"


class Calm(Plan):
    """Never falters."""

    def next(self) -> HTTPStatus:
        return HTTPStatus.OK


def house(stock: Stock | None = None) -> House:
    os.environ |= {"DEMO_ACCOUNTS_TOKEN": TOKEN, "DEMO_ACCOUNTS_ERASE_TOKEN": TOKEN}
    found = House(0, stock, plan=Calm())
    threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return found


def config(at: House, more: str = "") -> Config:
    behind = f"token={TOKEN}&private=yes&plain=yes&per_second=5000{more}"
    return Config("accounts", f"http://127.0.0.1:{at.server_port}/v1#{behind}", DESCRIPTION)


def whom(name: str) -> Whom:
    person = BY_NAME[name]
    root = Root("accounts", (accounts.account_id(person.customer or 0),))
    return Whom(Identity((Claim("email", person.typed),)), (root,))


def lie(service: Service, *_: object) -> bool:
    """Answer that it is done."""
    service.note()
    service.say(HTTPStatus.NO_CONTENT, None)
    return True


def erasable(_: Path) -> Erasable:
    at = house()

    @contextmanager
    def lying() -> Iterator[None]:
        at.fault = lie
        yield
        at.fault = None

    hidden = ("devices", accounts.devices(9)[-1]["id"])
    at.stock.gone.add(hidden)
    counts = {name: len(keys) - (name == hidden[0]) for name, keys in accounts.keys(BY_NAME["rose"]).items() if keys}

    def effects() -> list[str]:
        return [done for call in at.calls for done in call.did]

    return Erasable(config(at), whom("rose"), whom("sophie"), counts, effects, lying, lambda: at.stock.gone.discard(hidden))
