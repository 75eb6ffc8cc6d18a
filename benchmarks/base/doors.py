"""Doors at which somebody may type an address, each asked once for each address, from a network of its own: no limit is reached."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from ipaddress import IPv4Address
from itertools import count
from time import perf_counter
from typing import Any, Final
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse

from benchmarks.base.shop import POSTCODE
from requests_app.api import services as api
from requests_app.api.models import Scope
from requests_app.brands.models import Brand
from requests_app.intake.services import Application, open_request
from requests_app.officers.models import Membership, Officer
from requests_app.portal.forms import stamp
from requests_app.values import CUSTOMER, SYSTEM
from requests_app.verification import services as verification
from requests_app.workflow.services import advance
from requests_app.workflow.states import Move

# How far each person's requests have come: one is not proven, one is looked through, one was taken back.
WAYS: Final = ((), (Move.ACCEPT_PROOF, Move.SEARCH, Move.FINISH_COLLECTION), (Move.WITHDRAW,))
WARM: Final = 10  # answers that are not counted: what is looked up once and kept has been looked up
WORK: Final = 0.003  # seconds that the control works longer for whom it knows: a few queries
_NETWORKS: Final = count(int(IPv4Address("10.0.0.0")))
_BLANK: Final = ("order_number", "birth_date_0", "birth_date_1", "birth_date_2", "phone_number", "details", "website")
_PERSON: Final = dict.fromkeys(_BLANK, "") | {"name": "A Person", "postcode": POSTCODE}
Ask = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Door:
    """One way to ask: `ready` makes what asking takes and returns the asking itself, which is measured. `good` answers only."""

    name: str
    ready: Callable[[Brand, str], Ask]
    good: int


@dataclass(slots=True)
class Times:
    """Seconds that answers took: for addresses that are known, and for two lots of addresses that are not."""

    known: list[float] = field(default_factory=list)
    unknown: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)


def _client() -> Client:
    network = str(IPv4Address(next(_NETWORKS)))
    return Client(SERVER_NAME=settings.ALLOWED_HOSTS[0].lstrip("."), REMOTE_ADDR=network, HTTP_X_FORWARDED_FOR=network)


def _form(path: str, said: Mapping[str, str], brand: Brand, address: str) -> Ask:
    typed = {**said, "email": address, "opened": stamp(uuid4().hex)}
    return partial(_client().post, f"/{brand.slug}/en/{path}", typed)


def _acts_for(brand: Brand, address: str) -> Ask:
    agent = {"your_name": "An Agent", "your_email": f"{uuid4().hex}@office.example"}
    return _form("for-others/access/agent/", {**_PERSON, **agent, "step": "send"}, brand, address)


def _by_machine(brand: Brand, address: str) -> Ask:
    key = api.make(brand, (Scope.REQUESTS_WRITE,), label="a site", by=SYSTEM)
    said = {"right": "access", "email": address, "name": "A Person", "residence": "FR", "language": "en"}
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": uuid4().hex}
    return partial(_client().post, "/api/v1/requests", json.dumps(said), content_type="application/json", headers=headers)


def _signs_in(_brand: Brand, address: str) -> Ask:
    return partial(_client().post, reverse("account_login"), {"login": address, "password": "a wrong one of five words"})


def _telling(brand: Brand, address: str) -> Ask:
    """The control: a door that keeps nothing, and works longer for whom it knows."""
    ask = _form("access/", {**_PERSON, "step": "check"}, brand, address)
    return partial(_longer, ask) if address.startswith("known") else ask


def _longer(ask: Ask) -> Any:
    until = perf_counter() + WORK
    while perf_counter() < until:
        pass
    return ask()


# In this order: what one door keeps of an address is as little as can be when the next one is asked.
DOORS: Final = (
    Door("form, checked first", partial(_form, "access/", {**_PERSON, "step": "check"}), 200),
    Door("asking to follow", partial(_form, "follow/", {}), 200),
    Door("refusing advertising", partial(_form, "object_direct_marketing/", {"website": "", "phone": "", "residence": "FR"}), 303),
    Door("form", partial(_form, "access/", {**_PERSON, "step": "send"}), 303),
    Door("API", _by_machine, 202),
    Door("for somebody else", _acts_for, 303),
    Door("officer's sign-in", _signs_in, 200),
)
CONTROL: Final = Door("the control", _telling, 200)


def addresses(kind: str, many: int) -> list[str]:
    """Return that many addresses of the same length whatever their kind is."""
    return [f"{kind:_<7}-{uuid4().hex}@bench.example" for _ in range(many)]


def know(brand: Brand, many: Sequence[str]) -> None:
    """Let there be of each address a request that came each of `WAYS`, and an officer."""
    password = make_password(uuid4().hex)
    for address in many:
        for way in WAYS:
            dsr = open_request(brand, Application("access", address, "A Person", "en", {"postcode": POSTCODE}), by=CUSTOMER)
            verification.begin(dsr)
            for move in (Move.ASK_FOR_PROOF, *way):
                advance(dsr, move, by=SYSTEM)
                dsr.refresh_from_db()
        officer = Officer.objects.create(email=address, password=password)
        Membership.objects.create(officer=officer, brand=brand)


def measure(door: Door, brand: Brand, known: Sequence[str], draw: random.Random) -> Times:
    """Ask once for each of `known` and for twice as many that nobody knows, in an order that is drawn.

    Raises:
        RuntimeError: the door did not answer as it does to everybody.
    """
    times = Times()
    lots = [(times.known, list(known)), *((lot, addresses("unknown", len(known))) for lot in (times.unknown, times.others))]
    asked = [(lot, address) for lot, many in lots for address in many]
    draw.shuffle(asked)
    thrown: list[float] = []
    for lot, address in [*((thrown, one) for one in addresses("warm", WARM)), *asked]:
        lot.append(_timed(door, door.ready(brand, address)))
    return times


def _timed(door: Door, ask: Ask) -> float:
    began = perf_counter()
    answer = ask()
    seconds = perf_counter() - began
    if answer.status_code != door.good:
        raise RuntimeError(f"{door.name} answered {answer.status_code}: {answer.content[:2000]!r}")
    return seconds
