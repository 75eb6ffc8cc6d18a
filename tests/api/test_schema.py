"""What the schema says is what the API does: tried with inputs made from it, and with what it forbids."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from dsar.wsgi import application
from requests_app.api.models import Scope
from requests_app.workflow.states import State
from tests.api.conftest import Machine
from tests.making import a_dsr

EXAMPLES: Final = 10  # of each operation, in each way: all of them together take some seconds
CHECKS: Final = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance, ignored_auth, unsupported_method,
]  # fmt: skip
# What takes no words of its own forbids nothing that could be tried.
FORBIDS: Final = {"GET /api/v1/rights", "POST /api/v1/requests", "POST /api/v1/requests/{reference}/messages"}
_METHODS: Final = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """Answer within the test's own transaction: a real server's worker would begin and end its connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def described(machine: Callable[..., Machine], _one_connection: None) -> Any:
    """The schema as it is served, asked with a key of every scope, beside a request of which messages may be read."""
    a_dsr(State.REVIEWING, reference="R-1")
    loaded = schemathesis.openapi.from_wsgi("/api/v1/schema", application)
    loaded.config.update(headers={"Authorization": f"Bearer {machine().token}"})
    return loaded


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_input_brings_an_answer_that_the_schema_does_not_know(described: Any, mode: GenerationMode) -> None:
    tested = 0
    for found in described.get_all_operations():
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and operation.label not in FORBIDS:
            continue

        @tried(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def asked(case: Any) -> None:
            nonlocal tested
            if "reference" in case.path_parameters and mode is GenerationMode.POSITIVE:
                case.path_parameters["reference"] = "R-1"
            case.call_and_validate(checks=CHECKS)
            tested += 1

        asked()
    assert tested >= EXAMPLES * 2


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    told = Client().get("/api/v1/schema").json()
    return [
        (path, method, operation)
        for path, methods in told["paths"].items() for method, operation in methods.items() if method in _METHODS
    ]  # fmt: skip


@pytest.mark.django_db
def test_every_operation_asks_for_a_key_and_refuses_without_one() -> None:
    found = operations()

    assert len(found) >= len(Scope)
    for path, method, operation in found:
        assert operation["security"] == [{"key": []}], path
        answer = getattr(Client(), method)(path.replace("{reference}", "R-1"), content_type="application/json")
        assert answer.status_code == 401, path


def test_every_operation_says_what_it_is_for_and_how_it_refuses() -> None:
    for path, method, operation in operations():
        assert operation["operationId"], path
        assert operation["description"], path
        assert {"401", "403", "404", "429"} <= operation["responses"].keys(), (method, path)
        for status, answer in operation["responses"].items():
            kinds = set(answer.get("content", {}))
            assert kinds == ({"application/problem+json"} if int(status) >= 400 else {"application/json"}), (method, path, status)


def test_the_schema_holds_no_word_of_a_brand_and_is_served_to_everybody() -> None:
    answer = Client().get("/api/v1/schema")

    assert answer.status_code == 200
    assert "o-jewels" not in answer.content.decode()
    assert answer.json()["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
