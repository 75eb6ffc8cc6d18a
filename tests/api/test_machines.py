"""What machines are told, and what they are not."""

import json
import logging
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings
from structlog.stdlib import ProcessorFormatter

from requests_app.models import Brand, Source, Step


@pytest.fixture
def shop(db: None) -> Brand:
    brand = Brand.objects.create(slug="shop", name="Shop", establishment="FR", regime="eu-gdpr", privacy_email="p@shop.example")
    Source.objects.create(brand=brand, name="orders", connector="sql", description="x.yaml", secret="X", failures=3)
    Step.objects.create(kind="matching.ask", key="one", queue="match", params_digest=b"")
    return brand


def test_a_process_that_answers_is_alive(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}


def test_it_is_ready_when_the_database_answers(client: Client, shop: Brand) -> None:
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("token", ["", "right"])
def test_without_the_token_nobody_is_told_figures(client: Client, settings: Settings, token: str) -> None:
    settings.METRICS_TOKEN = token

    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 403


def test_figures_cost_six_queries(
    client: Client, settings: Settings, shop: Brand, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.METRICS_TOKEN = "right"

    with django_assert_num_queries(6):
        said = client.get("/metrics", headers={"Authorization": "Bearer right"}).content.decode()

    assert 'dsar_source_failures{brand="shop",source="orders"} 3.0' in said
    assert 'dsar_steps{kind="matching.ask",state="due"} 1.0' in said
    assert 'dsar_step_wait_seconds{kind="matching.ask"}' in said


@pytest.fixture
def lines() -> Iterator[StringIO]:
    """What the process would write to standard error, as the product's own formatter puts it."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(
        next(one.formatter for one in logging.getLogger().handlers if isinstance(one.formatter, ProcessorFormatter))
    )
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def test_a_log_line_names_the_page_and_not_the_address(client: Client, lines: StringIO, shop: Brand) -> None:
    client.get("/shop/en/letter/cnry-7f3a-token/?email=cnry@mail.example")

    said = lines.getvalue()
    assert "portal:link" in said
    assert "cnry" not in said


def test_what_is_not_on_the_list_is_not_logged(lines: StringIO) -> None:
    structlog.get_logger("x").warning("step_failed", code="away", email="cnry@mail.example", route="cnry@mail.example")
    logging.getLogger("somebody.else").error("could not write to %s", "cnry@mail.example")
    try:
        int("cnry@mail.example")
    except ValueError:
        logging.getLogger("somebody.else").exception("broke")

    said = lines.getvalue()
    assert "cnry" not in said
    first, second, third = map(json.loads, said.splitlines())
    assert (first["code"], second["event"], third["fault"]) == ("away", "could not write to %s", "ValueError")
