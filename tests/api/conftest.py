import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from requests_app.api import services
from requests_app.api.models import Scope
from requests_app.brands.models import Brand
from requests_app.values import SYSTEM
from tests.making import a_brand

ROOT = "/api/v1/"


@dataclass(slots=True)
class Machine:
    """A shop's site that asks with a key."""

    brand: Brand
    token: str

    def get(self, path: str, **headers: str) -> Any:
        return Client().get(ROOT + path, headers=self._headers(headers))

    def post(self, path: str, said: Any = None, **headers: str) -> Any:
        body = said if isinstance(said, str | bytes) else json.dumps(said)
        return Client().post(ROOT + path, body, content_type="application/json", headers=self._headers(headers))

    def files(self, once: str = "a-filing-of-today", **changes: Any) -> Any:
        return self.post("requests", FILING | changes, **{"Idempotency-Key": once})

    def _headers(self, more: Mapping[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **more}


FILING: dict[str, Any] = {"right": "access", "email": "ada@example.com", "name": "Ada Example", "residence": "FR", "language": "en"}


@pytest.fixture(autouse=True)
def _forgetful_limits(db: None, settings: Settings) -> None:
    settings.API_RATES = {"key": 100_000, "address": 100_000}


@pytest.fixture
def machine() -> Callable[..., Machine]:
    def make(*scopes: Scope, brand: Brand | None = None) -> Machine:
        shop = brand or a_brand()
        return Machine(shop, services.make(shop, scopes or tuple(Scope), label="the shop's site", by=SYSTEM))

    return make
